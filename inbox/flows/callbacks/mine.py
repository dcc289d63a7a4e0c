"""A customer's own callbacks."""

from __future__ import annotations

import msgspec

from inbox.core.events import CallbackCard
from inbox.core.policy import Customer
from inbox.flows.callbacks.keeping import card_of
from inbox.flows.context import Context, roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_callback


class MyCallbacks(msgspec.Struct, frozen=True):
    """The callbacks of a customer that are not over."""

    items: tuple[CallbackCard, ...]
    next: None = None


async def my_callbacks(ctx: Context, who: Customer) -> MyCallbacks:
    """What I have booked and what has not been settled yet."""

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.open_callback_of, thread=who.thread)

    people = await roster(ctx)
    rows = await ctx.store.read(look)
    return MyCallbacks(tuple(card_of(read_callback(row), people) for row in rows))
