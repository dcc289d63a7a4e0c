"""What was told to an endpoint and what could not be: dead letters can be seen and sent again."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from inbox.core.errors import Conflict, NotFound
from inbox.core.hints import WEBHOOKS
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator
from inbox.core.webhooks import DeliveryState
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.endpoints import get_webhook
from inbox.flows.signin import demand_admin_still
from inbox.flows.webhooks import HOUR_MS, kind_of
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Webhook
from inbox.store.rows import sure

TOGETHER = 200
"""Dead letters that are sent again in one transaction."""
_LAST = "g"
"""Behind every id, which begin with a hexadecimal digit."""

Shown = Literal["all", "waiting", "dead"]
State = Literal["waits", "leased", "delivered", "dead"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one endpoint, and what became of it.

    `state`: `waits` (until `not_before`), `leased` (on its way), `delivered`, `dead`. `status` is
    what the endpoint answered last, `reason` why that was no success. `payload` is what is posted,
    without a message's text.
    """

    id: str
    event: str
    type: str
    state: State
    attempts: int
    status: int | None
    reason: str | None
    created_at: str
    not_before: str
    done_at: str | None
    payload: dict[str, Any]


class Deliveries(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is the `before` of the next one, none at the end."""

    items: tuple[Delivery, ...]
    next: str | None


class Retried(msgspec.Struct, frozen=True):
    """How many are sent again."""

    count: int


async def list_deliveries(
    ctx: Context,
    who: Agent | Operator,
    *,
    webhook: str,
    state: Shown = "all",
    before: str | None = None,
    limit: int = 50,
) -> Deliveries:
    """What was told to an endpoint, or waits, or is dead. For admins; NotFound.

    What has ended is kept for `webhook_trail_days`.
    """
    await get_webhook(ctx, who, webhook=webhook)
    query = {
        "all": Q.list_deliveries,
        "dead": Q.list_dead_deliveries,
        "waiting": Q.list_waiting_deliveries,
    }[state]

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(query, kind=kind_of(webhook), before=before or _LAST, limit=limit + 1)

    rows = await ctx.store.read(look)
    items = tuple(_read(row) for row in rows[:limit])
    return Deliveries(items, items[-1].event if len(rows) > limit else None)


async def retry_delivery(
    ctx: Context, who: Agent | Operator, *, webhook: str, delivery: str
) -> Delivery:
    """Send a delivery again, at once and from the start, under the same id of the event.

    For admins. Raises NotFound, and Conflict where it is on its way or the endpoint is off.
    """
    _demand_on(await get_webhook(ctx, who, webhook=webhook))

    async def work(writing: Writing) -> Delivery:
        tx, kind = writing.tx, kind_of(webhook)
        await demand_admin_still(tx, who)
        if await tx.fetch_one(Q.get_delivery, kind=kind, id=delivery) is None:
            raise NotFound("there is no such delivery")
        done = await tx.execute(
            Q.retry_delivery,
            kind=kind,
            id=delivery,
            now=writing.at,
            expires_at=_expires_at(ctx, writing),
        )
        if not done:
            raise Conflict("it is on its way")
        writing.moved(WEBHOOKS, writing.at)
        await record(ctx, writing, who, "webhook.retry", webhook=webhook, delivery=delivery)
        return _read(sure(await tx.fetch_one(Q.get_delivery, kind=kind, id=delivery)))

    return await write(ctx, work)


async def retry_dead(ctx: Context, who: Agent | Operator, *, webhook: str) -> Retried:
    """Send all dead letters of an endpoint again, oldest first. For admins; NotFound, Conflict."""
    _demand_on(await get_webhook(ctx, who, webhook=webhook))

    async def work(writing: Writing) -> int:
        tx = writing.tx
        await demand_admin_still(tx, who)
        done = await tx.execute(
            Q.retry_dead_deliveries,
            kind=kind_of(webhook),
            now=writing.at,
            expires_at=_expires_at(ctx, writing),
            limit=TOGETHER,
        )
        if done:
            writing.moved(WEBHOOKS, writing.at)
            await record(ctx, writing, who, "webhook.retry", webhook=webhook, count=done)
        return done

    total = 0
    while done := await write(ctx, work, long=True):
        total += done
    return Retried(total)


def _demand_on(known: Webhook) -> None:
    if known.off_at is not None:
        raise Conflict("the webhook is switched off; switch it on first")


def _expires_at(ctx: Context, writing: Writing) -> int:
    return writing.at + ctx.settings.webhook_retry_hours * HOUR_MS


def _read(row: Row) -> Delivery:
    delivery, event, payload, state, attempts, status, reason, created, not_before, done = row
    told = msgspec.json.decode(payload)
    word: State = DeliveryState(state).name.lower()  # type: ignore[assignment]  # the same words
    return Delivery(
        id=delivery,
        event=event,
        type=told["type"],
        state=word,
        attempts=attempts,
        status=status,
        reason=reason,
        created_at=to_text(created),
        not_before=to_text(not_before),
        done_at=None if done is None else to_text(done),
        payload=told,
    )
