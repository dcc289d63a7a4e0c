"""Hours by brute force: walk every minute, look at the clock on the wall, and note what it shows.

Written from the rule's words alone and without its arithmetic: a period begins, and ends, as soon
as the clock shows its time or has passed it. So what counts is the highest reading so far.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from hypothesis import strategies as st

from inbox.core.hours import Hours, Span
from inbox.core.timetable import Day, Period, State, Weekly, check_weekly

MINUTE = 60_000
_DAY = 1_440
_WARM_UP = 2 * _DAY
"""Minutes before the first one that counts: longer than any clock was ever set back."""


def walk(hours: Hours, start: int, minutes: int) -> list[State]:
    """The state at each minute from `start` on, a whole minute."""
    shown = readings(hours.zone, start, minutes)
    painted = _paint(hours, shown[0], shown[-1])
    return [painted.get(minute, "closed") for minute in shown]


@lru_cache(maxsize=64)
def readings(zone: tzinfo, start: int, minutes: int) -> tuple[int, ...]:
    """The highest that the zone's clock has shown so far, at each minute from `start` on."""
    begin = datetime.fromtimestamp(start / 1000, UTC) - timedelta(minutes=_WARM_UP)
    highest, found = 0, []
    for number in range(_WARM_UP + minutes):
        shown = (begin + timedelta(minutes=number)).astimezone(zone)
        highest = max(highest, shown.toordinal() * _DAY + shown.hour * 60 + shown.minute)
        found.append(highest)
    return tuple(found[_WARM_UP:])


def spans(states: list[State], start: int) -> list[Span]:
    """Minutes in a row that are alike."""
    found: list[Span] = []
    for number, state in enumerate(states):
        at = start + number * MINUTE
        if found and found[-1].state == state:
            found[-1] = Span(found[-1].begins, at + MINUTE, state)
        else:
            found.append(Span(at, at + MINUTE, state))
    return found


def _paint(hours: Hours, first: int, last: int) -> dict[int, State]:
    """Every minute that a clock can show around these, by what is written for it."""
    listed = {day.date: day for day in hours.days}
    painted: dict[int, State] = {}
    for ordinal in range(first // _DAY - 2, last // _DAY + 1):
        on = date.fromordinal(ordinal)
        day, state = listed.get(on), "open"
        periods = hours.weekly.days()[on.weekday()]
        if day is not None:
            periods, state = day.periods or periods, day.state
        for period in periods if state != "closed" else ():
            opens, closes = period.minutes()
            for minute in range(ordinal * _DAY + opens, ordinal * _DAY + closes):
                painted[minute] = "open" if "open" in (state, painted.get(minute)) else "limited"
    return painted


# ── strategies ───────────────────────────────────────────────────────────────────────────────────


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def day_periods(draw: st.DrawFn, *, latest: int = 1_440) -> tuple[Period, ...]:
    """Periods of one day, in order, none over midnight; often at the hours when clocks change."""
    minute = st.integers(0, latest) | st.sampled_from([0, 30, 60, 90, 120, 150, 180, 1_380, latest])
    marks = sorted(mark for mark in draw(st.sets(minute, max_size=6)) if mark <= latest)
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple(Period(_clock(opens), _clock(closes)) for opens, closes in pairs)


@st.composite
def weeks(draw: st.DrawFn) -> Weekly:
    """A week: ordinary days, nights, all or nothing."""
    if draw(st.integers(0, 9)) == 0:
        return Weekly(*[(Period("00:00", "24:00"),)] * 7)
    week = [draw(day_periods(latest=1_320)) for _ in range(7)]
    nights = draw(st.sets(st.integers(0, 6)))
    for number in nights:
        first = min((p.minutes()[0] for p in week[(number + 1) % 7]), default=1_320)
        closes = draw(st.integers(0, min(first, 300)))
        week[number] = (
            *week[number],
            Period(draw(st.sampled_from(("22:00", "23:30"))), _clock(closes)),
        )
    return check_weekly(Weekly(*week))


@st.composite
def hours_of(draw: st.DrawFn, zone: tzinfo, around: int) -> Hours:
    """Hours in a zone, with dates listed around an instant; nights may run into them."""
    today = datetime.fromtimestamp(around / 1000, UTC).date()
    days = []
    for offset in sorted(draw(st.sets(st.integers(-4, 8), max_size=5))):
        state: State = draw(st.sampled_from(("open", "limited", "closed")))
        periods = draw(day_periods()) or None
        if state == "closed":
            periods = None
        elif state == "open" and periods is None:
            periods = (Period("21:00", "03:00"),)
        days.append(Day(today + timedelta(days=offset), state, periods))
    return Hours(zone, draw(weeks()), tuple(days))
