"""One endpoint's own lane: however slow or dead it is, it holds up nobody but itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import structlog

from inbox.flows.context import Context
from inbox.hooks.claim import Delivery, claim, release, settle
from inbox.hooks.sender import Sender

WIDTH = 16
"""Requests on their way to one endpoint at once."""

_log = structlog.get_logger(__name__)


class Lane:
    """Sends what is due for one endpoint, until nothing is."""

    def __init__(
        self,
        ctx: Context,
        webhook: str,
        *,
        sender: Sender,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._ctx = ctx
        self._webhook = webhook
        self._sender = sender
        self._chance = chance
        self._more = asyncio.Event()
        self._flying: set[asyncio.Task[None]] = set()
        self._ending = False

    def wake(self) -> None:
        """Something is due."""
        if not self._ending:
            self._more.set()

    async def run(self) -> None:
        """Claim and send until nothing is due and nothing is on its way."""
        bell = asyncio.create_task(self._more.wait())
        try:
            while self._more.is_set() or self._flying:
                if self._more.is_set() and (room := WIDTH - len(self._flying)):
                    self._more.clear()
                    claimed = await claim(self._ctx, self._webhook, room=room)
                    self._flying.update(map(self._begin, claimed))
                    if len(claimed) == room:
                        self.wake()
                    continue
                if bell.done():
                    bell = asyncio.create_task(self._more.wait())
                waits = self._flying if self._more.is_set() else {bell, *self._flying}
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()

    def end(self) -> None:
        """Claim nothing more; `run` ends with what is on its way."""
        self._ending = True
        self._more.clear()

    async def stop(self) -> None:
        """Break off what is on its way, and give it back."""
        flying = list(self._flying)
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    def _begin(self, delivery: Delivery) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(delivery))
        task.add_done_callback(self._flying.discard)
        return task

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = await self._sender.send(
                delivery.webhook, event=delivery.event, body=delivery.body
            )
        except asyncio.CancelledError:
            await release(self._ctx, delivery)
            raise
        try:
            became = await settle(self._ctx, delivery, outcome, chance=self._chance())
        except Exception:  # noqa: BLE001  the lease lapses, and it is sent again
            _log.exception("webhook_unsettled", webhook=self._webhook, event=delivery.event)
            return
        self._ctx.metrics.webhook_requests(became).inc()
        self._ctx.metrics.webhook_seconds.observe(outcome.took_ms / 1000)
        if became == "delivered" and delivery.webhook.failures:
            self.wake()  # it was alone, and what waited behind it may go
        elif became == "off":
            _log.warning("webhook_off", webhook=self._webhook, reason=outcome.reason)
        elif became == "dead":
            _log.warning(
                "webhook_dead_letter",
                webhook=self._webhook,
                event=delivery.event,
                reason=outcome.reason,
            )
