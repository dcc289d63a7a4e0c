"""What a database engine offers: one transaction written once, run on SQLite or PostgreSQL.

A *work* is an `async def work(tx)` that speaks only to its `tx`. PostgreSQL awaits it on a pooled
connection; SQLite steps it to its end at once, where nothing truly waits, together with every
other work that has come, and answers all of them after one fsync (group commit). So a work must
not await anything but its `tx`, and must be safe to run again from the start: an engine may repeat
it after a deadlock.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal, Protocol, TypeVar

from inbox.core.errors import Overloaded
from inbox.store.queries import Query, Value

T = TypeVar("T")

Dialect = Literal["sqlite", "postgres"]
Row = Sequence[Any]
"""One result row by position; booleans are 0/1 from SQLite and true/false from PostgreSQL."""


LONG_READ_SECONDS = 2.0
"""After this a long read is ended, so that the next one has its turn."""
LONG_READS_WAITING = 16
"""So many more wait for their turn at most; a further one is refused at once."""


class TookTooLong(Overloaded):
    """A long read was ended; the same one again takes as long. Same code as its parent."""


Closing = Callable[["Tx", list[Any]], Coroutine[Any, Any, None]]
"""What ends a transaction: see `Tx.at_end`. It may do what a work may."""


class Tx(Protocol):
    """One open transaction. Every method runs a named query with its parameters by name."""

    @property
    def dialect(self) -> Dialect:
        """Which engine this is; asked only by full-text search."""
        ...

    @property
    def is_alone(self) -> bool:
        """Whether nobody else can write before this ends: what it reads stands without locks."""
        ...

    async def fetch(self, query: Query, **params: Value) -> list[Row]:
        """All rows."""
        ...

    async def fetch_one(self, query: Query, **params: Value) -> Row | None:
        """The first row, or none."""
        ...

    async def execute(self, query: Query, **params: Value) -> int:
        """Run it; how many rows it touched."""
        ...

    async def execute_many(self, query: Query, rows: Sequence[dict[str, Value]]) -> None:
        """Run it for each of the rows, in order."""
        ...

    async def fetch_one_of(self, of: str, query: Query, **params: Value) -> Row | None:
        """The first row, or none, of a query that reads nothing but what belongs to `of`.

        So it need not wait for what `later` is to write of others.
        """
        ...

    def later(self, query: Query, row: dict[str, Value], *, of: str) -> None:
        """Run it for one row, which it adds or changes, before this transaction ends.

        It belongs to `of`, and is written before any other statement looks but a `fetch_one_of`
        another; what different queries are to write, in any order. On SQLite the works that share
        a commit write such rows together, which takes a third less time than one by one (measured:
        docs/performance.md).
        """
        ...

    def at_end(self, close: Closing, entry: Any) -> None:
        """Have `close` run at the end of the transaction, once, with all entries in their order.

        On SQLite the works that share a commit share this too: what all of them append to is
        touched once for the batch.
        """
        ...


Work = Callable[[Tx], Coroutine[Any, Any, T]]


class Engine(Protocol):
    """A database that keeps its word.

    `write` returns only when the work is on disk (fsynced, or committed with
    `synchronous_commit=on`), and raises `NotDurable` when it could not be; what the work itself
    raises comes out unchanged and rolls back that work alone.
    """

    @property
    def dialect(self) -> Dialect:
        """Which engine this is."""
        ...

    async def write(self, work: Work[T], *, long: bool = False, beside: bool = False) -> T:
        """Run the work in a transaction of its own and answer after it is durable.

        `long` says that it may touch more than some dozens of rows: SQLite then runs it beside the
        event loop, which it would hold up. `beside` says that it touches that many in few
        statements: on SQLite it then shares a commit as a short one does, and runs beside the
        event loop all the same.
        """
        ...

    async def read(self, work: Work[T], *, long: bool = False) -> T:
        """Run the work on one consistent snapshot; it must not write.

        `long` says that it may look at far more rows than it gives: a few of these run at a time,
        apart from all others, which never wait for them. A statement that takes longer than
        LONG_READ_SECONDS ends it as TookTooLong; too many that wait are Overloaded.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
        ...
