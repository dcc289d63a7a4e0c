"""A stage whose process tells the company what happens: endpoints, and the dispatcher that serves.

Time passes when told; a dispatcher hears of it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from inbox.core.hints import WEBHOOKS, Moved
from inbox.core.webhooks import TYPES
from inbox.flows import deliveries, endpoints
from inbox.flows.context import Context
from inbox.flows.deliveries import Delivery
from inbox.flows.endpoints import NewSecret, WebhookDetail, WebhookDraft
from inbox.hooks.dispatcher import Dispatcher
from tests.cast import OPERATOR
from tests.flows.stage import Stage

LOOPBACK = ("127.0.0.1/32",)
PATIENCE_S = 20
MINUTE = 60_000
HOUR = 60 * MINUTE


class Post:
    """A stage with endpoints."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def ctx(self) -> Context:
        """The process's own."""
        return self.stage.ctx

    async def endpoint(self, url: str, *types: str, **more: Any) -> NewSecret:
        """A new endpoint, which asks for everything unless types are named."""
        asked: Any = types or TYPES
        return await endpoints.add_webhook(self.ctx, OPERATOR, WebhookDraft(url, asked, **more))

    async def change(self, made: NewSecret | WebhookDetail, **changed: Any) -> WebhookDetail:
        """The same endpoint with something changed."""
        known = made.webhook if isinstance(made, NewSecret) else made
        draft = WebhookDraft(
            **{
                "url": known.url,
                "types": known.types,
                "label": known.label,
                "with_text": known.with_text,
                "active": known.active,
                **changed,
            }
        )
        return await endpoints.change_webhook(self.ctx, OPERATOR, webhook=known.id, draft=draft)

    async def look(self, made: NewSecret) -> WebhookDetail:
        """How an endpoint stands."""
        found = await endpoints.list_webhooks(self.ctx, OPERATOR)
        return next(one for one in found.items if one.id == made.webhook.id)

    async def deliveries(self, made: NewSecret, **more: Any) -> list[Delivery]:
        """What was or is to be told to it, in the order in which it was written."""
        page = await deliveries.list_deliveries(
            self.ctx, OPERATOR, webhook=made.webhook.id, limit=100, **more
        )
        return sorted(page.items, key=lambda one: one.event)

    async def states(self, made: NewSecret) -> list[str]:
        """What became of it, in the order in which it was written."""
        return [one.state for one in await self.deliveries(made)]

    async def come_to(self, made: NewSecret, *states: str) -> list[Delivery]:
        """Wait until its deliveries have these states."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.states(made) != list(states):  # noqa: ASYNC110  a row rings no bell
                await asyncio.sleep(0.01)
        return await self.deliveries(made)

    async def settled(self, made: NewSecret) -> list[Delivery]:
        """Wait until nothing is on its way to it."""
        async with asyncio.timeout(PATIENCE_S):
            while "leased" in await self.states(made):  # noqa: ASYNC110  likewise
                await asyncio.sleep(0.01)
        return await self.deliveries(made)

    def pass_(self, ms: int) -> None:
        """Let time pass, and whoever delivers look again."""
        self.stage.clock.pass_(ms)
        self.ctx.bus.ring(Moved(WEBHOOKS, 0))

    @asynccontextmanager
    async def delivering(self, ctx: Context | None = None) -> AsyncIterator[Dispatcher]:
        """A process that delivers."""
        dispatcher = Dispatcher(ctx or self.ctx)
        task = asyncio.create_task(dispatcher.run())
        try:
            yield dispatcher
        finally:
            task.cancel()
            await dispatcher.stop(within_s=0.1)
