"""PostgreSQL 14 or newer as an engine, on asyncpg.

Each session commits with `synchronous_commit=on`, whatever the server's default. Writes run in
READ COMMITTED, where the counters' row locks keep streams dense; reads in one REPEATABLE READ
snapshot. A server that is away, restarting or full is an error that passes: the pool connects
anew by itself.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import asyncpg
import structlog

from inbox.core.errors import NotDurable, Overloaded
from inbox.store.engine import (
    LONG_READ_SECONDS,
    LONG_READS_WAITING,
    Closing,
    Row,
    TookTooLong,
    Tx,
    Work,
)
from inbox.store.group_commit import Observe
from inbox.store.queries import Query, Value, compile_query
from inbox.store.refusal import Refusal

T = TypeVar("T")

OLDEST_SERVER = 14
_ACQUIRE_SECONDS = 5.0
_STATEMENT_SECONDS = 30.0
_REPEATS = 6  # after deadlocks and failed serializations
_COLLISIONS = 6  # of two that store the same at once: the second finds what the first has left
_FIRST_PAUSE_SECONDS = 0.004
_POOL_PER_LONG_READ = 4  # connections; the others are for everything else

_LIMIT_STATEMENTS = compile_query(
    "limit_statements", "SELECT set_config('statement_timeout', :ms, true)"
)

_Held: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

_RACES = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutdown, restart, cancelled
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.PostgresSystemError,  # I/O error
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or `default_transaction_read_only`
    asyncpg.DataCorruptedError,
    OSError,  # and with it TimeoutError
)

_log = structlog.get_logger(__name__)


async def open_postgres(
    url: str, *, pool: int = 10, observe: Observe | None = None
) -> PostgresEngine:
    """Connect to the database at the URL; its schema is `schema.prepare`'s affair.

    `pool` is the most connections that this process opens; `observe` is told of every commit.
    Raises Refusal when the server cannot be reached, lets nobody in, or is older than 14.
    """
    made = asyncpg.create_pool(
        url,
        min_size=0,  # connections are made when they are needed, and anew after a restart
        max_size=pool,
        timeout=_ACQUIRE_SECONDS,
        command_timeout=_STATEMENT_SECONDS,
        reset=_leave_as_it_is,
        server_settings={
            "application_name": "pinbox",
            "synchronous_commit": "on",
            "default_transaction_isolation": "read committed",
            "idle_in_transaction_session_timeout": "60s",
            "jit": "off",
        },
    )
    try:
        await made
        async with made.acquire(timeout=_ACQUIRE_SECONDS) as connection:
            version = connection.get_server_version()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        await made.close()
        raise Refusal(f"PostgreSQL cannot be reached: {_say(error)}") from error
    if version.major < OLDEST_SERVER:
        await made.close()
        raise Refusal(f"PostgreSQL {OLDEST_SERVER} or newer is needed; this one is {version.major}")
    return PostgresEngine(made, long_reads=max(1, pool // _POOL_PER_LONG_READ), observe=observe)


async def _leave_as_it_is(connection: object) -> None:
    """Works change nothing about their session, so the round trip of a reset is saved."""


class PostgresTx:
    """An open transaction on a connection of the pool (see `Tx`)."""

    __slots__ = ("_closings", "_connection", "_late", "_late_of", "fault")
    dialect: Literal["postgres"] = "postgres"
    is_alone = False

    def __init__(self, connection: _Held) -> None:
        self._connection = connection
        self._closings: dict[Closing, list[Any]] = {}
        self._late: list[tuple[Query, dict[str, Value]]] = []
        self._late_of: set[str] = set()
        self.fault: Exception | None = None
        """The last error of the database: a work that swallows it fails all the same."""

    async def fetch(self, query: Query, **params: Value) -> list[Row]:
        """All rows."""
        if self._late:
            await self._write_late()
        return await self._fetch(query, params)

    async def _fetch(self, query: Query, params: dict[str, Value]) -> list[Row]:
        try:
            rows: list[Any] = await self._connection.fetch(query.postgres, *query.bind(params))
        except Exception as error:
            self.fault = error
            raise
        return rows

    async def fetch_one(self, query: Query, **params: Value) -> Row | None:
        """The first row, or none."""
        rows = await self.fetch(query, **params)
        return rows[0] if rows else None

    async def fetch_one_of(self, of: str, query: Query, **params: Value) -> Row | None:
        """The first row, or none, of a query that reads what belongs to `of` alone."""
        if of in self._late_of:
            await self._write_late()
        rows = await self._fetch(query, params)
        return rows[0] if rows else None

    async def execute(self, query: Query, **params: Value) -> int:
        """Run it; how many rows it touched."""
        if self._late:
            await self._write_late()
        try:
            status = await self._connection.execute(query.postgres, *query.bind(params))
        except Exception as error:
            self.fault = error
            raise
        verb, _, count = status.rpartition(" ")  # "UPDATE 3", "INSERT 0 1", "CREATE TABLE"
        return int(count) if verb and count.isdigit() else 0

    async def execute_many(self, query: Query, rows: Sequence[dict[str, Value]]) -> None:
        """Run it for each of the rows, in order."""
        if self._late:
            await self._write_late()
        try:
            bound = [query.bind(row) for row in rows]
            await self._connection.executemany(query.postgres, bound)
        except Exception as error:
            self.fault = error
            raise

    def later(self, query: Query, row: dict[str, Value], *, of: str) -> None:
        """Run it for one row before the transaction ends (see `Tx`)."""
        self._late.append((query, row))
        self._late_of.add(of)

    async def _write_late(self) -> None:
        late, self._late, self._late_of = self._late, [], set()
        for query, row in late:
            await self.execute(query, **row)

    def at_end(self, close: Closing, entry: Any) -> None:
        """Have `close` run at the end of the transaction (see `Tx`)."""
        self._closings.setdefault(close, []).append(entry)

    async def end(self) -> None:
        """Run what is to be run at the end."""
        if self._late:
            await self._write_late()
        for close, entries in self._closings.items():
            await close(self, entries)


async def _carry_out(work: Work[T], tx: PostgresTx) -> T:
    value = await work(tx)
    await tx.end()
    if tx.fault is not None:
        raise tx.fault
    return value


class PostgresEngine:
    """A PostgreSQL database that keeps its word (see `Engine`); made by `open_postgres`."""

    dialect: Literal["postgres"] = "postgres"

    def __init__(
        self, pool: asyncpg.Pool[asyncpg.Record], *, long_reads: int, observe: Observe | None
    ) -> None:
        self._pool = pool
        self._turns = asyncio.Semaphore(long_reads)
        self._long = 0
        self._most_long = long_reads + LONG_READS_WAITING
        self._observe = observe
        self._started: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._well = True

    async def write(
        self,
        work: Work[T],
        *,
        long: bool = False,  # noqa: ARG002
        beside: bool = False,  # noqa: ARG002
    ) -> T:
        """Run the work in a transaction of its own and answer after it is durable.

        It is run again after a deadlock or a lost race for a unique key. A caller that is
        cancelled gets no answer; the work is finished all the same. Raises NotDurable when the
        server is away, full or read-only (a connection lost during COMMIT leaves it open whether
        the work is stored, so works must be safe to send again), Overloaded when no connection
        comes free in time.
        """
        return await self._finish(self._write(work))

    async def read(self, work: Work[T], *, long: bool = False) -> T:
        """Run the work on one snapshot; Overloaded when the server is away or has no time.

        Long ones hold a few of the connections at most, and are ended by the server (TookTooLong).
        """
        return await self._finish(self._read_long(work) if long else self._read(work))

    async def close(self) -> None:
        """Finish what was accepted, then let go of the server."""
        if self._closed:
            return
        self._closed = True
        if self._started:
            await asyncio.wait(self._started)
        await self._pool.close()

    async def _finish(self, run: Coroutine[Any, Any, T]) -> T:
        """Run to the end even when the caller goes: a cancelled COMMIT would say nothing."""
        if self._closed:
            run.close()
            raise Overloaded("The server is closing", retry_after=2.0)
        task = asyncio.get_running_loop().create_task(run)
        self._started.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._started.discard(task)
        if not task.cancelled():
            task.exception()  # seen, so that nobody complains when the caller has gone

    async def _write(self, work: Work[T]) -> T:
        races = unique = 0
        while True:
            began = time.perf_counter()
            try:
                value = await self._run(work, reading=False)
            except _RACES as error:
                races += 1
                if races > _REPEATS:
                    raise Overloaded(f"Too many at once: {_say(error)}", retry_after=1.0) from error
            except asyncpg.UniqueViolationError:
                unique += 1
                if unique > _COLLISIONS:
                    raise
            except _Away as away:
                self._note(away)
                raise NotDurable(
                    f"Nothing was stored: {_say(away.error)}", retry_after=2.0
                ) from away.error
            else:
                self._note(None)
                if self._observe is not None:
                    self._observe(1, time.perf_counter() - began)
                return value
            pause = _FIRST_PAUSE_SECONDS * 2 ** (races + unique)
            await asyncio.sleep(pause * random.random())  # noqa: S311  spreads, hides nothing

    async def _read_long(self, work: Work[T]) -> T:
        async def limited(tx: Tx) -> T:
            await tx.fetch(_LIMIT_STATEMENTS, ms=str(round(LONG_READ_SECONDS * 1000)))
            return await work(tx)

        if self._long >= self._most_long:
            raise Overloaded("Too many reads wait already", retry_after=1.0)
        self._long += 1
        try:
            async with self._turns:
                if self._closed:
                    raise Overloaded("The server is closing", retry_after=2.0)
                return await self._read(limited, long=True)
        finally:
            self._long -= 1

    async def _read(self, work: Work[T], *, long: bool = False) -> T:
        try:
            return await self._run(work, reading=True)
        except _Away as away:
            if long and isinstance(away.error, asyncpg.QueryCanceledError):
                raise TookTooLong(retry_after=LONG_READ_SECONDS) from away.error
            self._note(away)
            why = f"The database cannot be read: {_say(away.error)}"
            raise Overloaded(why, retry_after=2.0) from away.error

    async def _run(self, work: Work[T], *, reading: bool) -> T:
        """One try. What says that the server is away comes out as `_Away`, all else unchanged."""
        try:
            connection = await self._pool.acquire(timeout=_ACQUIRE_SECONDS)
        except TimeoutError as error:
            raise Overloaded("No database connection came free", retry_after=1.0) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _Away(error) from error
        tx = PostgresTx(connection)
        working = False
        try:
            async with self._transaction(connection, reading=reading):
                working = True
                value = await _carry_out(work, tx)
                working = False
            return value
        except Exception as error:
            # A work's own OSError is its own; what its tx met counts whatever it made of it.
            met = tx.fault or (None if working else error)
            if isinstance(met, _RACES):
                raise met from None
            misuse = reading and isinstance(met, asyncpg.ReadOnlySQLTransactionError)
            if _is_lost(connection) or (isinstance(met, _AWAY) and not misuse):
                raise _Away(met or error) from error
            raise
        finally:
            await self._pool.release(connection)

    @staticmethod
    def _transaction(connection: _Held, *, reading: bool) -> asyncpg.transaction.Transaction:
        if reading:
            return connection.transaction(isolation="repeatable_read", readonly=True)
        return connection.transaction()

    def _note(self, away: _Away | None) -> None:
        """Log the change between well and away, once each."""
        well = away is None
        if well == self._well:
            return
        self._well = well
        if away is None:
            _log.info("storage_recovered")
        else:
            _log.error("storage_failed", error=_say(away.error), code=type(away.error).__name__)


def _is_lost(connection: _Held) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already, since it broke
        return True


class _Away(Exception):
    """The server cannot serve at this moment, because of `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _say(error: BaseException) -> str:
    return str(error) or type(error).__name__
