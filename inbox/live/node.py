"""What all connections of this process share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from inbox.core.errors import Internal, PinboxError, RateLimited
from inbox.core.policy import Agent, Customer
from inbox.core.sync import Limits
from inbox.flows.presence import Presence
from inbox.live.hub import Hub
from inbox.live.notices import Notices
from inbox.live.ports import People
from inbox.live.wheel import Wheel
from inbox.telemetry import Metrics

CONNECTIONS_EACH = 64
"""Connections of one person at once: devices and tabs, and what half-open ones leave."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Node:
    """The hub, the wheel, the flows, and the tasks that connections have begun."""

    def __init__(
        self,
        *,
        hub: Hub,
        people: People,
        limits: Limits,
        metrics: Metrics,
        now: Callable[[], int],
        wall: Callable[[], int],
        presence: Presence,
    ) -> None:
        self.hub = hub
        self.people = people
        self.notices = Notices(people)
        self.limits = limits
        self.metrics = metrics
        self.now = now
        """Milliseconds that never step back: for deadlines."""
        self.wall = wall
        """Unix milliseconds: for the ends of tokens."""
        self.presence = presence
        """Which agents are here: a socket is enough to stay on duty."""
        self.wheel = Wheel(now())
        self._tasks: set[asyncio.Task[None]] = set()
        self._present: dict[type, dict[str, int]] = {Customer: {}, Agent: {}}

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a task; it is kept until its end, whatever becomes of its connection."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self, *, within_s: float) -> None:
        """Wait until what was begun has ended; cut off what takes longer."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def outcome(self, asked: Awaitable[T]) -> T | PinboxError:
        """What a flow answers, or its error; what nobody foresaw is logged and becomes Internal."""
        try:
            return await asked
        except PinboxError as error:
            return error
        except Exception:
            log.exception("live_call_failed")
            return Internal()

    def arrive(self, who: Customer | Agent) -> None:
        """Count one more connection of this person; raises RateLimited when they are too many."""
        present = self._present[type(who)]
        count = present.get(who.id, 0)
        if count >= CONNECTIONS_EACH:
            raise RateLimited(f"at most {CONNECTIONS_EACH} live connections each", retry_after=5)
        present[who.id] = count + 1
        if isinstance(who, Agent):
            self.presence.arrive(who.id)

    def depart(self, who: Customer | Agent) -> None:
        """Count one less."""
        present = self._present[type(who)]
        present[who.id] -= 1
        if not present[who.id]:
            del present[who.id]
        if isinstance(who, Agent):
            self.presence.depart(who.id, at=self.wall())
