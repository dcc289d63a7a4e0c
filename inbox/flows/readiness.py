"""Whether this process can store and can read: asked by load balancers, proven by doing both."""

from __future__ import annotations

import asyncio

from inbox.core.errors import NotDurable
from inbox.flows.context import Context, Writing, write
from inbox.store.checkup import is_lost
from inbox.store.engine import Tx
from inbox.store.queries import Q

_MARK = "ready_at"


async def check_ready(ctx: Context, *, within_s: float = 5.0) -> None:
    """Write a mark, durably, and read it. Raises NotDurable or Overloaded where that cannot be.

    Nor may the database's file have been moved, removed or replaced: a mark in it would be lost.
    """
    if await asyncio.to_thread(is_lost, ctx.store):
        raise NotDurable("the database file is no longer the one that is open", retry_after=60.0)

    async def put(writing: Writing) -> None:
        await writing.tx.execute(Q.put_meta, key=_MARK, value=str(writing.at))

    async def get(tx: Tx) -> bool:
        return await tx.fetch_one(Q.get_meta, key=_MARK) is not None

    try:
        async with asyncio.timeout(within_s):
            await write(ctx, put)
            found = await ctx.store.read(get)
    except TimeoutError:
        raise NotDurable(f"no write and read within {within_s:g} s", retry_after=5.0) from None
    if not found:
        raise NotDurable("what was written could not be read", retry_after=5.0)
