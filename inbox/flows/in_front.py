"""Whose app is in front: for so long pushes wait a moment for its acknowledgement.

Each live connection that says so has a row, since whoever sends pushes may be another process. A
row that outlives its process costs a push that moment and nothing else.
"""

from __future__ import annotations

from inbox.core.policy import Customer
from inbox.flows.context import Context, Writing, write
from inbox.store.queries import Q, Value

LASTS_MS = 900_000
RENEW_S = 300.0
"""How often `renew_in_front` is to be called."""


async def note_in_front(ctx: Context, who: Customer, *, connection: str, on: bool) -> None:
    """A connection's app comes to the front, or goes. Nothing where nobody is pushed to."""
    if not ctx.push or on == (connection in ctx.memory.in_front):
        return
    if on:
        ctx.memory.in_front[connection] = who.thread
    else:
        del ctx.memory.in_front[connection]

    async def work(writing: Writing) -> None:
        if on:
            await writing.tx.execute(
                Q.put_in_front,
                connection=connection,
                thread=who.thread,
                until=writing.at + LASTS_MS,
            )
        else:
            await writing.tx.execute(Q.drop_in_front, connection=connection)

    await write(ctx, work)


async def renew_in_front(ctx: Context) -> None:
    """Say again who is in front here, and forget what dead processes have left."""

    async def work(writing: Writing) -> None:
        until = writing.at + LASTS_MS
        rows: list[dict[str, Value]] = [
            {"connection": connection, "thread": thread, "until": until}
            for connection, thread in ctx.memory.in_front.items()
        ]
        await writing.tx.execute_many(Q.put_in_front, rows)
        await writing.tx.execute(Q.sweep_in_front, now=writing.at)

    if ctx.push:
        await write(ctx, work, long=True)
