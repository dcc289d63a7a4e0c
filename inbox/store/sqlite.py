"""SQLite as an engine: one writer with group commit, readers on aiosqlite.

Write-ahead log with `synchronous=FULL`: NORMAL would lose acknowledged commits on a power cut. No
memory map, and one connection alone moves the log into the database (see `group_commit`).
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import aiosqlite

from inbox.core.errors import Overloaded
from inbox.store.engine import LONG_READ_SECONDS, LONG_READS_WAITING, TookTooLong, Work
from inbox.store.group_commit import GroupCommit, Observe
from inbox.store.refusal import Refusal
from inbox.store.sqlite_tx import SqliteTx, step

T = TypeVar("T")

_CACHED_STATEMENTS = 512
_WRITER_CACHE_KIB = 65_536
_READER_CACHE_KIB = 16_384
_READS_PER_READER = 1_000
_STEPS_BETWEEN_LOOKS = 50_000  # of SQLite's machine: some milliseconds

_PASSES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""What a reader may meet and the next try may not; a damaged file is not among them."""


async def open_sqlite(
    path: Path,
    *,
    readers: int = 2,
    observe: Observe | None = None,
    waiting_limit: int = 10_000,
) -> SqliteEngine:
    """Open the database file, made if it is not there; its schema is `schema.prepare`'s affair.

    `readers` is how many read at a time; one more is there for long reads alone. The caller holds
    the data folder's lock. `observe` is told of every commit; `waiting_limit` is how many writes
    may wait before the next is refused as Overloaded. Raises Refusal when the file is no SQLite
    database or cannot be opened or written.
    """
    try:
        writer = GroupCommit(
            partial(_connect, path), path=path, observe=observe, waiting_limit=waiting_limit
        )
    except sqlite3.Error as error:
        raise Refusal(f"{path} cannot be opened as a SQLite database: {error}") from error
    pool = [_Reader(path) for _ in range(readers)]
    apart = _LongReader(path)
    try:
        for reader in (*pool, apart):
            await reader
    except sqlite3.Error as error:
        for reader in (*pool, apart):
            await reader.close()
        await writer.close()
        raise Refusal(f"{path} cannot be read: {error}") from error
    return SqliteEngine(path, writer=writer, readers=pool, apart=apart)


class SqliteEngine:
    """A SQLite file that keeps its word (see `Engine`); made by `open_sqlite`, used on its loop."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(
        self, path: Path, *, writer: GroupCommit, readers: list[_Reader], apart: _LongReader
    ) -> None:
        self.path = path
        self._file = _identify(path)
        self._writer = writer
        self._readers = readers
        self._apart = apart
        self._closed = False

    def is_lost(self) -> bool:
        """Whether the file at the path is no longer the open one: moved, removed or replaced.

        What is written from then on is not found at the next start.
        """
        return _identify(self.path) != self._file

    async def write(self, work: Work[T], *, long: bool = False, beside: bool = False) -> T:
        """Run the work in a transaction of its own and answer after it is durable.

        Many works share one fsync; what a work raises rolls back that work alone. Raises
        NotDurable when the disk is full or broken, Overloaded when too many writes wait.
        """
        return await self._writer.write(work, long=long, beside=beside)

    async def read(self, work: Work[T], *, long: bool = False) -> T:
        """Run the work on one snapshot, on the reader that has least to do; a long one apart.

        Raises TookTooLong when a long one had its time, Overloaded when too many reads wait, or
        the file cannot be read at this moment.
        """
        if self._closed:
            raise Overloaded("The server is closing", retry_after=2.0)
        reader = self._apart if long else min(self._readers, key=_Reader.load)
        if reader.waiting >= reader.most:
            raise Overloaded("Too many reads wait already", retry_after=1.0)
        return await reader.run(work)

    async def close(self) -> None:
        """Finish what was accepted, move the log into the database, let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._apart.hurry()
        await asyncio.gather(*(reader.close() for reader in (*self._readers, self._apart)))
        await self._writer.close()


class _Reader(aiosqlite.Connection):
    """A connection with its thread, on which a whole work runs in one visit.

    Statement by statement each would cost two crossings of threads, ten times what it costs itself.
    """

    most = _READS_PER_READER

    def __init__(self, path: Path) -> None:
        super().__init__(partial(_connect_to_read, path), iter_chunk_size=64)
        self._thread.daemon = True  # a process that fails before `close` must end, not hang
        self.waiting = 0

    def load(self) -> int:
        """How many reads wait here."""
        return self.waiting

    async def run(self, work: Work[T]) -> T:
        """Run the work inside one deferred transaction."""
        self.waiting += 1
        try:
            value: T = await self._execute(self._look, work)  # type: ignore[no-untyped-call]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _PASSES:
                why = f"The database cannot be read: {error}"
                raise Overloaded(why, retry_after=2.0) from error
            raise
        finally:
            self.waiting -= 1
        return value

    def _look(self, work: Work[T]) -> T:
        connection = self._conn
        connection.execute("BEGIN")
        try:
            tx = SqliteTx(connection)
            value = step(work(tx))
            if tx.entries:
                step(tx.end())  # which a read must not do, and SQLite says so
        finally:
            connection.rollback()
        if tx.fault is not None:
            raise tx.fault
        return value


class _LongReader(_Reader):
    """The reader for what may look at far more rows than it gives: one at a time, not for ever."""

    most = 1 + LONG_READS_WAITING

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._hurries = False

    def hurry(self) -> None:
        """The server closes: end what runs and what waits, but for what takes no time."""
        self._hurries = True

    async def run(self, work: Work[T]) -> T:
        """Run the work, and end it when it takes too long."""
        try:
            return await super().run(work)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TookTooLong(retry_after=LONG_READ_SECONDS) from error
            raise

    def _look(self, work: Work[T]) -> T:
        until = time.monotonic() + LONG_READ_SECONDS

        def is_over() -> bool:
            return self._hurries or time.monotonic() > until

        self._conn.set_progress_handler(is_over, _STEPS_BETWEEN_LOOKS)
        try:
            return super()._look(work)
        finally:
            self._conn.set_progress_handler(None, 0)


def _identify(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        timeout=1.0,
        isolation_level=None,  # transactions begin and end where this code says so
        check_same_thread=False,  # the loop's and the writer's thread take turns
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what was erased is overwritten
        _set(connection, cache_kib=_WRITER_CACHE_KIB)
    except sqlite3.Error:
        connection.close()
        raise
    if mode != "wal":
        connection.close()
        raise Refusal(f"{path} lies where SQLite cannot keep a write-ahead log; use a local disk")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=5.0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    _set(connection, cache_kib=_READER_CACHE_KIB)
    return connection


def _set(connection: sqlite3.Connection, *, cache_kib: int) -> None:
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute("PRAGMA temp_store = MEMORY")  # or savepoints would spill to a file
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
