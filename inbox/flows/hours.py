"""When a team is there: its hours as leads and admins keep them, and as everybody sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from inbox.core import hours as rules
from inbox.core.events import TeamRef
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand_lead
from inbox.core.timetable import AROUND_THE_CLOCK, Day, State, Weekly, check_days, check_weekly
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.placing import end_choices_anew
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_lead_still, move_registry
from inbox.flows.taking_back import begin_clocks_anew
from inbox.store.queries import Q


class HoursDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team's ordinary week; null: none, so around the clock."""

    weekly: Weekly | None


class DaysDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All dates on which something else holds than in an ordinary week."""

    days: tuple[Day, ...]


class HoursDetail(msgspec.Struct, frozen=True):
    """A team's hours, and whether it is open now. `weekly` is null where it has set none."""

    team: TeamRef
    time_zone: str
    weekly: Weekly | None
    days: tuple[Day, ...]
    open: bool
    state: State
    closes_at: str | None
    next_open: str | None


class TodayPeriod(msgspec.Struct, frozen=True):
    """A period by the team's clock, and as instants."""

    opens: str
    closes: str
    opens_at: str
    closes_at: str


class Today(msgspec.Struct, frozen=True):
    """The team's date now, and the periods that begin on it; `name` is a holiday's, say."""

    date: date
    state: State
    name: str | None
    periods: tuple[TodayPeriod, ...]


class Opening(msgspec.Struct, frozen=True):
    """Whether a team is there, as customers and agents see it.

    `hours` is today, null where the team has set no hours: then it is always open. `state` is
    *open*, *limited* (urgent matters alone) or *closed*. `closes_at` is none while it is not open,
    `next_open` while it is; each is none, too, where it never comes.
    """

    hours: Today | None
    open: bool
    state: State
    closes_at: str | None
    next_open: str | None


def opening(people: Roster, team: str, *, at: int) -> Opening:
    """A team at an instant."""
    hours = people.hours_of(team)
    state = rules.state(hours, at)
    is_open = state == "open"
    return Opening(
        hours=_today(hours, at) if team in people.hours else None,
        open=is_open,
        state=state,
        closes_at=_text(rules.closes_at(hours, at) if is_open else None),
        next_open=_text(None if is_open else rules.next_open(hours, at)),
    )


async def get_hours(ctx: Context, who: Agent | Operator, *, team: str) -> HoursDetail:
    """A team's hours, for its leads and for admins; for others there is no such team."""
    demand_lead(who, team)
    people = await ctx.store.read(read_roster)
    hours = people.hours.get(people.team(team).id)
    now = opening(people, team, at=ctx.clock())
    return HoursDetail(
        team=people.team_ref(team),
        time_zone=people.team(team).time_zone,
        weekly=None if hours is None else hours.weekly,
        days=() if hours is None else hours.days,
        open=now.open,
        state=now.state,
        closes_at=now.closes_at,
        next_open=now.next_open,
    )


async def set_weekly(
    ctx: Context, who: Agent | Operator, *, team: str, weekly: Weekly | None
) -> HoursDetail:
    """Set a team's ordinary week, from now on; the listed dates stay.

    Raises BadRequest, which names the period.
    """
    checked = None if weekly is None else check_weekly(weekly)
    return await _change(ctx, who, "team.hours", team=team, change=lambda _, days: (checked, days))


async def set_days(
    ctx: Context, who: Agent | Operator, *, team: str, days: Sequence[Day]
) -> HoursDetail:
    """Set all dates on which something else holds; the ordinary week stays.

    Raises BadRequest, which names the date.
    """
    checked = check_days(days)
    return await _change(
        ctx, who, "team.holidays", team=team, change=lambda weekly, _: (weekly, checked)
    )


async def change_days(
    ctx: Context,
    who: Agent | Operator,
    *,
    team: str,
    days: Sequence[tuple[date, Day | None]],
    only_new: bool = False,
) -> HoursDetail:
    """Set some dates, none making one ordinary again; with `only_new` what is listed stays."""

    def merge(weekly: Weekly | None, listed: tuple[Day, ...]) -> _Stored:
        known: dict[date, Day | None] = {day.date: day for day in listed}
        merged = {**dict(days), **known} if only_new else {**known, **dict(days)}
        return weekly, check_days([day for day in merged.values() if day is not None])

    return await _change(ctx, who, "team.holidays", team=team, change=merge)


_Stored = tuple[Weekly | None, tuple[Day, ...]]


async def _change(
    ctx: Context,
    who: Agent | Operator,
    action: str,
    *,
    team: str,
    change: Callable[[Weekly | None, tuple[Day, ...]], _Stored],
) -> HoursDetail:
    demand_lead(who, team)

    async def work(writing: Writing) -> None:
        await demand_lead_still(writing.tx, who, team)
        # Locked before they are read: what others change at the same moment is not set back.
        await writing.tx.fetch(Q.lock_teams)
        people = await read_roster(writing.tx)
        hours = people.hours.get(people.team(team).id)
        weekly, days = change(*((hours.weekly, hours.days) if hours else (None, ())))
        if weekly is None and not days:
            await writing.tx.execute(Q.drop_hours, team=team)
        else:
            await writing.tx.execute(
                Q.put_hours,
                team=team,
                weekly=msgspec.json.encode(weekly or AROUND_THE_CLOCK).decode(),
                days=msgspec.json.encode(days).decode(),
            )
        await record(ctx, writing, who, action, team=team)
        await move_registry(writing)

    await write(ctx, work)
    await begin_clocks_anew(ctx, team)
    await end_choices_anew(ctx, team)
    return await get_hours(ctx, who, team=team)


def _today(hours: rules.Hours, at: int) -> Today:
    today = rules.local_date(hours, at)
    periods = rules.day_periods(hours, today)
    day = rules.listed(hours, today)
    return Today(
        date=today,
        state=periods[0][1].state if periods else "closed",
        name=None if day is None else day.name,
        periods=tuple(
            TodayPeriod(written.opens, written.closes, to_text(span.begins), to_text(span.ends))
            for written, span in periods
        ),
    )


def _text(at: int | None) -> str | None:
    return None if at is None else to_text(at)
