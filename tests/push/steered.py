"""Time that goes on only when a test says so, for everything that is given its surroundings."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from push.surroundings import Surroundings
from tests.push.cast import NOW


class Steered:
    """A clock, and those who sleep by it."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> int:
        """Unix milliseconds."""
        return NOW + round(self.passed * 1000)

    def ticks(self) -> float:
        """Seconds since the beginning."""
        return self.passed

    async def sleep(self, seconds: float) -> None:
        """Until that much has passed."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.passed + seconds, next(self._numbers), future))
        await future

    async def pass_by(self, seconds: float) -> None:
        """Let time go by, from one sleeper's end to the next."""
        until = self.passed + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            self.passed = max(self.passed, self._sleepers[0][0])
            while self._sleepers and self._sleepers[0][0] <= self.passed:
                _, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    future.set_result(None)
            await self.settle()
        self.passed = until

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110  what happens is not known here
            await asyncio.sleep(0)

    def surroundings(self, chance: float = 0.5) -> Surroundings:
        """These clocks, and always the same chance."""
        return Surroundings(now=self.now, ticks=self.ticks, sleep=self.sleep, chance=lambda: chance)
