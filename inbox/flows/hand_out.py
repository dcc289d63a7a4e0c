"""The queue of a team is handed out: at once when hands come free, and looked at now and then.

The look now and then finds what a crash, another process's move or passing time has left: an agent
has fewer active conversations fifteen minutes after an answer than they had before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from inbox.core import duty as rules
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import give, grace, least_loaded, waits
from inbox.flows.log import append
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_thread

REPAIRED_EVERY_S = 10.0
AT_ONCE = 50


async def keep_handing_out(ctx: Context) -> None:
    """Hand out for ever: where it is asked for, and everywhere every ten seconds."""
    while True:
        try:
            async with asyncio.timeout(REPAIRED_EVERY_S):
                await ctx.memory.freed.wait()
            teams: Iterable[str] = ctx.memory.freed.take()
        except TimeoutError:
            teams = (await roster(ctx)).teams
        for team in teams:
            await hand_out(ctx, team)


async def hand_out(ctx: Context, team: str) -> int:
    """Hand out what a team's queue has for those on duty, the longest wait first; how many.

    In a team that pulls that is what somebody on duty answered last. Each conversation in a
    transaction that looks again under the lock: of several processes one hands it out.
    """
    people = await roster(ctx)
    members = people.members.get(team, ())
    if not any(people.agents[one].on_duty for one in members):
        return 0
    pulls = people.rules_of(team).handing == "pull"
    query = Q.queue_of_known if pulls else Q.in_queue
    handed, since, after = 0, -1, ""
    while await _has_room(ctx, people, team):

        async def look(tx: Tx, since: int = since, after: str = after) -> list[Row]:
            return await tx.fetch(query, team=team, since=since, after=after, limit=AT_ONCE)

        rows = await ctx.store.read(look)
        for thread, _ in rows:
            if await _hand_out_one(ctx, people, thread):
                handed += 1
            elif not await _has_room(ctx, people, team):
                return handed
        if len(rows) < AT_ONCE:
            break
        after, since = rows[-1]
    return handed


async def _has_room(ctx: Context, people: Roster, team: str) -> bool:
    """Whether somebody on duty may be given one more."""
    limit = rules.soft_limit(people.rules_of(team))
    at = ctx.clock()
    loads = await ctx.store.read(lambda tx: least_loaded(tx, team, at=at))
    return any(limit is None or one.active < limit for one in loads)


async def _hand_out_one(ctx: Context, people: Roster, thread: str) -> bool:
    async def work(writing: Writing) -> bool:
        row = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
        before = None if row is None else read_thread(row)
        if before is None or not waits(before) or before.assignee_id is not None:
            return False
        after, entries = await give(writing, before, people=people, grace_ms=grace(ctx))
        if entries:
            await append(writing, before, after, entries)
        return bool(entries)

    return await write(ctx, work)
