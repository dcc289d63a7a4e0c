"""Business hours: when a team is there, and arithmetic with the time during which it is.

A team has weekly periods by the clock of its own time zone, and dates on which something else
holds. A period begins, and ends, at the first instant at which that clock shows its time *or has
passed it*. So a time that the clock skips in spring is the instant of the jump, a time that it
shows twice in autumn is the first of the two, and nobody opens or closes twice in one night. The
order of times on paper is the order of instants: periods can neither cross nor turn over.

Instants are Unix milliseconds. `tzinfo` comes in ready-made: which zones there are, and where their
rules are read, is not known here. A week is worked out once and remembered, so that asking costs
about a microsecond.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

import msgspec

from inbox.core.timetable import AROUND_THE_CLOCK, NEVER, Day, Period, State, Weekly

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
SETTLED_MS = 3 * WEEK_MS
"""After the last listed date: a weekly period comes at least once, though the clock skip a day."""
FARTHEST_MS = 3_653 * DAY_MS
"""Ten years: nobody waits longer for business time to pass."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - this arithmetic is done in UTC without saying so
_MS = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)


class Hours(msgspec.Struct, frozen=True, cache_hash=True):
    """A team's hours; `days` are in order, each date once."""

    zone: tzinfo
    weekly: Weekly = AROUND_THE_CLOCK
    days: tuple[Day, ...] = ()


ALWAYS = Hours(UTC)
"""Of a team that has set no hours."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of time in one state, its end not included."""

    begins: int
    ends: int
    state: State


def state(hours: Hours, at: int) -> State:
    """Whether the team is there at an instant."""
    week = _week(hours, at // WEEK_MS)
    return week.states[bisect_right(week.marks, at) - 1]


def next_open(hours: Hours, at: int, *, urgent: bool = False) -> int | None:
    """The first instant from `at` on at which the team is open: `at` itself, if it is.

    None: never again. Limited time counts for what is urgent alone.
    """
    for span in _spans(hours, at, _settled(hours, at)):
        if _serves(span, urgent=urgent):
            return span.begins
    return None


def next_opening(hours: Hours, at: int) -> int | None:
    """The first instant after `at` at which the team opens: while it is open, the next time.

    None: never, as for a team that does not close.
    """
    closed = closes_at(hours, at)
    return None if closed is None else next_open(hours, closed)


def closes_at(hours: Hours, at: int, *, urgent: bool = False) -> int | None:
    """The first instant from `at` on at which the team is not open: `at` itself, if it is not.

    None: it never closes.
    """
    for span in _spans(hours, at, _settled(hours, at)):
        if not _serves(span, urgent=urgent):
            return span.begins
    return None


def periods(hours: Hours, start: int, end: int) -> tuple[Span, ...]:
    """When the team is open or limited from `start` to `end`, in order, cut at both."""
    found: list[Span] = []
    for span in _spans(hours, start, end):
        if span.state == "closed":
            continue
        if found and (found[-1].ends, found[-1].state) == (span.begins, span.state):
            found[-1] = Span(found[-1].begins, span.ends, span.state)
        else:
            found.append(span)
    return tuple(found)


def business_ms(hours: Hours, start: int, end: int, *, urgent: bool = False) -> int:
    """How long the team is open between two instants; 0 where the second is not later.

    Additive: what passes from a to b and from b to c passes from a to c.
    """
    now = _stretch(hours, start)
    if start <= end <= now.ends and _serves(now, urgent=urgent):
        return end - start
    return sum(
        span.ends - span.begins
        for span in _spans(hours, start, end)
        if _serves(span, urgent=urgent)
    )


def after(hours: Hours, start: int, business: int, *, urgent: bool = False) -> int | None:
    """The first instant by which the team has been open for `business` ms since `start`.

    The inverse of `business_ms`: just that much passes until then. None: not within ten years.
    """
    if business <= 0:
        return start
    now = _stretch(hours, start)
    if start + business <= now.ends and _serves(now, urgent=urgent):
        return start + business  # as for nearly all who ask while the team is there
    left, end = business, _settled(hours, start)
    if hours.weekly != NEVER:
        end += FARTHEST_MS
    for span in _spans(hours, start, end):
        if _serves(span, urgent=urgent):
            if left <= span.ends - span.begins:
                return span.begins + left
            left -= span.ends - span.begins
    return None


def local_date(hours: Hours, at: int) -> date:
    """The date on the team's calendar at an instant."""
    return _local(hours.zone, at // 1000).date()


def midnight(zone: tzinfo, on: date) -> int:
    """When a date begins by a zone's clock: the first instant that shows it."""
    return _instant(zone, datetime(on.year, on.month, on.day))  # noqa: DTZ001  a clock's own


def listed(hours: Hours, on: date) -> Day | None:
    """What is listed for a date, if anything is."""
    place = bisect_left(hours.days, on, key=lambda day: day.date)
    if place < len(hours.days) and hours.days[place].date == on:
        return hours.days[place]
    return None


def day_periods(hours: Hours, on: date) -> tuple[tuple[Period, Span], ...]:
    """The periods that begin on a date, each as it is written and as instants.

    One that the clock skips whole is not there.
    """
    day = listed(hours, on)
    kind: State = "open" if day is None else day.state
    if kind == "closed":
        return ()
    written = hours.weekly.days()[on.weekday()]
    if day is not None and day.periods is not None:
        written = day.periods
    midnight = datetime(on.year, on.month, on.day)  # noqa: DTZ001 - what a clock on a wall shows
    found = []
    for period in written:
        begins, ends = (
            _instant(hours.zone, midnight + timedelta(minutes=minute))
            for minute in period.minutes()
        )
        if begins < ends:
            found.append((period, Span(begins, ends, kind)))
    return tuple(found)


class _Week(NamedTuple):
    """Seven days from a multiple of seven days after the epoch: the state from each mark on."""

    marks: tuple[int, ...]
    states: tuple[State, ...]


@lru_cache(maxsize=4_096)
def _week(hours: Hours, number: int) -> _Week:
    """Where dates overlap, open comes before limited, and either before closed."""
    start, end = number * WEEK_MS, (number + 1) * WEEK_MS
    # A period ends on the day after its own at the latest, and a clock may skip one more.
    first, last = local_date(hours, start) - timedelta(days=3), local_date(hours, end)
    marks: dict[int, list[int]] = {start: [0, 0]}
    for offset in range((last - first).days + 1):
        for _, span in day_periods(hours, first + timedelta(days=offset)):
            begins, ends = max(span.begins, start), min(span.ends, end)
            if begins < ends:
                kind = 0 if span.state == "open" else 1
                marks.setdefault(begins, [0, 0])[kind] += 1
                marks.setdefault(ends, [0, 0])[kind] -= 1
    places: list[int] = []
    states: list[State] = []
    is_open = is_limited = 0
    for at in sorted(marks):
        is_open, is_limited = is_open + marks[at][0], is_limited + marks[at][1]
        now: State = "open" if is_open else "limited" if is_limited else "closed"
        if at < end and (not states or states[-1] != now):
            places.append(at)
            states.append(now)
    return _Week(tuple(places), tuple(states))


def _stretch(hours: Hours, at: int) -> Span:
    """The rest of the stretch that lies around an instant; a week's border may end it."""
    number = at // WEEK_MS
    week = _week(hours, number)
    place = bisect_right(week.marks, at)
    ends = week.marks[place] if place < len(week.marks) else (number + 1) * WEEK_MS
    return Span(at, ends, week.states[place - 1])


def _spans(hours: Hours, start: int, end: int) -> Iterator[Span]:
    """Every stretch from `start` to `end`, closed ones too; a week's border may cut one in two."""
    while start < end:
        found = _stretch(hours, start)
        yield found if found.ends <= end else Span(start, end, found.state)
        start = found.ends


def _settled(hours: Hours, at: int) -> int:
    """From when on, looked at from `at`, nothing new can come: only the ordinary week, again."""
    if hours.days:
        last = hours.days[-1].date
        at = max(at, _to_ms(datetime(last.year, last.month, last.day)))  # noqa: DTZ001
    return at + SETTLED_MS


def _serves(span: Span, *, urgent: bool) -> bool:
    return span.state == "open" or (urgent and span.state == "limited")


def _instant(zone: tzinfo, wall: datetime) -> int:
    """The first instant at which the zone's clock shows a time or has passed it (PEP 495)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or second is None:
        raise ValueError("this time zone has no offsets")
    if first >= second:  # shown once; or twice, first with the larger offset
        return _to_ms(wall - first)
    # Skipped: somewhere between what the offsets of before and after would make of it.
    between = range(_to_ms(wall - second) // 1000, _to_ms(wall - first) // 1000)
    passed = bisect_left(between, True, key=lambda at: _local(zone, at) >= wall)  # noqa: FBT003
    return (between.start + passed) * 1000


def _local(zone: tzinfo, second: int) -> datetime:
    """What the zone's clock shows at a Unix second."""
    return zone.fromutc((_EPOCH + second * _SECOND).replace(tzinfo=zone)).replace(tzinfo=None)


def _to_ms(utc: datetime) -> int:
    return (utc - _EPOCH) // _MS
