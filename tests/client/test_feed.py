"""From the store to the app: each event once, in order, and again only if it was not finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from inbox.client.answers import Message
from inbox.client.events import Event, Reset
from inbox.client.feed import Feed
from inbox.client.follow import Range
from inbox.client.journal import Journal
from inbox.core.errors import Unauthorized
from inbox.core.frames import Person, TypingShown


def stretch(since: int, until: int) -> Range:
    items = (
        msgspec.Raw(
            b'{"seq":%d,"type":"read","at":"2026-11-22T10:00:00.000Z","who":"agent","upto":1}' % n
        )
        for n in range(since + 1, until + 1)
    )
    return Range(f"0a0b0c0d:{since}", f"0a0b0c0d:{until}", tuple(items))


async def load(reset: Reset) -> Reset:
    author = {"kind": "agent", "id": "bo"}
    message = {"id": "m1", "author": author, "body": "now", "sent_at": "2026-11-22T10:00:00Z"}
    return msgspec.structs.replace(reset, messages=(msgspec.convert(message, Message),))


@asynccontextmanager
async def opened(path: Path, *, in_peace: bool = True) -> AsyncIterator[Feed]:
    journal = Journal(path)
    journal.open()
    feed = Feed(journal, load)
    yield feed
    if in_peace:
        feed.settle()
    journal.close()


async def take(feed: Feed, count: int) -> list[int | None]:
    async with asyncio.timeout(2):
        return [(await feed.next()).seq for _ in range(count)]


async def test_events_come_in_order_across_restarts(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        assert await feed.apply("thread", stretch(0, 250))
        assert await take(feed, 120) == list(range(1, 121))
    async with opened(tmp_path / "store") as feed:
        assert await feed.apply("thread", stretch(250, 251))
        assert await take(feed, 131) == list(range(121, 252))


async def test_an_event_whose_handling_failed_comes_again(tmp_path: Path) -> None:
    async with opened(tmp_path / "store", in_peace=False) as feed:
        await feed.apply("thread", stretch(0, 3))
        assert await take(feed, 2) == [1, 2]
    async with opened(tmp_path / "store") as feed:
        assert await take(feed, 2) == [2, 3]


async def test_a_wait_may_be_cancelled_without_loss(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await feed.next()
        await feed.apply("thread", stretch(0, 2))
        assert await take(feed, 2) == [1, 2]


async def test_two_readers_at_once_are_a_mistake(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        first = asyncio.create_task(feed.next())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already"):
            await feed.next()
        await feed.apply("thread", stretch(0, 1))
        assert (await first).seq == 1


async def test_a_failure_is_raised_after_all_that_came(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        await feed.apply("thread", stretch(0, 2))
        feed.fail(Unauthorized("signed out"))
        assert await take(feed, 2) == [1, 2]
        for _ in range(2):
            with pytest.raises(Unauthorized, match="signed out"):
                await feed.next()


async def test_a_reset_brings_what_stands_now(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        await feed.apply("thread", stretch(0, 1))
        await feed.restart("thread", reason="too_far", cursor="0a0b0c0d:9")
        assert not await feed.apply("thread", stretch(10, 11)), "a gap"
        assert await feed.apply("thread", stretch(9, 10))
        events: list[Event] = [await feed.next() for _ in range(3)]
        assert [event.seq for event in events] == [1, None, 10]
        reset = events[1].what
        assert isinstance(reset, Reset)
        assert (reset.reason, reset.cursor) == ("too_far", "0a0b0c0d:9")
        assert [message.body for message in reset.messages] == ["now"]


async def test_what_passes_is_bounded_and_never_stored(tmp_path: Path) -> None:
    async with opened(tmp_path / "store") as feed:
        for n in range(200):
            typing = TypingShown(thread=str(n), who=Person("agent", "bo"), on=True)
            feed.pass_on(typing, thread=typing.thread)
        await feed.apply("thread", stretch(0, 1))
        events = [await feed.next() for _ in range(65)]
        assert [event.thread for event in events[:64]] == [str(n) for n in range(136, 200)]
        assert events[64].seq == 1
    async with opened(tmp_path / "store") as feed:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await feed.next()
