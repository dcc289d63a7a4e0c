"""Group commit: one thread writes to SQLite, many waiting works share one fsync.

An fsync costs more than the statements of a dozen sends, and SQLite has one writer. So works that
wait are run in one transaction, and all are answered after one COMMIT; one that fails halfway fails
alone. The works that arrive in one turn of the event loop are handed over together, and answered
together in one call back into it, so the price of crossing threads is paid per batch.

The thread is also the only one that moves the write-ahead log into the database (checkpoint):
SQLite before 3.51.3 can corrupt the file when two connections do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import structlog

from inbox.core.errors import NotDurable, Overloaded
from inbox.store.engine import Work
from inbox.store.sqlite_tx import SqliteTx, step

T = TypeVar("T")

Observe = Callable[[int, float], None]
"""Told of each commit, on its own thread: works in it, seconds from BEGIN to durable."""

BATCH_LIMIT = 256
CHECKPOINT_CHANGES = 4_000
IDLE_SECONDS = 0.5
LARGE_LOG_PAGES = 16_384
LARGE_LOG_BYTES = 16 * 1024 * 1024

_LOST_PAGES = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})
_STORAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)

_log = structlog.get_logger(__name__)


def is_storage_fault(error: BaseException) -> bool:
    """Tell whether SQLite failed because of the disk or the file, not because of the statement."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, sqlite3.Error) and (
        getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _STORAGE
    )


class _Job(NamedTuple):
    """A work that waits for the writer, and the future of its caller."""

    work: Work[Any]
    answer: asyncio.Future[Any]


class _Outcome(NamedTuple):
    """What became of a job: a value, or the error that its caller gets."""

    answer: asyncio.Future[Any]
    value: Any
    error: BaseException | None


class GroupCommit:
    """The writer thread: takes works from one event loop, answers each after it is on disk.

    Nothing is answered before the fsync of its batch. What a work raises rolls back that work
    alone; what the storage raises rolls back the whole batch, each with `NotDurable`, and the next
    batch tries afresh. A failed fsync ends the process, since the kernel may have dropped the
    pages and a second try would succeed without them.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        path: Path,
        observe: Observe | None,
        waiting_limit: int,
    ) -> None:
        self._connect = connect
        self._log_file = path.with_name(path.name + "-wal")
        self._observe = observe
        self._waiting_limit = waiting_limit
        # On the loop's thread:
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._arrived: list[_Job] = []
        self._closed = False
        # Between the threads: lists of jobs; None says that no more will come.
        self._handed: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        # On the writer's thread:
        self._connection = connect()
        self._tx = SqliteTx(self._connection)
        self._well = True
        self._moved_at = self._connection.total_changes
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """Run the work in the next batch and answer after its commit (see `Engine.write`).

        A caller that is cancelled gets no answer; a work that had begun is committed all the same.
        Raises Overloaded when too many works wait already, or the engine is closing.
        """
        if self._closed:
            raise Overloaded("The server is closing", retry_after=2.0)
        if self._waiting >= self._waiting_limit:
            raise Overloaded("Too many writes wait already", retry_after=1.0)
        answer: asyncio.Future[T] = self._loop.create_future()
        self._waiting += 1
        if not self._arrived:
            self._loop.call_soon(self._hand_over)
        self._arrived.append(_Job(work, answer))
        return await answer

    async def close(self) -> None:
        """Finish what was accepted, move the log into the database, end the thread."""
        if self._closed:
            return
        self._closed = True
        self._hand_over()
        self._handed.put(None)
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self) -> None:
        if self._arrived:
            self._handed.put(self._arrived)
            self._arrived = []

    def _answer(self, outcomes: list[_Outcome]) -> None:
        self._waiting -= len(outcomes)
        for answer, value, error in outcomes:
            if answer.done():
                continue
            if error is None:
                answer.set_result(value)
            else:
                answer.set_exception(error)

    # ---- everything below runs on the writer's thread

    def _serve(self) -> None:
        more = True
        while more:
            jobs, more = self._take()
            for first in range(0, len(jobs), BATCH_LIMIT):
                self._settle(jobs[first : first + BATCH_LIMIT])
            if not jobs and more:
                self._checkpoint(idle=True)
        self._checkpoint(idle=True)
        self._connection.close()

    def _take(self) -> tuple[list[_Job], bool]:
        """All jobs that wait, and whether more may come; no jobs when the writer is idle."""
        dirty = self._connection.total_changes != self._moved_at
        jobs: list[_Job] = []
        try:
            taken = self._handed.get(timeout=IDLE_SECONDS if dirty else None)
            while taken is not None:
                jobs += taken
                if len(jobs) >= BATCH_LIMIT:
                    return jobs, True
                taken = self._handed.get_nowait()
        except queue.Empty:
            return jobs, True
        return jobs, False

    def _settle(self, jobs: list[_Job]) -> None:
        """Commit one batch and answer it; then tend the log, while the callers go on."""
        began = time.perf_counter()
        try:
            outcomes = self._commit(jobs)
        except Exception as error:  # noqa: BLE001  whatever it was, nobody may wait for ever
            outcomes = self._fail(jobs, error)
        else:
            if not self._well:
                self._well = True
                _log.info("storage_recovered")
            if self._observe is not None:
                self._observe(len(jobs), time.perf_counter() - began)
        self._loop.call_soon_threadsafe(self._answer, outcomes)
        if self._connection.total_changes - self._moved_at >= CHECKPOINT_CHANGES:
            self._checkpoint(idle=False)

    def _commit(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run a batch and make it durable.

        At first without savepoints, which cost as much as two statements for each work: nearly
        all works succeed, or fail before they write. Where one fails halfway, the batch is undone
        and run again with a savepoint for each, as works must allow.
        """
        outcomes = self._run_bare(jobs)
        if outcomes is None:
            self._connection.execute("ROLLBACK")
            outcomes = self._run_guarded(jobs)
        self._connection.execute("COMMIT")
        return outcomes

    def _run_bare(self, jobs: list[_Job]) -> list[_Outcome] | None:
        """Run all works in a transaction; none where one has failed after it wrote."""
        outcomes = []
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        for work, answer in jobs:
            if answer.cancelled():  # nobody waits for it, and it has not begun
                outcomes.append(_Outcome(answer, None, None))
                continue
            written = connection.total_changes
            try:
                value = self._step(work)
            except BaseException as error:  # noqa: BLE001  it belongs to the caller, as it is
                if self._tx.fault is not None and is_storage_fault(self._tx.fault):
                    raise self._tx.fault from None
                if self._tx.fault is not None or connection.total_changes != written:
                    return None
                outcomes.append(_Outcome(answer, None, error))
            else:
                outcomes.append(_Outcome(answer, value, None))
        return outcomes

    def _run_guarded(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run all works in a transaction, each under a savepoint of its own."""
        run = self._connection.execute
        outcomes = []
        run("BEGIN IMMEDIATE")
        for work, answer in jobs:
            if answer.cancelled():  # nobody waits for it, and it has not begun
                outcomes.append(_Outcome(answer, None, None))
                continue
            run("SAVEPOINT work")
            try:
                value = self._step(work)
            except BaseException as error:  # noqa: BLE001  it belongs to the caller, as it is
                if self._tx.fault is not None and is_storage_fault(self._tx.fault):
                    raise self._tx.fault from None
                run("ROLLBACK TO work")
                outcomes.append(_Outcome(answer, None, error))
            else:
                outcomes.append(_Outcome(answer, value, None))
            run("RELEASE work")
        return outcomes

    def _step(self, work: Work[Any]) -> Any:
        tx = self._tx
        tx.fault = None
        value = step(work(tx))
        if tx.fault is not None:
            raise tx.fault
        return value

    def _fail(self, jobs: list[_Job], error: Exception) -> list[_Outcome]:
        """Roll back, so that the next batch can try afresh; nobody's work was stored."""
        _end_if_pages_lost(error)
        if self._well:
            self._well = False
            _log.error("storage_failed", error=str(error), code=_code_name(error))
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return [
            _Outcome(job.answer, None, NotDurable(f"Nothing was stored: {error}", retry_after=2.0))
            for job in jobs
        ]

    def _checkpoint(self, *, idle: bool) -> None:
        """Move the log into the database; begin the log anew where it has grown large.

        A plain one never waits for readers. When all was moved, the next commit starts at the
        log's beginning by itself unless a reader still stands in it; only a large log is worth
        waiting a moment for that.
        """
        self._moved_at = self._connection.total_changes
        try:
            _, pages, moved = self._move_log("PASSIVE")
            if moved < pages:
                return
            if idle and self._log_file.stat().st_size >= LARGE_LOG_BYTES:
                self._move_log("TRUNCATE")
            elif pages >= LARGE_LOG_PAGES:
                self._move_log("RESTART")
        except (sqlite3.Error, OSError) as error:
            _end_if_pages_lost(error)
            _log.warning("checkpoint_failed", error=str(error), code=_code_name(error))

    def _move_log(self, mode: Literal["PASSIVE", "TRUNCATE", "RESTART"]) -> tuple[int, int, int]:
        busy, pages, moved = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return busy, pages, moved


def _code_name(error: BaseException) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)


def _end_if_pages_lost(error: BaseException) -> None:
    """End the process after a failed fsync: what it acknowledged is safe, the rest was not told.

    After a failed fsync the kernel may mark the pages clean, so a second one would succeed without
    having written them (as PostgreSQL learned in 2018). Only a fresh start, which reads what is
    really on disk, is honest.
    """
    if getattr(error, "sqlite_errorcode", None) not in _LOST_PAGES:
        return
    message = (
        f"pinbox: the disk failed to keep a write ({_code_name(error)}: {error}). The process ends "
        "now, so that nothing is acknowledged that is not on disk. Check the disk, then start "
        "again: all that was acknowledged is there.\n"
    )
    with contextlib.suppress(OSError):  # the log may lie on the same disk
        os.write(2, message.encode())
    os._exit(os.EX_IOERR)
