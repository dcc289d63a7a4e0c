"""Rate limits: how often one customer, one agent, or one address that fails to sign in may come.

A burst of a minute's worth at once, then an even flow. In the memory of this process; zero is off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from weakref import WeakValueDictionary

from inbox.core.errors import RateLimited
from inbox.core.rate import admit, wait_s
from inbox.settings import Settings

Kind = Literal[
    "customer_sends",
    "customer_requests",
    "agent_sends",
    "agent_requests",
    "customer_uploads",
    "agent_uploads",
    "failed_sign_ins",
]

REMEMBERED = 100_000
"""Comers remembered before those are forgotten whose burst is full again anyway."""


class Limits:
    """All limits of this process. `clock` gives seconds that never step back."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._due: dict[tuple[Kind, str], float] = {}
        self._per_minute: dict[Kind, int] = {
            "customer_sends": settings.customer_sends_per_minute,
            "customer_requests": settings.customer_requests_per_minute,
            "agent_sends": settings.agent_sends_per_minute,
            "agent_requests": settings.agent_requests_per_minute,
            "customer_uploads": settings.customer_uploads_per_minute,
            "agent_uploads": settings.agent_uploads_per_minute,
            "failed_sign_ins": settings.failed_sign_ins_per_minute,
        }

    def allows(self, kind: Kind, who: str) -> bool:
        """Count one more; false, and not counted, when that is too many."""
        per_minute = self._per_minute[kind]
        if not per_minute:
            return True
        now, key = self._clock(), (kind, who)
        due = admit(self._due.get(key, 0.0), now=now, per_minute=per_minute)
        if due is None:
            return False
        self._due[key] = due
        if len(self._due) > REMEMBERED:
            self._due = {key: due for key, due in self._due.items() if due > now}
        return True

    def spend(self, kind: Kind, who: str) -> None:
        """Count one more, or raise RateLimited with the seconds to wait."""
        if not self.allows(kind, who):
            raise self.refusal(kind, who)

    def demand_room(self, kind: Kind, who: str) -> None:
        """Raise RateLimited where the limit is used up, without counting."""
        per_minute, due = self._per_minute[kind], self._due.get((kind, who), 0.0)
        if per_minute and admit(due, now=self._clock(), per_minute=per_minute) is None:
            raise self.refusal(kind, who)

    @asynccontextmanager
    async def one_at_a_time(self, kind: Kind, who: str) -> AsyncIterator[None]:
        """For what is counted only when it has failed: each try waits for the one before.

        Else many at once would all have begun before the first was counted. Raises RateLimited
        where the limit is used up by then.
        """
        turn = self._turns.setdefault(f"{kind} {who}", asyncio.Lock())
        async with turn:
            self.demand_room(kind, who)
            yield

    def refusal(self, kind: Kind, who: str) -> RateLimited:
        """The error that names the limit, and says when the next one will be let through."""
        per_minute, due = self._per_minute[kind], self._due.get((kind, who), 0.0)
        wait = wait_s(due, now=self._clock(), per_minute=per_minute)
        return RateLimited(f"at most {per_minute} {kind} a minute", retry_after=max(1.0, wait))
