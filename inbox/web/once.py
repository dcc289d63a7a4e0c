"""What a server needs only when somebody asks for it: made then, once, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The value of a function, which is called by the first who asks. Belongs to one event loop.

    All who ask meanwhile wait for the same call; it goes on where the first one hangs up. What it
    raises is told to those who wait, and the next who asks tries anew.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: asyncio.Future[T] | None = None

    async def get(self) -> T:
        """The value, once it is there."""
        made = self._made
        if made is None or (made.done() and made.exception() is not None):
            made = self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
        return await asyncio.shield(made)
