"""Space out what one sender does to one thread, and join what comes too soon into one write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Flush = Callable[[int, int], Awaitable[None]]

SENDERS_REMEMBERED = 10_000


class _Waiting:
    """One write to come, with the furthest places asked for so far."""

    def __init__(self, delivered: int, read: int) -> None:
        self.delivered, self.read = delivered, read
        self.task: asyncio.Task[None] | None = None


class Turns:
    """At most one write per key and interval; the first of a quiet while goes out at once."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._waiting: dict[str, _Waiting] = {}

    async def join(
        self, key: str, *, delivered: int, read: int, interval: float, flush: Flush
    ) -> None:
        """Return when a write that includes these places is done; raises what that write raised."""
        if (waiting := self._waiting.get(key)) is None:
            waiting = self._waiting[key] = _Waiting(0, 0)
            waiting.task = asyncio.create_task(self._run(key, waiting, interval, flush))
        waiting.delivered = max(waiting.delivered, delivered)
        waiting.read = max(waiting.read, read)
        if waiting.task is not None:
            await asyncio.shield(waiting.task)

    async def _run(self, key: str, waiting: _Waiting, interval: float, flush: Flush) -> None:
        loop = asyncio.get_running_loop()
        pause = self._free_at.get(key, 0.0) - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        del self._waiting[key]
        self._free_at[key] = loop.time() + interval
        if len(self._free_at) > SENDERS_REMEMBERED:
            now = loop.time()
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}
        await flush(waiting.delivered, waiting.read)
