"""Full-text search: the one thing whose tables and statements differ between the engines."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

import msgspec

from inbox.core.words import Term
from inbox.store.engine import Dialect, Row, Tx
from inbox.store.queries import Q, Queries
from inbox.store.rows import sure

_QUERIES: dict[Dialect, Queries] = {
    "sqlite": Queries("search_sqlite_queries.sql"),
    "postgres": Queries("search_postgres_queries.sql"),
}
_SALTS = 2**15
NEWEST = 2**63 - 1
"""Beyond every item: where a search begins."""
_LATEST_MS = NEWEST // _SALTS - 1


class Due(msgspec.Struct, frozen=True, array_like=True):
    """A thread that search has to catch up with: it knows the log up to `after`."""

    thread: str
    customer: str
    name: str | None
    after: int
    head: int


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A message or note as search sees it; made by `text_of`."""

    place: int
    thread: str
    seq: int
    words: str


def text_of(*, thread: str, seq: int, at: int, words: Sequence[str]) -> Text:
    """Words of an item, and its place among all: by its time (Unix ms), newer is higher."""
    return Text(_item_place(thread, seq, at), thread, seq, " ".join(words))


_read_ids = msgspec.json.Decoder(list[str]).decode
_read_due = msgspec.json.Decoder(list[Due]).decode
_read_locked = msgspec.json.Decoder(list[tuple[str, int, str | None]]).decode
_read_texts = msgspec.json.Decoder(list[tuple[str, int, str, int, str]]).decode


def encode(value: object) -> str:
    """As the statements take it."""
    return msgspec.json.encode(value).decode()


async def unindexed(tx: Tx, *, after: str, limit: int) -> list[str]:
    """The next threads by id whose log has something that search may not know yet."""
    row = sure(await tx.fetch_one(_QUERIES[tx.dialect].unindexed, after=after, limit=limit))
    return _read_ids(row[0])


async def due_of(tx: Tx, threads: Sequence[str]) -> list[Due]:
    """Those of the threads that have something new, in the order of their ids."""
    row = sure(await tx.fetch_one(_QUERIES[tx.dialect].due_of, threads=encode(threads)))
    return sorted(_read_due(row[0]), key=lambda due: due.thread)


async def lock_due(tx: Tx, due: Sequence[Due]) -> list[Due]:
    """Lock these, and give those that are known as far as they were when they were looked at.

    With the name that the customer has now: it may have been changed or erased meanwhile.
    """
    threads = encode([one.thread for one in due])
    row = sure(await tx.fetch_one(_QUERIES[tx.dialect].lock_due, threads=threads))
    locked = _read_locked(row[0])
    now = {thread: (known, name) for thread, known, name in locked}
    same = (one for one in due if one.thread in now and now[one.thread][0] == one.after)
    return [msgspec.structs.replace(one, name=now[one.thread][1]) for one in same]


async def texts_of(tx: Tx, due: Sequence[Due]) -> list[Row]:
    """All messages and notes that these threads have got; rows of `thread, seq, type, at, payload`.

    One statement for all of them, and one row: each that is run, and each that is taken, on SQLite
    beside a busy event loop waits for the interpreter's lock, which costs more than itself.
    """
    stretches = encode([[one.thread, one.after, one.head] for one in due])
    row = sure(await tx.fetch_one(_QUERIES[tx.dialect].texts_of, stretches=stretches))
    return list[Row](_read_texts(row[0]))


async def mark_indexed(tx: Tx, due: Sequence[Due]) -> None:
    """Search knows these up to the head that was seen; where more has come they stay due."""
    seen = encode([[one.thread, one.head] for one in due])
    await tx.execute(_QUERIES[tx.dialect].mark_indexed, seen=seen)


async def add_items(tx: Tx, texts: Sequence[Text], *, encoded: str) -> None:
    """Let messages and notes of locked threads be found, but for what was erased meanwhile.

    Each may be added once. `encoded` is `encode` of the texts, made before the writer is held up.
    """
    queries = _QUERIES[tx.dialect]
    added = [one.place for one in texts]
    left = list[Text]()
    if await tx.execute(queries.add_rows, rows=encoded) < len(texts):
        # Something was erased, or a place was taken, as are two in a million.
        rows = await tx.fetch(queries.rows_there, rows=encoded)
        there = {(row[1], row[2]) for row in rows}
        added = [row[0] for row in rows]
        left = [one for one in texts if (one.thread, one.seq) not in there]
    if tx.dialect == "sqlite" and added:
        await tx.execute(queries.add_all_words, places=encode(added))
    await _add_elsewhere(tx, left)


async def unknown_names(tx: Tx, places: Sequence[int]) -> set[int]:
    """Which of these places of names (`name_place`) search does not know."""
    rows = await tx.fetch(_QUERIES[tx.dialect].known_places, places=encode(places))
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


async def match_beyond(tx: Tx, terms: Sequence[Term], *, before: int, passed: int) -> int:
    """The place of the match that comes after so many newer ones, whosesoever; 0: there is none."""
    row = await tx.fetch_one(
        _QUERIES[tx.dialect].match_beyond,
        match=_match(tx.dialect, terms),
        before=before,
        passed=passed,
    )
    return 0 if row is None else int(row[0])


async def find_items(
    tx: Tx, terms: Sequence[Term], *, agent: str, before: int, floor: int, limit: int
) -> list[Row]:
    """Items with all terms that an agent may see now, newest first, between two places.

    Rows of `place, thread, seq, type, at, payload, customer id, customer name`.
    """
    return await tx.fetch(
        _QUERIES[tx.dialect].find_items,
        match=_match(tx.dialect, terms),
        agent=agent,
        before=before,
        floor=floor,
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


async def _add_elsewhere(tx: Tx, texts: Sequence[Text]) -> None:
    """To the next place that is free; nowhere where the text was erased meanwhile."""
    for text in texts:
        if await tx.fetch_one(Q.find_text, thread=text.thread, seq=text.seq) is None:
            continue
        base, salt = divmod(text.place, _SALTS)
        for step in range(1, _SALTS):
            place = base * _SALTS + (salt + step) % _SALTS
            if await _add(tx, place, text.thread, text.seq, text.words):
                break


def _item_place(thread: str, seq: int, at: int) -> int:
    return min(max(at, 1), _LATEST_MS) * _SALTS + crc32(f"{thread}{seq}".encode()) % _SALTS


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
