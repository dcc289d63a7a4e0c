"""Ratings: after the end, changed for some days, seen by both sides, masked, exported, erased."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from inbox.core.cursor import LARGEST
from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.events import Rating
from inbox.core.policy import Customer
from inbox.flows.context import Context
from inbox.flows.customer_views import customer_thread
from inbox.flows.desk_views import summary, timeline
from inbox.flows.erasure import erase
from inbox.flows.export import export
from inbox.flows.rating import RatingDraft, rate
from inbox.flows.retention import retention
from inbox.flows.states import reopen, resolve
from inbox.flows.streams import Stream
from tests.cast import (
    DAY,
    OPERATOR,
    Cast,
    SetClock,
    answer,
    arrive,
    assert_dense,
    look,
    make_cast,
    open_on,
    say,
    whole,
)
from tests.engines import Database

BEST = RatingDraft(5, "Bo was kind")


@pytest.fixture
async def ana(ctx: Context, cast: Cast) -> Customer:
    """Ana, whose first conversation is resolved."""
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Hello")
    await answer(ctx, cast.bo, ana.thread, "Hello Ana")
    await resolve(ctx, cast.bo, thread=ana.thread)
    return ana


async def rated_in(ctx: Context, stream: Stream) -> list[dict[str, Any]]:
    """The ratings that a stream shows, in order."""
    items = [
        msgspec.json.decode(item.data) for found in await whole(ctx, stream) for item in found.items
    ]
    return [item["rating"] for item in items if item["type"] == "rating"]


async def kept(ctx: Context) -> list[tuple[Any, ...]]:
    return await look(ctx, "SELECT number, rating, rated_at FROM conversations ORDER BY number")


def counted(ctx: Context) -> float:
    shown = ctx.metrics.render().decode().splitlines()
    return sum(float(line.split()[-1]) for line in shown if line.startswith("pinbox_ratings_total"))


async def test_a_rating_is_kept_and_shown_to_both_sides(
    ctx: Context, cast: Cast, clock: SetClock, ana: Customer
) -> None:
    assert (await customer_thread(ctx, ana)).rating is None
    rated = await rate(ctx, ana, number=1, draft=BEST)

    assert rated.rating == Rating(1, 5, "Bo was kind")
    assert (await customer_thread(ctx, ana)).rating == 5
    assert await kept(ctx) == [(1, 5, clock.now)]
    shown = [{"conversation": 1, "score": 5, "comment": "Bo was kind"}]
    assert await rated_in(ctx, Stream("thread", ana.thread)) == shown
    assert await rated_in(ctx, Stream("team", cast.spokane)) == shown
    lines = await timeline(ctx, cast.bo, thread=ana.thread, before=LARGEST, limit=1)
    newest = msgspec.json.decode(lines.items[0])
    assert (newest["seq"], newest["at"], newest["rating"]) == (rated.seq, rated.at, shown[0])
    shown_now = await summary(ctx, cast.bo, thread=ana.thread)
    assert shown_now.status is not None
    assert shown_now.status.state == "resolved", "a rating opens nothing"
    assert shown_now.waiting_since is None
    await assert_dense(ctx)


async def test_the_same_again_changes_nothing_and_another_one_counts(
    ctx: Context, clock: SetClock, ana: Customer
) -> None:
    first = await rate(ctx, ana, number=1, draft=BEST)
    clock.pass_(15 * DAY)  # a repeat is safe whenever it comes
    ana = await arrive(ctx, "ana")
    assert await rate(ctx, ana, number=1, draft=BEST) == first
    clock.pass_(-15 * DAY)
    second = await rate(ctx, ana, number=1, draft=RatingDraft(2))
    back = await rate(ctx, ana, number=1, draft=BEST)

    assert first.seq < second.seq < back.seq
    assert [row[1] for row in await kept(ctx)] == [5]
    told = await rated_in(ctx, Stream("thread", ana.thread))
    assert [one["score"] for one in told] == [5, 2, 5]
    assert counted(ctx) == 3


async def test_many_at_once_leave_one(ctx: Context, ana: Customer) -> None:
    rated = await asyncio.gather(*(rate(ctx, ana, number=1, draft=BEST) for _ in range(8)))

    assert len({one.seq for one in rated}) == 1
    assert len(await rated_in(ctx, Stream("thread", ana.thread))) == 1


async def test_only_what_is_resolved_and_not_for_long_is_rated(
    ctx: Context, cast: Cast, clock: SetClock, ana: Customer
) -> None:
    await rate(ctx, ana, number=1, draft=BEST)
    await reopen(ctx, cast.bo, thread=ana.thread)
    with pytest.raises(Conflict, match="not resolved"):
        await rate(ctx, ana, number=1, draft=RatingDraft(1))
    clock.pass_(DAY)
    await resolve(ctx, cast.bo, thread=ana.thread)
    clock.pass_(14 * DAY)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Something else")  # the second conversation, which is open
    await rate(ctx, ana, number=1, draft=RatingDraft(4))
    clock.pass_(1)
    with pytest.raises(Conflict, match="more than 14 days"):
        await rate(ctx, ana, number=1, draft=RatingDraft(1))
    with pytest.raises(Conflict, match="conversation 2 is not resolved"):
        await rate(ctx, ana, number=2, draft=BEST)
    with pytest.raises(NotFound):
        await rate(ctx, ana, number=3, draft=BEST)
    assert [row[:2] for row in await kept(ctx)] == [(1, 4), (2, None)]


async def test_nobody_rates_what_another_was_told(ctx: Context, ana: Customer) -> None:
    luis = await arrive(ctx, "luis")
    with pytest.raises(NotFound):
        await rate(ctx, luis, number=1, draft=BEST)
    assert await rated_in(ctx, Stream("thread", ana.thread)) == []


async def test_a_comment_is_cleaned_and_masked_as_a_message(ctx: Context, ana: Customer) -> None:
    card = RatingDraft(1, "my card 4111 1111 1111 1111\r\nwas charged")
    rated = await rate(ctx, ana, number=1, draft=card)

    assert rated.rating.comment == "my card •••• 1111\nwas charged"
    assert await look(ctx, "SELECT 1 FROM items WHERE payload LIKE '%4111%'") == []
    for bad in ("\u200b", "x" * 4_001, "\x07"):
        with pytest.raises(BadRequest) as refused:
            await rate(ctx, ana, number=1, draft=RatingDraft(1, bad))
        assert [one.path for one in refused.value.errors] == ["comment"]


async def test_it_is_exported_and_erased_with_the_customer(ctx: Context, ana: Customer) -> None:
    await rate(ctx, ana, number=1, draft=RatingDraft(3, "first thoughts"))
    await rate(ctx, ana, number=1, draft=BEST)
    pieces = [piece async for piece in await export(ctx, OPERATOR, customer="ana")]
    document = msgspec.json.decode(b"".join(pieces))

    assert document["conversations"][0]["rating"]["score"] == 5
    said = [one["rating"]["comment"] for one in document["items"] if one["type"] == "rating"]
    assert said == ["first thoughts", "Bo was kind"]

    await erase(ctx, OPERATOR, customer="ana")
    assert await kept(ctx) == [(1, None, None)]
    rows = await look(ctx, "SELECT rated_seq FROM conversations WHERE rated_seq IS NOT NULL")
    assert rows == []
    assert await look(ctx, "SELECT 1 FROM items WHERE payload LIKE '%kind%'") == []
    await assert_dense(ctx)


async def test_a_comment_is_kept_as_long_as_messages(database: Database, clock: SetClock) -> None:
    async with open_on(database, clock, retention_days=30) as ctx:
        cast = await make_cast(ctx)
        ana = await arrive(ctx, "ana")
        await say(ctx, ana, "Hello")
        await resolve(ctx, cast.bo, thread=ana.thread)
        clock.pass_(10 * DAY)
        ana = await arrive(ctx, "ana")
        await rate(ctx, ana, number=1, draft=BEST)
        clock.pass_(25 * DAY)
        assert (await retention(ctx)).texts == 1, "the message alone"
        assert len(await rated_in(ctx, Stream("thread", ana.thread))) == 1
        clock.pass_(10 * DAY)
        assert (await retention(ctx)).texts == 1
        assert await rated_in(ctx, Stream("thread", ana.thread)) == []
        assert [row[1] for row in await kept(ctx)] == [5], "the score is a number, for reports"
        await assert_dense(ctx)
