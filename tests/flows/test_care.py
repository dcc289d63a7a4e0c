"""The customer's choices: to wait or be answered now, and how to be cared for."""

from __future__ import annotations

import msgspec
import pytest

from inbox.core.errors import Conflict, NotFound
from inbox.core.events import CarePreference
from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.flows import assignment, care, cover, desk_views, handover, states
from inbox.flows.customer_views import customer_thread
from inbox.flows.returning import return_due
from inbox.flows.streams import Stream, page
from tests.cast import look
from tests.flows.ledger import audit_books
from tests.flows.night import (
    OPENS,
    last,
    log_of,
    night,
    serving,
    set_hours,
    set_rules,
    shown_to,
    urge,
)
from tests.flows.stage import DAY, HOUR, Stage

ASK = {"cover": "ask", "cover_by": ["tampa"]}


async def choices(stage: Stage, who: Customer) -> list[str]:
    return [
        line.payload["choice"]["state"]
        for line in await log_of(stage, who)
        if line.type == "choice"
    ]


# ── wait, or now ─────────────────────────────────────────────────────────────────────────────────


async def test_the_customer_is_asked_once_and_everywhere_is_told_so(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    assert (await customer_thread(stage.ctx, ana)).choice is None
    sent = await stage.say(ana, "1")
    assert sent.choice is not None
    assert (sent.choice.state, sent.choice.until) == ("open", to_text(OPENS))
    assert (await customer_thread(stage.ctx, ana)).choice == sent.choice
    found = await page(stage.ctx, Stream("thread", ana.thread), since=0)
    assert any(b'"type":"choice"' in item.data for item in found.items)
    assert (await stage.say(ana, "2")).choice == sent.choice
    assert await choices(stage, ana) == ["open"]
    assert await serving(stage, ana) == (stage.spokane, "home")
    with pytest.raises(NotFound):
        await desk_views.summary(stage.ctx, stage.ravi, thread=ana.thread)


async def test_each_closure_asks_though_hours_are_changed_by_hand(stage: Stage) -> None:
    ana = await night(stage, cover="cover", cover_by=["tampa"])
    await stage.say(ana, "1")
    await cover.hand_back(stage.ctx, stage.ravi, thread=ana.thread, note=None)
    await set_rules(stage.ctx, stage.spokane, **ASK)
    assert (await stage.say(ana, "2")).choice is None, "given back until the team opens"
    for number in ("3", "4"):
        await set_hours(stage.ctx, stage.spokane, None)
        assert (await stage.say(ana, f"{number} by day")).choice is None
        await set_hours(stage.ctx, stage.spokane, "mon-sun 08:00-20:00")
        asked = (await stage.say(ana, number)).choice
        assert asked is not None
        assert (asked.state, asked.until) == ("open", to_text(OPENS))
    # It opens sooner than was said then: what was asked ends with that, and no sooner.
    await set_hours(stage.ctx, stage.spokane, "mon-sun 06:00-20:00")
    shown = (await customer_thread(stage.ctx, ana)).choice
    assert shown is not None
    assert (shown.state, shown.until) == ("open", to_text(OPENS - 2 * HOUR))


async def test_now_begins_a_cover(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await stage.say(ana, "1")
    said = await cover.answer(stage.ctx, ana, choice="now")
    assert (said.serving.team.key, said.serving.why, said.choice) == ("tampa", "cover", None)
    assert await cover.answer(stage.ctx, ana, choice="now") == said, "again is safe"
    assert await choices(stage, ana) == ["open", "now"]
    assert await look(stage.ctx, "SELECT why FROM covers") == [("choice",)]
    with pytest.raises(Conflict):
        await cover.answer(stage.ctx, ana, choice="wait")
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_now_holds_for_the_night_if_the_first_team_goes(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await set_hours(stage.ctx, stage.tampa, "mon-sun 07:00-08:00, 08:30-19:00")
    await stage.say(ana, "1")
    await cover.answer(stage.ctx, ana, choice="now")
    stage.clock.now += 3_600_000
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")
    stage.clock.now += 1_800_000
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (stage.tampa, "cover")


async def test_wait_is_recorded_and_may_become_now(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await stage.say(ana, "1")
    said = await cover.answer(stage.ctx, ana, choice="wait")
    assert said.choice is not None
    assert said.choice.state == "wait"
    assert await cover.answer(stage.ctx, ana, choice="wait") == said
    sent = await stage.say(ana, "2")
    assert sent.choice == said.choice
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert await choices(stage, ana) == ["open", "wait"]
    await cover.answer(stage.ctx, ana, choice="now")
    assert await serving(stage, ana) == (stage.tampa, "cover")


async def test_what_is_urgent_does_not_ask(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    assert (await urge(stage, ana, "1")).choice is None
    assert await serving(stage, ana) == (stage.tampa, "cover")
    luis = await stage.arrive("luis", region="US-WA")
    await stage.say(luis, "1")
    await cover.answer(stage.ctx, luis, choice="wait")
    await urge(stage, luis, "2")
    assert await serving(stage, luis) == (stage.tampa, "cover")


async def test_a_choice_lapses_when_the_team_opens(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await stage.say(ana, "1")
    await cover.answer(stage.ctx, ana, choice="wait")
    stage.clock.now = OPENS
    assert (await customer_thread(stage.ctx, ana)).choice is None
    said = await cover.answer(stage.ctx, ana, choice="now")
    assert (said.serving.why, said.choice) == ("home", None), "the team is there"
    stage.clock.now = OPENS + DAY - 1
    assert (await stage.say(ana, "2")).choice is not None, "another night, another question"


async def test_a_choice_is_of_one_conversation(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await stage.say(ana, "1")
    await cover.answer(stage.ctx, ana, choice="wait")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    assert (await customer_thread(stage.ctx, ana)).choice is None
    with pytest.raises(Conflict):
        await cover.answer(stage.ctx, ana, choice="now")
    stage.clock.now += 1000
    await stage.reopen(reopen_hours=0)
    assert (await stage.say(ana, "2")).choice is not None
    assert await choices(stage, ana) == ["open", "wait", "open"]


async def test_nothing_is_asked_where_nobody_could_answer(stage: Stage) -> None:
    ana = await night(stage, **ASK)
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    assert (await stage.say(ana, "1")).choice is None
    with pytest.raises(Conflict, match="no choice"):
        await cover.answer(stage.ctx, ana, choice="now")
    await set_hours(stage.ctx, stage.tampa, None)
    await stage.say(ana, "2")
    await set_hours(stage.ctx, stage.tampa, "mon-sun 22:00-23:00")
    with pytest.raises(Conflict, match="no other team"):
        await cover.answer(stage.ctx, ana, choice="now")


# ── care ─────────────────────────────────────────────────────────────────────────────────────────


async def with_general(stage: Stage) -> str:
    """A team for general care, with Gil in it."""
    general = await stage.team("general", "US", "UTC")
    await set_rules(stage.ctx, general, general=True)
    stage.gil = await stage.agent("Gil", general)  # type: ignore[attr-defined]
    return general


async def choose(stage: Stage, who: Customer, preference: CarePreference) -> care.Care:
    return await care.set_care(stage.ctx, who, preference=preference)


async def test_general_care_is_at_once_in_force_and_back(stage: Stage) -> None:
    general, ana = await with_general(stage), await stage.ana()
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    assert (await customer_thread(stage.ctx, ana)).care.offers == ("team", "general")
    chosen = await choose(stage, ana, "general")
    assert chosen.preference == "general"
    assert await serving(stage, ana) == (general, "general")
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].assignee_id is None
    assert books.threads[ana.thread].home_team == stage.spokane
    head = books.threads[ana.thread].head
    assert await choose(stage, ana, "general") == chosen
    assert (await audit_books(stage.ctx)).threads[ana.thread].head == head, "said once"
    await stage.reply(stage.gil, ana.thread, "g")  # type: ignore[attr-defined]

    await choose(stage, ana, "team")
    assert await serving(stage, ana) == (stage.spokane, "home")
    assert (await audit_books(stage.ctx)).threads[ana.thread].assignee_id is None
    assert [one["type"] for one in await shown_to(stage, general)][-1] == "left"
    said = [line.payload["care"] for line in await log_of(stage, ana) if line.type == "care"]
    assert said == [{"preference": "general"}, {"preference": "team"}]
    assert stage.ctx.metrics.care_switches("general")._value.get() == 1


async def test_who_chose_general_care_begins_and_ends_there(stage: Stage) -> None:
    general, ana = await with_general(stage), await stage.ana()
    await choose(stage, ana, "general")
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (general, "general")
    await states.resolve(stage.ctx, stage.gil, thread=ana.thread)  # type: ignore[attr-defined]
    assert await serving(stage, ana) == (general, "general")
    stage.clock.pass_(4 * DAY)
    await stage.say(ana, "2")
    await handover.transfer(
        stage.ctx,
        stage.bo,
        thread=ana.thread,
        team=stage.tampa,
        reason="theirs",
    )
    assert await serving(stage, ana) == (stage.tampa, "bounce")
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    assert await serving(stage, ana) == (general, "general"), "a bounce ends where they chose"


async def test_a_transfer_home_holds_for_one_conversation(stage: Stage) -> None:
    general, ana = await with_general(stage), await stage.ana()
    await choose(stage, ana, "general")
    await stage.say(ana, "1")
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="we know her"
    )
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (stage.spokane, "home")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    stage.clock.pass_(4 * DAY)
    await stage.say(ana, "3")
    assert await serving(stage, ana) == (general, "general")


async def test_general_care_ends_a_bounce_and_a_cover(stage: Stage) -> None:
    ana = await night(stage, cover="cover", cover_by=["tampa"])
    general = await with_general(stage)
    await stage.say(ana, "1")
    assert (await serving(stage, ana))[1] == "cover"
    await choose(stage, ana, "general")
    assert await serving(stage, ana) == (general, "general")
    assert await look(stage.ctx, "SELECT ended_why FROM covers") == [("care",)]
    luis = await stage.arrive("luis", region="US-WA")
    await set_rules(stage.ctx, stage.spokane, cover="wait")
    await stage.say(luis, "1")
    await handover.transfer(stage.ctx, stage.bo, thread=luis.thread, team=stage.tampa, reason="x")
    await choose(stage, luis, "general")
    assert await serving(stage, luis) == (general, "general")


async def test_an_urgent_matter_in_general_care_is_covered_and_comes_back(stage: Stage) -> None:
    general, ana = await with_general(stage), await stage.ana()
    await set_hours(stage.ctx, general, "mon-sun 22:00-23:00")
    await choose(stage, ana, "general")
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (general, "general")
    await urge(stage, ana, "2")
    assert (await serving(stage, ana))[1] == "cover"
    stage.clock.pass_(32 * DAY)
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (general, "general")
    await urge(stage, ana, "3")
    await choose(stage, ana, "team")
    assert (await serving(stage, ana))[1] == "cover", "their team again; who covers goes on"
    stage.clock.pass_(32 * DAY)
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_general_care_is_nobodys_home(stage: Stage) -> None:
    general = await with_general(stage)
    await stage.team("montana", "US-MT", "America/Denver")
    far = await stage.arrive("far", region="US-NY")
    assert await serving(stage, far) == (stage.spokane, "home"), "the default team, not general"
    assert (await audit_books(stage.ctx)).customers[general] == 0


async def test_a_team_that_gives_general_care_no_more_loses_them(stage: Stage) -> None:
    general, ana = await with_general(stage), await stage.ana()
    await choose(stage, ana, "general")
    await set_rules(stage.ctx, general, general=False)
    await stage.say(ana, "1")
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_self_service_is_beside_a_person_and_never_in_front(stage: Stage) -> None:
    ana = await stage.ana()
    with pytest.raises(Conflict):
        await choose(stage, ana, "self_service")
    with pytest.raises(Conflict):
        await choose(stage, ana, "general")
    await stage.reopen(self_service_url="https://help.example.com/")
    chosen = await choose(stage, ana, "self_service")
    assert msgspec.structs.asdict(chosen) == {
        "preference": "self_service",
        "offers": ("team", "self_service"),
        "self_service_url": "https://help.example.com/",
    }
    await stage.say(ana, "1")
    queue = await desk_views.queue(stage.ctx, stage.bo, view="waiting", cursor=None, limit=9)
    assert [one.id for one in queue.items] == [ana.thread], "it reaches the team"
    assert (await last(stage, ana, "care"))["care"] == {"preference": "self_service"}
