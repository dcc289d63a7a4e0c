"""Storm mode: one call spills new conversations over, tells everybody, and one takes it back."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.errors import BadRequest, Conflict, Forbidden, NotFound
from inbox.core.instant import to_text
from inbox.core.storm import Helper, helper_of
from inbox.flows import cover, desk_views, storms
from inbox.flows.audit import list_audit
from inbox.flows.context import roster
from inbox.flows.cover import CoverDraft
from inbox.flows.customer_views import team_page
from inbox.flows.desk_views import my_teams
from inbox.flows.returning import return_due
from inbox.flows.storms import StormDraft
from tests.cast import NOON, OPERATOR, look
from tests.flows.ledger import audit_books
from tests.flows.night import log_of, serving, set_hours, set_rules
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

OUTAGE = "There is an outage around Spokane"


def draft(stage: Stage, *, share: int = 100, until: int | None = NOON + 6 * HOUR) -> StormDraft:
    return StormDraft(
        teams=(Helper(stage.tampa, share),),
        notice=OUTAGE,
        until=None if until is None else to_text(until),
        widen=2.0,
    )


async def settle_down(stage: Stage) -> None:
    """Both tasks, until there is nothing left for them."""
    while await storms.sweep_storms(stage.ctx) or await return_due(stage.ctx):
        pass
    await return_due(stage.ctx)


async def test_new_conversations_spill_and_old_ones_stay(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-WA")
    await stage.say(ana, "1")
    begun = await storms.begin(stage.ctx, stage.mia, team=stage.spokane, draft=draft(stage))
    assert (begun.until, begun.widen) == (to_text(NOON + 6 * HOUR), 2.0)
    await stage.say(ana, "2")
    await stage.say(luis, "1")
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert await serving(stage, luis) == (stage.tampa, "cover")
    rows = await look(stage.ctx, "SELECT why, ends_at, storm_id IS NOT NULL FROM covers")
    assert [tuple(map(str, row))[:2] for row in rows] == [("storm", str(NOON + 6 * HOUR))]
    pins = (await audit_books(stage.ctx)).threads.values()
    assert {thread.home_team for thread in pins} == {stage.spokane}


async def test_by_share_and_the_same_way_for_the_same_customer(stage: Stage) -> None:
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage, share=50))
    storm = (await roster(stage.ctx)).storms[stage.spokane]
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(16)]
    for who in people:
        await stage.say(who, "1")
    books = await audit_books(stage.ctx)
    for who in people:
        wanted = helper_of(storm, who.thread) or stage.spokane
        assert books.threads[who.thread].serving_team == wanted
    assert len({books.threads[who.thread].serving_team for who in people}) == 2


async def test_a_helper_that_is_not_there_takes_nothing(stage: Stage) -> None:
    ana = await stage.ana()
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage))
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_the_end_calls_back_what_was_spilled_but_not_out_of_an_exchange(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-WA")
    await storms.begin(stage.ctx, stage.mia, team=stage.spokane, draft=draft(stage))
    await stage.say(ana, "1")
    await stage.say(luis, "1")
    stage.clock.pass_(HOUR)
    await stage.reply(stage.ravi, luis.thread, "r")
    await storms.end(stage.ctx, stage.mia, team=stage.spokane)
    await storms.end(stage.ctx, stage.mia, team=stage.spokane)
    await settle_down(stage)
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert await serving(stage, luis) == (stage.tampa, "cover"), "Ravi has just answered"
    over = to_text(stage.clock.now)
    shown = await desk_views.summary(stage.ctx, stage.ravi, thread=luis.thread)
    assert shown.serving.until == over, "and not when the storm was to end"
    await settle_down(stage)
    told = [line.payload for line in await log_of(stage, luis) if line.type == "serving"]
    assert [one["serving"]["until"] for one in told] == [to_text(NOON + 6 * HOUR), over]
    stage.clock.pass_(15 * MINUTE)
    await settle_down(stage)
    assert await serving(stage, luis) == (stage.spokane, "home")
    rows = await look(stage.ctx, "SELECT swept, ended_by FROM storms")
    assert [(bool(row[0]), row[1]) for row in rows] == [(True, stage.mia.id)]
    other = await stage.arrive("eve", region="US-WA")
    await stage.say(other, "1")
    assert await serving(stage, other) == (stage.spokane, "home")


async def test_a_storm_ends_by_itself_also_across_a_restart(stage: Stage) -> None:
    ana = await stage.ana()
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage, until=None))
    await stage.say(ana, "1")
    await stage.reopen()
    stage.clock.pass_(DAY)
    assert (await team_page(stage.ctx, ana)).notice is None
    await settle_down(stage)
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert await look(stage.ctx, "SELECT ended_at - began_at FROM storms") == [(DAY,)]
    assert (await roster(stage.ctx)).storms == {}
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage, until=None))


async def test_what_a_person_has_extended_outlives_the_storm(stage: Stage) -> None:
    ana = await stage.ana()
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage))
    await stage.say(ana, "1")
    longer = CoverDraft(stage.tampa, "nearly done", until=to_text(NOON + 8 * HOUR))
    await cover.cover(stage.ctx, stage.ravi, thread=ana.thread, draft=longer)
    stage.clock.pass_(HOUR)
    await storms.end(stage.ctx, OPERATOR, team=stage.spokane)
    await settle_down(stage)
    assert (await serving(stage, ana))[1] == "cover"
    stage.clock.now = NOON + 8 * HOUR
    await settle_down(stage)
    assert (await serving(stage, ana))[1] == "home"


async def test_one_notice_for_all_is_the_teams_state(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    quiet = await storms.set_notice(
        stage.ctx, stage.mia, team=stage.spokane, notice=" Phones are down "
    )
    assert quiet.notice is not None
    assert (await team_page(stage.ctx, ana)).notice == quiet.notice
    assert quiet.notice.text == "Phones are down"
    await storms.begin(stage.ctx, stage.mia, team=stage.spokane, draft=draft(stage))
    during = (await team_page(stage.ctx, ana)).notice
    assert during is not None
    assert (during.text, during.until) == (OUTAGE, to_text(NOON + 6 * HOUR))
    assert (await team_page(stage.ctx, luis)).notice is None
    sheet = (await my_teams(stage.ctx, stage.bo)).items[0]
    assert sheet.notice == during
    assert sheet.storm is not None
    assert [(one.team.key, one.share) for one in sheet.storm.teams] == [("tampa", 100)]
    await storms.end(stage.ctx, stage.mia, team=stage.spokane)
    assert (await team_page(stage.ctx, ana)).notice == quiet.notice, "its own again"
    await storms.set_notice(stage.ctx, stage.mia, team=stage.spokane, notice=None)
    assert (await team_page(stage.ctx, ana)).notice is None
    said = [one.action for one in (await list_audit(stage.ctx, OPERATOR)).items][:4]
    assert said == ["team.notice", "team.storm.end", "team.storm", "team.notice"]
    assert "outage" not in str((await list_audit(stage.ctx, OPERATOR)).items)


async def test_leads_of_the_team_may_and_nobody_else(stage: Stage) -> None:
    tess = await stage.agent("Tess", stage.tampa, role="lead")
    for who, refusal in ((stage.bo, Forbidden), (tess, NotFound)):
        with pytest.raises(refusal):
            await storms.begin(stage.ctx, who, team=stage.spokane, draft=draft(stage))
        with pytest.raises(refusal):
            await storms.end(stage.ctx, who, team=stage.spokane)
        with pytest.raises(refusal):
            await storms.set_notice(stage.ctx, who, team=stage.spokane, notice="x")
    with pytest.raises(NotFound):
        await storms.end(stage.ctx, OPERATOR, team="nowhere")


async def test_what_cannot_be_is_refused(stage: Stage) -> None:
    for bad, path in (
        (StormDraft((Helper("nowhere", 10),), OUTAGE), "teams[0].team"),
        (StormDraft((Helper(stage.spokane, 10),), OUTAGE), "teams[0].team"),
        (StormDraft((Helper(stage.tampa, 10),), ""), "notice"),
        (StormDraft((Helper(stage.tampa, 10),), OUTAGE, until="soon"), "until"),
        (StormDraft((Helper(stage.tampa, 10),), OUTAGE, until=to_text(NOON)), "until"),
        (StormDraft((Helper(stage.tampa, 10),), OUTAGE, widen=0.5), "widen"),
    ):
        with pytest.raises(BadRequest) as refused:
            await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=bad)
        assert [one.path for one in refused.value.errors] == [path]
    assert await look(stage.ctx, "SELECT * FROM storms") == []


async def test_of_two_that_begin_at_once_one_does(stage: Stage) -> None:
    tries = [
        storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage)) for _ in range(4)
    ]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in found) == 3
    assert len(await look(stage.ctx, "SELECT id FROM storms")) == 1


async def test_what_a_late_node_spills_is_called_back_too(stage: Stage) -> None:
    ana = await stage.ana()
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage))
    late = await roster(stage.ctx)
    stage.clock.pass_(HOUR)
    await storms.end(stage.ctx, OPERATOR, team=stage.spokane)
    await settle_down(stage)
    stage.ctx.memory.roster = late
    stage.clock.pass_(1000)
    await stage.say(ana, "1")
    assert (await serving(stage, ana))[1] == "cover"
    stage.ctx.memory.forget()
    await storms.sweep_storms(stage.ctx)
    stage.clock.pass_(15 * MINUTE)
    await settle_down(stage)
    assert (await serving(stage, ana))[1] == "home"


async def test_in_a_storm_promises_are_as_many_times_as_long(stage: Stage) -> None:
    """For whom the storm's own team answers; who helps promises its own times."""
    for team in (stage.spokane, stage.tampa):
        await set_rules(stage.ctx, team, promise_target_minutes=20)
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(8)]
    plain = await stage.say(await stage.ana(), "1")
    await storms.begin(stage.ctx, OPERATOR, team=stage.spokane, draft=draft(stage, share=50))
    minutes = {"spokane": 45, "tampa": 20}  # twice 20, as a friendly figure
    seen = set()
    for who in people:
        told = (await stage.say(who, "1")).promise
        team, _ = await serving(stage, who)
        key = "spokane" if team == stage.spokane else "tampa"
        assert told is not None
        assert told.minutes == minutes[key]
        seen.add(key)
    assert seen == {"spokane", "tampa"}
    await storms.end(stage.ctx, OPERATOR, team=stage.spokane)
    after = await stage.say(await stage.arrive("last", region="US-WA"), "1")
    assert plain.promise is not None
    assert after.promise is not None
    assert plain.promise.minutes == after.promise.minutes == 20
