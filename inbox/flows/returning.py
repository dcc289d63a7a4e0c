"""Leases that are over: conversations come back by themselves, once, whatever stopped meanwhile."""

from __future__ import annotations

from inbox.core.cover import hands_back_at
from inbox.flows import leases
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.log import append
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import read_thread

TOGETHER = 50
"""Threads in one transaction: after a storm thousands come back, and sends must not wait long."""


async def return_due(ctx: Context) -> bool:
    """Give back what is due, and look later at what is in the middle of an exchange.

    Each is looked at again under its thread's lock: of several processes one gives it back, and a
    lease that was changed meanwhile runs on. True where more may be due. For a task of every
    second.
    """

    async def look(tx: Tx) -> list[str]:
        rows = await tx.fetch(Q.due_covers, now=ctx.clock(), limit=TOGETHER)
        return [row[0] for row in rows]

    due = await ctx.store.read(look)
    if not due:
        return False
    people = await roster(ctx)

    async def work(writing: Writing) -> None:
        for thread in sorted(due):
            await _look_at(writing, thread, people)

    await write(ctx, work, long=True)
    return len(due) == TOGETHER


async def _look_at(writing: Writing, thread: str, people: Roster) -> None:
    locked = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
    row = await writing.tx.fetch_one(Q.running_cover, thread=thread)
    if locked is None or row is None:
        return
    before, lease = read_thread(locked), leases.read_lease(row)
    back_at = hands_back_at(lease.ends_at, before.last_message_at)
    if writing.at < back_at:
        await writing.tx.execute(Q.put_off_cover, id=lease.id, due_at=back_at)
        if before.serving_until != lease.ends_at:  # its storm is over sooner than was said
            told = leases.say_end(before, lease, people, reason="storm is over")
            await append(writing, before, *told)
        return
    after, entries = await leases.give_back(writing, before, lease, people=people, why="time")
    await append(writing, before, after, entries)
