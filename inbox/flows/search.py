"""Find messages, notes and customers by words; and take up what is new, behind the sends.

A send marks its thread; `index_due` comes by at least once a second, takes up what the log has
after the last place that search knows, and takes the mark away, all in one transaction under the
thread's lock. So a crash loses nothing, and nothing is found that was erased.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import msgspec

from inbox.core.errors import BadRequest, Internal, Overloaded
from inbox.core.events import Item, Message, MessageEvent, Note, NoteEvent
from inbox.core.instant import to_text
from inbox.core.policy import Agent
from inbox.core.words import LONGEST_QUERY, Term, snippet, terms, words
from inbox.flows.audit import looked
from inbox.flows.context import Context, Writing, write
from inbox.flows.memory import SearchWalk
from inbox.store import search
from inbox.store.engine import Row, TookTooLong, Tx
from inbox.store.queries import Q
from inbox.store.records import read_item

TOGETHER = 100
"""Threads in one transaction: their senders wait so long, and on SQLite every sender does."""
TEXTS = 200
"""Items of their logs in one transaction."""
WORDS = 32_768
"""Characters of their words in one transaction: the sends that share its commit wait so long."""
NAMES = 10
REACH = (2_000, 50_000)
"""Newest matches, of all teams, among which a page is looked for: at first, and where those do not
fill it. To see whether one is the agent's costs some 10 µs, sometimes thirty."""


class Found(msgspec.Struct, frozen=True):
    """A customer whose thread the agent may open."""

    id: str
    name: str | None


class FoundItem(msgspec.Struct, frozen=True):
    """A message or note in which all the words stand; `body` is the stretch around the first."""

    thread: str
    customer: Found
    seq: int
    type: str
    at: str
    author: str | None
    body: str


class FoundCustomer(msgspec.Struct, frozen=True):
    """A customer whose name or id has all the words."""

    thread: str
    customer: Found


class SearchPage(msgspec.Struct, frozen=True):
    """What was found, newest first; customers stand on the first page alone.

    A page may be short, even empty, and not the last: `next` goes on behind what it has looked at.
    """

    items: tuple[FoundItem, ...]
    customers: tuple[FoundCustomer, ...]
    next: str | None


async def find(ctx: Context, who: Agent, *, q: str, cursor: str | None, limit: int) -> SearchPage:
    """Messages, notes and customers with all words of `q`, in threads that the agent may see now.

    Without regard to case and accents; the last word also as the beginning of longer ones. Any
    text is a good query, but one without a letter or digit, or over 200 characters (BadRequest). A
    look in the audit log, without the words.

    Apart from other reads, which do not wait for it, and Overloaded where it takes too long: what
    matches is found first and then what the agent may see of it, as pins and covers are now. So a
    page looks at a bounded number of matches, and says by `next` that there may be more.
    """
    wanted = terms(q) if len(q) <= LONGEST_QUERY else ()
    if not wanted:
        raise BadRequest.field("query.q", f"needs a letter or digit, in {LONGEST_QUERY} characters")
    before = _place(cursor)

    async def look(tx: Tx) -> tuple[list[Row], list[Row], int]:
        names, items, floor = list[Row](), list[Row](), 0
        if cursor is None:
            names = await search.find_names(tx, wanted, agent=who.id, limit=NAMES)
        for reach in REACH:
            floor = await search.match_beyond(tx, wanted, before=before, passed=reach)
            items = await search.find_items(
                tx, wanted, agent=who.id, before=before, floor=floor, limit=limit + 1
            )
            if len(items) > limit or not floor:
                break
        return items, names, floor

    try:
        rows, names, floor = await ctx.store.read(look, long=True)
    except TookTooLong as error:
        raise Overloaded(
            "Too many messages match; add a word", retry_after=error.retry_after
        ) from error
    looked(ctx, who, "search")
    after = rows[limit - 1][0] if len(rows) > limit else floor + 1 if floor else None
    return SearchPage(
        items=tuple(_found(row, wanted) for row in rows[:limit]),
        customers=tuple(FoundCustomer(row[0], Found(row[1], row[2])) for row in names),
        next=None if after is None else str(after),
    )


async def index_due(ctx: Context, *, limit: int = 200) -> bool:
    """Let search take up what the next threads have got; true where more waits.

    For a task of every `search_lag_ms`. Several processes may do it at once. It walks through the
    threads by id and begins anew at the end, so that each has its turn however busy others are.
    """
    now = ctx.clock()
    began, after, left = ctx.memory.search_walk or SearchWalk(now)

    async def due(tx: Tx) -> list[str]:
        return await search.unindexed(tx, after=after, limit=limit)

    threads = await ctx.store.read(due)
    done = 0
    while done < len(threads):
        step = await _index(ctx, threads[done : done + TOGETHER])
        done += step.threads
        left |= step.left
    if len(threads) == limit:
        ctx.memory.search_walk, more = SearchWalk(began, threads[-1], left), True
    else:
        ctx.memory.search_walk, more = None, left
        if not left:
            ctx.memory.search_whole_at = began
    ctx.metrics.search_lag.set(max(0, ctx.clock() - (ctx.memory.search_whole_at or now)) / 1000)
    return more


class _Step(NamedTuple):
    """How many threads have had their turn, and whether one of them has more than its share."""

    threads: int
    left: bool


class _New(msgspec.Struct, frozen=True):
    """Texts that search is to take up, and the threads that it then knows.

    `left`: but the last of these, of which more is to come.
    """

    due: list[search.Due]
    texts: list[search.Text]
    encoded: str
    left: bool


async def _index(ctx: Context, threads: list[str]) -> _Step:
    """Index the first of these, as many as is done at once.

    What is new is read and taken apart into words on a reader, so that the writer, for which every
    send waits on SQLite, has nothing to do but to store it.
    """

    async def look(tx: Tx) -> _New:
        return await _read_new(tx, threads)

    new = await ctx.store.read(look)
    if not new.due:
        return _Step(len(threads), left=False)

    async def work(writing: Writing) -> bool:
        tx, texts, encoded = writing.tx, new.texts, new.encoded
        due = await search.lock_due(tx, new.due)
        await _index_names(tx, due)
        if len(due) < len(new.due):
            known = {one.thread for one in due}
            texts = [text for text in texts if text.thread in known]
            encoded = search.encode(texts)
        await search.add_items(tx, texts, encoded=encoded)
        await search.mark_indexed(tx, due)
        return len(due) < len(new.due)

    passed_over = await write(ctx, work, beside=True)
    return _Step(threads.index(new.due[-1].thread) + 1, left=new.left or passed_over)


async def _read_new(tx: Tx, threads: list[str]) -> _New:
    due = await search.due_of(tx, threads)
    places = accumulate(one.head - one.after for one in due)
    taken = [one for one, total in zip(due, places, strict=True) if total <= TEXTS]
    if taken or not due:
        rows = await search.texts_of(tx, taken)
        texts = [_text(row[0], read_item(row[1:])) for row in rows]
        return _fit(taken, texts, left=False)
    first = due[0]  # has more than is done at once
    rows = await tx.fetch(Q.texts_after, thread=first.thread, after=first.after, limit=TEXTS)
    texts = [_text(first.thread, read_item(row)) for row in rows]
    left = len(texts) == TEXTS
    if left:
        first = msgspec.structs.replace(first, head=texts[-1].seq)
    return _fit([first], texts, left=left)


def _fit(due: list[search.Due], texts: list[search.Text], *, left: bool) -> _New:
    """As much of it as is stored at once; a thread that is cut is known up to there."""
    texts.sort(key=lambda text: (text.thread, text.seq))
    lengths = accumulate(len(text.words) for text in texts)
    fit = sum(length <= WORDS for length in lengths) or 1
    if fit >= len(texts):
        return _New(due, texts, search.encode(texts), left)
    last, beyond = texts[fit - 1], texts[fit].thread
    known = [one for one in due if one.thread < beyond]
    left = last.thread == beyond
    if left:
        cut = next(one for one in due if one.thread == beyond)
        known.append(msgspec.structs.replace(cut, head=last.seq))
    return _New(known, texts[:fit], search.encode(texts[:fit]), left)


async def _index_names(tx: Tx, due: list[search.Due]) -> None:
    named = [(one.thread, words(f"{one.name or ''} {one.customer}")) for one in due]
    placed = {search.name_place(thread, name): (thread, name) for thread, name in named}
    for place in await search.unknown_names(tx, list(placed)):
        thread, name = placed[place]
        await search.add_name(tx, thread=thread, words=name)


def _text(thread: str, item: Item) -> search.Text:
    found = words(_read(item).body)
    return search.text_of(thread=thread, seq=item.seq, at=item.at, words=found)


def _found(row: Row, wanted: tuple[Term, ...]) -> FoundItem:
    item = read_item(row[2:6])
    text = _read(item)
    return FoundItem(
        thread=row[1],
        customer=Found(row[6], row[7]),
        seq=item.seq,
        type=item.type,
        at=to_text(item.at),
        author=text.author.name,
        body=snippet(text.body, wanted),
    )


def _read(item: Item) -> Message | Note:
    """What was written."""
    event = item.event()
    if isinstance(event, MessageEvent):
        return event.message
    if isinstance(event, NoteEvent):
        return event.note
    raise Internal


def _place(cursor: str | None) -> int:
    if cursor is None:
        return search.NEWEST
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise BadRequest.field("query.cursor", "is not a cursor of this list")
    return int(cursor)
