"""Conversations go back to the queue: their owner is away, has gone, or has not answered in time.

Nothing is ownerless and nothing is stuck: a conversation that somebody has while its customer waits
has a moment at which it is looked at (`threads.take_back_at`), unless its owner is on duty and the
team takes nothing back. Each is acted on in a transaction that looks again under the lock, so of
several processes one does it, once.
"""

from __future__ import annotations

import msgspec

from inbox.core import duty as rules
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import Handed, grace, is_member, is_open, take_back, waits
from inbox.flows.log import append
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread

SETTLED_MS = 5_000
"""So long another process may hand something to who has just left, not having heard of it."""
STEP_MS = 60_000
"""Clocks that are as much later than they ought to be are begun anew."""
UNSET = 0
"""A clock that is to be set: of what a cover gave back, and what was there before clocks were."""


async def take_back_due(ctx: Context, *, limit: int = 200) -> int:
    """Look at what is due; how much was. A server's clock that was set back begins all anew."""
    looked_at, ctx.memory.looked_at = ctx.memory.looked_at, ctx.clock()
    if ctx.memory.looked_at <= looked_at - STEP_MS:
        for team in (await roster(ctx)).teams:
            await begin_clocks_anew(ctx, team)

    async def due(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.due_take_backs, now=ctx.clock(), limit=limit)

    threads = [row[0] for row in await ctx.store.read(due)]
    for thread in threads:
        await _look_again(ctx, thread)
    return len(threads)


async def begin_clocks_anew(ctx: Context, team: str) -> None:
    """Hours, rules or the time have changed: a team's clocks begin now, row by row."""

    async def held(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.held_in, team=team)

    for (thread,) in await ctx.store.read(held):

        async def work(writing: Writing, thread: str = thread) -> None:
            await writing.tx.execute(Q.unset_clock, thread=thread)

        await write(ctx, work)


async def look_through_left(ctx: Context) -> int:
    """Take back what those had who went off duty, were disabled or left a team; how many did.

    What belongs to a team that is closed now stays theirs until after the opening.
    """

    async def all_left(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.all_left)

    found = await ctx.store.read(all_left)
    for agent, left_at in found:

        async def held(tx: Tx, agent: str = agent) -> list[Row]:
            return await tx.fetch(Q.held_by, agent=agent)

        for (thread,) in await ctx.store.read(held):
            await _look_again(ctx, thread, left=(agent, left_at))
        if ctx.clock() - left_at >= SETTLED_MS:

            async def done(writing: Writing, agent: str = agent, left_at: int = left_at) -> None:
                await writing.tx.execute(Q.looked_through, agent=agent, left_at=left_at)

            await write(ctx, done)
    return len(found)


async def _look_again(ctx: Context, thread: str, *, left: tuple[str, int] | None = None) -> None:
    people = await roster(ctx)

    async def work(writing: Writing) -> None:
        row = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
        if row is None:
            return
        before = read_thread(row)
        if left is not None and before.assignee_id != left[0]:
            return
        if left is None and (before.take_back_at is None or before.take_back_at > writing.at):
            return
        after, entries = await _decide(
            ctx, writing, before, people=people, left_at=None if left is None else left[1]
        )
        if after != before:
            await append(writing, before, after, entries)

    await write(ctx, work)


async def _decide(
    ctx: Context, writing: Writing, thread: Thread, *, people: Roster, left_at: int | None
) -> Handed:
    """What becomes of it: because its time has come, or because its owner left at `left_at`.

    In the second case the hours of then count: who went home when the team closed keeps it.
    """
    due = left_at is None
    team, holder = thread.serving_team, thread.assignee_id or ""
    member = is_member(people, thread, holder)
    if not waits(thread) or thread.assignee_id is None:
        if member or thread.assignee_id is None or thread.state == "resolved":
            return msgspec.structs.replace(thread, take_back_at=None), []
        return await take_back(writing, thread, "left the team", people=people, grace_ms=grace(ctx))
    row = await writing.tx.fetch_one(Q.get_duty, agent=holder)
    on_duty = row is not None and row[0] is not None
    opened = is_open(people, team, writing.at if left_at is None else left_at)
    own = people.rules_of(team)
    why = rules.goes_back(is_member=member, on_duty=on_duty, is_open=opened)
    overdue = due and thread.take_back_at != UNSET
    if why is None and overdue and opened and own.take_back_after:
        why = "not answered"
    if why is not None and (why != "off duty" or not due or overdue):
        return await take_back(writing, thread, why, people=people, grace_ms=grace(ctx))
    if not due and thread.take_back_at is not None:
        return thread, []
    later = rules.take_back_at(
        people.hours_of(team), writing.at, rules=own, on_duty=on_duty, grace_ms=grace(ctx)
    )
    return msgspec.structs.replace(thread, take_back_at=later), []
