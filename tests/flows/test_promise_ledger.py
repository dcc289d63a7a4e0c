"""Promises through the real flows, on both engines: what is told, kept, broken, and counted."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.core.hours import Hours
from inbox.core.policy import Customer
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_day, read_weekly
from inbox.flows import customer_views, desk_views, erasure, handover, hours, rules, states
from inbox.flows.imports.run import import_threads
from inbox.flows.ledger import break_due, gauge_promises
from inbox.flows.measures import Measures
from inbox.flows.promises import read_standing
from inbox.flows.retention import retention
from inbox.flows.send import Draft, Sent, send
from tests.cast import OPERATOR, change, look
from tests.engines import Database
from tests.flows.stage import DAY, HOUR, MINUTE, Stage
from tests.flows.waits import Reference, Team

PACIFIC = ZoneInfo("America/Los_Angeles")
WEEK = read_weekly("mon-fri 08:00-20:00")
BY_DAY = "2026-11-23T10:00"
BY_NIGHT = "2026-11-23T05:00"


def at(text: str) -> int:
    """A time in Spokane as Unix ms."""
    return round(datetime.fromisoformat(text).replace(tzinfo=PACIFIC).timestamp() * 1000)


async def set_target(stage: Stage, team: str, minutes: int) -> None:
    wanted = RulesChange(promise_target_minutes=minutes)
    await rules.set_rules(stage.ctx, OPERATOR, team=team, change=wanted)


async def with_hours(stage: Stage, *, target: int = 20, now: str = BY_DAY) -> None:
    """Spokane is there by day, and aims at an answer within 20 minutes."""
    await hours.set_weekly(stage.ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
    await set_target(stage, stage.spokane, target)
    stage.clock.now = at(now)


async def ledger(stage: Stage) -> list[tuple[Any, ...]]:
    """What was settled, and what stands."""
    settled = await look(
        stage.ctx, "SELECT thread_id, seq, team_id, due, state FROM promises ORDER BY at, seq"
    )
    known = {row[:2] for row in settled}
    rows = await look(
        stage.ctx, "SELECT id, promise FROM threads WHERE promise IS NOT NULL ORDER BY due_at"
    )
    held = [(thread, read_standing(stored)) for thread, stored in rows]
    return settled + [
        (thread, told.seq, told.team, told.promised.due, "waiting")
        for thread, told in held
        if (thread, told.seq) not in known
    ]


async def states_of(stage: Stage) -> list[str]:
    return [row[4] for row in await ledger(stage)]


async def seen(stage: Stage, who: Customer) -> customer_views.CustomerThread:
    return await customer_views.customer_thread(stage.ctx, who)


async def answer_in(stage: Stage, minutes: int, times: int, *, who: str = "w") -> None:
    """So many new customers are answered after just so long."""
    began = stage.clock.now
    for number in range(times):
        stage.clock.now = began
        customer = await stage.arrive(f"{who}{number}", region="US-WA")
        await stage.say(customer, "q")
        stage.clock.pass_(minutes * MINUTE)
        await stage.reply(stage.bo, customer.thread, "a")
    stage.clock.now = began


# ── what is told ─────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_told_where_nothing_is_known(stage: Stage) -> None:
    ana = await stage.ana()
    assert (await seen(stage, ana)).promise is None
    assert (await stage.say(ana, "1")).promise is None
    assert await ledger(stage) == []
    page = await customer_views.team_page(stage.ctx, ana)
    assert (page.promise, page.kept_rate) == (None, None)


async def test_a_target_is_told_until_enough_is_measured(stage: Stage) -> None:
    await with_hours(stage)
    await answer_in(stage, 7, 19)
    stage.clock.pass_(30 * MINUTE)
    ana = await stage.ana()
    told = (await seen(stage, ana)).promise
    assert told is not None
    assert (told.kind, told.minutes, told.samples) == ("target", 20, 19)
    assert told.text == "Target: an answer within 20 minutes"
    stage.clock.pass_(-30 * MINUTE)
    await answer_in(stage, 7, 1, who="x")
    stage.clock.pass_(31 * MINUTE)
    for told in ((await stage.say(ana, "1")).promise, (await seen(stage, ana)).promise):
        assert told is not None
        assert (told.kind, told.basis, told.minutes, told.samples) == ("measured", "first", 10, 20)
    stage.clock.pass_(12 * HOUR)
    luis = await stage.arrive("luis", region="US-WA")
    late = (await seen(stage, luis)).promise
    assert late is not None
    assert (late.kind, late.samples) == ("target", 0)  # of that hour nothing is known


async def test_never_before_the_opening(stage: Stage) -> None:
    await with_hours(stage, now=BY_NIGHT)
    ana = await stage.arrive("ana", region="US-WA", locale="es-US", time_zone="America/New_York")
    sent = await stage.say(ana, "1")
    assert sent.promise is not None
    assert sent.promise.opens_at == "2026-11-23T16:00:00.000Z"
    assert sent.promise.expect_by == "2026-11-23T16:20:00.000Z"
    assert sent.promise.text == "Volvemos a las 11:00; objetivo: responder antes de las 11:20"
    page = await customer_views.team_page(stage.ctx, ana)
    assert page.promise == sent.promise


async def test_it_stands_when_they_write_again_and_is_told_by_the_clock(stage: Stage) -> None:
    await with_hours(stage)
    ana = await stage.ana()
    first = (await stage.say(ana, "1")).promise
    stage.clock.pass_(7 * MINUTE)
    again = (await stage.say(ana, "2")).promise
    assert first is not None
    assert again is not None
    assert again.expect_by == first.expect_by
    assert again.text == "Target: an answer by 10:20"
    assert (await stage.say(ana, "1")).promise == again  # the same message once more
    assert (await seen(stage, ana)).promise == again
    assert len(await ledger(stage)) == 1
    shown = await desk_views.summary(stage.ctx, stage.bo, thread=ana.thread)
    assert shown.promise == first
    stage.clock.pass_(HOUR)
    assert (await stage.say(ana, "3")).promise is None
    assert (await seen(stage, ana)).promise is None
    assert len(await ledger(stage)) == 1


async def test_the_queue_counts_where_it_is_longer(stage: Stage) -> None:
    await with_hours(stage)
    await answer_in(stage, 7, 20)  # 20 an hour
    for number in range(9):
        await stage.say(await stage.arrive(f"q{number}", region="US-WA"), "q")
    stage.clock.pass_(MINUTE)
    told = (await seen(stage, await stage.ana())).promise
    assert told is not None
    assert told.minutes == 30  # nine wait, each for three minutes


async def test_a_retry_over_the_limit_is_promised_the_same(stage: Stage) -> None:
    await stage.reopen(customer_sends_per_minute=1)
    await with_hours(stage)
    ana = await stage.ana()
    first = await stage.say(ana, "1")
    again = await stage.say(ana, "1")
    assert again.duplicate
    assert (first.promise, again.promise) != (None, None)
    assert first.promise is not None
    assert again.promise is not None
    assert again.promise.expect_by == first.promise.expect_by


async def test_what_is_urgent_is_promised_in_limited_hours(stage: Stage) -> None:
    await with_hours(stage)
    day = read_day("2026-11-23 limited")[1]
    assert day is not None
    await hours.set_days(stage.ctx, OPERATOR, team=stage.spokane, days=[day])
    ana = await stage.ana()
    draft = Draft("1", "help", urgent=True)
    sent: Sent = await send(stage.ctx, ana, thread=ana.thread, draft=draft)
    assert sent.promise is not None
    assert sent.promise.opens_at is None


# ── what becomes of it ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("minutes", "timer", "end", "state"),
    [
        (20, False, "reply", "kept"),
        (21, False, "reply", "broken"),
        (20, True, "none", "waiting"),
        (21, True, "none", "broken"),
        (21, True, "reply", "broken"),
        (5, False, "resolve", "void"),
        (21, False, "resolve", "broken"),
        (5, False, "erase", "void"),
        (5, False, "bounce", "waiting"),
        (5, False, "repin", "waiting"),
        (5, False, "snooze", "waiting"),
        (5, False, "import", "kept"),
    ],
)
async def test_how_a_promise_ends(
    stage: Stage, *, minutes: int, timer: bool, end: str, state: str
) -> None:
    await with_hours(stage)
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1")
    stage.clock.pass_(minutes * MINUTE)
    if timer:
        await break_due(ctx)
    where = {"thread": ana.thread, "team": stage.tampa, "reason": "it is theirs"}
    match end:
        case "reply":
            await stage.reply(stage.bo, ana.thread, "a")
        case "resolve":
            await states.resolve(ctx, stage.bo, thread=ana.thread)
        case "erase":
            await erasure.erase(ctx, OPERATOR, customer=ana.id)
        case "bounce":
            await handover.transfer(ctx, stage.bo, **where)
        case "repin":
            await handover.repin(ctx, OPERATOR, **where)
        case "snooze":
            until = stage.clock.now + DAY
            await states.snooze(ctx, stage.bo, thread=ana.thread, until=until)
        case "import":
            await import_answer(stage, ana)
    [(thread, _, team, due, found)] = await ledger(stage)
    assert (thread, team, found) == (ana.thread, stage.spokane, state)
    assert due == at(BY_DAY) + 20 * MINUTE
    waiting = await look(ctx, "SELECT promise IS NULL, due_at, waiting_since FROM threads")
    ended = end not in {"none", "bounce", "repin", "snooze"}
    assert waiting == [(True, None, None) if ended else (False, due, at(BY_DAY))]
    await gauge_promises(ctx)
    if state != "waiting":
        stage.clock.pass_(2 * MINUTE)  # what was settled is counted once a minute
        await gauge_promises(ctx)
    page = ctx.metrics.render().decode()
    counted = {
        serves: f'pinbox_promises{{state="{state}",team="{serves}"}} 1.0' in page
        for serves in ("spokane", "tampa")
    }
    # What stands is counted for who serves, what ended for who gave it.
    moved = end in {"bounce", "repin"}
    assert counted == {"spokane": not moved and end != "snooze", "tampa": moved}


async def import_answer(stage: Stage, who: Customer) -> None:
    """A file brings what was answered elsewhere."""
    sent_at = datetime.fromtimestamp(stage.clock.now / 1000, ZoneInfo("UTC")).isoformat()
    message = {"client_id": "i", "author": "agent", "body": "hi", "sent_at": sent_at}
    line = json.dumps({"customer": {"id": who.id}, "messages": [message]}).encode()

    async def quiet(_: object) -> None:
        return None

    await import_threads(stage.ctx, io.BytesIO(line + b"\n"), report=quiet)


async def test_import_promises_nothing(stage: Stage) -> None:
    await with_hours(stage)
    when = "2026-11-23T17:59:00Z"
    message = {"client_id": "i", "author": "customer", "body": "hi", "sent_at": when}
    line = json.dumps({"customer": {"id": "ana"}, "messages": [message]}).encode()

    async def quiet(_: object) -> None:
        return None

    await import_threads(stage.ctx, io.BytesIO(line + b"\n"), report=quiet)
    found = await look(stage.ctx, "SELECT promise, due_at = waiting_since FROM threads")
    assert [(row[0], bool(row[1])) for row in found] == [(None, True)]
    assert await ledger(stage) == []
    assert await look(stage.ctx, "SELECT * FROM promise_counts") == []


async def test_who_gave_it_is_credited_and_neither_team_is_measured(stage: Stage) -> None:
    await with_hours(stage)
    ana = await stage.ana()
    await stage.say(ana, "1")
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="theirs"
    )
    await stage.reply(stage.ravi, ana.thread, "a")
    found = await look(stage.ctx, "SELECT team_id, kind, count FROM promise_counts")
    assert found == [(stage.spokane, "kept", 1)]


async def test_of_many_processes_one_breaks_it(stage: Stage, database: Database) -> None:
    await with_hours(stage)
    for number in range(12):
        await stage.say(await stage.arrive(f"c{number}", region="US-WA"), "1")
    other = stage.ctx if database.kind == "sqlite" else await stage.beside()
    assert await break_due(stage.ctx) == 0
    stage.clock.pass_(20 * MINUTE + 1)
    await asyncio.gather(*(break_due(ctx) for ctx in (stage.ctx, other) * 3))
    assert await states_of(stage) == ["broken"] * 12
    found = await look(stage.ctx, "SELECT kind, count FROM promise_counts")
    assert found == [("broken", 12)]
    assert await break_due(stage.ctx) == 0


@pytest.mark.parametrize("asleep", [False, True])
async def test_a_clock_that_stepped_back_breaks_it_all_the_same(
    stage: Stage, *, asleep: bool
) -> None:
    await with_hours(stage)
    assert await break_due(stage.ctx) == 0
    stage.clock.pass_(-2 * HOUR)
    ana = await stage.ana()
    await stage.say(ana, "1")
    if asleep:
        await states.snooze(stage.ctx, stage.bo, thread=ana.thread, until=stage.clock.now + DAY)
    # The timer did not run while the clock was back.
    stage.clock.pass_(2 * HOUR)
    assert await break_due(stage.ctx) == 1
    assert await states_of(stage) == ["broken"]


async def test_an_answer_and_the_timer_at_once_settle_it_once(stage: Stage) -> None:
    await with_hours(stage)
    people = [await stage.arrive(f"c{number}", region="US-WA") for number in range(8)]
    for one in people:
        await stage.say(one, "1")
    stage.clock.pass_(20 * MINUTE + 1)
    await asyncio.gather(
        *(stage.reply(stage.bo, one.thread, "a") for one in people),
        *(break_due(stage.ctx) for _ in range(4)),
    )
    assert await states_of(stage) == ["broken"] * 8
    found = await look(stage.ctx, "SELECT count FROM promise_counts WHERE kind = 'broken'")
    assert found == [(8,)]


async def test_the_kept_rate_is_told_when_there_are_enough(stage: Stage) -> None:
    await with_hours(stage)
    await answer_in(stage, 7, 15)
    await answer_in(stage, 25, 4, who="late")
    stage.clock.pass_(HOUR)
    ana = await stage.ana()
    assert (await customer_views.team_page(stage.ctx, ana)).kept_rate is None
    await answer_in(stage, 25, 1, who="last")
    stage.clock.pass_(HOUR)
    assert (await customer_views.team_page(stage.ctx, ana)).kept_rate == 0.75
    sheets = await desk_views.my_teams(stage.ctx, stage.bo)
    assert [one.kept_rate for one in sheets.items] == [0.75]
    stage.clock.pass_(28 * DAY)
    assert (await customer_views.team_page(stage.ctx, ana)).kept_rate is None
    assert (await retention(stage.ctx)).promise_counts == 0
    stage.clock.pass_(2 * DAY)
    assert (await retention(stage.ctx)).promise_counts > 0
    assert await look(stage.ctx, "SELECT * FROM promise_counts") == []


# ── against a slow reference ─────────────────────────────────────────────────────────────────────

steps = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 2, 4, 15, 16, 61, 600, 1_441, 10_081, -30]),
        st.sampled_from(["say", "say", "say", "reply", "reply", "resolve", "bounce", "timer"]),
        st.integers(0, 4),
    ),
    max_size=60,
)


@given(steps)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_history_agrees_with_a_slow_reference(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, history: list[tuple[int, str, int]]
) -> None:
    monkeypatch.setattr("inbox.core.promise.FEWEST", 2)
    await with_hours(stage, target=30)
    # days on which the clocks change: to winter on the first Sunday of November
    stage.clock.now = at("2026-10-30T15:00")
    for table in ("promises", "promise_counts"):
        await change(stage.ctx, f"DELETE FROM {table}")
    await change(
        stage.ctx,
        "UPDATE threads SET state = 'resolved', waiting_since = NULL,"
        " promise = NULL, due_at = NULL, resolved_at = 0 WHERE conversation > 0",
    )
    stage.ctx.memory.measures = Measures()
    teams = {
        stage.spokane: Team(PACIFIC, Hours(PACIFIC, WEEK), 30),
        stage.tampa: Team(ZoneInfo("America/New_York")),
    }
    told, run = Reference(teams), stage.ctx.ids()
    people = [await stage.arrive(f"{run}-{n}", region="US-WA") for n in range(5)]
    for number, (minutes, act, which) in enumerate(history):
        stage.clock.pass_(minutes * MINUTE)
        now, who = stage.clock.now, people[which]
        serving = told.serving.get(who.thread, stage.spokane)
        agent = stage.bo if serving == stage.spokane else stage.ravi
        match act:
            case "say":
                began = who.thread not in told.waits
                expected = told.wrote(who.thread, stage.spokane, at=now)
                sent = await stage.say(who, f"m{number}")
                if began:
                    found = sent.promise
                    assert (found is None) == (expected is None)
                    if found is not None and expected is not None:
                        assert (found.kind, found.basis, found.minutes, found.samples) == (
                            *(expected.kind, expected.basis, expected.minutes, expected.samples),
                        )
            case "reply" if who.thread in told.open:
                told.replied(who.thread, at=now)
                await stage.reply(agent, who.thread, f"a{number}")
            case "resolve" if who.thread in told.open:
                told.resolved(who.thread, at=now)
                told.open.discard(who.thread)
                told.answered.discard(who.thread)
                told.serving[who.thread] = stage.spokane
                await states.resolve(stage.ctx, agent, thread=who.thread)
                # so long ago that the next message begins anew
                await change(
                    stage.ctx, "UPDATE threads SET resolved_at = 0 WHERE id = :t", t=who.thread
                )
            case "bounce" if who.thread in told.open:
                other = stage.tampa if serving == stage.spokane else stage.spokane
                told.serving[who.thread] = other
                await handover.transfer(
                    stage.ctx, agent, thread=who.thread, team=other, reason="so it is"
                )
            case "timer":
                told.timer(at=now)
                await break_due(stage.ctx)
    rows = await ledger(stage)
    assert sorted((row[0], row[2], row[3], row[4]) for row in rows) == sorted(
        msgspec.structs.astuple(line) for line in told.ledger
    )
    counted = await look(
        stage.ctx, "SELECT team_id, kind, hour, day, bucket, count FROM promise_counts"
    )
    assert {row[:5]: row[5] for row in counted} == told.counts()
    standing = await look(stage.ctx, "SELECT id FROM threads WHERE promise IS NOT NULL")
    assert {row[0] for row in standing} == {
        thread for thread, wait in told.waits.items() if wait.promise is not None
    }
