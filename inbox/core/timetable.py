"""A team's hours as people write them: periods of a week, dates on which something else holds.

What is written is a time on a clock and a date on a calendar; `hours` knows which instants they
are. Nothing is accepted that could be read in two ways: periods do not overlap, also over midnight
and from Sunday to Monday, and a date is listed once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

import msgspec

from inbox.core.errors import BadRequest
from inbox.core.text import clean_line

State = Literal["open", "limited", "closed"]
"""*limited*: only urgent conversations are served."""

DAY_MIN = 1_440
MOST_PERIODS = 12
"""In one day."""
MOST_DAYS = 1_000
"""Listed: some decades of holidays."""
LONGEST_NAME = 80
FIRST_YEAR, LAST_YEAR = 1970, 2999

_OPENS = "([01][0-9]|2[0-3]):[0-5][0-9]"
_CLOSES = f"({_OPENS}|24:00)"
_is_opening = re.compile(_OPENS).fullmatch
_is_closing = re.compile(_CLOSES).fullmatch

OpensAt = Annotated[
    str,
    msgspec.Meta(
        description="by the team's clock, as 08:30", extra_json_schema={"pattern": f"^{_OPENS}$"}
    ),
]
ClosesAt = Annotated[
    str,
    msgspec.Meta(
        description="by the team's clock, as 20:00 or 24:00; earlier than `opens`: the next day",
        extra_json_schema={"pattern": f"^{_CLOSES}$"},
    ),
]


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a day; one that closes earlier than it opens ends on the next day."""

    opens: OpensAt
    closes: ClosesAt

    def minutes(self) -> tuple[int, int]:
        """Beginning and end in minutes after the midnight of its day."""
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return opens, closes if closes > opens else closes + DAY_MIN

    def __str__(self) -> str:
        return f"{self.opens}-{self.closes}"


class Weekly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The periods of an ordinary week. One past midnight belongs to the day on which it begins."""

    mon: tuple[Period, ...] = ()
    tue: tuple[Period, ...] = ()
    wed: tuple[Period, ...] = ()
    thu: tuple[Period, ...] = ()
    fri: tuple[Period, ...] = ()
    sat: tuple[Period, ...] = ()
    sun: tuple[Period, ...] = ()

    def days(self) -> tuple[tuple[Period, ...], ...]:
        """Monday to Sunday."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date on which something else holds, for the periods that begin on it.

    *closed*: there are none. *limited* and *open*: those given here, else those of the weekday.
    """

    date: date
    state: State
    periods: tuple[Period, ...] | None = None
    name: str | None = None


AROUND_THE_CLOCK = Weekly(*[(Period("00:00", "24:00"),)] * 7)
NEVER = Weekly()
WEEKDAYS = Weekly.__struct_fields__
"""`mon` to `sun`."""


def check_weekly(weekly: Weekly) -> Weekly:
    """The week in order; BadRequest names the period that is no such thing or overlaps another."""
    week = [
        _check_periods(periods, path=f"weekly.{name}")
        for name, periods in zip(WEEKDAYS, weekly.days(), strict=True)
    ]
    placed = [
        (number * DAY_MIN + begins, number * DAY_MIN + ends, name, period)
        for number, (name, periods) in enumerate(zip(WEEKDAYS, week, strict=True))
        for period in periods
        for begins, ends in (period.minutes(),)
    ]
    # The first of the week once more, seven days later: Sunday's night ends on Monday.
    again = [(begins + 7 * DAY_MIN, ends, name, period) for begins, ends, name, period in placed]
    for (_, ends, day, period), (begins, _, next_day, following) in zip(
        placed, [*placed[1:], *again[:1]], strict=True
    ):
        if begins < ends:
            raise BadRequest.field(
                f"weekly.{next_day}",
                f"{following} begins before {day} {period} has ended",
            )
    return Weekly(*week)


def check_days(days: Sequence[Day]) -> tuple[Day, ...]:
    """The dates in order; BadRequest names the one that is listed twice or says what cannot be.

    A name is one line of at most 80 characters.
    """
    if len(days) > MOST_DAYS:
        raise BadRequest.field("days", f"must be at most {MOST_DAYS:,} dates; drop past ones")
    seen: set[date] = set()
    for place, day in enumerate(days):
        if day.date in seen:
            raise BadRequest.field(f"days[{place}].date", f"{day.date} is listed twice")
        seen.add(day.date)
    checked = (_check_day(day, path=f"days[{place}]") for place, day in enumerate(days))
    return tuple(sorted(checked, key=lambda day: day.date))


def _check_day(day: Day, *, path: str) -> Day:
    if not FIRST_YEAR <= day.date.year <= LAST_YEAR:
        raise BadRequest.field(f"{path}.date", f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    periods, name = day.periods, day.name
    if periods is None:
        if day.state == "open":
            raise BadRequest.field(f"{path}.periods", "an open date has its own; say which")
    elif day.state == "closed":
        raise BadRequest.field(f"{path}.periods", "a closed date has none")
    elif not periods:
        raise BadRequest.field(f"{path}.periods", "must not be empty; say closed instead")
    else:
        periods = _check_periods(periods, path=f"{path}.periods")
    if name is not None:
        name = clean_line(name, path=f"{path}.name", limit=LONGEST_NAME)
    return Day(day.date, day.state, periods, name)


def _check_periods(periods: Sequence[Period], *, path: str) -> tuple[Period, ...]:
    """The periods of one day in order, each a period."""
    if len(periods) > MOST_PERIODS:
        raise BadRequest.field(path, f"must be at most {MOST_PERIODS} periods")
    for place, period in enumerate(periods):
        if not _is_opening(period.opens):
            raise BadRequest.field(f"{path}[{place}].opens", "must be a time from 00:00 to 23:59")
        if not _is_closing(period.closes):
            raise BadRequest.field(f"{path}[{place}].closes", "must be a time from 00:00 to 24:00")
        if period.opens == period.closes:
            raise BadRequest.field(
                f"{path}[{place}].closes", "must differ; all day is 00:00 to 24:00"
            )
    found = sorted(periods, key=Period.minutes)
    for one, following in pairwise(found):
        if following.minutes()[0] < one.minutes()[1]:
            raise BadRequest.field(path, f"{following} begins before {one} has ended")
    return tuple(found)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
