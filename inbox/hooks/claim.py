"""Lease what is due for one endpoint, and store what became of it, fenced by the claim."""

from __future__ import annotations

import msgspec

from inbox.core.cursor import LARGEST
from inbox.core.events import MessageEvent
from inbox.core.webhooks import (
    OFF_AFTER,
    PATIENT,
    DeliveryState,
    MessageTold,
    breather,
    pause,
    read_envelope,
    read_told,
    with_text,
)
from inbox.flows.context import Context, Writing, write
from inbox.flows.signin import move_registry
from inbox.flows.webhooks import HOUR_MS, kind_of
from inbox.hooks.sender import Outcome
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Webhook, read_item, read_webhook

LEASE_MS = 120_000
"""More than an endpoint is given to answer, and what the database may take besides."""
TOGETHER = 500
"""Rows that upkeep changes in one transaction."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one endpoint."""

    id: str
    webhook: Webhook
    """The endpoint as it was when this was claimed."""
    event: str
    body: str
    attempts: int
    """This one included."""
    expires_at: int
    created_at: int
    claim: str
    began: int


async def claim(ctx: Context, webhook: str, *, room: int) -> list[Delivery]:
    """Lease up to `room` due deliveries of an endpoint, ready to be sent.

    None of one that is off or is left alone for now; one alone of one that keeps failing. What is
    kept of one that is no more goes away.
    """

    async def work(writing: Writing) -> list[Delivery]:
        tx, name = writing.tx, ctx.ids()
        row = await tx.fetch_one(Q.get_webhook, id=webhook)
        if row is None:
            await tx.execute(Q.drop_deliveries, kind=kind_of(webhook), limit=TOGETHER)
            return []
        known = read_webhook(row)
        if known.off_at is not None or known.paused_until > writing.at:
            return []
        rows = await tx.fetch(
            Q.claim_jobs,
            kind=kind_of(webhook),
            now=writing.at,
            limit=1 if known.failures >= PATIENT else room,
            worker=name,
            lease_until=writing.at + LEASE_MS,
        )
        return [
            Delivery(
                id=job,
                webhook=known,
                event=event,
                body=await _body(tx, known, payload),
                attempts=attempts,
                expires_at=expires_at,
                created_at=created_at,
                claim=name,
                began=writing.at,
            )
            for job, event, payload, attempts, expires_at, created_at in rows
        ]

    return await write(ctx, work)


async def _body(tx: Tx, webhook: Webhook, payload: str) -> str:
    """What is posted: a message's text is read where it stands, so that it is kept nowhere else."""
    if not webhook.with_text:
        return payload
    known = read_envelope(payload)
    if known.type != MessageTold.type:
        return payload
    told = read_told(known.data)
    row = await tx.fetch_one(Q.get_item, thread=told.thread, seq=told.seq)
    item = None if row is None else read_item(row)
    if item is None or item.type != "message":  # erased since
        return payload
    event = item.event()
    return with_text(payload, event.message.body) if isinstance(event, MessageEvent) else payload


async def settle(ctx: Context, delivery: Delivery, outcome: Outcome, *, chance: float) -> str:
    """Store what became of a delivery: `delivered`, `later` or `dead`, or `off` with its endpoint.

    What another claim holds by now stays as it is.
    """

    async def work(writing: Writing) -> str:
        if outcome.works:
            await writing.tx.execute(Q.webhook_works, id=delivery.webhook.id)
            await _finish(writing, delivery, outcome, DeliveryState.DELIVERED)
            return "delivered"
        return await _again(ctx, writing, delivery, outcome, chance)

    return await write(ctx, work)


async def _again(
    ctx: Context, writing: Writing, delivery: Delivery, outcome: Outcome, chance: float
) -> str:
    known, at = delivery.webhook, writing.at
    await writing.tx.execute(
        Q.webhook_failed,
        id=known.id,
        now=at,
        until=at + breather(known.failures + 1, chance=chance),
        reason=outcome.reason,
        began=delivery.began,
    )
    if outcome.wait_ms:
        await writing.tx.execute(Q.webhook_waits, id=known.id, until=at + outcome.wait_ms)
    why = _why_off(ctx, known, outcome, at=at)
    off = why is not None and await writing.tx.execute(
        Q.webhook_off, id=known.id, now=at, reason=why
    )
    if off:
        await move_registry(writing)
    next_try = at + max(pause(delivery.attempts, chance=chance), outcome.wait_ms)
    if outcome.gone or next_try >= delivery.expires_at:
        await _finish(writing, delivery, outcome, DeliveryState.DEAD)
        return "off" if off else "dead"
    await writing.tx.execute(
        Q.postpone_job,
        id=delivery.id,
        worker=delivery.claim,
        not_before=next_try,
        status=outcome.status,
        reason=outcome.reason,
    )
    return "off" if off else "later"


def _why_off(ctx: Context, known: Webhook, outcome: Outcome, *, at: int) -> str | None:
    if outcome.gone:
        return "the endpoint answered 410 Gone"
    hours, since = ctx.settings.webhook_off_hours, known.failing_since
    if not hours or since is None or known.failures < OFF_AFTER or at - since < hours * HOUR_MS:
        return None
    return f"nothing but failures for {hours} hours; the last one: {outcome.reason}"


async def _finish(
    writing: Writing, delivery: Delivery, outcome: Outcome, state: DeliveryState
) -> None:
    await writing.tx.execute(
        Q.finish_job,
        id=delivery.id,
        worker=delivery.claim,
        state=state.value,
        now=writing.at,
        status=outcome.status,
        reason=outcome.reason,
    )


async def release(ctx: Context, delivery: Delivery) -> None:
    """Give back what was not sent to its end: it is sent again as soon as somebody is there."""

    async def work(writing: Writing) -> None:
        await writing.tx.execute(
            Q.postpone_job,
            id=delivery.id,
            worker=delivery.claim,
            not_before=writing.at,
            status=None,
            reason="the server stopped before it had an answer",
        )

    await write(ctx, work)


async def take_back(ctx: Context, *, all_of_them: bool = False) -> int:
    """Take back what dead workers held when its lease is over, or at once; how many."""

    async def work(writing: Writing) -> int:
        now = LARGEST if all_of_them else writing.at
        return await writing.tx.execute(Q.return_lapsed_jobs, now=now)

    return await write(ctx, work)
