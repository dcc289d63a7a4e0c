"""A team's hours: who may set them, what is kept, and that every process hears of it."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from inbox.core.errors import BadRequest, Forbidden, NotFound, Unauthorized
from inbox.core.hours import ALWAYS, Hours
from inbox.core.policy import Agent
from inbox.core.shorthand import read_weekly
from inbox.core.timetable import AROUND_THE_CLOCK, Day, Period, Weekly
from inbox.flows import agents, desk_views, handover, hours, states, teams
from inbox.flows.agents import AgentChange
from inbox.flows.audit import list_audit
from inbox.flows.context import Context, roster
from inbox.flows.customer_views import team_page
from inbox.flows.holidays import find_holidays, list_holidays
from inbox.flows.streams import moved
from inbox.flows.teams import TeamChange
from tests.cast import OPERATOR, Cast, SetClock, arrive, hire, look, say
from tests.flows.stage import HOUR, Stage

WEEK = read_weekly("mon-fri 08:00-20:00; sat 09:00-17:00; sun 22:00-02:00")
EVE = Day(date(2026, 12, 24), "limited", (Period("09:00", "13:00"),), "Christmas Eve")
CHRISTMAS = Day(date(2026, 12, 25), "closed", None, "Christmas Day")


async def test_a_team_without_hours_is_always_there(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    page = await team_page(ctx, ana)

    assert (page.hours, page.open, page.state) == (None, True, "open")
    assert (page.closes_at, page.next_open) == (None, None)
    shown = await hours.get_hours(ctx, cast.mia, team=cast.spokane)
    assert (shown.weekly, shown.days, shown.open) == (None, (), True)
    assert (await roster(ctx)).hours_of(cast.spokane) is ALWAYS


async def test_hours_are_kept_and_shown_to_everybody(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await hours.set_weekly(ctx, cast.mia, team=cast.spokane, weekly=WEEK)
    shown = await hours.set_days(ctx, cast.mia, team=cast.spokane, days=[CHRISTMAS, EVE])

    assert (shown.weekly, shown.days) == (WEEK, (EVE, CHRISTMAS)), "each leaves the other alone"
    assert (shown.state, shown.next_open) == ("closed", "2026-11-23T06:00:00.000Z")
    again = await hours.set_weekly(ctx, cast.mia, team=cast.spokane, weekly=WEEK)
    assert again == shown == await hours.get_hours(ctx, OPERATOR, team=cast.spokane)

    page = await team_page(ctx, ana)
    assert (page.open, page.state, page.closes_at) == (False, "closed", None)
    assert page.next_open == "2026-11-23T06:00:00.000Z"
    (tonight,) = page.hours.periods if page.hours else ()
    assert (tonight.opens, tonight.closes) == ("22:00", "02:00")
    assert (tonight.opens_at, tonight.closes_at) == (
        "2026-11-23T06:00:00.000Z",
        "2026-11-23T10:00:00.000Z",
    )

    clock.pass_(21 * HOUR)  # 01:00 on Monday in Spokane: still Sunday's night
    page = await team_page(ctx, ana)
    assert (page.open, page.closes_at, page.next_open) == (True, "2026-11-23T10:00:00.000Z", None)
    assert page.hours is not None
    assert (page.hours.date, [one.opens for one in page.hours.periods]) == (
        date(2026, 11, 23),
        ["08:00"],
    )

    clock.now += 31 * 24 * HOUR + 11 * HOUR  # noon on Christmas Eve
    (sheet,) = (await desk_views.my_teams(ctx, cast.bo)).items
    assert (sheet.open, sheet.state, sheet.closes_at) == (False, "limited", None)
    assert sheet.next_open == "2026-12-26T17:00:00.000Z"
    assert sheet.hours is not None
    assert (sheet.hours.name, sheet.hours.state) == ("Christmas Eve", "limited")
    clock.now += 24 * HOUR
    page = await team_page(ctx, ana)
    assert page.hours == hours.Today(date(2026, 12, 25), "closed", "Christmas Day", ())


async def test_hours_are_by_the_clock_of_the_teams_zone(ctx: Context, cast: Cast) -> None:
    await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=WEEK)
    await teams.change_team(
        ctx, OPERATOR, team=cast.spokane, change=TeamChange(time_zone="Europe/Berlin")
    )

    moved_east = await hours.get_hours(ctx, OPERATOR, team=cast.spokane)
    assert (moved_east.time_zone, moved_east.next_open) == (
        "Europe/Berlin",
        "2026-11-22T21:00:00.000Z",
    )


async def test_hours_can_be_taken_away_again(ctx: Context, cast: Cast) -> None:
    await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=WEEK)
    await hours.set_days(ctx, OPERATOR, team=cast.spokane, days=[CHRISTMAS])
    shown = await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=None)
    assert (shown.weekly, shown.days) == (AROUND_THE_CLOCK, (CHRISTMAS,)), "but for Christmas"
    assert shown.closes_at == "2026-12-25T08:00:00.000Z"

    shown = await hours.change_days(ctx, OPERATOR, team=cast.spokane, days=[(CHRISTMAS.date, None)])
    assert (shown.weekly, shown.days) == (AROUND_THE_CLOCK, ())
    shown = await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=None)
    assert (shown.weekly, shown.days) == (None, ())
    assert await look(ctx, "SELECT COUNT(*) FROM team_hours") == [(0,)]

    never = await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=Weekly())
    assert (never.open, never.closes_at, never.next_open) == (False, None, None)


async def test_a_lead_sets_the_hours_of_their_own_team_alone(ctx: Context, cast: Cast) -> None:
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    assert (await hours.set_weekly(ctx, kim, team=cast.spokane, weekly=WEEK)).weekly == WEEK

    async def try_all(who: Agent, team: str, refusal: type[Exception]) -> None:
        for act in (
            hours.get_hours(ctx, who, team=team),
            hours.set_weekly(ctx, who, team=team, weekly=None),
            hours.set_days(ctx, who, team=team, days=[CHRISTMAS]),
            hours.change_days(ctx, who, team=team, days=[(CHRISTMAS.date, CHRISTMAS)]),
            find_holidays(ctx, who, team=team, country="US", subdivision=None, year=2027),
        ):
            with pytest.raises(refusal):
                await act

    await try_all(kim, cast.tampa, NotFound)
    await try_all(cast.bo, cast.spokane, Forbidden)
    await try_all(cast.mia, "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff", NotFound)
    assert (await hours.get_hours(ctx, cast.mia, team=cast.tampa)).weekly is None
    assert (await hours.get_hours(ctx, kim, team=cast.spokane)).weekly == WEEK


async def test_who_no_longer_leads_the_team_changes_nothing(ctx: Context, cast: Cast) -> None:
    """What was let in a moment ago is looked at once more where it is stored."""
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    for change, refusal in (
        (AgentChange(teams=(cast.tampa,)), NotFound),
        (AgentChange(teams=(cast.spokane,), role="agent"), Forbidden),
        (AgentChange(role="lead", disabled=True), Unauthorized),
    ):
        await agents.change_agent(ctx, OPERATOR, agent=kim.id, change=change)
        with pytest.raises(refusal):
            await hours.set_weekly(ctx, kim, team=cast.spokane, weekly=WEEK)
    assert await look(ctx, "SELECT COUNT(*) FROM team_hours") == [(0,)]


async def test_what_is_wrong_is_named_and_nothing_is_kept(ctx: Context, cast: Cast) -> None:
    twice = Weekly(tue=(Period("08:00", "12:00"), Period("11:00", "15:00")))
    with pytest.raises(BadRequest, match=r"weekly\.tue"):
        await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=twice)
    with pytest.raises(BadRequest, match=r"days\[1\]\.date"):
        await hours.set_days(ctx, OPERATOR, team=cast.spokane, days=[EVE, EVE])
    assert await look(ctx, "SELECT COUNT(*) FROM team_hours") == [(0,)]


async def test_each_change_stands_in_the_audit_log(ctx: Context, cast: Cast) -> None:
    await hours.set_weekly(ctx, cast.mia, team=cast.spokane, weekly=WEEK)
    await hours.set_days(ctx, cast.mia, team=cast.spokane, days=[EVE])

    lines = (await list_audit(ctx, OPERATOR)).items[:2]
    assert [(line.action, line.actor.name, line.detail) for line in lines] == [
        ("team.holidays", "Mia", {"team": cast.spokane}),
        ("team.hours", "Mia", {"team": cast.spokane}),
    ]
    assert "Christmas" not in repr(await look(ctx, "SELECT * FROM audit"))


async def test_all_who_list_dates_at_once_succeed(ctx: Context, cast: Cast) -> None:
    days = [Day(date(2027, 1, number), "closed") for number in range(1, 9)]
    await asyncio.gather(
        *(
            hours.change_days(ctx, OPERATOR, team=cast.spokane, days=[(day.date, day)])
            for day in days
        )
    )
    assert (await hours.get_hours(ctx, OPERATOR, team=cast.spokane)).days == tuple(days)


async def test_every_process_hears_of_it_and_a_restart_remembers(stage: Stage) -> None:
    if stage.database.kind == "postgres":
        other = await stage.beside()
        assert (await roster(other)).hours == {}
        await hours.set_weekly(stage.ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
        for hint in await moved(other, {"registry": 0}):
            other.memory.hear(hint)
        assert (await roster(other)).hours_of(stage.spokane).weekly == WEEK
    else:
        await hours.set_weekly(stage.ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
    await stage.reopen()
    kept = (await roster(stage.ctx)).hours_of(stage.spokane)
    assert (kept.weekly, str(kept.zone)) == (WEEK, "America/Los_Angeles")
    stage.ctx.memory.forget()
    assert (await roster(stage.ctx)).hours_of(stage.spokane) is kept, "with all that is known of it"
    assert isinstance(kept, Hours)


async def test_holidays_are_shown_first_and_kept_as_plain_dates(ctx: Context, cast: Cast) -> None:
    await hours.set_days(ctx, OPERATOR, team=cast.spokane, days=[EVE])
    found = await find_holidays(
        ctx, cast.mia, team=cast.spokane, country="US", subdivision="WA", year=2026
    )
    names = {one.date: one.name for one in found.items}
    assert names[date(2026, 11, 26)] == "Thanksgiving Day"
    assert names[date(2026, 11, 27)] == "Native American Heritage Day", "of the state alone"
    assert list(names) == sorted(names)
    assert {one.listed for one in found.items} == {None}, "a look changes nothing"

    shown = await list_holidays(ctx, cast.mia, team=cast.spokane, found=found)
    assert len(shown.days) == len(found.items) + 1
    assert EVE in shown.days
    assert Day(date(2026, 11, 26), "closed", None, "Thanksgiving Day") in shown.days

    own = Day(date(2026, 11, 26), "open", (Period("10:00", "14:00"),), "Thanksgiving Day")
    await hours.change_days(ctx, OPERATOR, team=cast.spokane, days=[(own.date, own)])
    again = await list_holidays(ctx, cast.mia, team=cast.spokane, found=found)
    assert own in again.days, "what is listed stays"
    assert len(again.days) == len(shown.days)
    known = await find_holidays(
        ctx, cast.mia, team=cast.spokane, country="US", subdivision=None, year=2026
    )
    assert {one.date: one.listed for one in known.items}[own.date] == own


@pytest.mark.parametrize(
    ("country", "subdivision", "year", "path"),
    [
        ("XX", None, 2027, "country"),
        ("US", "XX", 2027, "subdivision"),
        ("AF", "WA", 2027, "subdivision"),
        ("US", None, 1969, "year"),
        ("US", None, 2101, "year"),
    ],
)
async def test_holidays_that_nobody_knows_are_a_bad_request(
    ctx: Context, cast: Cast, country: str, subdivision: str | None, year: int, path: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await find_holidays(
            ctx, OPERATOR, team=cast.spokane, country=country, subdivision=subdivision, year=year
        )
    assert refused.value.errors[0].path == path


async def test_a_snooze_ends_when_the_team_that_serves_opens_next(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Hello")
    with pytest.raises(BadRequest) as refused:
        await states.snooze(ctx, cast.bo, thread=ana.thread, until="opening")
    assert [one.path for one in refused.value.errors] == ["until"]
    weeks = {"spokane": "mon-fri 08:00-20:00", "tampa": "daily 10:00-12:00"}
    for name, week in weeks.items():
        team = getattr(cast, name)
        await hours.set_weekly(ctx, cast.mia, team=team, weekly=read_weekly(week))

    async def asleep_until() -> str | None:
        shown = await states.snooze(ctx, cast.bo, thread=ana.thread, until="opening")
        assert shown.status is not None
        return shown.status.until

    assert await asleep_until() == "2026-11-23T16:00:00.000Z"  # Monday, eight in Spokane
    clock.pass_(29 * HOUR)  # nine there, and it is open: the next time is tomorrow
    assert await states.wake_due(ctx) == 1
    assert await asleep_until() == "2026-11-24T16:00:00.000Z"
    await handover.transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="asked")
    assert await asleep_until() == "2026-11-24T15:00:00.000Z", "ten in Tampa, which serves it now"
    await hours.set_weekly(ctx, cast.mia, team=cast.tampa, weekly=read_weekly("daily closed"))
    with pytest.raises(BadRequest):
        await asleep_until()
