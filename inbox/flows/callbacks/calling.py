"""The desk's side of callbacks: their time comes, agents take them, call, and say what came of it.

The call itself is made by a telephone system, which hears of it by a webhook and reports as an
agent does, or by hand: the number is a `tel:` link.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from inbox.core import callbacks as rules
from inbox.core.callbacks import Outcome
from inbox.core.cursor import LARGEST
from inbox.core.errors import BadRequest, Conflict, Holder
from inbox.core.events import CallbackCard
from inbox.core.policy import Agent
from inbox.core.text import clean_body
from inbox.flows.audit import record
from inbox.flows.callbacks.keeping import Act, card_of, diary_of, lock, state_of, store
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import CALLBACK_WIDTH, CallbackRow, read_callback, read_thread

TOGETHER = 100
REMARK_LIMIT = 500
Which = Literal["open", "over"]
_CURSOR = re.compile(r"([0-9]{1,16})\.([0-9a-f-]{1,64})")


class Attempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a call: they spoke, or nobody answered. The remark is for the team alone."""

    outcome: Outcome
    remark: Annotated[str, msgspec.Meta(min_length=1, max_length=REMARK_LIMIT)] | None = None


class Caller(msgspec.Struct, frozen=True):
    """Whom to call, and their clock."""

    id: str
    name: str | None
    time_zone: str | None


class DeskCallback(msgspec.Struct, frozen=True):
    """A callback in the desk's list; `tel` is a link that dials."""

    callback: CallbackCard
    thread: str
    team: str
    customer: Caller
    tel: str


class DeskCallbacks(msgspec.Struct, frozen=True):
    """A page of callbacks; `next` is the `cursor` of the next one, none at the end."""

    items: tuple[DeskCallback, ...]
    next: str | None


async def list_callbacks(
    ctx: Context, who: Agent, *, which: Which, cursor: str | None, limit: int
) -> DeskCallbacks:
    """The callbacks of my teams: those to come, the next one first; or those that are over."""
    people = await roster(ctx)
    at, last = _place(cursor, newest_first=which == "over")
    query = Q.list_open_callbacks if which == "open" else Q.list_settled_callbacks

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(query, agent=who.id, at=at, id=last, limit=limit + 1)

    rows = await ctx.store.read(look)
    shown = [(read_callback(row), row[CALLBACK_WIDTH:]) for row in rows[:limit]]
    more = len(rows) > limit
    return DeskCallbacks(
        items=tuple(
            DeskCallback(
                card_of(row, people),
                row.thread_id,
                row.team_id,
                Caller(*caller),
                f"tel:{row.phone}",
            )
            for row, caller in shown
        ),
        next=_cursor(shown[-1][0]) if more else None,
    )


async def take(ctx: Context, who: Agent, *, callback: str) -> CallbackCard:
    """Say that I make this call. The first wins; Conflict names them. Again is safe."""
    people = await roster(ctx)

    async def work(writing: Writing) -> CallbackCard:
        thread, row = await lock(writing, who, callback)
        rules.demand_open(state_of(row))
        _demand_mine(row, who, people)
        if row.agent_id == who.id:
            return card_of(row, people)
        act = Act(by=who.id, agent=who.id)
        kept = await store(writing, thread, row, state_of(row), people=people, act=act)
        await record(ctx, writing, who, "callback.take", thread=thread.id, callback=row.id)
        return card_of(kept, people)

    return await write(ctx, work)


async def attempt(ctx: Context, who: Agent, *, callback: str, made: Attempt) -> CallbackCard:
    """Say what came of a call; who calls has it, if nobody else has.

    After two in vain it is missed. The next one is due as soon as both sides may be called again.
    Raises Conflict (over, or another's), NotFound, BadRequest.
    """
    remark = None
    if made.remark is not None:
        remark = ctx.mask(clean_body(made.remark, path="remark", limit=REMARK_LIMIT))
    people = await roster(ctx)

    async def work(writing: Writing) -> CallbackRow:
        thread, row = await lock(writing, who, callback)
        _demand_mine(row, who, people)
        diary = await diary_of(writing.tx, people, thread, team=row.team_id, any_hour=row.any_hour)
        after = rules.tried(
            state_of(row),
            made.outcome,
            now=writing.at,
            again=lambda: rules.next_try(diary, writing.at),
        )
        act = Act(by=who.id, agent=who.id, remark=remark)
        kept = await store(writing, thread, row, after, people=people, act=act)
        await record(ctx, writing, who, "callback.attempt", thread=thread.id, callback=row.id)
        return kept

    kept = await write(ctx, work)
    ctx.metrics.callbacks(made.outcome if kept.state == "booked" else kept.state).inc()
    return card_of(kept, people)


async def come_due(ctx: Context) -> bool:
    """Tell the team of each callback whose time has come; whether there may be more.

    Each in a transaction of its own that looks again under the lock: of several processes one
    tells.
    """

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.due_callbacks, now=ctx.clock(), limit=TOGETHER)

    due = await ctx.store.read(look)
    people = await roster(ctx) if due else None
    for callback, thread in due:

        async def work(writing: Writing, callback: str = callback, thread: str = thread) -> None:
            locked = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
            found = await writing.tx.fetch_one(Q.lock_callback, callback=callback)
            if locked is None or found is None or people is None:
                return
            row = read_callback(found)
            after = rules.come_due(state_of(row), now=writing.at)
            if after != state_of(row):
                thread_ = read_thread(locked)
                await store(writing, thread_, row, after, people=people, act=Act())

        await write(ctx, work)
    return len(due) == TOGETHER


def _demand_mine(row: CallbackRow, who: Agent, people: Roster) -> None:
    if row.agent_id is not None and row.agent_id != who.id:
        holder = Holder(row.agent_id, people.agent(row.agent_id).name)
        raise Conflict(f"{holder.name} makes this call", holder=holder)


def _place(cursor: str | None, *, newest_first: bool) -> tuple[int, str]:
    if cursor is None:
        return (LARGEST, "g") if newest_first else (-1, "")
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadRequest.field("query.cursor", "is not a cursor of this list")
    return int(found[1]), found[2]


def _cursor(last: CallbackRow) -> str:
    return f"{last.due_at if last.settled_at is None else last.settled_at}.{last.id}"
