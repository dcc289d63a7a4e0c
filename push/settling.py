"""Verdicts on their way back to the outbox, together: one transaction for many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from push.limits import Limits, OnError
from push.model import Outbox, Push, Settled
from push.surroundings import Surroundings

LONGEST_PAUSE_S = 10.0

One = TypeVar("One")


class Settling:
    """What is decided and not yet stored.

    Stored in the order of decision. When the outbox fails it is tried again until it succeeds: what
    was under our lease by then is settled, and what was not is fenced off. `on_free` is told how
    many places are free again.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        limits: Limits,
        surroundings: Surroundings,
        on_error: OnError,
        on_free: Callable[[int], None],
    ) -> None:
        self._outbox = outbox
        self._limits = limits
        self._around = surroundings
        self._on_error = on_error
        self._on_free = on_free
        self._settled: list[Settled] = []
        self._released: list[Push] = []
        self._stirred = asyncio.Event()
        self._done = asyncio.Event()
        self._done.set()
        self._task: asyncio.Task[None] | None = None
        self._finishing = False

    def start(self, name: str) -> None:
        """Begin to store."""
        self._task = asyncio.create_task(self._run(name), name=f"push-{name}-settling")

    def settle(self, settled: Settled) -> None:
        """Store what became of it, soon."""
        self._settled.append(settled)
        self._stir()

    def release(self, push: Push) -> None:
        """Give it back as it was, soon."""
        self._released.append(push)
        self._stir()

    async def finish(self) -> None:
        """Return when all is stored."""
        self._finishing = True
        await self._done.wait()

    async def stop(self) -> None:
        """End, whatever is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _stir(self) -> None:
        self._done.clear()
        self._stirred.set()

    async def _run(self, name: str) -> None:
        while True:
            await self._stirred.wait()
            gathered = len(self._settled) + len(self._released)
            if gathered < self._limits.batch and not self._finishing:
                await self._around.sleep(self._limits.gather_s)
            self._stirred.clear()
            settled, self._settled = self._settled, []
            released, self._released = self._released, []
            if settled:
                await self._insist(self._outbox.settle, settled, name)
            if released:
                await self._insist(self._outbox.release, released, name)
            self._on_free(len(settled) + len(released))
            if not self._stirred.is_set():
                self._done.set()

    async def _insist(
        self, store: Callable[[list[One]], Awaitable[None]], what: list[One], name: str
    ) -> None:
        """Store it, however often that takes."""
        failures = 0
        while True:
            try:
                await store(what)
            except Exception as error:  # noqa: BLE001  there is nobody else to go on
                self._on_error(f"push settling {name}", error)
                pause = min(LONGEST_PAUSE_S, 0.1 * 2.0 ** min(failures, 10))
                failures += 1
                await self._around.sleep(pause * (0.5 + self._around.chance() / 2))
            else:
                return
