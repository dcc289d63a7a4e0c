"""What both clients are while they are open: a journal, a feed, a link, and their tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TypeVar

from inbox.client.calls import Calls
from inbox.client.credentials import Credentials
from inbox.client.events import Event
from inbox.client.feed import Feed
from inbox.client.journal import Journal
from inbox.client.link import Link
from inbox.client.pace import Chance, Pace, wait
from inbox.client.problems import Unreachable
from inbox.core.errors import Internal, PinboxError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Running:
    """Starts the tasks of an open client and ends them all."""

    def __init__(self, calls: Calls, journal: Journal, feed: Feed, link: Link) -> None:
        self._calls = calls
        self._journal = journal
        self._feed = feed
        self._link = link
        self._tasks: set[asyncio.Task[None]] = set()
        self._linked = False

    async def open(self, credentials: Credentials | None) -> None:
        """Take hold of the store and, where the token is at hand, see that it is its owner's."""
        await asyncio.to_thread(self._journal.open)
        try:
            await self._calls.open()
            if credentials is not None and not credentials.renewable:
                await credentials.token()
        except BaseException:
            await self._calls.close()
            self._journal.close()
            raise

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run something until the client closes; if it fails, `events` says so."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def connect(self) -> None:
        """Begin to keep a live connection, once."""
        if not self._linked:
            self._linked = True
            self.start(self._link.run())

    def events(self, begin: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[Event]:
        """The events from here on; `begin` runs before the first connection is made."""
        return _Events(self, begin)

    async def next_event(self) -> Event:
        """The next event, waited for."""
        self.connect()
        return await self._feed.next()

    async def close(self, *, in_peace: bool) -> None:
        """End all tasks and let go of the store.

        In peace, the event handed out last counts as done; otherwise it comes again next time.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if in_peace:
            self._feed.settle()
        await self._calls.close()
        self._journal.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._feed.fail(error)


class _Events:
    """An iterator that may be left and taken up again at any point, unlike a generator."""

    def __init__(self, running: Running, begin: Callable[[], Awaitable[None]] | None) -> None:
        self._running = running
        self._begin = begin

    def __aiter__(self) -> _Events:
        return self

    async def __anext__(self) -> Event:
        if self._begin is not None:
            await self._begin()
            self._begin = None
        return await self._running.next_event()


async def insist(ask: Callable[[], Awaitable[T]], *, pace: Pace, chance: Chance) -> T:
    """Ask until there is an answer; raises the first error that asking again cannot mend."""
    tries = 0
    while True:
        at_least = 0.0
        try:
            return await ask()
        except Unreachable as error:
            if not tries:
                _log.warning("call_waits error=%s", error)
        except PinboxError as error:
            if not error.temporary and not isinstance(error, Internal):
                raise
            at_least = error.retry_after or 0.0
        await asyncio.sleep(wait(pace, tries, at_least=at_least, chance=chance))
        tries += 1
