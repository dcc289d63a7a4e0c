"""What a client must not forget: where it stands, what it has not handed out yet, what to send.

One SQLite file (or memory). A cursor and the items up to it are kept in one transaction, so after a
crash both are there or neither. A draft is on disk (fsynced) when `keep` returns. The file belongs
to one process at a time and to one person for ever.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import msgspec

from inbox.client.follow import Fresh, Range, Step, follow
from inbox.core.errors import Unauthorized

_SCHEMA = """
CREATE TABLE IF NOT EXISTS owner (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS place (stream TEXT PRIMARY KEY, cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS arrived (
    n INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS draft (
    n INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL UNIQUE, data BLOB NOT NULL,
    refused TEXT, detail TEXT
);
"""


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message on its way: as it will be sent, until it is answered."""

    client_id: str
    body: str
    attachments: tuple[str, ...] = ()
    urgent: bool = False


class Refused(msgspec.Struct, frozen=True):
    """A draft that the server will not take, with the code and the reason."""

    draft: Draft
    code: str
    detail: str


class Arrived(msgspec.Struct, frozen=True):
    """An item that is applied but not yet handed out; `n` is the order of arrival."""

    n: int
    stream: str
    data: bytes


_draft = msgspec.json.Decoder(Draft).decode


class Journal:
    """The client's memory. Every method may be called from any thread; each is one transaction."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._places: dict[str, str] = {}

    def open(self) -> None:
        """Take hold of the file. Raises OSError where it is in use or cannot be had."""
        target = ":memory:" if self._path is None else str(self._path)
        try:
            self._db = sqlite3.connect(
                target, check_same_thread=False, isolation_level=None, timeout=0
            )
        except sqlite3.OperationalError as error:
            raise OSError(f"the store {target} cannot be opened: {error}") from error
        try:
            # Held for the life of the connection: two processes would send one outbox out of order.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            # A cursor lost together with its items costs a replay, so only drafts are fsynced.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise OSError(f"the store {target} is in use, or is no store: {error}") from error
        self._places = dict(self._db.execute("SELECT stream, cursor FROM place").fetchall())

    def claim(self, owner: str) -> None:
        """Make the file this person's. Raises Unauthorized if it is already another's."""
        with self._lock, self._db:
            row = self._db.execute("SELECT id FROM owner").fetchone()
            if row is None:
                self._db.execute("INSERT INTO owner VALUES (?)", (owner,))
            elif row[0] != owner:
                raise Unauthorized("this store holds the drafts and events of somebody else")

    def cursor(self, stream: str) -> str | None:
        """Where the client stands in a stream; none before its first range."""
        return self._places.get(stream)

    def apply(self, stream: str, frame: Range) -> Step:
        """Judge a range by the rules and, if it is fresh, keep its items and the new cursor."""
        with self._lock:
            step = follow(self._places.get(stream), frame)
            if isinstance(step, Fresh):
                self._advance(stream, step.cursor, step.items)
            return step

    def restart(self, stream: str, cursor: str, mark: bytes | None = None) -> None:
        """Go on from this cursor whatever was before; the mark takes its turn among the items."""
        with self._lock:
            self._advance(stream, cursor, () if mark is None else (msgspec.Raw(mark),))

    def _advance(self, stream: str, cursor: str, items: tuple[msgspec.Raw, ...]) -> None:
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO arrived (stream, data) VALUES (?, ?)",
                [(stream, bytes(item)) for item in items],
            )
            self._db.execute(
                "INSERT INTO place VALUES (?, ?)"
                " ON CONFLICT (stream) DO UPDATE SET cursor = excluded.cursor",
                (stream, cursor),
            )
        self._places[stream] = cursor

    def arrived(self, after: int, limit: int) -> list[Arrived]:
        """What arrived after the n-th, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT n, stream, data FROM arrived WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
            ).fetchall()
        return [Arrived(*row) for row in rows]

    def settle(self, n: int) -> None:
        """Forget what was handed out up to the n-th: it will not be handed out again."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM arrived WHERE n <= ?", (n,))

    def keep(self, draft: Draft) -> None:
        """Put a draft at the end of the outbox; it is on disk when this returns.

        The same draft again changes nothing, but one that was set aside gets a new chance. Raises
        ValueError where its `client_id` is taken by another one.
        """
        data = msgspec.json.encode(draft)
        with self._lock:
            self._db.execute("PRAGMA synchronous = FULL")
            try:
                taken = self._db.execute(
                    "INSERT INTO draft (client_id, data) VALUES (?, ?) ON CONFLICT (client_id)"
                    " DO UPDATE SET refused = NULL, detail = NULL WHERE data = excluded.data",
                    (draft.client_id, data),
                ).rowcount
            finally:
                self._db.execute("PRAGMA synchronous = NORMAL")
        if not taken:
            raise ValueError(f"client_id {draft.client_id!r} is in the outbox with another body")

    def drafts(self) -> list[Draft]:
        """What is still to be sent, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT data FROM draft WHERE refused IS NULL ORDER BY n"
            ).fetchall()
        return [_draft(row[0]) for row in rows]

    def drop(self, client_id: str) -> None:
        """Forget a draft: it was answered, or the person gave it up."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM draft WHERE client_id = ?", (client_id,))

    def refuse(self, client_id: str, *, code: str, detail: str) -> None:
        """Set a draft aside: the server will never take it as it is."""
        with self._lock, self._db:
            self._db.execute(
                "UPDATE draft SET refused = ?, detail = ? WHERE client_id = ?",
                (code, detail, client_id),
            )

    def refused(self) -> list[Refused]:
        """What was set aside, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT data, refused, detail FROM draft WHERE refused IS NOT NULL ORDER BY n"
            ).fetchall()
        return [Refused(_draft(row[0]), row[1], row[2]) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
