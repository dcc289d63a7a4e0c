"""One event to try an endpoint: past the outbox, with the endpoint's own answer."""

from __future__ import annotations

import msgspec

from inbox.core.policy import Agent, Operator
from inbox.core.webhooks import make_test
from inbox.flows.context import Context
from inbox.flows.endpoints import get_webhook
from inbox.hooks.sender import Sender


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: a status where there was an answer; `reason` where it was no success."""

    event: str
    works: bool
    status: int | None
    reason: str | None
    took_ms: int


async def try_out(ctx: Context, who: Agent | Operator, *, webhook: str) -> Tried:
    """Post an event of type `test` once, at once, also to an endpoint that is off.

    Nothing is stored, tried again or counted against the endpoint. For admins; NotFound.
    """
    known = await get_webhook(ctx, who, webhook=webhook)
    event, sender = ctx.ids(), Sender(ctx)
    try:
        body = make_test(event, webhook=webhook, at=ctx.clock())
        outcome = await sender.send(known, event=event, body=body)
    finally:
        await sender.close()
    return Tried(
        event=event,
        works=outcome.works,
        status=outcome.status,
        reason=outcome.reason,
        took_ms=outcome.took_ms,
    )
