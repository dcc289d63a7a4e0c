"""The long poll: what comes after a cursor, waiting a while where there is nothing yet.

For clients that cannot have a socket. Register with the bus first, then read, then wait: nothing
falls between, and a lost hint costs a second.
"""

from __future__ import annotations

import asyncio

import msgspec

from inbox.core.cursor import Cursor, Reset, parse_cursor, resume
from inbox.core.errors import Gone
from inbox.core.hints import Moved, Passing
from inbox.flows.context import Context
from inbox.flows.streams import Page, Stream, bounds, page

PLACES = 48
"""Places that one look at the store is long."""

ANSWER_BYTES = 16_384
"""Where an answer is cut: one too large for a bad line would never arrive, however often asked."""


class Events(msgspec.Struct, frozen=True):
    """Everything that may be seen of `(since, until]`; `more` says that there is more already."""

    since: str
    until: str
    items: tuple[msgspec.Raw, ...]
    more: bool


async def poll(
    ctx: Context, stream: Stream, *, since: str | None, wait_s: float, look_every_s: float = 1.0
) -> Events:
    """The next page after `since` (from the start without it), or an empty one after `wait_s`.

    What may not be seen ends no wait: else a customer could time the team's private notes.
    Raises Gone with the cursor to go on from, where live says `reset`. The caller has checked that
    the stream is the client's to follow.
    """
    rung = asyncio.Event()
    name, loop = stream.name(), asyncio.get_running_loop()

    def hear(hint: Moved | Passing) -> None:
        if isinstance(hint, Moved) and hint.stream == name:
            rung.set()

    place = None if since is None else parse_cursor(since)
    asked: int | None = None
    deadline = loop.time() + wait_s
    stop = ctx.bus.listen(hear)
    try:
        while True:
            rung.clear()
            start = await _start(ctx, stream, place)
            found = await page(ctx, stream, since=start, limit=PLACES)
            asked = start if asked is None else asked
            left = deadline - loop.time()
            if found.items or left <= 0:
                found = msgspec.structs.replace(_cut(found), since=asked)
                return _answer(ctx.memory.epoch, found)
            place = Cursor(ctx.memory.epoch, found.until)
            if found.more:
                continue
            try:
                await asyncio.wait_for(rung.wait(), min(left, look_every_s))
            except TimeoutError:
                continue
    finally:
        stop()


async def _start(ctx: Context, stream: Stream, place: Cursor | None) -> int:
    now = await bounds(ctx, stream)
    epoch = ctx.memory.epoch
    start = resume(
        place,
        epoch=epoch,
        head=now.head,
        floor=now.floor,
        limit=ctx.settings.catch_up_limit,
    )
    if isinstance(start, Reset):
        raise Gone(start.reason, cursor=str(Cursor(epoch, start.n)))
    return start


def _cut(found: Page) -> Page:
    """What of a page one answer may hold: one item at least, however large."""
    size = 0
    for place, item in enumerate(found.items):
        size += len(item.data)
        if size > ANSWER_BYTES and place:
            until = found.items[place - 1].seq
            return Page(found.since, until, found.items[:place], more=True)
    return found


def _answer(epoch: str, found: Page) -> Events:
    return Events(
        since=str(Cursor(epoch, found.since)),
        until=str(Cursor(epoch, found.until)),
        items=tuple(msgspec.Raw(item.data) for item in found.items),
        more=found.more,
    )
