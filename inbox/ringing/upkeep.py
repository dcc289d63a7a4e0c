"""What is done with the outbox now and then: what is overdue is ended, what waits is counted."""

from __future__ import annotations

from collections import Counter

from inbox.flows.context import Context, Writing, write
from inbox.store.engine import Tx
from inbox.store.queries import Q
from push.model import ProviderName
from push.stats import Waiting

AT_ONCE = 500


async def expire_overdue(ctx: Context) -> Counter[ProviderName]:
    """End the pushes that nobody needs any more, whoever held them back; how many of which service.

    A worker ends those that it claims. Here are the others: of a service that is not set up, and
    of circuits that are open.
    """

    async def work(writing: Writing) -> list[ProviderName]:
        rows = await writing.tx.fetch(Q.expire_pushes, now=writing.at, limit=AT_ONCE)
        return [row[0] for row in rows]

    ended = Counter[ProviderName]()
    while some := await write(ctx, work, long=True):
        ended.update(some)
    return ended


async def take_back(ctx: Context) -> int:
    """End every lease, where no other process can have one; how many there were."""

    async def work(writing: Writing) -> int:
        return await writing.tx.execute(Q.return_all_pushes)

    return await write(ctx, work, long=True)


async def count_waiting(ctx: Context) -> dict[ProviderName, Waiting]:
    """What waits for each service; what is due and waits longest says how late we are."""
    now = ctx.clock()

    async def look(tx: Tx) -> dict[ProviderName, Waiting]:
        return {
            provider: Waiting(rows, max(0, now - due) if due is not None else 0)
            for provider, rows, due in await tx.fetch(Q.count_waiting_pushes, now=now)
        }

    return await ctx.store.read(look)
