"""Operations on a team's hours, with weeks and dates as operators type them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from inbox.core.errors import BadRequest, NotFound
from inbox.core.shorthand import read_day, read_weekly
from inbox.flows import holidays, hours, teams
from inbox.flows.context import Context
from inbox.flows.hours import HoursDetail
from inbox.ops.operation import Operation, Report
from inbox.ops.people import OPERATOR

T = TypeVar("T")


class HoursAsk(msgspec.Struct, frozen=True):
    """A team by key; what to set of its week (none: take it away) and of its dates."""

    key: str
    weekly: str | msgspec.UnsetType | None = msgspec.UNSET
    days: tuple[str, ...] = ()


class HolidaysAsk(msgspec.Struct, frozen=True):
    """A team by key; a country or subdivision by ISO 3166, a year, and whether to list them."""

    key: str
    region: str
    year: int
    save: bool = False


class HolidaysFound(msgspec.Struct, frozen=True):
    """Public holidays with what is listed for their dates, after saving where that was asked."""

    items: tuple[holidays.Holiday, ...]
    saved: bool


async def keep_hours(ctx: Context, asked: HoursAsk, _report: Report) -> HoursDetail:
    """Set what is asked for, and show the hours. Nothing is set where a word cannot be read."""
    team = await find_team(ctx, asked.key)
    days = [_read("day", read_day, text) for text in asked.days]
    if isinstance(asked.weekly, str):
        week = _read("set", read_weekly, asked.weekly)
        await hours.set_weekly(ctx, OPERATOR, team=team, weekly=week)
    elif asked.weekly is None:
        await hours.set_weekly(ctx, OPERATOR, team=team, weekly=None)
    if days:
        await hours.change_days(ctx, OPERATOR, team=team, days=days)
    return await hours.get_hours(ctx, OPERATOR, team=team)


async def show_holidays(ctx: Context, asked: HolidaysAsk, _report: Report) -> HolidaysFound:
    """Show public holidays; with `save` list them as closed, but for dates that are listed."""
    team = await find_team(ctx, asked.key)
    country, _, subdivision = asked.region.partition("-")

    async def look() -> holidays.Holidays:
        return await holidays.find_holidays(
            ctx,
            OPERATOR,
            team=team,
            country=country,
            subdivision=subdivision or None,
            year=asked.year,
        )

    found = await look()
    if asked.save:
        await holidays.list_holidays(ctx, OPERATOR, team=team, found=found)
        found = await look()
    return HolidaysFound(found.items, asked.save)


async def find_team(ctx: Context, key: str) -> str:
    """A team's id by its key; NotFound names the keys that there are."""
    ids = {team.key: team.id for team in (await teams.list_teams(ctx)).items}
    if key not in ids:
        known = f"there are {', '.join(sorted(ids))}" if ids else "there is none yet"
        raise NotFound(f"there is no team {key}; {known}")
    return ids[key]


def _read(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise BadRequest.field(option, str(error)) from None


HOURS: tuple[Operation[Any], ...] = (
    Operation("team.hours", HoursAsk, keep_hours),
    Operation("team.holidays", HolidaysAsk, show_holidays),
)
