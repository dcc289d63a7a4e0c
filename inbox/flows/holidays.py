"""Public holidays of a country and year, to be looked at before they are listed for a team.

They come from the `holidays` package when somebody edits hours, and are kept as plain dates: what a
team has agreed to does not change with a new version of a package.
"""

from __future__ import annotations

import asyncio
from datetime import date

import msgspec

from inbox.core.errors import BadRequest
from inbox.core.policy import Agent, Operator
from inbox.core.timetable import FIRST_YEAR, LONGEST_NAME, Day
from inbox.flows.context import Context
from inbox.flows.hours import HoursDetail, change_days, get_hours

LAST_YEAR = 2100
"""Nobody has decided on later ones."""


class Holiday(msgspec.Struct, frozen=True):
    """A public holiday, with what is listed for its date already."""

    date: date
    name: str
    listed: Day | None


class Holidays(msgspec.Struct, frozen=True):
    """The public holidays of a year, in order."""

    country: str
    subdivision: str | None
    year: int
    items: tuple[Holiday, ...]
    next: None = None


async def find_holidays(
    ctx: Context,
    who: Agent | Operator,
    *,
    team: str,
    country: str,
    subdivision: str | None,
    year: int,
) -> Holidays:
    """The public holidays of a country (ISO 3166-1) and, if given, a subdivision (ISO 3166-2).

    Changes nothing. Names are in the country's own language. Raises BadRequest for a country or
    subdivision that the package does not know, and NotFound for a team that is not the caller's.
    """
    listed = {day.date: day for day in (await get_hours(ctx, who, team=team)).days}
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadRequest.field("year", f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    # Reading a country's rules for the first time takes a quarter of a second.
    found = await asyncio.to_thread(_look_up, country, subdivision, year)
    return Holidays(
        country,
        subdivision,
        year,
        tuple(Holiday(on, name, listed.get(on)) for on, name in found),
    )


async def list_holidays(
    ctx: Context, who: Agent | Operator, *, team: str, found: Holidays
) -> HoursDetail:
    """List holidays as closed dates. What is listed for a date already stays as it is."""
    days = [(one.date, Day(one.date, "closed", None, one.name)) for one in found.items]
    return await change_days(ctx, who, team=team, days=days, only_new=True)


def _look_up(country: str, subdivision: str | None, year: int) -> list[tuple[date, str]]:
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise BadRequest.field("country", "is no country whose holidays are known, as US")
    if subdivision is not None and subdivision not in known[country]:
        places = ", ".join(known[country]) or "none"
        raise BadRequest.field("subdivision", f"is none of {country}: {places}")
    found = holidays.country_holidays(country, subdiv=subdivision, years=year)
    return sorted((on, name[:LONGEST_NAME]) for on, name in found.items())
