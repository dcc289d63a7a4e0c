"""What reports count is written as it happens, to the credit of who held the thread then."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inbox.core.policy import Customer
from inbox.core.shorthand import read_weekly
from inbox.flows import handover, hours
from inbox.flows.context import Context
from inbox.flows.erasure import erase
from inbox.flows.export import export
from inbox.flows.rating import RatingDraft, rate
from inbox.flows.states import reopen, resolve
from inbox.store.engine import Tx
from inbox.store.queries import compile_query
from inbox.store.release import this_release
from inbox.store.schema import prepare, run_script
from tests.cast import DAY, NOON, OPERATOR, Cast, SetClock, answer, arrive, look, say
from tests.engines import EPOCH, Database
from tests.store.test_schema import BASELINE

MINUTE = 60_000
HOUR = 60 * MINUTE


async def kept(ctx: Context, columns: str) -> list[tuple[Any, ...]]:
    return await look(ctx, f"SELECT kind, {columns} FROM milestones ORDER BY at, seq, kind")


@pytest.fixture
async def ana(ctx: Context, cast: Cast) -> Customer:
    """Ana of Seattle, who writes."""
    ana = await arrive(ctx, "ana", region="US-WA-SEA")
    await say(ctx, ana, "No signal")
    assert cast.spokane, "her home"
    return ana


async def test_a_wait_lasts_from_the_first_unanswered_message_to_the_answer(
    ctx: Context, cast: Cast, clock: SetClock, ana: Customer
) -> None:
    clock.pass_(MINUTE)
    await say(ctx, ana, "Still none")
    clock.pass_(MINUTE)
    await answer(ctx, cast.bo, ana.thread, "Looking")
    await answer(ctx, cast.bo, ana.thread, "Found it")  # nobody waits: no answer to a wait
    clock.pass_(HOUR)
    await say(ctx, ana, "Thanks, and my bill?")
    clock.pass_(5 * MINUTE)
    await answer(ctx, cast.mia, ana.thread, "Credited")

    assert await kept(ctx, "at - since, business_ms, CASE WHEN is_first THEN 1 ELSE 0 END") == [
        ("answered", 2 * MINUTE, 2 * MINUTE, 1),
        ("answered", 5 * MINUTE, 5 * MINUTE, 0),
    ]
    rows = await look(ctx, "SELECT first_response_at, first_response_by FROM conversations")
    assert rows == [(NOON + 2 * MINUTE, cast.bo.id)]


async def test_business_time_is_that_of_the_team_that_answers(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    # Noon in UTC is four in the morning in Spokane, which opens at eight.
    week = read_weekly("mon-sun 08:00-20:00")
    await hours.set_weekly(ctx, cast.mia, team=cast.spokane, weekly=week)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Hello")
    clock.pass_(5 * HOUR)
    await answer(ctx, cast.bo, ana.thread, "Good morning")
    await say(ctx, ana, "One more thing")
    await handover.transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="roaming")
    clock.pass_(20 * HOUR)
    await answer(ctx, cast.ravi, ana.thread, "Roaming is on")

    assert await kept(ctx, "at - since, business_ms, team_id") == [
        ("answered", 5 * HOUR, HOUR, cast.spokane),
        ("bounced", 5 * HOUR, None, cast.spokane),
        ("answered", 20 * HOUR, 20 * HOUR, cast.tampa),  # which has set no hours
    ]


async def test_each_is_credited_to_who_held_the_thread_then(
    ctx: Context, cast: Cast, clock: SetClock, ana: Customer
) -> None:
    await handover.transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="roaming")
    clock.pass_(MINUTE)
    await answer(ctx, cast.ravi, ana.thread, "On")
    clock.pass_(MINUTE)
    await resolve(ctx, cast.ravi, thread=ana.thread)
    await rate(ctx, ana, number=1, draft=RatingDraft(5))
    clock.pass_(MINUTE)
    await reopen(ctx, cast.bo, thread=ana.thread)  # at home again; but Tampa had resolved
    await handover.repin(ctx, cast.mia, thread=ana.thread, team=cast.tampa, reason="moved")

    found = await kept(ctx, "team_id, home_team, serving_why, at - since, market, conversation")
    assert found == [
        ("bounced", cast.spokane, cast.spokane, "home", 0, "US-WA-SEA", 1),
        ("answered", cast.tampa, cast.spokane, "bounce", MINUTE, "US-WA-SEA", 1),
        ("resolved", cast.tampa, cast.spokane, "bounce", 2 * MINUTE, "US-WA-SEA", 1),
        ("reopened", cast.tampa, cast.spokane, "home", 3 * MINUTE, "US-WA-SEA", 1),
    ]
    assert await look(ctx, "SELECT rated_team FROM conversations") == [(cast.tampa,)]
    said = "SELECT author, team_id FROM items WHERE team_id IS NOT NULL ORDER BY seq"
    assert await look(ctx, said) == [("customer", cast.spokane), ("agent", cast.tampa)]


async def test_the_market_is_the_region_as_it_was_known_when_the_conversation_began(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana", region=None)
    await say(ctx, ana, "Hello")
    clock.pass_(HOUR)
    ana = await arrive(ctx, "ana", region="US-FL")
    await answer(ctx, cast.ravi, ana.thread, "Hello")
    await resolve(ctx, cast.ravi, thread=ana.thread)
    clock.pass_(4 * DAY)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Again")

    rows = await look(ctx, "SELECT number, market FROM conversations ORDER BY number")
    assert rows == [(1, None), (2, "US-WA")]
    assert await kept(ctx, "market") == [("answered", None), ("resolved", None)]


async def test_a_clock_that_steps_back_makes_no_wait_shorter_than_none(
    ctx: Context, cast: Cast, clock: SetClock, ana: Customer
) -> None:
    clock.pass_(-HOUR)
    await answer(ctx, cast.bo, ana.thread, "Hello")
    assert await kept(ctx, "at - since, business_ms") == [("answered", 0, 0)]


async def test_an_erased_customer_leaves_times_and_teams_but_no_market(
    ctx: Context, cast: Cast, ana: Customer
) -> None:
    await answer(ctx, cast.bo, ana.thread, "Hello")
    luis = await arrive(ctx, "luis")
    await say(ctx, luis, "Hello")
    await answer(ctx, cast.bo, luis.thread, "Hello")
    pieces = [piece async for piece in await export(ctx, OPERATOR, customer="ana")]
    document = msgspec.json.decode(b"".join(pieces))
    assert document["conversations"][0]["market"] == "US-WA-SEA"
    (told,) = document["milestones"]
    assert (told["kind"], told["team"], told["business_ms"]) == ("answered", "spokane", 0)

    await erase(ctx, OPERATOR, customer="ana")

    left = await look(
        ctx,
        "SELECT kind, market FROM milestones WHERE thread_id = :thread ORDER BY seq, kind",
        thread=ana.thread,
    )
    assert left == [("answered", None), ("resolved", None)]
    markets = await look(ctx, "SELECT market FROM conversations ORDER BY opened_at, thread_id")
    assert sorted(markets, key=str) == [("US-WA",), (None,)]
    assert await look(ctx, "SELECT COUNT(*) FROM items WHERE team_id IS NOT NULL") == [(4,)]


async def test_what_was_known_before_reports_is_taken_over(
    bare_database: Database,
) -> None:
    """A conversation that was bounced, answered, resolved and rated, and one an agent began."""
    new = this_release()
    (number,) = (step.number for step in new.migrations if step.name == "reports")
    before = tuple(step for step in new.migrations if step.number < number)
    engine = await bare_database.open()
    first = msgspec.structs.replace(new, schema=BASELINE.read_text("utf-8"), migrations=())
    await prepare(engine, epoch=EPOCH, release=first)
    await prepare(engine, epoch=EPOCH, release=msgspec.structs.replace(new, migrations=before))

    async def fill(tx: Tx) -> None:
        await run_script(tx, _OLD)

    await engine.write(fill)
    await prepare(engine, epoch=EPOCH)

    async def read(tx: Tx) -> list[tuple[Any, ...]]:
        sql = (
            "SELECT kind, at, seq, team_id, home_team, serving_why, market, since "
            "FROM milestones ORDER BY at"
        )
        return [tuple(row) for row in await tx.fetch(compile_query("read", sql))]

    async def rated(tx: Tx) -> list[tuple[Any, ...]]:
        sql = "SELECT number, market, rated_team FROM conversations ORDER BY number"
        return [tuple(row) for row in await tx.fetch(compile_query("rated", sql))]

    assert await engine.read(read) == [
        ("answered", 15, -1, "b", "a", "bounce", "US-WA", 10),
        ("resolved", 20, -1, "b", "a", "bounce", "US-WA", 10),
    ]
    assert await engine.read(rated) == [(1, "US-WA", "b"), (2, "US-WA", None)]
    await engine.close()


_OLD = """
INSERT INTO teams (id, key, name, time_zone, created_at) VALUES ('a', 'aa', 'A', 'UTC', 1);
INSERT INTO teams (id, key, name, time_zone, created_at) VALUES ('b', 'bb', 'B', 'UTC', 1);
INSERT INTO customers (id, region, created_at) VALUES ('ana', 'US-WA', 1);
INSERT INTO threads (id, customer_id, created_at, home_team, pin_reason, pin_by_region,
                     pinned_at, serving_team, serving_why)
VALUES ('t', 'ana', 1, 'a', 'x', TRUE, 1, 'a', 'home');
INSERT INTO conversations (thread_id, number, opened_at, opened_by, opened_team,
                           first_response_at, first_response_team, resolved_at, resolved_team,
                           rating)
VALUES ('t', 1, 10, 'customer', 'a', 15, 'b', 20, 'b', 5);
INSERT INTO conversations (thread_id, number, opened_at, opened_by, opened_team)
VALUES ('t', 2, 30, 'agent', 'a');
"""
