"""How far each side has received and read. Monotone, clamped to the head; read raises delivered.

A receipt makes an event only when it newly covers a message of the other side, and at most one of
a kind per sender and thread in `receipts_interval_ms`: what comes within it is joined and stored
at its end. Either way the caller is answered when the write is on disk.
"""

from __future__ import annotations

import msgspec

from inbox.core.events import ReceiptEvent, Side
from inbox.core.policy import Agent, Customer
from inbox.flows.access import get_seen, lock_seen
from inbox.flows.context import Context, Writing, write
from inbox.flows.log import Entry, append_receipts
from inbox.flows.rings import ring_badge
from inbox.flows.turns import Marks
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Thread


async def ack(
    ctx: Context, who: Customer | Agent, *, thread: str, upto: int, in_front: bool = False
) -> None:
    """Everything up to `upto` was shown or stored on a device of this side.

    `in_front`: by a customer's app that people look at, so that no push needs to tell of it.
    """
    await _mark(ctx, who, thread, Marks(delivered=upto, seen=upto if in_front else 0))


async def read(
    ctx: Context, who: Customer | Agent, *, thread: str, upto: int, device: str | None = None
) -> None:
    """Everything up to `upto` was read by this side, and so delivered.

    An agent's own place moves too, by which its unread messages are counted; a customer's other
    devices than this one are told the count that is left.
    """
    await _mark(ctx, who, thread, Marks(delivered=upto, read=upto, device=device))


async def _mark(ctx: Context, who: Customer | Agent, thread: str, marks: Marks) -> None:
    async def look(tx: Tx) -> bool:
        known = await get_seen(tx, who, thread)
        if marks.read and isinstance(who, Agent) and await _own_place_moves(tx, who, known, marks):
            return True
        return (await _raise(ctx, tx, known, _side(who), marks))[0] != known

    if not await ctx.store.read(look):
        return

    async def flush(marks: Marks) -> None:
        await _store(ctx, who, thread, marks)

    await ctx.memory.receipts.join(
        f"{who.id}@{thread}",
        marks,
        interval=ctx.settings.receipts_interval_ms / 1000,
        flush=flush,
    )


async def _store(ctx: Context, who: Customer | Agent, thread: str, marks: Marks) -> None:
    async def work(writing: Writing) -> None:
        tx = writing.tx
        before = await lock_seen(tx, who, thread)
        if marks.read and isinstance(who, Agent):
            place = min(marks.read, before.head)
            await tx.execute(Q.raise_agent_read, agent=who.id, thread=thread, upto=place)
        after, entries = await _raise(ctx, tx, before, _side(who), marks)
        if after.customer_read > before.customer_read:
            after = ring_badge(ctx, writing, after, read_on=marks.device)
        if after != before:
            await append_receipts(writing, after, entries)

    await write(ctx, work)


async def _own_place_moves(tx: Tx, who: Agent, thread: Thread, marks: Marks) -> bool:
    row = await tx.fetch_one(Q.agent_read, agent=who.id, thread=thread.id)
    return min(marks.read, thread.head) > (0 if row is None else row[0])


async def _raise(
    ctx: Context, tx: Tx, before: Thread, side: Side, marks: Marks
) -> tuple[Thread, list[Entry]]:
    """The thread with this side's marks raised, and an event for each that covers a message.

    What an app in front has acknowledged matters to pushes alone: it is no event.
    """
    after, entries = before, []
    if ctx.push and before.reachable and side == "customer":
        was, now = max(before.customer_seen, before.customer_read), min(marks.seen, before.head)
        if now > was and await _covers(tx, before.id, side, was, now):
            after = msgspec.structs.replace(after, customer_seen=now)
    for kind, upto in (("delivered", marks.delivered), ("read", marks.read)):
        field = f"{side}_{kind}"
        was, now = getattr(before, field), min(upto, before.head)
        if now > was and await _covers(tx, before.id, side, was, now):
            after = msgspec.structs.replace(after, **{field: now})
            entries.append(Entry(kind, ReceiptEvent(side, now)))
    received = max(getattr(after, f"{side}_delivered"), getattr(after, f"{side}_read"))
    return msgspec.structs.replace(after, **{f"{side}_delivered": received}), entries


async def _covers(tx: Tx, thread: str, side: Side, after: int, upto: int) -> bool:
    row = await tx.fetch_one(Q.other_side_between, thread=thread, after=after, upto=upto, side=side)
    return row is not None


def _side(who: Customer | Agent) -> Side:
    return "agent" if isinstance(who, Agent) else "customer"
