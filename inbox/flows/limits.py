"""Rate limits: how often one customer, one agent, or one address that fails to sign in may come.

A sliding window of a minute over the `limits` library, in the memory of this process. Zero is off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from weakref import WeakValueDictionary

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from inbox.core.errors import RateLimited
from inbox.settings import Settings

Kind = Literal[
    "customer_sends",
    "customer_requests",
    "agent_sends",
    "agent_requests",
    "failed_sign_ins",
]


class Limits:
    """All limits of this process."""

    def __init__(self, settings: Settings) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())
        per_minute: dict[Kind, int] = {
            "customer_sends": settings.customer_sends_per_minute,
            "customer_requests": settings.customer_requests_per_minute,
            "agent_sends": settings.agent_sends_per_minute,
            "agent_requests": settings.agent_requests_per_minute,
            "failed_sign_ins": settings.failed_sign_ins_per_minute,
        }
        self._items = {
            kind: RateLimitItemPerMinute(number, namespace=kind)
            for kind, number in per_minute.items()
            if number > 0
        }

    def allows(self, kind: Kind, who: str) -> bool:
        """Count one more; false when that is too many."""
        item = self._items.get(kind)
        return item is None or self._window.hit(item, who)

    def spend(self, kind: Kind, who: str) -> None:
        """Count one more, or raise RateLimited with the seconds to wait."""
        if not self.allows(kind, who):
            raise self.refusal(kind)

    def demand_room(self, kind: Kind, who: str) -> None:
        """Raise RateLimited where the limit is used up, without counting."""
        item = self._items.get(kind)
        if item is not None and not self._window.test(item, who):
            raise self.refusal(kind)

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

    def refusal(self, kind: Kind) -> RateLimited:
        """The error that names the limit."""
        item = self._items[kind]
        wait = max(1.0, 60 / item.amount)
        return RateLimited(f"at most {item.amount} {kind} a minute", retry_after=wait)
