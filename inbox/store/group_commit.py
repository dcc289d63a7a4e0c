"""Group commit: one connection writes to SQLite, many waiting works share one fsync.

An fsync costs more than the statements of a dozen sends, and SQLite has one writer. So works that
wait are run in one transaction, and all are answered after one COMMIT; one that fails halfway fails
alone.

The connection belongs to one thread at a time. Short works run on the event loop's own thread:
their statements take microseconds, and on another thread each would wait for the interpreter's
lock, which triples their price (measured: docs/performance.md). Whatever may wait for the disk is
the writer thread's: the COMMIT with its fsync, the long works, the busy database; and works of few
heavy statements, which seldom need that lock and share a batch's COMMIT. So the loop goes on with
its sockets, and gathers the next batch, while this one becomes durable.

The connection is also the only one that moves the write-ahead log into the database (checkpoint):
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
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import structlog

from inbox.core.errors import NotDurable, Overloaded
from inbox.store.batch import Batch, Job, Outcome
from inbox.store.disk_faults import code_name, end_if_pages_lost, end_process, is_busy
from inbox.store.engine import Work

T = TypeVar("T")

Observe = Callable[[int, float], None]
"""Told of each commit, on the writer thread: works in it, seconds from BEGIN to durable."""

BATCH_LIMIT = 128
"""Works that share a commit, for so long the loop looks after nothing else: some milliseconds."""
BUSY_MS = 1_000
CHECKPOINT_CHANGES = 16_000
IDLE_SECONDS = 0.5
LARGE_LOG_PAGES = 32_768
LARGE_LOG_BYTES = 64 * 1024 * 1024
"""An idle server cuts a larger log. A smaller one stays: to write into a file's own length costs
half of what it costs to make it longer (measured: docs/performance.md)."""

_log = structlog.get_logger(__name__)


class GroupCommit:
    """The one who writes: takes works from one event loop, answers each after it is on disk.

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
        self._log_file = path.with_name(path.name + "-wal")
        self._observe = observe
        self._waiting_limit = waiting_limit
        # On the loop's thread:
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._arrived: deque[Job] = deque()
        self._in_use = False
        self._rested_at = 0.0
        self._tending: asyncio.TimerHandle | None = None
        self._closed = False
        self._at_rest = asyncio.Event()
        # With the connection:
        self._connection = connect()
        self._connection.execute("PRAGMA busy_timeout = 0")  # see `_patience`
        self._batch = Batch(self._connection)
        self._well = True
        self._moved_at = self._connection.total_changes
        self._empty_log()
        # Between the threads: what the writer is to do with the connection, one thing at a time.
        self._handed: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T], *, long: bool = False, beside: bool = False) -> T:
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
        self._arrived.append(Job(work, answer, long, beside))
        if not self._in_use:
            self._in_use = True
            # At the end of this turn, so that all that arrive in it share the batch.
            self._loop.call_soon(self._next)
        return await answer

    async def close(self) -> None:
        """Finish what was accepted, move the log into the database, end the thread."""
        if self._closed:
            return
        self._closed = True
        if self._in_use:
            self._at_rest.clear()
            await self._at_rest.wait()
        if self._tending is not None:
            self._tending.cancel()
        self._handed.put(self._end)
        self._handed.put(None)
        await asyncio.to_thread(self._thread.join)

    # ---- on the loop's thread, which has the connection here

    def _next(self) -> None:
        """Begin the next batch, or come to rest."""
        if not self._arrived:
            self._rest()
            return
        jobs, beside = self._take()
        if not jobs or jobs[0].long:
            self._handed.put(partial(self._run_and_commit, jobs or beside, []))
            return
        try:
            outcomes = self._batch.run(jobs)
        except Exception as error:  # noqa: BLE001  whatever it was, nobody may wait for ever
            if is_busy(error) and not self._connection.in_transaction:
                self._handed.put(partial(self._run_and_commit, jobs, beside))
                return
            outcomes = self._fail(jobs, error)
        if self._connection.in_transaction:
            self._handed.put(partial(self._commit, jobs, outcomes, beside))
        else:
            self._arrived.extendleft(beside)
            self._answer(outcomes)
            self._loop.call_soon(self._next)

    def _take(self) -> tuple[list[Job], list[Job]]:
        """What shares the next commit, in the order of arrival: short works, or one long one.

        And apart from these the one that is run beside, if its turn has come.
        """
        jobs: list[Job] = []
        beside: list[Job] = []
        while self._arrived and len(jobs) < BATCH_LIMIT:
            job = self._arrived[0]
            if (job.beside and beside) or (job.long and (jobs or beside)):
                break
            (beside if job.beside else jobs).append(self._arrived.popleft())
            if job.long:
                break
        return jobs, beside

    def _rest(self) -> None:
        self._in_use = False
        self._rested_at = self._loop.time()
        self._at_rest.set()
        if self._tending is None and self._connection.total_changes != self._moved_at:
            self._tending = self._loop.call_later(IDLE_SECONDS, self._tend)

    def _tend(self) -> None:
        """Have the log moved when nothing has been written for a while."""
        self._tending = None
        if self._in_use or self._closed:
            return
        idle = self._loop.time() - self._rested_at
        if idle < IDLE_SECONDS:
            self._tending = self._loop.call_later(IDLE_SECONDS - idle, self._tend)
            return
        self._in_use = True
        self._handed.put(self._tend_log)

    def _take_back(self, outcomes: list[Outcome]) -> None:
        """The writer thread is done: begin the next batch, and answer while it becomes durable."""
        try:
            self._next()
        finally:
            self._answer(outcomes)

    def _answer(self, outcomes: list[Outcome]) -> None:
        self._waiting -= len(outcomes)
        for answer, value, error in outcomes:
            if answer.done():
                continue
            if error is None:
                answer.set_result(value)
            else:
                answer.set_exception(error)

    # ---- on the writer thread, which has the connection here

    def _serve(self) -> None:
        try:
            while (task := self._handed.get()) is not None:
                task()
        except BaseException as error:  # noqa: BLE001  without a writer nothing is answered again
            if not self._loop.is_closed():
                end_process(os.EX_SOFTWARE, f"the writer has failed ({error!r})")

    def _run_and_commit(self, jobs: list[Job], beside: list[Job]) -> None:
        """For what may take its time: a long work, or a database that another process holds."""
        with self._patience():
            try:
                outcomes = self._batch.run(jobs)
            except Exception as error:  # noqa: BLE001  whatever it was, nobody may wait for ever
                self._give_back(self._fail([*jobs, *beside], error))
                return
        self._commit(jobs, outcomes, beside)

    def _commit(self, jobs: list[Job], outcomes: list[Outcome], beside: list[Job]) -> None:
        """Make a batch durable and answer it; then tend the log, while the callers go on.

        What is to be run beside is run first.
        """
        works = [*jobs, *beside]
        try:
            if beside:
                with self._patience():  # a work that has failed alone has left no transaction open
                    outcomes = outcomes + self._batch.run_more(beside)
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  whatever it was, nobody may wait for ever
            outcomes = self._fail(works, error)
        else:
            self._note_commit(len(works), time.perf_counter() - self._batch.began)
        if self._connection.total_changes - self._moved_at < CHECKPOINT_CHANGES:
            self._give_back(outcomes)
        else:
            self._loop.call_soon_threadsafe(self._answer, outcomes)
            self._move_log(idle=False)
            self._give_back([])

    def _note_commit(self, works: int, seconds: float) -> None:
        with contextlib.suppress(Exception):  # no figure and no log line is worth an answer
            if not self._well:
                self._well = True
                _log.info("storage_recovered")
            if self._observe is not None:
                self._observe(works, seconds)

    def _give_back(self, outcomes: list[Outcome]) -> None:
        self._loop.call_soon_threadsafe(self._take_back, outcomes)

    def _tend_log(self) -> None:
        self._move_log(idle=True)
        self._give_back([])

    def _end(self) -> None:
        self._move_log(idle=True)
        self._connection.close()

    def _move_log(self, *, idle: bool) -> None:
        """Move the log into the database (checkpoint); begin the log anew where it has grown large.

        A plain one never waits for readers. When all was moved, the next commit starts at the
        log's beginning by itself unless a reader still stands in it; only a large log is worth
        waiting a moment for that.
        """
        self._moved_at = self._connection.total_changes
        try:
            _, pages, moved = self._checkpoint("PASSIVE")
            if moved < pages:
                return
            if idle and self._log_file.stat().st_size >= LARGE_LOG_BYTES:
                self._checkpoint("TRUNCATE")
            elif pages >= LARGE_LOG_PAGES:
                self._checkpoint("RESTART")
        except (sqlite3.Error, OSError) as error:
            end_if_pages_lost(error)
            with contextlib.suppress(Exception):
                _log.warning("checkpoint_failed", error=str(error), code=code_name(error))

    def _empty_log(self) -> None:
        """Before the first write: what an earlier process left in the log goes to the database.

        If its fsync failed, the log may be whole in the kernel's memory and torn on the disk; new
        commits behind such a place would be lost with the power. Whoever reads just then puts it
        off to the next checkpoint.
        """
        try:
            self._checkpoint("TRUNCATE")
        except sqlite3.Error as error:
            end_if_pages_lost(error)
            _log.warning("checkpoint_failed", error=str(error), code=code_name(error))

    def _checkpoint(self, mode: Literal["PASSIVE", "TRUNCATE", "RESTART"]) -> tuple[int, int, int]:
        with self._patience():
            row = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        busy, pages, moved = row
        return busy, pages, moved

    @contextlib.contextmanager
    def _patience(self) -> Iterator[None]:
        """Wait for a lock that another connection holds: the writer thread may, the loop never."""
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")

    # ---- on whichever thread has the connection

    def _fail(self, jobs: list[Job], error: Exception) -> list[Outcome]:
        """Roll back, so that the next batch can try afresh; nobody's work was stored."""
        end_if_pages_lost(error)
        if self._well:
            self._well = False
            with contextlib.suppress(Exception):
                _log.error("storage_failed", error=str(error), code=code_name(error))
        with contextlib.suppress(sqlite3.Error):
            self._batch.undo()
        return [
            Outcome(job.answer, None, NotDurable(f"Nothing was stored: {error}", retry_after=2.0))
            for job in jobs
        ]
