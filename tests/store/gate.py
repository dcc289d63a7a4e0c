"""A gate in the middle of a work, for tests of what others may do meanwhile."""

from __future__ import annotations

import asyncio
import threading

from inbox.store.engine import Tx

_SECONDS = 20


class Gate:
    """Where works stand, on either engine, until it is opened; a real work must never wait so.

    On SQLite a work that stands here needs a thread of its own: `long=True`, or a read.
    """

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    async def stand(self, tx: Tx) -> None:
        self._reached.set()
        if tx.dialect == "sqlite":  # stepped by a thread, where nothing may be awaited
            assert self._opened.wait(_SECONDS)
        else:
            assert await asyncio.to_thread(self._opened.wait, _SECONDS)

    async def reached(self) -> None:
        """Wait until a work stands in it."""
        assert await asyncio.to_thread(self._reached.wait, _SECONDS)

    def open(self) -> None:
        self._opened.set()
