"""All lines of an import, gathered by customer and sorted by time, on disk.

The scratch database has no name (SQLite makes the file in the temporary folder and takes its name
away at once), so nothing of it is left whatever happens to the process. Sorting spills to such
files too: memory stays flat on a file of any size.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import msgspec

from inbox.flows.imports.lines import Line, Profile, Said

CACHE_KIB = 16_384

_SCHEMA = """
CREATE TABLE told (
    customer TEXT NOT NULL, newest INTEGER NOT NULL,
    name TEXT, region TEXT, time_zone TEXT, locale TEXT, team TEXT
);
CREATE TABLE said (
    customer TEXT NOT NULL, sent_at INTEGER NOT NULL, place INTEGER NOT NULL,
    author TEXT NOT NULL, client_id TEXT NOT NULL, name TEXT, body TEXT NOT NULL, brand TEXT
);
"""
_ADD_TOLD = "INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_SAID = "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
# Nothing here asks which line came first, so the order of lines cannot matter.
_TOLD = """
SELECT customer, name, region, time_zone, locale, team FROM told
ORDER BY customer, newest DESC, name, region, time_zone, locale, team
"""
_SAID = """
SELECT customer, client_id, author, name, body, sent_at, place, brand FROM said
ORDER BY customer, sent_at, place, author, client_id, body, name, brand
"""
_DISTINCT = """
SELECT COUNT(*) FROM (
    SELECT DISTINCT customer, author, client_id FROM said WHERE sent_at < ?
)
"""


class Piece(msgspec.Struct, frozen=True):
    """A customer with all messages, or with the next of very many; `last` when no more come."""

    customer: str
    profile: Profile
    team: str | None
    messages: tuple[tuple[Said, str | None], ...]
    """Each with its brand; oldest first. A `client_id` may come more than once."""
    last: bool


class Gathered:
    """What was gathered so far. Used on one thread at a time."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._scratch.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._scratch.execute("PRAGMA temp_store = FILE")
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.executescript(_SCHEMA)
        self._scratch.execute("BEGIN")
        self.newest: int | None = None
        """When the file's newest message was sent."""

    def add(self, line: Line) -> None:
        """Keep one line."""
        newest = max((message.sent_at for message in line.messages), default=-1)
        if newest >= 0:
            self.newest = max(newest, self.newest or 0)
        profile = msgspec.structs.astuple(line.profile)
        self._scratch.execute(_ADD_TOLD, (line.customer, newest, *profile, line.team))
        self._scratch.executemany(
            _ADD_SAID,
            (
                (
                    line.customer,
                    one.sent_at,
                    one.place,
                    one.author,
                    one.client_id,
                    one.name,
                    one.body,
                    line.brand,
                )
                for one in line.messages
            ),
        )

    def count_customers(self) -> int:
        """How many customers there are."""
        return self._count("SELECT COUNT(DISTINCT customer) FROM told")

    def count_messages(self, *, before: int = 2**62) -> int:
        """How many messages were sent before then: one per customer, author and `client_id`."""
        return self._count(_DISTINCT, before)

    def count_repeats(self) -> int:
        """How many messages came besides those that `count_messages` counts."""
        return self._count("SELECT COUNT(*) FROM said") - self.count_messages()

    def brands(self) -> set[str]:
        """The brands for which agents wrote; "" where a line names none."""
        rows = self._scratch.execute("SELECT DISTINCT brand FROM said WHERE author = 'agent'")
        return {row[0] or "" for row in rows}

    def pieces(self, *, at_most: int) -> Iterator[Piece]:
        """Every customer by id, their messages sorted by time, at most so many in a piece.

        Of what the lines tell of a customer, that of the line with the newest message counts.
        """
        told = groupby(self._scratch.execute(_TOLD), key=_customer)
        said = groupby(self._scratch.execute(_SAID), key=_customer)
        talkers = next(said, None)
        for customer, rows in told:
            profile, team = _merge(rows)
            if talkers is None or talkers[0] != customer:
                yield Piece(customer, profile, team, (), last=True)
                continue
            messages = (_read(row) for row in talkers[1])
            piece = tuple(islice(messages, at_most))
            while piece:
                more = tuple(islice(messages, at_most))
                yield Piece(customer, profile, team, piece, last=not more)
                piece = more
            talkers = next(said, None)

    def close(self) -> None:
        """Let go of the disk."""
        self._scratch.close()

    def _count(self, query: str, *params: int) -> int:
        number: int = self._scratch.execute(query, params).fetchone()[0]
        return number


def _customer(row: tuple[str, ...]) -> str:
    return row[0]


def _merge(rows: Iterator[tuple[str | None, ...]]) -> tuple[Profile, str | None]:
    """For each field, the first that was told."""
    known: list[str | None] = [None] * 5
    for row in rows:
        known = [
            mine if mine is not None else told for mine, told in zip(known, row[1:], strict=True)
        ]
    return Profile(*known[:4]), known[4]


def _read(row: tuple[Any, ...]) -> tuple[Said, str | None]:
    _, client_id, author, name, body, sent_at, place, brand = row
    return Said(client_id, author, name, body, sent_at, place), brand
