"""What is outside: clocks, sleep and chance, so that tests say what time it is."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import msgspec


def _now() -> int:
    return time.time_ns() // 1_000_000


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The real ones unless others are given."""

    now: Callable[[], int] = _now
    """Unix milliseconds: what is stored."""
    ticks: Callable[[], float] = time.monotonic
    """Seconds that never step back: how long something lasts."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """From 0 up to 1."""

    async def within(self, seconds: float, work: Awaitable[object]) -> bool:
        """Wait for the work, but no longer; whether it came to its end. Raises what it raised."""
        task = asyncio.ensure_future(work)
        alarm = asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
                return True
            return False
        finally:
            for one in (task, alarm):
                one.cancel()
