"""Full-text search: the one thing whose tables and statements differ between the engines."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from inbox.core.words import Term
from inbox.store.engine import Dialect, Row, Tx
from inbox.store.queries import Queries

_QUERIES: dict[Dialect, Queries] = {
    "sqlite": Queries("search_sqlite_queries.sql"),
    "postgres": Queries("search_postgres_queries.sql"),
}
_SALTS = 2**15
NEWEST = 2**63 - 1
"""Beyond every item: where a search begins."""
_LATEST_MS = NEWEST // _SALTS - 1


class Due(msgspec.Struct, frozen=True):
    """A thread that search has to catch up with: it knows the log up to `after`."""

    thread: str
    customer: str
    name: str | None
    after: int
    head: int


class Text(msgspec.Struct, frozen=True):
    """A message or note as search sees it; `at` is its time (Unix ms)."""

    thread: str
    seq: int
    at: int
    words: tuple[str, ...]


async def lock_due(tx: Tx, threads: Sequence[str]) -> list[Due]:
    """Lock those of the threads that have something new, in the order of their ids."""
    rows = await tx.fetch(_QUERIES[tx.dialect].lock_due, threads=_json(threads))
    return [Due(*row) for row in rows]


async def texts_of(tx: Tx, due: Sequence[Due]) -> list[Row]:
    """All messages and notes that these threads have got; rows of `thread, seq, type, at, payload`.

    One statement for all of them, as everything here: each that is run on SQLite beside a busy
    event loop waits for the interpreter's lock, which costs more than the statement.
    """
    stretches = _json([[one.thread, one.after, one.head] for one in due])
    return await tx.fetch(_QUERIES[tx.dialect].texts_of, stretches=stretches)


async def mark_indexed(tx: Tx, threads: Sequence[str]) -> None:
    """Search knows all of these."""
    await tx.execute(_QUERIES[tx.dialect].mark_indexed, threads=_json(threads))


async def add_items(tx: Tx, texts: Sequence[Text]) -> None:
    """Let messages and notes be found; each may be added once."""
    queries = _QUERIES[tx.dialect]
    placed = {_item_place(text, 0): text for text in texts}
    rows = [[at, text.thread, text.seq, " ".join(text.words)] for at, text in placed.items()]
    added = {row[0] for row in await tx.fetch(queries.add_rows, rows=_json(rows))}
    if tx.dialect == "sqlite":
        words = [[row[0], row[3]] for row in rows if row[0] in added]
        await tx.execute(queries.add_all_words, rows=_json(words))
    for text in texts:  # the first place is free, but for two in a million
        place = _item_place(text, 0)
        if placed[place] is not text or place not in added:
            await _add_elsewhere(tx, text)


async def unknown_names(tx: Tx, places: Sequence[int]) -> set[int]:
    """Which of these places of names (`name_place`) search does not know."""
    rows = await tx.fetch(_QUERIES[tx.dialect].known_places, places=_json(places))
    return set(places) - {row[0] for row in rows}


async def add_name(tx: Tx, *, thread: str, words: Sequence[str]) -> None:
    """Let a customer be found by name and id; what was known of them is replaced."""
    await forget(tx, thread=thread, first=0, last=0)
    await _add(tx, name_place(thread, words), thread, 0, " ".join(words))


def name_place(thread: str, words: Sequence[str]) -> int:
    """The id of a name's row: another name has another, so a change is seen by it."""
    return -1 - _number(thread, *words)


async def forget(tx: Tx, *, thread: str, first: int, last: int) -> None:
    """Let items `first` to `last` of a thread no longer be found; 0 is the customer's name."""
    queries = _QUERIES[tx.dialect]
    if tx.dialect == "sqlite":
        await tx.execute(queries.forget_words, thread=thread, first=first, last=last)
    await tx.execute(queries.forget_rows, thread=thread, first=first, last=last)


async def find_items(
    tx: Tx, terms: Sequence[Term], *, agent: str, before: int, limit: int
) -> list[Row]:
    """Items with all terms that an agent may see now, newest first, before a place.

    Rows of `place, thread, seq, type, at, payload, customer id, customer name`.
    """
    return await tx.fetch(
        _QUERIES[tx.dialect].find_items,
        match=_match(tx.dialect, terms),
        agent=agent,
        before=before,
        limit=limit,
    )


async def find_names(tx: Tx, terms: Sequence[Term], *, agent: str, limit: int) -> list[Row]:
    """Customers with all terms in name and id; rows of `thread, customer id, customer name`."""
    return await tx.fetch(
        _QUERIES[tx.dialect].find_names,
        match=_match(tx.dialect, terms),
        agent=agent,
        limit=limit,
    )


async def _add_elsewhere(tx: Tx, text: Text) -> None:
    words = " ".join(text.words)
    for step in range(1, _SALTS):
        if await _add(tx, _item_place(text, step), text.thread, text.seq, words):
            return


def _item_place(text: Text, step: int) -> int:
    salt = (_number(text.thread, str(text.seq)) + step) % _SALTS
    return min(max(text.at, 1), _LATEST_MS) * _SALTS + salt


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def _add(tx: Tx, place: int, thread: str, seq: int, words: str) -> bool:
    queries = _QUERIES[tx.dialect]
    if not await tx.execute(queries.add_row, id=place, thread=thread, seq=seq, words=words):
        return False
    if tx.dialect == "sqlite":
        await tx.execute(queries.add_words, id=place, words=words)
    return True


def _match(dialect: Dialect, terms: Sequence[Term]) -> str:
    """The engine's way to say: all of these. Words hold letters, digits and marks alone."""
    if dialect == "sqlite":
        return " ".join(f'"{term.word}"{"*" if term.prefix else ""}' for term in terms)
    return " & ".join(f"'{term.word}'{':*' if term.prefix else ''}" for term in terms)


def _number(*parts: str) -> int:
    hashed = blake2b("\0".join(parts).encode(), digest_size=7).digest()
    return int.from_bytes(hashed, "big")
