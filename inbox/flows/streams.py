"""Read a stream in pages: a customer's view of its thread, or a team's stream with its marks.

A page's range `(since, until]` is complete: what of it may not be seen is left out (thread) or
stands as `withdrawn` (team), and nothing else is missing. Access is checked by the caller once;
what a team may see of each thread is checked here, item by item, as it is now.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core.cursor import Cursor
from inbox.core.errors import Gone, NotFound
from inbox.core.events import Item, customer_view, wire
from inbox.core.hints import Moved
from inbox.core.instant import to_text
from inbox.flows.context import Context
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import read_item

PAGE = 200
"""Items read at once, seen or not."""


class Stream(msgspec.Struct, frozen=True):
    """What a client can follow: one thread as its customer sees it, or one team."""

    kind: Literal["thread", "team"]
    id: str

    def name(self) -> str:
        """As the bus and the store call it."""
        return f"{self.kind}:{self.id}"


class Encoded(msgspec.Struct, frozen=True):
    """One item as wire JSON.

    `ends` marks items after which older ones of their thread read otherwise: it left the team, or
    was erased.
    """

    seq: int
    data: bytes
    ends: bool = False


class Page(msgspec.Struct, frozen=True):
    """All that may be seen of `(since, until]`; `more` says that the stream goes on already."""

    since: int
    until: int
    items: tuple[Encoded, ...]
    more: bool


class Bounds(msgspec.Struct, frozen=True):
    """The stream holds floor+1..head."""

    head: int
    floor: int


def epoch(ctx: Context) -> str:
    """The database's epoch: a cursor of another one means nothing here."""
    return ctx.memory.epoch


async def bounds(ctx: Context, stream: Stream) -> Bounds:
    """Where a stream begins and ends now."""

    async def work(tx: Tx) -> Row | None:
        return await _bounds(tx, stream)

    row = await ctx.store.read(work)
    if row is None:
        raise NotFound(f"there is no stream {stream.name()}")
    return Bounds(head=row[0], floor=row[1])


async def page(ctx: Context, stream: Stream, *, since: int, limit: int = PAGE) -> Page:
    """The next stretch of a stream after `since`, at most `limit` places long.

    Raises Gone where what follows `since` is no longer all kept, with the cursor to go on from.
    """

    async def work(tx: Tx) -> tuple[list[Row], int]:
        found = await _bounds(tx, stream)
        if found is None:
            raise NotFound(f"there is no stream {stream.name()}")
        head, floor = found
        if since < floor:
            raise Gone("history_expired", cursor=str(Cursor(ctx.memory.epoch, head)))
        if stream.kind == "thread":
            rows = await tx.fetch(Q.thread_page, thread=stream.id, since=since, limit=limit)
        else:
            rows = await tx.fetch(Q.team_page, team=stream.id, since=since, limit=limit)
        return rows, head

    rows, head = await ctx.store.read(work)
    until: int = rows[-1][0] if rows else since
    read = _thread_items if stream.kind == "thread" else _team_items
    return Page(since=since, until=until, items=read(rows), more=until < head)


async def moved(ctx: Context, heads: dict[str, int]) -> list[Moved]:
    """What has moved since `heads` (stream → place): teams, the registry, and the threads touched.

    One query over a row per team. Every event of a thread stands in its home team's stream, so
    nothing that was committed can escape this look, whatever hints were lost. The first look, with
    no `heads` at all, only says where the streams are.
    """

    async def work(tx: Tx) -> list[Moved]:
        found = []
        for stream, head in await tx.fetch(Q.all_heads):
            known = heads.get(stream)
            if known is not None and head <= known:
                continue
            found.append(Moved(stream, head))
            kind, _, team = stream.partition(":")
            if kind == "team" and heads:
                since = known or 0  # a team that was made since the last look
                touched = await tx.fetch(Q.touched_threads, team=team, since=since, upto=head)
                found += [Moved(f"thread:{thread}", seq) for thread, seq in touched]
        return found

    return await ctx.store.read(work)


async def _bounds(tx: Tx, stream: Stream) -> Row | None:
    if stream.kind == "thread":
        return await tx.fetch_one(Q.thread_bounds, thread=stream.id)
    return await tx.fetch_one(Q.stream_bounds, stream=stream.name())


def _thread_items(rows: list[Row]) -> tuple[Encoded, ...]:
    shown = ((row[0], customer_view(read_item(row))) for row in rows)
    return tuple(
        Encoded(seq, wire(item), item.type == "erased") for seq, item in shown if item is not None
    )


def _team_items(rows: list[Row]) -> tuple[Encoded, ...]:
    return tuple(_team_item(row) for row in rows)


def _team_item(row: Row) -> Encoded:
    seq, kind, at, thread, thread_seq, payload, may_see, item_type, item_at, item_payload = row
    if kind == "left":
        return Encoded(seq, _mark(seq, "left", at, thread), ends=True)
    if not may_see:
        return Encoded(seq, _mark(seq, "withdrawn", at, thread))
    if kind == "entered":
        if payload is None:
            return Encoded(seq, _mark(seq, "erased", at, thread), ends=True)
        return Encoded(seq, wire(Item(thread_seq, kind, at, payload), team_seq=seq, thread=thread))
    if item_type is None:
        return Encoded(seq, _mark(seq, "erased", at, thread), ends=True)
    item = Item(thread_seq, item_type, item_at, item_payload)
    return Encoded(seq, wire(item, team_seq=seq, thread=thread), item_type == "erased")


def _mark(seq: int, kind: str, at: int, thread: str) -> bytes:
    return f'{{"seq":{seq},"type":"{kind}","at":"{to_text(at)}","thread":"{thread}"}}'.encode()
