"""Everything that is held of one customer, erased.

It goes in steps of bounded size, so that nobody's send waits for a long thread. It is
remembered until it is finished: after a crash `finish_erasures` goes on with it.
"""

from __future__ import annotations

import msgspec
import structlog

from inbox.core import conversation as rules
from inbox.core.errors import PinboxError
from inbox.core.events import ErasedEvent
from inbox.core.policy import Agent, Operator, demand
from inbox.flows.access import lock_customer
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.erasing import empty_marks, erase_items
from inbox.flows.log import Entry, append
from inbox.flows.matters import conversation_of, settle
from inbox.flows.roster import Roster
from inbox.flows.signin import demand_admin_still, move_registry
from inbox.flows.uploads import sweep_uploads
from inbox.store import search
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread
from inbox.store.rows import sure

STEP = 200
"""Items erased at once."""

_log = structlog.get_logger(__name__)


class Erasure(msgspec.Struct, frozen=True):
    """What was erased: the customer, its thread, and how many items of the log."""

    customer: str
    thread: str
    items: int


class _Begun(msgspec.Struct, frozen=True):
    """An erasure under way: items up to `done` are gone, those up to `upto` will be."""

    upto: int
    done: int = 0


_read_begun = msgspec.json.Decoder(_Begun).decode


async def erase(ctx: Context, who: Agent | Operator, *, customer: str) -> Erasure:
    """Erase all that a customer wrote, was answered and was noted about them, and their profile.

    They are signed out, and an open conversation ends. What stays: numbers and times, the pin, and
    the keyed hashes by which an old message that is sent again is known. A later message begins a
    new life on the same thread. Desks and devices are told by an `erased` event. Erasing again is
    safe. For admins; NotFound.
    """
    demand(who, "administer")
    people = await roster(ctx)

    async def begin(writing: Writing) -> str:
        return await _begin(ctx, writing, who, customer, people)

    thread = await write(ctx, begin, long=True)
    erased = await _finish(ctx, thread)
    try:
        await sweep_uploads(ctx)
    except (PinboxError, OSError):
        # Nobody can see them any more; the task of every minute goes on until they are gone.
        _log.warning("files_not_erased_yet", thread=thread)
    return Erasure(customer, thread, erased)


async def finish_erasures(ctx: Context) -> int:
    """Go on with erasures that a crash broke off; how many there were."""

    async def look(tx: Tx) -> list[str]:
        return [row[0] for row in await tx.fetch(Q.erasures_begun)]

    begun = await ctx.store.read(look)
    for key in begun:
        await _finish(ctx, key.removeprefix(_key("")))
    return len(begun)


async def _begin(
    ctx: Context, writing: Writing, who: Agent | Operator, customer: str, people: Roster
) -> str:
    """Take the profile, sign out, settle what is open, and remember what is to be erased."""
    tx, writing.told = writing.tx, False
    await demand_admin_still(tx, who)
    known, thread = await lock_customer(tx, customer)
    next_second = writing.at // 1000 + 1  # tokens say when they were made in whole seconds
    await tx.execute(Q.forget_customer, customer=customer, at=writing.at, signed_out=next_second)
    await tx.execute(Q.remove_devices, customer=customer)
    await tx.execute(Q.drop_uploads_of_customer, customer=customer)
    await tx.execute(Q.forget_ratings, thread=thread.id)
    await tx.execute(Q.forget_market, thread=thread.id)
    await tx.execute(Q.forget_market_of_milestones, thread=thread.id)
    await tx.execute(Q.erase_callbacks, thread=thread.id)
    await tx.execute(Q.forget_cover_words, thread=thread.id)
    await tx.execute(Q.erase_pushes, thread=thread.id)
    await tx.execute(Q.erase_in_front, thread=thread.id)
    await tx.execute(Q.erase_unread, thread=thread.id)
    await tx.execute(Q.erase_deliveries, thread=thread.id)
    if known.written_at is not None:
        await tx.execute(Q.count_customer, team=thread.home_team, change=-1)
    await record(ctx, writing, who, "erase", thread=thread.id)
    before, entries = thread, list[Entry]()
    by = who.id if isinstance(who, Agent) else None
    if thread.state in {"open", "snoozed"}:
        outcome = rules.resolve(conversation_of(thread), now=writing.at)
        thread, told = await settle(writing, thread, outcome, people=people, side="agent", by=by)
        entries += told
    released = rules.release(conversation_of(thread), reason="erased")
    thread, told = await settle(writing, thread, released, people=people, side="agent")
    entries += told
    stored, _ = await append(writing, before, _as_new(thread), entries)
    mark = _Begun(upto=stored.head)
    if row := await tx.fetch_one(Q.get_meta, key=_key(thread.id)):
        mark = _Begun(stored.head, _read_begun(row[0]).done)
    await _remember(tx, thread.id, mark)
    await move_registry(writing)
    return thread.id


def _as_new(thread: Thread) -> Thread:
    """The thread without what its messages left in its row."""
    return msgspec.structs.replace(
        thread,
        pin_reason="kept when the customer was erased",
        pin_by_region=False,
        # So long ago that no message reopens it.
        resolved_at=None if thread.state is None else 0,
        last_customer_seq=0,
        last_agent_seq=0,
        last_agent_id=None,
        last_message_at=None,
        unindexed=False,
        rings_from=None,
        choice=None,
        choice_until=None,
        take_back_at=None,
        left_by=None,
    )


async def _finish(ctx: Context, thread: str) -> int:
    """Take step after step until nothing is left; how many items were erased."""

    async def step(writing: Writing) -> tuple[int, bool]:
        return await _step(writing, thread)

    total, more = 0, True
    while more:
        erased, more = await write(ctx, step, long=True)
        total += erased
    return total


async def _step(writing: Writing, thread_id: str) -> tuple[int, bool]:
    tx = writing.tx
    thread = read_thread(sure(await tx.fetch_one(Q.lock_thread, thread=thread_id)))
    row = await tx.fetch_one(Q.get_meta, key=_key(thread_id))
    if row is None:
        return 0, False
    begun = _read_begun(row[0])
    last = min(begun.done + STEP, begun.upto)
    erased = await erase_items(tx, thread_id, after=begun.done, last=last)
    if last < begun.upto:
        await _remember(tx, thread_id, _Begun(begun.upto, last))
        return erased, True
    await search.forget(tx, thread=thread_id, first=0, last=0)
    await empty_marks(tx, thread_id)
    await append(writing, thread, thread, [Entry("erased", ErasedEvent(begun.upto))])
    await tx.execute(Q.drop_erasure, key=_key(thread_id))
    return erased, False


async def _remember(tx: Tx, thread: str, begun: _Begun) -> None:
    value = msgspec.json.encode(begun).decode()
    await tx.execute(Q.put_meta, key=_key(thread), value=value)


def _key(thread: str) -> str:
    return f"erase:{thread}"
