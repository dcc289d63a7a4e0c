"""Operations on webhooks; an endpoint is named by its id, the end of that, or its label."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import BadRequest, NotFound
from inbox.core.webhooks import EventType
from inbox.flows import deliveries, endpoints
from inbox.flows.context import Context
from inbox.flows.deliveries import Deliveries, Retried, Shown
from inbox.flows.endpoints import (
    KEEP_HOURS,
    NewSecret,
    WebhookDetail,
    WebhookDetails,
    WebhookDraft,
)
from inbox.hooks.trial import Tried, try_out
from inbox.ops.operation import Nothing, Operation, Report
from inbox.ops.people import OPERATOR


class Named(msgspec.Struct, frozen=True):
    """Which endpoint."""

    webhook: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Which endpoint, and what to change of it; what is none stays."""

    webhook: str
    url: str | None = None
    types: tuple[EventType, ...] | None = None
    label: str | None = None
    with_text: bool | None = None
    active: bool | None = None


class Rotate(msgspec.Struct, frozen=True):
    """Which endpoint, and for how long the old secret is valid, too."""

    webhook: str
    keep_hours: int = KEEP_HOURS


class DeliveriesOf(msgspec.Struct, frozen=True):
    """Which endpoint's, in which state, and where to go on."""

    webhook: str
    state: Shown = "all"
    before: str | None = None
    limit: int = 50


class Retry(msgspec.Struct, frozen=True):
    """Which endpoint's, and which delivery; without one, all dead letters."""

    webhook: str
    delivery: str | None = None


async def list_webhooks(ctx: Context, _asked: Nothing, _report: Report) -> WebhookDetails:
    """Every endpoint."""
    return await endpoints.list_webhooks(ctx, OPERATOR)


async def add_webhook(ctx: Context, asked: WebhookDraft, _report: Report) -> NewSecret:
    """Make one."""
    return await endpoints.add_webhook(ctx, OPERATOR, asked)


async def change_webhook(ctx: Context, asked: Change, _report: Report) -> WebhookDetail:
    """Change one."""
    known = await _find(ctx, asked.webhook)
    draft = WebhookDraft(
        url=known.url if asked.url is None else asked.url,
        types=known.types if asked.types is None else asked.types,
        label=known.label if asked.label is None else asked.label,
        with_text=known.with_text if asked.with_text is None else asked.with_text,
        active=known.active if asked.active is None else asked.active,
    )
    return await endpoints.change_webhook(ctx, OPERATOR, webhook=known.id, draft=draft)


async def remove_webhook(ctx: Context, asked: Named, _report: Report) -> Nothing:
    """Forget one."""
    known = await _find(ctx, asked.webhook)
    await endpoints.remove_webhook(ctx, OPERATOR, webhook=known.id)
    return Nothing()


async def rotate(ctx: Context, asked: Rotate, _report: Report) -> NewSecret:
    """Give one a new secret."""
    known = await _find(ctx, asked.webhook)
    return await endpoints.rotate_secret(
        ctx, OPERATOR, webhook=known.id, keep_hours=asked.keep_hours
    )


async def show_deliveries(ctx: Context, asked: DeliveriesOf, _report: Report) -> Deliveries:
    """What was or is to be told to one."""
    known = await _find(ctx, asked.webhook)
    return await deliveries.list_deliveries(
        ctx,
        OPERATOR,
        webhook=known.id,
        state=asked.state,
        before=asked.before,
        limit=asked.limit,
    )


async def retry(ctx: Context, asked: Retry, _report: Report) -> Retried:
    """Send one delivery again, or all dead letters."""
    known = await _find(ctx, asked.webhook)
    if asked.delivery is None:
        return await deliveries.retry_dead(ctx, OPERATOR, webhook=known.id)
    await deliveries.retry_delivery(ctx, OPERATOR, webhook=known.id, delivery=asked.delivery)
    return Retried(1)


async def try_webhook(ctx: Context, asked: Named, _report: Report) -> Tried:
    """Post a test event."""
    known = await _find(ctx, asked.webhook)
    return await try_out(ctx, OPERATOR, webhook=known.id)


async def _find(ctx: Context, name: str) -> WebhookDetail:
    """The one endpoint with this id or label, or whose id ends so."""
    known = (await endpoints.list_webhooks(ctx, OPERATOR)).items
    found = [one for one in known if name in {one.id, one.label}] or [
        one for one in known if name and one.id.endswith(name)
    ]
    if len(found) > 1:
        raise BadRequest(f"{name} is the name of more than one webhook; name one by its id")
    if not found:
        raise NotFound(f"there is no webhook {name}; see `pinbox webhook list`")
    return found[0]


WEBHOOKS: tuple[Operation[Any], ...] = (
    Operation("webhook.list", Nothing, list_webhooks),
    Operation("webhook.add", WebhookDraft, add_webhook),
    Operation("webhook.change", Change, change_webhook),
    Operation("webhook.remove", Named, remove_webhook),
    Operation("webhook.rotate", Rotate, rotate),
    Operation("webhook.deliveries", DeliveriesOf, show_deliveries),
    Operation("webhook.retry", Retry, retry),
    Operation("webhook.test", Named, try_webhook),
)
