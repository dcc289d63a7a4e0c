"""The audit log: who looked at customers' data and who changed it.

A change is recorded in the transaction that makes it, so there is none without its line. A look is
cheap and frequent: one line for each agent, kind of look and thread in 15 minutes, gathered in
memory and written in batches within a second. A crash can lose the looks of its last second.

Lines hold ids and no text that a person wrote, so they may outlive an erasure.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from inbox.core.cursor import LARGEST
from inbox.core.errors import BadRequest
from inbox.core.instant import to_text
from inbox.core.policy import PINBOX, Agent, Operator, demand
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.looks import Look
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Value

BATCH = 200

_CURSOR = re.compile(r"([0-9]{1,16})\.([0-9a-f-]{1,64})")


class Actor(msgspec.Struct, frozen=True):
    """Who did it. The name is today's, none where there is no such agent any more."""

    id: str
    name: str | None


class AuditLine(msgspec.Struct, frozen=True):
    """One line of the audit log."""

    id: str
    at: str
    actor: Actor
    action: str
    thread: str | None
    detail: dict[str, Any]


class AuditPage(msgspec.Struct, frozen=True):
    """A page of the log, newest first; `next` is the `cursor` of the next one, none at the end."""

    items: tuple[AuditLine, ...]
    next: str | None


async def record(
    ctx: Context,
    writing: Writing,
    who: Agent | Operator,
    action: str,
    *,
    thread: str | None = None,
    **detail: str | int | None,
) -> None:
    """Record a change in the transaction that makes it; `detail` holds ids, no written text."""
    await writing.tx.execute(
        Q.add_audit,
        id=ctx.ids(),
        at=writing.at,
        actor=who.id,
        action=action,
        thread=thread,
        detail=msgspec.json.encode(detail).decode(),
    )


def looked(ctx: Context, who: Agent, action: str, *, thread: str | None = None) -> None:
    """Note that an agent has looked: `open` (a thread), `search`. Written by `write_looks`."""
    ctx.memory.looks.add(Look(ctx.ids(), ctx.clock(), who.id, action, thread))


async def write_looks(ctx: Context) -> bool:
    """Write a batch of looks; true where more wait. For a task of every half second, and at stop.

    What could not be written, or may not have been, waits for the next call: a line is written
    once, whatever happens.
    """
    looks = ctx.memory.looks.take(BATCH)
    if not looks:
        return False

    async def work(writing: Writing) -> None:
        for look in looks:
            await writing.tx.execute(
                Q.add_look,
                id=look.id,
                at=look.at,
                actor=look.actor,
                action=look.action,
                thread=look.thread,
            )

    try:
        await write(ctx, work, long=True)
    except BaseException:
        ctx.memory.looks.give_back(looks)
        raise
    return len(looks) == BATCH


async def list_audit(
    ctx: Context,
    who: Agent | Operator,
    *,
    thread: str | None = None,
    actor: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> AuditPage:
    """The log, newest first, of one thread or actor or of all. For admins."""
    demand(who, "administer")
    at, line = _place(cursor)

    async def look(tx: Tx) -> list[Row]:
        before: dict[str, Value] = {"at": at, "id": line, "actor": actor, "limit": limit + 1}
        if thread is None:
            return await tx.fetch(Q.list_audit, **before)
        return await tx.fetch(Q.list_audit_of_thread, thread=thread, **before)

    rows = await ctx.store.read(look)
    people = await roster(ctx)
    more = len(rows) > limit
    return AuditPage(
        items=tuple(read_line(row, people) for row in rows[:limit]),
        next=f"{rows[limit - 1][1]}.{rows[limit - 1][0]}" if more else None,
    )


def read_line(row: Row, people: Roster) -> AuditLine:
    """A row of `list_audit` as a line, with the actor's name of today."""
    line, at, actor, action, thread, detail = row
    return AuditLine(
        id=line,
        at=to_text(at),
        actor=Actor(actor, _name(actor, people)),
        action=action,
        thread=thread,
        detail=msgspec.json.decode(detail),
    )


def _name(actor: str, people: Roster) -> str | None:
    for one in (Operator(), PINBOX):
        if actor == one.id:
            return one.name
    found = people.agents.get(actor)
    return None if found is None else found.name


def _place(cursor: str | None) -> tuple[int, str]:
    """Where a page begins. Ids are lower-case hex and dashes: `g` is beyond all of them."""
    if cursor is None:
        return LARGEST, "g"
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadRequest.field("query.cursor", "is not a cursor of this list")
    return int(found[1]), found[2]
