"""Space out what one sender does to one thread, and join what comes too soon into one write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

SENDERS_REMEMBERED = 10_000


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """How far one side is: received, read, and acknowledged by an app in front."""

    delivered: int = 0
    read: int = 0
    seen: int = 0
    device: str | None = None
    """On which device it was read, where that is known."""

    def join(self, other: Marks) -> Marks:
        """The furthest of both."""
        return Marks(
            delivered=max(self.delivered, other.delivered),
            read=max(self.read, other.read),
            seen=max(self.seen, other.seen),
            device=self.device if self.read > other.read else other.device,
        )


Flush = Callable[[Marks], Awaitable[None]]


class _Waiting:
    """One write to come, with the furthest places asked for so far."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.task: asyncio.Task[None] | None = None


class Turns:
    """At most one write per key and interval; the first of a quiet while goes out at once."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._waiting: dict[str, _Waiting] = {}

    async def join(self, key: str, marks: Marks, *, interval: float, flush: Flush) -> None:
        """Return when a write that includes these marks is done; raises what that write raised."""
        if (waiting := self._waiting.get(key)) is None:
            waiting = self._waiting[key] = _Waiting(marks)
            waiting.task = asyncio.create_task(self._run(key, waiting, interval, flush))
        waiting.marks = waiting.marks.join(marks)
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
        await flush(waiting.marks)
