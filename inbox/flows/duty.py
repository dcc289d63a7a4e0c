"""On duty: begun by choice, ended by choice, at the end of the shift, or after the grace unseen.

What somebody had whose customer waits goes back to the queue then. That is done apart from the end
itself, thread by thread, and marked until it is done, so that a crash between the two loses none.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core.instant import to_text
from inbox.core.policy import PINBOX, Agent, Operator
from inbox.core.shifts import ends_at
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import count_active, grace
from inbox.flows.roster import Roster
from inbox.flows.signin import move_registry
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_agent
from inbox.store.rows import sure

ALONE_MS = 60_000
"""So long without a look means that no server ran: nobody could be seen, so nobody was away."""
MARKED_EVERY_MS = 20_000
_MARK = "duty_looked_at"

Ended = Literal["choice", "shift", "unseen"]


class Duty(msgspec.Struct, frozen=True):
    """Whether the agent is on duty, since when, and when their shift ends it.

    `active` is how many of their conversations count for capacity.
    """

    on: bool
    since: str | None
    ends_at: str | None
    active: int


async def set_duty(ctx: Context, who: Agent, *, on: bool) -> Duty:
    """Go on duty, or off.

    The same choice again costs others nothing: a move of the registry makes everybody look anew.
    """
    people = await roster(ctx)
    now = ctx.clock()
    ctx.memory.presence.see(who.id, at=now)

    async def work(writing: Writing) -> None:
        await writing.tx.fetch(Q.lock_agent, agent=who.id)
        before = read_agent(sure(await writing.tx.fetch_one(Q.get_agent, agent=who.id)))
        if before.on_duty == on or before.disabled_at is not None:
            return
        if on:
            await _begin(ctx, writing, who, people)
        else:
            await _end(ctx, writing, who.id, by=who, why="choice")

    await write(ctx, work)
    return await get_duty(ctx, who.id)


async def get_duty(ctx: Context, agent: str) -> Duty:
    """Whether an agent is on duty."""

    async def look(tx: Tx) -> Duty:
        row = await tx.fetch_one(Q.get_duty, agent=agent)
        since, _, ends, _ = row or (None, 0, None, None)
        return Duty(
            on=since is not None,
            since=to_text(since) if since else None,
            ends_at=None if ends is None or since is None else to_text(ends),
            active=await count_active(tx, agent, at=ctx.clock()),
        )

    return await ctx.store.read(look)


async def end_due(ctx: Context) -> int:
    """End the duty of those whose shift is over or who were unseen for the grace; how many were.

    Each in a transaction that looks again under the lock: of several processes one ends it.
    """
    now = ctx.clock()

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.due_duty, now=now, unseen=now - grace(ctx))

    due = [row[0] for row in await ctx.store.read(look)]
    for agent in due:

        async def work(writing: Writing, agent: str = agent) -> None:
            await writing.tx.fetch(Q.lock_agent, agent=agent)
            row = await writing.tx.fetch_one(Q.get_duty, agent=agent)
            if row is None or row[0] is None:
                return
            _, seen, ends, _ = row
            if ends is not None and ends <= writing.at:
                await _end(ctx, writing, agent, by=PINBOX, why="shift")
            elif seen <= writing.at - grace(ctx):
                await _end(ctx, writing, agent, by=PINBOX, why="unseen")

        await write(ctx, work)
    return len(due)


async def write_presence(ctx: Context) -> None:
    """Tell the database whom this process has seen: of each who is on duty once a minute."""
    now, people = ctx.clock(), await roster(ctx)
    seen = {
        agent: at
        for agent, at in sorted(ctx.memory.presence.unwritten(now=now).items())
        if agent in people.agents and people.agents[agent].on_duty
    }

    async def work(writing: Writing) -> None:
        for agent, at in seen.items():  # in the order of their ids
            await writing.tx.execute(Q.saw_agent, agent=agent, at=at)

    if seen:
        await write(ctx, work)
        ctx.memory.presence.wrote(seen, now=now)


async def forgive_absence(ctx: Context) -> None:
    """Let everybody's grace begin anew where no process has looked for a minute.

    Called with every look. A restart, or a machine that slept, is nobody's absence.
    """

    async def look(tx: Tx) -> int | None:
        row = await tx.fetch_one(Q.get_meta, key=_MARK)
        return None if row is None else int(row[0])

    now, looked = ctx.clock(), await ctx.store.read(look)
    if looked is not None and 0 <= now - looked < MARKED_EVERY_MS:
        return

    async def work(writing: Writing) -> None:
        if looked is None or now - looked > ALONE_MS:
            await writing.tx.execute(Q.saw_everybody, at=writing.at)
        await writing.tx.execute(Q.put_meta, key=_MARK, value=str(writing.at))

    await write(ctx, work)


async def gauge_duty(ctx: Context) -> None:
    """Set how many are on duty in each team."""

    async def look(tx: Tx) -> dict[str, int]:
        return {row[0]: row[1] for row in await tx.fetch(Q.on_duty_by_team)}

    found = await ctx.store.read(look)
    teams = (await roster(ctx)).teams.values()
    ctx.metrics.on_duty({team.key: found.get(team.id, 0) for team in teams})


async def _begin(ctx: Context, writing: Writing, who: Agent, people: Roster) -> None:
    await writing.tx.execute(Q.set_duty, agent=who.id, on_duty=True)
    await writing.tx.execute(
        Q.begin_duty,
        agent=who.id,
        at=writing.at,
        ends_at=ends_at(people.shift_of(who.id), writing.at),
    )
    await record(ctx, writing, who, "duty.on", agent=who.id)
    await move_registry(writing)
    for team in people.teams_of(who.id):
        writing.free(team.id)


async def _end(
    ctx: Context, writing: Writing, agent: str, *, by: Agent | Operator, why: Ended
) -> None:
    await writing.tx.execute(Q.set_duty, agent=agent, on_duty=False)
    await writing.tx.execute(Q.end_duty, agent=agent, at=writing.at)
    await record(ctx, writing, by, "duty.off", agent=agent, why=why)
    writing.count("duty_ended", why)
    await move_registry(writing)
