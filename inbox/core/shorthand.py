"""Hours in one line, as operators type them and tables show them.

    mon-fri 08:00-12:00, 13:00-20:00; sat 09:00-17:00
    2026-12-24 limited 09:00-13:00 Christmas Eve

The form is that of opening times on a map or a door; what it means is said in `timetable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from inbox.core.errors import BadRequest
from inbox.core.timetable import (
    AROUND_THE_CLOCK,
    WEEKDAYS,
    Day,
    Period,
    State,
    Weekly,
    check_days,
    check_weekly,
)


def read_weekly(text: str) -> Weekly:
    """Read `mon-fri 08:00-12:00, 13:00-20:00; sat 09:00-17:00`; days that are not named are closed.

    `daily` is every day, and `24/7` is always. Raises ValueError with what is wrong.
    """
    if text.strip() == "24/7":
        return AROUND_THE_CLOCK
    week: dict[str, tuple[Period, ...]] = {}
    for entry in filter(None, map(str.strip, text.lower().split(";"))):
        found = _ENTRY.fullmatch(entry)
        if found is None:
            raise ValueError(f"‘{entry}’ is not like ‘mon-fri 08:00-12:00, 13:00-20:00’")
        periods = () if found["periods"] == "closed" else tuple(_read_periods(found["periods"]))
        for day in _read_days(found["days"]):
            if day in week:
                raise ValueError(f"{day} is named twice")
            week[day] = periods
    if not week:
        raise ValueError("names no day; a team that is never there is ‘daily closed’")
    try:
        return check_weekly(Weekly(**week))
    except BadRequest as error:
        raise ValueError(error.errors[0].message) from None


def write_weekly(weekly: Weekly) -> str:
    """Write it as `read_weekly` reads it, days that are alike together."""
    if weekly == AROUND_THE_CLOCK:
        return "24/7"
    week = weekly.days()
    if len(set(week)) == 1:
        return f"daily {_write_periods(week[0])}"
    entries = []
    first = 0
    for last, periods in enumerate(week):
        if last < 6 and week[last + 1] == periods:
            continue
        if periods:
            days = WEEKDAYS[last] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
            entries.append(f"{days} {_write_periods(periods)}")
        first = last + 1
    return "; ".join(entries)


def read_day(text: str) -> tuple[date, Day | None]:
    """Read `2026-12-24 limited 09:00-13:00 Christmas Eve`: a date, and what holds on it.

    After the date: `closed`, `limited` (with its periods, or the weekday's), or periods on which
    the team is open; then perhaps a name. `ordinary`: nothing is listed for it. Raises ValueError.
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"‘{text}’ is not like ‘2026-12-25 closed’ or ‘2026-12-24 limited 09:00-13:00’"
        )
    try:
        on = date.fromisoformat(found["date"])
    except ValueError:
        raise ValueError(f"{found['date']} is no date") from None
    periods = tuple(_read_periods(found["periods"])) if found["periods"] else None
    if found["state"] == "ordinary":
        if periods or found["name"]:
            raise ValueError(f"{on}: an ordinary date has no periods or name of its own")
        return on, None
    day = Day(on, _STATES[found["state"]], periods, found["name"])
    try:
        return on, check_days([day])[0]
    except BadRequest as error:
        raise ValueError(f"{on}: {error.errors[0].message}") from None


_PERIODS = r"[0-9:]+\s*-\s*[0-9:]+(?:\s*,\s*[0-9:]+\s*-\s*[0-9:]+)*"
_ENTRY = re.compile(rf"(?P<days>[a-z,\s-]*[a-z])\s+(?P<periods>closed|{_PERIODS})")
_DAY = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:\s+(?P<state>closed|limited|ordinary))?"
    rf"(?:\s+(?P<periods>{_PERIODS}))?(?:\s+(?P<name>\S.*))?"
)
_STATES: dict[str | None, State] = {None: "open", "closed": "closed", "limited": "limited"}
_TIMES = re.compile(r"(?P<opens>\d\d:\d\d)\s*-\s*(?P<closes>\d\d:\d\d)", re.ASCII)


def _read_periods(text: str) -> Iterator[Period]:
    for part in map(str.strip, text.split(",")):
        found = _TIMES.fullmatch(part)
        if found is None:
            raise ValueError(f"‘{part}’ is not like ‘08:00-20:00’")
        yield Period(found["opens"], found["closes"])


def _read_days(text: str) -> Iterator[str]:
    if text.strip() == "daily":
        yield from WEEKDAYS
        return
    for part in map(str.strip, text.split(",")):
        first, _, last = (name.strip() for name in part.partition("-"))
        for name in (first, last or first):
            if name not in WEEKDAYS:
                raise ValueError(f"‘{name}’ is none of {', '.join(WEEKDAYS)}, daily")
        begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        for number in range((ends - begins) % 7 + 1):
            yield WEEKDAYS[(begins + number) % 7]


def _write_periods(periods: tuple[Period, ...]) -> str:
    return ", ".join(map(str, periods)) or "closed"
