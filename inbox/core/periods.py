"""Stretches of whole days on a calendar: what a report is divided into."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from inbox.core.errors import BadRequest

By = Literal["day", "week", "month", "total"]

LONGEST_DAYS = 366
_DAY = timedelta(days=1)


class Period(msgspec.Struct, frozen=True):
    """From one date to another, both included."""

    first: date
    last: date


def check_range(first: date, last: date) -> None:
    """Raise BadRequest unless it is a range of dates that a report takes."""
    for path, day in (("from", first), ("to", last)):
        if not 1970 <= day.year <= 2100:
            raise BadRequest.field(path, "must lie between 1970 and 2100")
    if last < first:
        raise BadRequest.field("to", "is before `from`")
    if (last - first).days >= LONGEST_DAYS:
        raise BadRequest.field("to", f"is more than {LONGEST_DAYS} days away from `from`")


def divide(first: date, last: date, *, by: By) -> tuple[Period, ...]:
    """The range in order: days, weeks from Monday to Sunday, months, or as a whole.

    A week or month that the range cuts is as long as what is left of it.
    """
    if by == "total":
        return (Period(first, last),)
    found = []
    while first <= last:
        match by:
            case "day":
                ends = first
            case "week":
                ends = first + (6 - first.weekday()) * _DAY
            case "month":
                ends = (first.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY
        found.append(Period(first, min(ends, last)))
        first = ends + _DAY
    return tuple(found)
