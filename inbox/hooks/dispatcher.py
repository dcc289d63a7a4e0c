"""All webhooks of one process: who is due gets a lane of its own.

    dispatcher = Dispatcher(ctx)
    tasks.start("webhooks", dispatcher.run)
    …                          `keep` is called now and then
    await dispatcher.stop(within_s=10)

Several processes may deliver from one PostgreSQL: each claim has a name of its own, which fences
all that is done to what it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import structlog

from inbox.core.hints import REGISTRY, WEBHOOKS, Hint, Moved
from inbox.core.webhooks import DeliveryState
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.webhooks import kind_of
from inbox.hooks.claim import TOGETHER, take_back
from inbox.hooks.lane import Lane
from inbox.hooks.sender import Sender
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Webhook, read_webhook

LOOK_S = 5.0
"""How often it is looked whether something is due, though no bell has rung."""
LOOK_POSTGRES_S = 1.0
"""The same where other processes write, too."""
APART_S = 0.02
"""Between two looks, so that many events at once are found by few."""

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Belongs to one event loop; `stop` it, started or not."""

    def __init__(self, ctx: Context) -> None:
        """Raises NotFound where `webhook_ca_file` cannot be read."""
        self._ctx = ctx
        self._sender = Sender(ctx)
        self._bell = asyncio.Event()
        self._lanes: dict[str, tuple[Lane, asyncio.Task[None]]] = {}
        self._stopping = False
        self._deaf = ctx.bus.listen(self._hear)

    async def run(self) -> None:
        """Deliver for ever; first of all what the process before has left.

        On SQLite nobody else can hold anything, so a dead process's leases end at once.
        """
        if self._ctx.store.dialect == "sqlite" and not self._lanes:
            await take_back(self._ctx, all_of_them=True)
        while True:
            self._bell.clear()
            seconds = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()
            await asyncio.sleep(APART_S)

    async def stop(self, *, within_s: float) -> None:
        """Let requests end and give the rest back; what has no answer is sent again later."""
        self._stopping = True
        self._deaf()
        lanes = list(self._lanes.values())
        for lane, _ in lanes:
            lane.end()
        if lanes:
            await asyncio.wait([task for _, task in lanes], timeout=within_s)
        for lane, task in lanes:
            task.cancel()
            await lane.stop()
        await asyncio.gather(*(task for _, task in lanes), return_exceptions=True)
        await self._sender.close()

    async def keep(self) -> None:
        """Take back what dead workers held, and end what nobody needs any more."""
        if await take_back(self._ctx):
            self._bell.set()

        for one in await self._count():
            while await _expire(self._ctx, one.id) == TOGETHER:
                pass

    async def _count(self) -> list[Webhook]:
        """How all of them stand, for the metrics."""

        async def look(tx: Tx) -> tuple[list[Row], list[Row]]:
            return await tx.fetch(Q.all_webhooks), await tx.fetch(Q.count_deliveries)

        rows, counts = await self._ctx.store.read(look, long=True)
        known, metrics = [read_webhook(row) for row in rows], self._ctx.metrics
        waiting = [row for row in counts if row[1] != DeliveryState.DEAD]
        oldest = min((row[3] for row in waiting), default=self._ctx.clock())
        metrics.webhook_waiting.set(sum(row[2] for row in waiting))
        metrics.webhook_oldest.set(max(0, self._ctx.clock() - oldest) / 1000)
        metrics.webhook_dead.set(sum(row[2] for row in counts if row[1] == DeliveryState.DEAD))
        states = Counter(_state(one) for one in known)
        for state in ("on", "failing", "off"):
            metrics.webhook_endpoints(state).set(states[state])
        return known

    def _hear(self, hint: Hint) -> None:
        if isinstance(hint, Moved) and hint.stream in {WEBHOOKS, REGISTRY}:
            self._bell.set()

    async def _look(self) -> float:
        """Wake the lanes for which something is due; in how many seconds to look again."""
        longest = LOOK_POSTGRES_S if self._ctx.store.dialect == "postgres" else LOOK_S
        if not (await roster(self._ctx)).webhooks:
            return longest

        async def look(tx: Tx) -> list[Row]:
            return await tx.fetch(Q.webhooks_due)

        soonest, now = longest, self._ctx.clock()
        for webhook, paused_until, due in await self._ctx.store.read(look):
            if due is None:
                continue
            wait = (max(due, paused_until) - now) / 1000
            if wait > 0:
                soonest = min(soonest, wait)
            elif not self._stopping:
                self._wake(webhook)
        return soonest

    def _wake(self, webhook: str) -> None:
        known = self._lanes.get(webhook)
        lane = known[0] if known else Lane(self._ctx, webhook, sender=self._sender)
        lane.wake()
        if known and not known[1].done():
            return
        task = asyncio.create_task(lane.run(), name=f"pinbox-webhook-{webhook}")
        task.add_done_callback(self._ended)
        self._lanes[webhook] = lane, task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("webhook_lane_failed", exc_info=error)


def _state(known: Webhook) -> str:
    if known.off_at is not None:
        return "off"
    return "on" if known.failing_since is None else "failing"


async def _expire(ctx: Context, webhook: str) -> int:
    async def work(writing: Writing) -> int:
        return await writing.tx.execute(
            Q.expire_deliveries, kind=kind_of(webhook), now=writing.at, limit=TOGETHER
        )

    return await write(ctx, work, long=True)
