"""A batch of works in one transaction: each fails alone, or all with the disk.

Whoever has the connection runs it, on whatever thread that is.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any, NamedTuple

from inbox.store.disk_faults import is_storage_fault
from inbox.store.engine import Work
from inbox.store.sqlite_tx import SqliteTx, step


class Job(NamedTuple):
    """A work that waits for its turn, and the future of its caller."""

    work: Work[Any]
    answer: asyncio.Future[Any]
    long: bool = False
    beside: bool = False


class Outcome(NamedTuple):
    """What became of a job: a value, or the error that its caller gets."""

    answer: asyncio.Future[Any]
    value: Any
    error: BaseException | None


class Batch:
    """Runs batches on a connection, one after another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tx = SqliteTx(connection)
        self.began = 0.0
        """When the newest one began, by `time.perf_counter`."""

    def run(self, jobs: list[Job]) -> list[Outcome]:
        """Run a batch in one transaction and leave that open.

        At first without savepoints, which cost as much as two statements for each work: nearly
        all works succeed, or fail before they write. Where one fails halfway, the batch is undone
        and run again with a savepoint for each, as works must allow.
        """
        self.began = time.perf_counter()
        outcomes = self._run_bare(jobs)
        if outcomes is None:
            self._tx.forget()
            self._connection.execute("ROLLBACK")
            outcomes = self.run_more(jobs)
        return outcomes

    def _run_bare(self, jobs: list[Job]) -> list[Outcome] | None:
        """Run all works in a transaction; none where one has failed after it wrote."""
        outcomes = []
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        for work, answer, *_ in jobs:
            if answer.cancelled():  # nobody waits for it, and it has not begun
                outcomes.append(Outcome(answer, None, None))
                continue
            done = connection.total_changes + self._tx.entries
            try:
                value = self._step(work)
            except BaseException as error:  # noqa: BLE001  it belongs to the caller, as it is
                if self._tx.fault is not None and is_storage_fault(self._tx.fault):
                    raise self._tx.fault from None
                if len(jobs) == 1:  # SQLite counts no change of tables, which always come alone
                    self._tx.forget()
                    connection.execute("ROLLBACK")
                    return [Outcome(answer, None, error)]
                # A late row of an earlier work that was written meanwhile is counted either way.
                changed = connection.total_changes + self._tx.entries != done
                if self._tx.fault is not None or changed:
                    return None
                outcomes.append(Outcome(answer, None, error))
            else:
                outcomes.append(Outcome(answer, value, None))
        try:
            self._end_works()
        except BaseException as error:  # whose entry it was shows when each ends alone
            if is_storage_fault(self._tx.fault or error):
                raise
            return None
        return outcomes

    def run_more(self, jobs: list[Job]) -> list[Outcome]:
        """Run works in the transaction that is open, or a new one, each under its own savepoint."""
        run = self._connection.execute
        outcomes = []
        if not self._connection.in_transaction:
            run("BEGIN IMMEDIATE")
        for work, answer, *_ in jobs:
            if answer.cancelled():  # nobody waits for it, and it has not begun
                outcomes.append(Outcome(answer, None, None))
                continue
            run("SAVEPOINT work")
            try:
                value = self._step(work)
                self._end_works()
            except BaseException as error:  # noqa: BLE001  it belongs to the caller, as it is
                if self._tx.fault is not None and is_storage_fault(self._tx.fault):
                    raise self._tx.fault from None
                self._tx.forget()
                run("ROLLBACK TO work")
                outcomes.append(Outcome(answer, None, error))
            else:
                outcomes.append(Outcome(answer, value, None))
            run("RELEASE work")
        return outcomes

    def _step(self, work: Work[Any]) -> Any:
        tx = self._tx
        tx.fault = None
        value = step(work(tx))
        if tx.fault is not None:
            raise tx.fault
        return value

    def _end_works(self) -> None:
        """Do what works have left for the end of the batch."""
        if self._tx.entries:
            self._step(lambda _tx: self._tx.end())

    def undo(self) -> None:
        """Roll back what is open, and drop what waits for its end."""
        self._tx.forget()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
