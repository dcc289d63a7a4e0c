"""From the line to the app: what arrives is kept, then handed out one by one, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from inbox.client.events import Event, Reset, What, read_event
from inbox.client.follow import Range
from inbox.client.journal import Arrived, Journal

Load = Callable[[Reset], Awaitable[Reset]]
"""Fills a reset with what stands now, however often it must ask; raises what cannot be mended."""

_AT_ONCE = 100
_PASSING = 64


class _Mark(msgspec.Struct, frozen=True, tag="reset"):
    reason: str
    cursor: str


class Feed:
    """The events of one client, whichever way they come.

    An event is handed out once it is on disk, and counts as done when the next one is asked for or
    the client is closed in peace. So each comes exactly once, in order, as long as the process
    lives; if it dies while an event is being handled, that one comes once more.
    """

    def __init__(self, journal: Journal, load: Load) -> None:
        self._journal = journal
        self._load = load
        self._news = asyncio.Event()
        self._batch: deque[Arrived] = deque()
        self._passing: deque[Event] = deque(maxlen=_PASSING)
        self._handed = 0
        self._settled = 0
        self._reading = False
        self._failure: BaseException | None = None

    def cursor(self, stream: str) -> str | None:
        """Where the next range of a stream must begin."""
        return self._journal.cursor(stream)

    async def apply(self, stream: str, frame: Range) -> bool:
        """Keep what is new of a range; False where something before it is missing."""
        step = await asyncio.to_thread(self._journal.apply, stream, frame)
        self._news.set()
        return step != "gap"

    async def restart(self, stream: str, *, reason: str, cursor: str) -> None:
        """Go on from another cursor, and let the app know in its turn."""
        mark = msgspec.json.encode(_Mark(reason, cursor))
        await asyncio.to_thread(self._journal.restart, stream, cursor, mark)
        self._news.set()

    def pass_on(self, what: What, *, thread: str | None = None) -> None:
        """Hand out what is never stored; the oldest is dropped when nobody listens."""
        self._passing.append(Event("", what, thread=thread))
        self._news.set()

    def fail(self, error: BaseException) -> None:
        """Nothing will come any more: `next` raises this once all that came is handed out."""
        self._failure = error
        self._news.set()

    def settle(self) -> None:
        """What was handed out is done with: it will not come again, not even after a restart."""
        if self._handed > self._settled:
            self._journal.settle(self._handed)
            self._settled = self._handed

    async def next(self) -> Event:
        """The next event, waited for. Safe to cancel; for one reader at a time."""
        if self._reading:
            raise RuntimeError("somebody waits for the next event of this client already")
        self._reading = True
        try:
            return await self._next()
        finally:
            self._reading = False

    async def _next(self) -> Event:
        self.settle()
        while True:
            self._news.clear()
            if self._passing:
                return self._passing.popleft()
            if not self._batch:
                self._batch.extend(self._journal.arrived(self._handed, _AT_ONCE))
            while self._batch:
                event = await self._read(self._batch[0])
                self._handed = self._batch.popleft().n
                if event is not None:
                    return event
            self.settle()
            if self._failure is not None:
                raise self._failure
            await self._news.wait()

    async def _read(self, row: Arrived) -> Event | None:
        event = read_event(row.stream, row.data)
        if event is not None and isinstance(event.what, Reset):
            return msgspec.structs.replace(event, what=await self._load(event.what))
        return event
