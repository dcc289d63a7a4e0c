"""The durable outbox that the workers of `push/` draw from (`push.model.Outbox`).

One per process. Several processes on one PostgreSQL may draw from it together: each claim has a
name of its own, which fences all that is done to what it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict

from inbox.core.hints import RINGS, Hint, Moved
from inbox.core.pushes import Over, PushState, circuit_of, why_seen
from inbox.flows.context import Context, Writing, roster, write
from inbox.ringing.claim import Claim, claim, end_pushes
from inbox.ringing.fanout import Ended
from inbox.ringing.hush import Hushes
from inbox.ringing.lease import LEASE_MS, Lease
from inbox.ringing.settle import is_there, is_too_late, release, settle
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from push.model import ProviderName, Push, Settled
from push.stats import Stats

SMALL = 32
"""Pushes that are handled together with what others write, without a turn of their own."""
LOOK_S = 1.0
"""How often a process looks for what others on the same PostgreSQL have written."""


class PushOutbox:
    """Fills `push.model.Outbox` with a database. Belongs to one event loop; `close` it."""

    def __init__(self, ctx: Context, *, stats: Stats | None = None) -> None:
        self._ctx = ctx
        self._stats = stats or Stats()
        self._bells: dict[ProviderName, asyncio.Event] = defaultdict(asyncio.Event)
        self._waiting: list[ProviderName] = []
        self._holds: dict[ProviderName, frozenset[str]] = {}
        self._rung = True  # whatever was left by the process before
        self._much = False
        self._deaf = ctx.bus.listen(self._hear)

    def close(self) -> None:
        """Hear no more bells. What is held lapses, or is claimed by the next process."""
        self._deaf()

    # ── what a worker calls ──────────────────────────────────────────────────────────────────────

    async def claim(
        self, provider: ProviderName, *, limit: int, hold: frozenset[str]
    ) -> list[Push]:
        """Lease up to `limit` due pushes, decided and gathered, with badge and count of now.

        What rings is brought to the devices first, whatever their providers. Lines of circuits in
        `hold` are left as they are.
        """
        much, hushes = self._much, Hushes(self._ctx.settings, await roster(self._ctx))
        self._holds[provider] = hold
        self._rung = False

        async def work(writing: Writing) -> Claim:
            lease = Lease(
                claim=self._ctx.ids(),
                until=writing.at + LEASE_MS,
                provider=provider,
                room=limit if much else min(limit, SMALL),
                hold=hold,
                hushes=hushes,
            )
            return await claim(self._ctx, writing, lease)

        try:
            done = await write(self._ctx, work, long=much)
        except BaseException:
            self._rung = True
            raise
        self._count(done.ended)
        self._much = done.more
        self._rung = self._rung or done.more
        for other in done.others:
            self._bells[other].set()
        return done.pushes

    async def wanted(self, pushes: list[Push]) -> set[str]:
        """Ids of those still wanted now: the second look, just before sending.

        The others are settled as suppressed, or gone with their device, by this call; what has
        another address by now is claimed anew. What another claim holds is left to it.
        """
        asked = {push.id: push for push in pushes}
        claims = {push.lease for push in pushes}

        async def look(tx: Tx) -> list[Row]:
            rows: list[Row] = []
            for name in claims:
                rows += await tx.fetch(Q.still_wanted, claim=name)
            return rows

        wanted, moved, over = set[str](), list[Push](), dict[str, tuple[str, Over]]()
        for row in await self._ctx.store.read(look):
            push = asked.get(row[0])
            if push is None:
                continue
            _, has_device, token, subscription, seen, read = row
            notice = push.notice
            if not has_device:
                over[push.id] = (push.lease, Over(PushState.GONE, "no device"))
            elif why := why_seen(notice.kind, notice.seq, seen=seen, read=read):
                over[push.id] = (push.lease, Over(PushState.SUPPRESSED, why))
            elif is_there(push.target, token=token, subscription=subscription):
                wanted.add(push.id)
            else:
                moved.append(push)
        if over or moved:

            async def work(writing: Writing) -> None:
                await end_pushes(writing, over)
                await release(writing, moved)

            await write(self._ctx, work, long=len(over) > SMALL)
        return wanted

    async def settle(self, settled: list[Settled]) -> None:
        """Store what became of them, in one transaction."""

        async def work(writing: Writing) -> None:
            await settle(writing, settled)

        await write(self._ctx, work, long=len(settled) > SMALL)

        late = [one.push for one in settled if is_too_late(one)]
        self._count([(push.target.provider, PushState.EXPIRED) for push in late])

    async def release(self, pushes: list[Push]) -> None:
        """Give back what was claimed and not sent."""

        async def work(writing: Writing) -> None:
            await release(writing, pushes)

        await write(self._ctx, work, long=len(pushes) > SMALL)

    async def wait(self, provider: ProviderName, *, timeout: float) -> None:
        """Return when something may be due for the provider, or after `timeout` seconds.

        A bell of this process wakes one of those who wait, and it rings for the others what it has
        brought them. On PostgreSQL nobody waits longer than a second, for what other processes
        have written.
        """
        seconds = min(timeout, await self._due_in(provider))
        if self._ctx.store.dialect == "postgres":
            seconds = min(seconds, LOOK_S)
        bell = self._bells[provider]
        if self._rung or seconds <= 0:
            return
        self._waiting.append(provider)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await bell.wait()
        finally:
            self._waiting.remove(provider)
            bell.clear()

    # ── upkeep ───────────────────────────────────────────────────────────────────────────────────

    async def sweep(self) -> int:
        """Take back what dead workers held, when its lease is over; how many. Every few seconds.

        A lease that lasts is never renewed: nobody sends what might lapse before the answer.
        """

        async def work(writing: Writing) -> int:
            return await writing.tx.execute(Q.return_lapsed_pushes, now=writing.at)

        lapsed = await write(self._ctx, work)
        if lapsed:
            for bell in self._bells.values():
                bell.set()
        return lapsed

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _count(self, ended: Ended) -> None:
        counters = {
            PushState.SUPPRESSED: self._stats.suppressed,
            PushState.COLLAPSED: self._stats.collapsed,
            PushState.EXPIRED: self._stats.expired,
        }
        for provider, state in ended:
            if state in counters:
                counters[state][provider] += 1

    def _hear(self, hint: Hint) -> None:
        if isinstance(hint, Moved) and hint.stream == RINGS:
            self._rung = True
            if self._waiting:
                self._bells[self._waiting[0]].set()

    async def _due_in(self, provider: ProviderName) -> float:
        """Seconds until the first push of the provider is due that no open circuit holds."""

        async def look(tx: Tx) -> list[Row]:
            return await tx.fetch(Q.push_lines, provider=provider)

        hold = self._holds.get(provider, frozenset())
        lines = await self._ctx.store.read(look)
        due = [at for line, at in lines if circuit_of(line) not in hold]
        return (min(due) - self._ctx.clock()) / 1000 if due else float("inf")
