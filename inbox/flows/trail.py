"""The trail of a thread's pushes: for each what was written, decided, sent, answered, acknowledged.

It is read from the outbox and the log as they stand, and holds neither text nor tokens. A message
at `seq` was told of by every push with `first_seq <= seq <= seq of the push`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core.errors import NotFound
from inbox.core.events import ReceiptEvent
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator
from inbox.core.pushes import PushState
from inbox.flows.access import get_seen
from inbox.flows.context import Context
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread

RECEIPTS = 500
"""Receipts that are shown beside a page of pushes."""
_LAST = "g"
"""Behind every id, which begin with a hexadecimal digit."""

State = Literal["waits", "leased", "sent", "failed", "suppressed", "collapsed", "expired", "gone"]


class TracedPush(msgspec.Struct, frozen=True):
    """One push to one device, and what became of it.

    `state`: `waits` (until `not_before`), `leased` by a worker, `sent` (the provider took it),
    `failed` (a dead letter, or a dead address), `suppressed` (the customer had seen it),
    `collapsed` (went `into` a newer one), `expired`, `gone` (no device left). `reason` says why, in
    our words or the provider's; `status` is what it answered last and `provider_id` its own name
    for the push.
    """

    id: str
    kind: Literal["message", "callback", "badge", "test"]
    device: str
    provider: str
    first_seq: int
    seq: int
    state: State
    reason: str | None
    attempts: int
    status: int | None
    provider_id: str | None
    into: str | None
    written_at: str
    """When what it tells of was written."""
    not_before: str
    expires_at: str
    claimed_at: str | None
    """When a worker took it last."""
    done_at: str | None


class TracedReceipt(msgspec.Struct, frozen=True):
    """The customer has received, or read, everything up to a place."""

    kind: Literal["delivered", "read"]
    upto: int
    at: str


class Trail(msgspec.Struct, frozen=True):
    """Pushes of a thread, newest first, and what the customer acknowledged since the oldest.

    `reachable`: a device may take pushes. `rings_from`: from this message on nothing was brought to
    the devices yet (0: the unread count alone). `seen_in_front`: how far an app in front has
    acknowledged. `next` is the `before` of the next page, none at the end.
    """

    thread: str
    reachable: bool
    rings_from: int | None
    seen_in_front: int
    pushes: tuple[TracedPush, ...]
    receipts: tuple[TracedReceipt, ...]
    next: str | None


async def push_trail(
    ctx: Context,
    who: Agent | Operator,
    *,
    thread: str,
    before: str | None = None,
    limit: int = 50,
) -> Trail:
    """The pushes of a thread, those before one of them where it is named.

    Pushes that are over are kept for `push_trail_days`. For the operator, and for agents who see
    the thread; NotFound.
    """

    async def look(tx: Tx) -> tuple[Thread, list[Row], list[Row]]:
        known = await _find(tx, who, thread)
        rows = await tx.fetch(Q.pushes_of, thread=thread, before=before or _LAST, limit=limit + 1)
        since = min((row[4] for row in rows[:limit]), default=known.head)
        told = await tx.fetch(Q.receipts_after, thread=thread, seq=since, limit=RECEIPTS)
        return known, rows, told

    known, rows, told = await ctx.store.read(look)
    pushes = tuple(_push(row) for row in rows[:limit])
    return Trail(
        thread=thread,
        reachable=known.reachable,
        rings_from=known.rings_from,
        seen_in_front=known.customer_seen,
        pushes=pushes,
        receipts=tuple(one for row in told if (one := _receipt(row)) is not None),
        next=pushes[-1].id if len(rows) > limit else None,
    )


async def customer_trail(
    ctx: Context, who: Operator, *, customer: str, before: str | None = None, limit: int = 50
) -> Trail:
    """The same by the customer's id. NotFound where it is nobody's."""

    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.get_thread_of, customer=customer)

    row = await ctx.store.read(look)
    if row is None:
        raise NotFound("there is no such customer")
    return await push_trail(ctx, who, thread=row[0], before=before, limit=limit)


async def _find(tx: Tx, who: Agent | Operator, thread: str) -> Thread:
    if isinstance(who, Agent):
        return await get_seen(tx, who, thread)
    row = await tx.fetch_one(Q.get_thread, thread=thread)
    if row is None:
        raise NotFound("there is no such thread")
    return read_thread(row)


def _push(row: Row) -> TracedPush:
    push, kind, device, provider, first_seq, seq, state = row[:7]
    reason, attempts, status, provider_id, into = row[7:12]
    written, not_before, expires, claimed, done = row[12:]
    word: State = PushState(state).name.lower()  # type: ignore[assignment]  # the same words
    return TracedPush(
        id=push,
        kind=kind,
        device=device,
        provider=provider,
        first_seq=first_seq,
        seq=seq,
        state=word,
        reason=reason,
        attempts=attempts,
        status=status,
        provider_id=provider_id,
        into=into,
        written_at=to_text(written),
        not_before=to_text(not_before),
        expires_at=to_text(expires),
        claimed_at=None if claimed is None else to_text(claimed),
        done_at=None if done is None else to_text(done),
    )


_read_receipt = msgspec.json.Decoder(ReceiptEvent).decode


def _receipt(row: Row) -> TracedReceipt | None:
    _, kind, at, payload = row
    told = _read_receipt(payload)
    return TracedReceipt(kind, told.upto, to_text(at)) if told.who == "customer" else None
