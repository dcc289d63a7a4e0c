"""Full-text search: the one thing whose tables and statements differ between the engines."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

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


async def add_item(tx: Tx, *, thread: str, seq: int, at: int, words: Sequence[str]) -> None:
    """Let a message or note be found; each may be added once. `at` is its time (Unix ms)."""
    text = " ".join(words)
    base = min(max(at, 1), _LATEST_MS) * _SALTS
    salt = _number(thread, str(seq))
    for step in range(_SALTS):  # the first is free, but for two in a million
        if await _add(tx, base + (salt + step) % _SALTS, thread, seq, text):
            return


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
