"""The way out: drafts leave in the order they were written, one at a time, each once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from inbox.client.answers import Sent
from inbox.client.journal import Draft, Journal
from inbox.client.pace import Chance, Pace, wait
from inbox.client.problems import Unreachable
from inbox.core.errors import Internal, PinboxError, Unauthorized

_log = logging.getLogger(__name__)

_FAULTS = 5
"""After so many internal errors a draft is set aside: it must not block those behind it."""

Post = Callable[[Draft], Awaitable[Sent]]
"""Sends one draft once; raises Unreachable where the answer is not known."""


class Outbox:
    """Drafts on disk and the one task that sends them.

    A draft is tried until the server answers, with the same `client_id`, so it becomes one message
    however often the line goes. One that the server will never take is set aside, not lost.
    """

    def __init__(
        self, journal: Journal, post: Post, *, pace: Pace, chance: Chance = random.random
    ) -> None:
        self._journal = journal
        self._post = post
        self._pace = pace
        self._chance = chance
        self._more = asyncio.Event()
        self._online = asyncio.Event()
        self._idle = asyncio.Event()
        self._failure: Exception | None = None
        self._waiting: dict[str, asyncio.Future[Sent]] = {}

    async def put(self, draft: Draft) -> asyncio.Future[Sent]:
        """Take a draft; it is on disk when this returns. The future becomes the server's answer."""
        if self._failure is not None:
            raise self._failure
        waiting = self._waiting.get(draft.client_id)
        ours = waiting is None
        if waiting is None:
            waiting = self._waiting[draft.client_id] = asyncio.get_running_loop().create_future()
            # Whoever does not wait for the answer finds a refusal in `refused`.
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.to_thread(self._journal.keep, draft)
        except Exception:
            if ours:
                self._waiting.pop(draft.client_id, None)
            raise
        self._idle.clear()
        self._more.set()
        return waiting

    async def flush(self) -> None:
        """Wait until nothing is on its way any more."""
        await self._idle.wait()

    def nudge(self) -> None:
        """Try now: the network is back."""
        self._online.set()

    async def run(self) -> None:
        """Send whatever is there, for ever. Raises only what the store or a fault of ours does."""
        try:
            while True:
                self._more.clear()
                drafts = await asyncio.to_thread(self._journal.drafts)
                if not drafts:
                    self._idle.set()
                    await self._more.wait()
                for draft in drafts:
                    await self._send(draft)
        except Exception as error:
            self._failure = error
            for client_id in list(self._waiting):
                self._settle(client_id, error)
            raise

    async def _send(self, draft: Draft) -> None:
        tries = faults = 0
        while True:
            try:
                sent = await self._post(draft)
            except Unreachable as error:
                if not tries:
                    _log.warning("send_waits error=%s", error)
                retry_after = 0.0
            except Unauthorized as error:
                # Not this draft's fault: it stays, and those who wait learn why.
                self._settle(draft.client_id, error)
                retry_after = 0.0
            except PinboxError as error:
                faults += isinstance(error, Internal)
                if not error.temporary and (faults == 0 or faults >= _FAULTS):
                    _log.warning("draft_refused code=%s", error.code)
                    self._journal.refuse(draft.client_id, code=error.code, detail=error.detail)
                    self._settle(draft.client_id, error)
                    return
                retry_after = error.retry_after or 0.0
            else:
                self._journal.drop(draft.client_id)
                self._settle(draft.client_id, sent)
                return
            await self._pause(tries, retry_after)
            tries += 1

    async def _pause(self, tries: int, retry_after: float) -> None:
        """Wait for the next try; a nudge ends the jitter, never a `Retry-After`."""
        await asyncio.sleep(retry_after)
        self._online.clear()
        try:
            async with asyncio.timeout(wait(self._pace, tries, chance=self._chance)):
                await self._online.wait()
        except TimeoutError:
            return

    def _settle(self, client_id: str, outcome: Sent | Exception) -> None:
        waiting = self._waiting.pop(client_id, None)
        if waiting is None or waiting.done():
            return
        if isinstance(outcome, Exception):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)
