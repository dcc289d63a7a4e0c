"""Cover: another team answers while the home team is not there, and then it is home again."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.core.errors import NotFound
from inbox.core.instant import to_text
from inbox.core.shorthand import read_day
from inbox.flows import assignment, cover, desk_views, duty, handover, states
from inbox.flows.agents import AgentChange, change_agent
from inbox.flows.arrival import arrive as arrive_again
from inbox.flows.customer_views import customer_thread, team_page
from inbox.flows.hours import set_days
from inbox.flows.returning import return_due
from inbox.flows.streams import Stream, page
from tests.cast import NOON, OPERATOR, look
from tests.flows.ledger import audit_books
from tests.flows.night import (
    COVER,
    OPENS,
    TAMPA_CLOSES,
    last,
    leases,
    night,
    serving,
    set_hours,
    set_rules,
    shown_to,
    urge,
)
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

# ── the policy ───────────────────────────────────────────────────────────────────────────────────


async def test_a_team_that_is_there_is_not_covered(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    stage.clock.now = OPENS
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert await leases(stage) == []


async def test_wait_leaves_the_customer_with_their_team(stage: Stage) -> None:
    ana = await night(stage)
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_a_team_covers_until_the_home_team_opens(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    assert await leases(stage) == [("policy", OPENS, None, None, None)]
    mine = await customer_thread(stage.ctx, ana)
    assert (mine.team.key, mine.serving.team.key, mine.serving.why) == ("spokane", "tampa", "cover")
    assert mine.serving.until is None, "an end is the desk's business"
    for agent in (stage.ravi, stage.bo):
        shown = await desk_views.summary(stage.ctx, agent, thread=ana.thread)
        assert (shown.serving.why, shown.serving.until) == ("cover", to_text(OPENS))
    await stage.say(ana, "2")
    assert len(await leases(stage)) == 1

    await stage.reply(stage.ravi, ana.thread, "r")
    stage.clock.now = OPENS - 1
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.tampa, "cover")
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")
    told = await last(stage, ana, "serving")
    assert (told["reason"], told["note"]) == ("time", "Tampa covered; nobody waits")
    assert (await leases(stage))[0][2:4] == (OPENS, "time")


@pytest.mark.parametrize(
    ("rules", "minutes"),
    [(COVER, 5), ({"cover": "ask", "cover_by": ["tampa"]}, 20), ({"cover": "wait"}, 20)],
    ids=["cover", "ask", "wait"],
)
async def test_what_is_shown_before_is_what_is_promised_then(
    stage: Stage, rules: dict[str, Any], minutes: int
) -> None:
    ana = await night(stage, promise_target_minutes=20, **rules)
    await set_rules(stage.ctx, stage.tampa, promise_target_minutes=5)
    page, thread = await team_page(stage.ctx, ana), await customer_thread(stage.ctx, ana)
    sent = await stage.say(ana, "1")
    assert sent.promise is not None
    assert sent.promise.minutes == minutes
    assert page.promise == thread.promise == sent.promise
    # The next matter goes the same way, while this one is open and once it is resolved.
    assert (await team_page(stage.ctx, ana)).promise == sent.promise
    agent = stage.ravi if minutes == 5 else stage.bo
    await states.resolve(stage.ctx, agent, thread=ana.thread)
    assert (await team_page(stage.ctx, ana)).promise == sent.promise


async def test_nothing_of_it_but_team_and_why_reaches_the_customer(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await cover.hand_back(stage.ctx, stage.ravi, thread=ana.thread, note="SECRET")
    found = await page(stage.ctx, Stream("thread", ana.thread), since=0)
    told = b"".join(item.data for item in found.items)
    assert b"SECRET" not in told
    assert b"until" not in told
    assert b"reason" not in told
    assert told.count(b'"type":"serving"') == 2


async def test_the_first_team_of_the_policy_that_is_there_covers(stage: Stage) -> None:
    ana = await night(stage, cover="cover", cover_by=["tampa"])
    boise = await stage.team("boise", "US-ID", "America/Boise")
    empty = await stage.team("empty", "US-OR", "America/Boise")
    await stage.agent("Eva", boise)
    await set_rules(stage.ctx, stage.spokane, cover_by=["empty", "boise", "tampa"])
    await set_hours(stage.ctx, boise, "mon-sun 09:00-10:00")
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    assert empty not in [row["thread"] for row in await shown_to(stage, empty)]
    await set_hours(stage.ctx, boise, None)
    luis = await stage.arrive("luis", region="US-WA")
    await stage.say(luis, "1")
    assert await serving(stage, luis) == (boise, "cover")


async def test_nobody_covers_who_is_not_there(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    await stage.say(ana, "1")
    await urge(stage, ana, "2")
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_no_lease_ends_before_it_began_though_the_clock_is_set_back(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    stage.clock.pass_(-HOUR)
    await cover.hand_back(stage.ctx, stage.ravi, thread=ana.thread, note=None)
    rows = await look(stage.ctx, "SELECT began_at, ended_at FROM covers")
    assert rows == [(NOON, NOON)]


async def test_a_lease_ends_when_the_covering_team_closes(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await set_hours(stage.ctx, stage.tampa, "mon-sun 07:00-08:00")
    await stage.say(ana, "1")
    assert (await leases(stage))[0][1] == NOON + HOUR
    stage.clock.now = NOON + HOUR
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert (await last(stage, ana, "serving"))["note"] == (
        "Tampa covered; the customer waits for an answer"
    )


async def test_urgent_matters_are_covered_whatever_the_policy(stage: Stage) -> None:
    ana = await night(stage, cover="wait")
    await stage.say(ana, "1")
    await urge(stage, ana, "2")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    assert (await leases(stage))[0][:2] == ("urgent", OPENS)


async def test_urgent_matters_find_a_team_on_limited_time(stage: Stage) -> None:
    ana = await night(stage, cover="wait")
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.agent("Eva", boise)
    _, limited = read_day("2026-11-22 limited 00:00-24:00")
    assert limited is not None
    await set_days(stage.ctx, OPERATOR, team=boise, days=[limited])
    await stage.say(ana, "1")
    assert (await serving(stage, ana))[1] == "home"
    await urge(stage, ana, "2")
    assert await serving(stage, ana) == (boise, "cover")


async def test_an_urgent_matter_leaves_a_covering_team_that_has_closed(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.agent("Eva", boise)
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    await urge(stage, ana, "3")
    assert await serving(stage, ana) == (boise, "cover")
    assert [row[3] for row in await leases(stage)] == ["moved", None]
    await set_hours(stage.ctx, stage.spokane, None)
    await set_hours(stage.ctx, boise, "mon-sun 22:00-23:00")
    await urge(stage, ana, "4")
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_who_is_away_is_covered_only_where_the_team_wants_it(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    stage.clock.now = OPENS
    await set_rules(stage.ctx, stage.spokane, cover_when_away=True)
    await duty.set_duty(stage.ctx, stage.bo, on=True)
    await stage.say(ana, "1")
    assert (await serving(stage, ana))[1] == "home"
    await duty.set_duty(stage.ctx, stage.bo, on=False)
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    assert (await leases(stage))[0][1] == TAMPA_CLOSES, "Spokane opens tomorrow, Tampa closes today"


async def test_a_bounced_conversation_is_not_covered_but_for_what_is_urgent(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.agent("Eva", boise)
    await set_hours(stage.ctx, boise, "mon-sun 22:00-23:00")
    stage.clock.now = OPENS
    await stage.say(ana, "1")
    await handover.transfer(stage.ctx, stage.bo, thread=ana.thread, team=boise, reason="Boise's")
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (boise, "bounce")
    await urge(stage, ana, "3")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    stage.clock.pass_(2 * DAY)
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (boise, "bounce"), "back to where it was"


# ── the assignee ─────────────────────────────────────────────────────────────────────────────────


async def test_who_had_it_at_home_gets_it_back(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await cover.hand_back(stage.ctx, stage.bo, thread=ana.thread, note=None)
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    await urge(stage, ana, "2")
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert thread.assignee_id is None
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert (await last(stage, ana, "assignee"))["assignee"]["name"] == "Bo"


async def test_who_has_left_the_team_does_not_and_the_queue_has_it(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.reply(stage.bo, ana.thread, "a")
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    await change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=AgentChange(disabled=True))
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert (await audit_books(stage.ctx)).threads[ana.thread].assignee_id is None


async def test_a_colleague_who_took_it_at_home_meanwhile_keeps_it(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.reply(stage.bo, ana.thread, "a")
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.mia, thread=ana.thread)
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert (await audit_books(stage.ctx)).threads[ana.thread].assignee_id == stage.mia.id


# ── when it ends ─────────────────────────────────────────────────────────────────────────────────


async def test_a_hand_back_does_not_break_into_an_exchange(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    stage.clock.now = OPENS - 5 * MINUTE
    await stage.reply(stage.ravi, ana.thread, "r")
    for minute, where in ((0, "cover"), (9, "cover"), (10, "home")):
        stage.clock.now = OPENS + minute * MINUTE
        await return_due(stage.ctx)
        assert (await serving(stage, ana))[1] == where, minute


async def test_and_waits_half_an_hour_at_most(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    for place in range(8):
        stage.clock.now = OPENS + (5 * place - 10) * MINUTE
        await stage.say(ana, f"{place}")
        await return_due(stage.ctx)
        assert (await serving(stage, ana))[1] == "cover"
    stage.clock.now = OPENS + 30 * MINUTE
    await return_due(stage.ctx)
    assert (await serving(stage, ana))[1] == "home"


async def test_resolved_under_cover_is_home(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await stage.reply(stage.ravi, ana.thread, "r")
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    assert await serving(stage, ana) == (stage.spokane, "home")
    books = await audit_books(stage.ctx)
    assert books.history[ana.thread, 1].resolved_team == stage.tampa
    assert books.history[ana.thread, 1].first_response_team == stage.tampa
    assert (await leases(stage))[0][3] == "resolved"
    stage.clock.now = OPENS
    assert not await return_due(stage.ctx)
    with pytest.raises(NotFound):
        await desk_views.summary(stage.ctx, stage.ravi, thread=ana.thread)


async def test_a_transfer_ends_it_as_a_bounce_or_at_home(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.say(ana, "1")
    await handover.transfer(stage.ctx, stage.ravi, thread=ana.thread, team=boise, reason="theirs")
    assert await serving(stage, ana) == (boise, "bounce")
    luis = await stage.arrive("luis", region="US-WA")
    await stage.say(luis, "1")
    await handover.transfer(
        stage.ctx, stage.ravi, thread=luis.thread, team=stage.spokane, reason="theirs"
    )
    assert await serving(stage, luis) == (stage.spokane, "home")
    assert [row[3] for row in await leases(stage)] == ["bounce", "hand"]


async def test_a_new_pin_on_the_covering_team_ends_it(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await handover.repin(
        stage.ctx, OPERATOR, thread=ana.thread, team=stage.tampa, reason="moved to Tampa"
    )
    assert await serving(stage, ana) == (stage.tampa, "home")
    assert (await leases(stage))[0][3] == "pin"


async def test_a_new_pin_elsewhere_is_where_it_goes_back_to(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.say(ana, "1")
    await handover.repin(stage.ctx, OPERATOR, thread=ana.thread, team=boise, reason="moved")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (boise, "home")


async def test_a_pin_made_anew_by_a_region_ends_it_too(stage: Stage) -> None:
    await night(stage, **COVER)
    eve = await stage.arrive("eve")
    await stage.say(eve, "1")
    assert await serving(stage, eve) == (stage.tampa, "cover")
    claims = await stage.ctx.tokens.verify(
        stage.token("eve", iat=stage.now_s + 1, region="US-FL"), now_ms=stage.clock.now + 2000
    )
    await arrive_again(stage.ctx, claims)
    assert await serving(stage, eve) == (stage.tampa, "home")
    assert (await leases(stage))[0][3] == "pin"
