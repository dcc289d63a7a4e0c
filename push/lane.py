"""One provider's lane: claim, look again, send, settle, without end.

    outbox ──claim──▶ wanted? ──▶ senders ──▶ provider
       ▲                             │ verdicts (push.court)
       └────────── settle ◀──────────┘

No more is claimed than may be in flight, and a place is free again only when its push is settled;
so whatever stands still, here or behind us, the rest stays in the outbox and memory stays flat. A
lane knows nothing of other lanes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from push.circuit import circuit_of
from push.court import Court, put_off
from push.limits import Limits, OnError
from push.model import NotProcessed, Outbox, Provider, Push, Settled
from push.pace import Pace
from push.senders import Senders
from push.settling import Settling
from push.surroundings import Surroundings


class Lane:
    """The loops of one provider. `start`, and `stop` once."""

    def __init__(
        self,
        provider: Provider,
        outbox: Outbox,
        *,
        court: Court,
        pace: Pace,
        surroundings: Surroundings,
        limits: Limits,
        on_error: OnError,
    ) -> None:
        self._name = provider.name
        self._outbox = outbox
        self._court = court
        self._pace = pace
        self._around = surroundings
        self._limits = limits
        self._on_error = on_error
        self._settling = Settling(
            outbox,
            limits=limits,
            surroundings=surroundings,
            on_error=on_error,
            on_free=self._set_free,
        )
        self._senders = Senders(
            provider,
            court=court,
            settling=self._settling,
            surroundings=surroundings,
            limits=limits,
            on_error=on_error,
        )
        self._claimed = 0
        self._room = asyncio.Event()
        self._ended = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._resting: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin."""
        self._settling.start(self._name)
        for work in (self._claim(), self._watch()):
            self._tasks.append(asyncio.create_task(work, name=f"push-{self._name}"))

    async def stop(self, *, within_s: float) -> None:
        """Claim no more; let what is in flight end, and give the rest back, in this time.

        What has no answer by then is reset and settled as unknown, to be sent again with the same
        id. What cannot be stored any more comes back when its lease ends.
        """
        self._stopping = True
        self._room.set()
        if self._resting is not None:
            self._resting.cancel()
        ends: list[Awaitable[object]] = [self._senders.drain(within_s=within_s * 0.7)]
        if self._tasks:
            ends.append(self._around.within(within_s * 0.7, self._ended.wait()))
        await asyncio.gather(*ends)
        await self._around.within(within_s * 0.3, self._settling.finish())
        await self._senders.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._settling.stop()

    async def _claim(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                await self._wait_for_room()
                if not await self._take():
                    await self._rest(self._wait)
                failures = 0
            except Exception as error:  # noqa: BLE001  there is nobody else to go on
                self._on_error(f"push claims {self._name}", error)
                pause = min(self._limits.longest_pause_s, 0.5 * 2.0 ** min(failures, 10))
                failures += 1
                await self._sleep(pause * (0.5 + self._around.chance() / 2))
        self._ended.set()

    async def _wait(self) -> None:
        timeout = self._court.circuits.next_s(self._limits.look_s)
        await self._outbox.wait(self._name, timeout=timeout)

    async def _sleep(self, seconds: float) -> None:
        await self._rest(lambda: self._around.sleep(seconds))

    async def _rest(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Wait for what is broken off when the worker stops."""
        if self._stopping:
            return
        self._resting = asyncio.current_task()
        try:
            await pause()
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            self._resting = None

    async def _wait_for_room(self) -> None:
        limits = self._limits
        while self._claimed >= limits.in_flight and not self._stopping:
            self._room.clear()
            await self._room.wait()
        if limits.in_flight - self._claimed < min(limits.batch, limits.in_flight):
            await self._around.sleep(limits.gather_s)  # a few more places, and one claim for all

    async def _take(self) -> bool:
        """Claim once; whether more may be due at once."""
        limit = min(self._limits.batch, self._limits.in_flight - self._claimed)
        if self._stopping or limit <= 0:
            return not self._stopping
        now, held = self._around.ticks(), self._court.circuits.held()
        pushes = await self._outbox.claim(self._name, limit=limit, hold=held)
        if not pushes:
            return False
        self._claimed += len(pushes)
        self._count()
        wanted = await self._wanted(pushes)
        blocked = 0
        for push in pushes:
            if push.id not in wanted:
                self._court.stats.suppressed[self._name] += 1
                self._set_free(1)
            elif not self._hand_out(push, now):
                blocked += 1
        if blocked == len(pushes):  # an outbox that does not heed `hold` shall not make us spin
            await self._sleep(self._limits.blocked_s)
        elif len(pushes) < limit:
            await self._sleep(self._limits.claims_apart_s)
        return True

    async def _wanted(self, pushes: list[Push]) -> set[str]:
        try:
            return await self._outbox.wanted(pushes)
        except BaseException:
            for push in pushes:
                self._settling.release(push)
            raise

    def _hand_out(self, push: Push, claimed_at: float) -> bool:
        """Give it to a sender, unless it may not go out now; false where its circuit is open."""
        circuits, now = self._court.circuits, self._around.now()
        if self._stopping:
            self._settling.release(push)
            return True
        if push.expires_at <= now:
            self._put_off(push, now, "expired")
            return True
        key = circuit_of(push.target)
        if not circuits.admits(key):
            if push.target.provider == "webpush":  # one service's rows are not told by `hold`
                self._put_off(push, now + int(circuits.wait_s(key) * 1000) + 1_000, "circuit")
            else:
                self._settling.release(push)
            return False
        if push.notice.kind in {"message", "callback"} and (wait := self._pace.ring(push.device)):
            self._court.left(push)
            self._court.stats.paced[self._name] += 1
            self._put_off(push, now + int(wait * 1000) + 1, "pace", whole_device=True)
            return True
        self._senders.give(push, claimed_at)
        return True

    def _put_off(self, push: Push, at: int, why: str, *, whole_device: bool = False) -> None:
        verdict = put_off(push, at, why, whole_device=whole_device)
        self._settling.settle(Settled(push=push, verdict=verdict, outcome=NotProcessed(why)))

    async def _watch(self) -> None:
        while True:
            await self._around.sleep(1.0)
            self._senders.cut_late()

    def _set_free(self, places: int) -> None:
        self._claimed -= places
        self._count()
        self._room.set()

    def _count(self) -> None:
        self._court.stats.in_flight[self._name] = self._claimed
