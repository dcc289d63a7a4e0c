"""A transaction on SQLite, and how a work is run on it without waiting.

The work is an `async def`, so that PostgreSQL can await it; here each call of its `tx` returns at
once, so one step takes it to its end, on whatever thread owns the connection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Coroutine, Sequence
from typing import Any, Literal, TypeVar

from inbox.store.engine import Closing, Row
from inbox.store.queries import Query, Value

T = TypeVar("T")


def step(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a work to its end here and now; on SQLite nothing that it may await truly waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    coroutine.close()
    raise RuntimeError(
        f"{getattr(coroutine, '__qualname__', coroutine)} waited for something else than its tx: "
        "a work must not await anything but the transaction it is given"
    )


class SqliteTx:
    """An open transaction on a SQLite connection of this thread (see `Tx`).

    `fault` keeps the last error of the database: a work that swallows it fails all the same, as it
    would on PostgreSQL.
    """

    __slots__ = ("_closings", "_cursor", "entries", "fault")
    dialect: Literal["sqlite"] = "sqlite"
    is_alone = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._closings: dict[Closing, list[Any]] = {}
        self.entries = 0
        """How many entries wait for the end."""
        self.fault: sqlite3.Error | MemoryError | None = None

    async def fetch(self, query: Query, **params: Value) -> list[Row]:
        """All rows."""
        try:
            return self._cursor.execute(query.sqlite, query.bind(params)).fetchall()
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise

    async def fetch_one(self, query: Query, **params: Value) -> Row | None:
        """The first row, or none."""
        # All rows are taken: a statement left open would stand in the way of the commit.
        try:
            rows = self._cursor.execute(query.sqlite, query.bind(params)).fetchall()
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise
        return rows[0] if rows else None

    async def execute(self, query: Query, **params: Value) -> int:
        """Run it; how many rows it touched."""
        try:
            return max(self._cursor.execute(query.sqlite, query.bind(params)).rowcount, 0)
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise

    async def execute_many(self, query: Query, rows: Sequence[dict[str, Value]]) -> None:
        """Run it for each of the rows, in order."""
        try:
            self._cursor.executemany(query.sqlite, [query.bind(row) for row in rows])
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise

    def at_end(self, close: Closing, entry: Any) -> None:
        """Have `close` run at the end of the batch (see `Tx`)."""
        self._closings.setdefault(close, []).append(entry)
        self.entries += 1

    async def end(self) -> None:
        """Run what is to be run at the end."""
        closings = self._closings
        self.forget()
        for close, entries in closings.items():
            await close(self, entries)

    def forget(self) -> None:
        """Drop what waits for the end: what it belongs to is rolled back."""
        self._closings = {}
        self.entries = 0
