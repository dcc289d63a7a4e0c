"""What admins ask for of webhooks: endpoints, secrets, deliveries, and trying them."""

from __future__ import annotations

from inbox.core.policy import Agent
from inbox.flows import deliveries, endpoints
from inbox.flows.deliveries import Deliveries, Delivery, Retried
from inbox.flows.endpoints import NewSecret, WebhookDetail, WebhookDetails, WebhookDraft
from inbox.hooks.trial import Tried, try_out
from inbox.web.route import Call
from inbox.web.shapes import Delivered, Rotation


async def list_webhooks(call: Call[Agent, None, None]) -> WebhookDetails:
    """Every endpoint that is told what happens, and how it stands; without secrets."""
    return await endpoints.list_webhooks(call.ctx, call.who)


async def add_webhook(call: Call[Agent, WebhookDraft, None]) -> NewSecret:
    """Make an endpoint. Its secret is shown this once; it is told what happens from now on.

    `with_text`: messages carry their text; without it no text of a message leaves Pinbox.
    """
    return await endpoints.add_webhook(call.ctx, call.who, call.body)


async def change_webhook(call: Call[Agent, WebhookDraft, None]) -> WebhookDetail:
    """Replace what an endpoint is; with `active` it is switched on and off.

    Switched on again it gets what waited; dead letters have to be sent again.
    """
    return await endpoints.change_webhook(
        call.ctx, call.who, webhook=call.path["webhook"], draft=call.body
    )


async def remove_webhook(call: Call[Agent, None, None]) -> None:
    """Forget an endpoint, and all that was or is to be told to it."""
    await endpoints.remove_webhook(call.ctx, call.who, webhook=call.path["webhook"])


async def rotate_secret(call: Call[Agent, Rotation, None]) -> NewSecret:
    """Give an endpoint a new secret, which is shown this once.

    Deliveries are signed with both for `keep_hours`; with 0 the old one ends at once.
    """
    return await endpoints.rotate_secret(
        call.ctx, call.who, webhook=call.path["webhook"], keep_hours=call.body.keep_hours
    )


async def list_deliveries(call: Call[Agent, None, Delivered]) -> Deliveries:
    """What was told to an endpoint, what waits, or (`state=dead`) what could not be told.

    Newest first. Messages are shown without their text, whatever the endpoint gets.
    """
    query = call.query
    return await deliveries.list_deliveries(
        call.ctx,
        call.who,
        webhook=call.path["webhook"],
        state=query.state,
        before=query.before,
        limit=query.limit,
    )


async def retry_delivery(call: Call[Agent, None, None]) -> Delivery:
    """Send a delivery again, at once and from the start, under the same `webhook-id`."""
    return await deliveries.retry_delivery(
        call.ctx, call.who, webhook=call.path["webhook"], delivery=call.path["delivery"]
    )


async def retry_dead(call: Call[Agent, None, None]) -> Retried:
    """Send all dead letters of an endpoint again."""
    return await deliveries.retry_dead(call.ctx, call.who, webhook=call.path["webhook"])


async def try_webhook(call: Call[Agent, None, None]) -> Tried:
    """Post one event of type `test` now, and give the endpoint's answer. Nothing is stored."""
    return await try_out(call.ctx, call.who, webhook=call.path["webhook"])
