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

    __slots__ = ("_closings", "_cursor", "_late", "_late_of", "entries", "fault")
    dialect: Literal["sqlite"] = "sqlite"
    is_alone = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._closings: dict[Closing, list[Any]] = {}
        self._late: dict[Query, list[tuple[Value, ...]]] = {}
        self._late_of: set[str] = set()
        self.entries = 0
        """How many entries and late rows wait for the end."""
        self.fault: sqlite3.Error | MemoryError | None = None

    async def fetch(self, query: Query, **params: Value) -> list[Row]:
        """All rows."""
        if self._late:
            self._write_late()
        return self._fetch(query, params)

    async def fetch_one(self, query: Query, **params: Value) -> Row | None:
        """The first row, or none."""
        if self._late:
            self._write_late()
        rows = self._fetch(query, params)
        return rows[0] if rows else None

    async def fetch_one_of(self, of: str, query: Query, **params: Value) -> Row | None:
        """The first row, or none, of a query that reads what belongs to `of` alone."""
        if of in self._late_of:
            self._write_late()
        rows = self._fetch(query, params)
        return rows[0] if rows else None

    async def execute(self, query: Query, **params: Value) -> int:
        """Run it; how many rows it touched."""
        if self._late:
            self._write_late()
        try:
            return max(self._cursor.execute(query.sqlite, query.bind(params)).rowcount, 0)
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise

    async def execute_many(self, query: Query, rows: Sequence[dict[str, Value]]) -> None:
        """Run it for each of the rows, in order."""
        if self._late:
            self._write_late()
        self._run_each(query, [query.bind(row) for row in rows])

    def later(self, query: Query, row: dict[str, Value], *, of: str) -> None:
        """Run it for one row before the batch ends, or whoever may read that row looks."""
        bound = query.bind(row)
        if (waiting := self._late.get(query)) is None:
            self._late[query] = [bound]
        else:
            waiting.append(bound)
        self._late_of.add(of)
        self.entries += 1

    def at_end(self, close: Closing, entry: Any) -> None:
        """Have `close` run at the end of the batch (see `Tx`)."""
        self._closings.setdefault(close, []).append(entry)
        self.entries += 1

    async def end(self) -> None:
        """Run what is to be run at the end."""
        if self._late:
            self._write_late()
        closings = self._closings
        self.forget()
        for close, entries in closings.items():
            await close(self, entries)

    def forget(self) -> None:
        """Drop what waits for the end: what it belongs to is rolled back."""
        self._closings = {}
        self._late, self._late_of = {}, set()
        self.entries = 0

    def _write_late(self) -> None:
        """Write the late rows, of this work and of those before it in the batch."""
        late, self._late, self._late_of = self._late, {}, set()
        for query, rows in late.items():
            self.entries -= len(rows)
            self._run_each(query, rows)

    def _fetch(self, query: Query, params: dict[str, Value]) -> list[Row]:
        # All rows are taken: a statement left open would stand in the way of the commit.
        try:
            return self._cursor.execute(query.sqlite, query.bind(params)).fetchall()
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise

    def _run_each(self, query: Query, bound: list[tuple[Value, ...]]) -> None:
        try:
            self._cursor.executemany(query.sqlite, bound)
        except (sqlite3.Error, MemoryError) as error:
            self.fault = error
            raise
