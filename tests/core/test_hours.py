# ruff: noqa: E501 - a table reads by its rows
"""Business hours: the stories that a team would tell, and the nights on which clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from inbox.core.hours import (
    ALWAYS,
    Hours,
    Span,
    _week,
    after,
    business_ms,
    closes_at,
    day_periods,
    listed,
    local_date,
    next_open,
    periods,
    state,
)
from inbox.core.instant import to_ms, to_text
from inbox.core.shorthand import read_day, read_weekly
from inbox.core.timetable import NEVER, Day, Period

MINUTE = 60_000
HOUR = 60 * MINUTE
WEEK = "mon-fri 08:00-20:00; sat 09:00-17:00"


def hours(zone: str, weekly: str, *days: str) -> Hours:
    found = [day for _, day in map(read_day, days) if day is not None]
    return Hours(ZoneInfo(zone), read_weekly(weekly), tuple(sorted(found, key=lambda d: d.date)))


SPOKANE = hours("America/Los_Angeles", WEEK)


@dataclass(frozen=True)
class Case:
    """An instant by its local time, what is so then, and what comes next (local, too)."""

    at: str
    now: str
    opens: str | None
    closes: str | None
    days: tuple[str, ...] = ()
    weekly: str = WEEK
    zone: str = "America/Los_Angeles"
    urgent: bool = False


# fmt: off
TABLE = [
    # an ordinary week
    Case("2026-11-23T07:59:59-08:00", "closed", "2026-11-23T08:00-08:00", "2026-11-23T07:59:59-08:00"),
    Case("2026-11-23T08:00:00-08:00", "open", "2026-11-23T08:00-08:00", "2026-11-23T20:00-08:00"),
    Case("2026-11-23T20:00:00-08:00", "closed", "2026-11-24T08:00-08:00", "2026-11-23T20:00-08:00"),
    Case("2026-11-28T17:00:00-08:00", "closed", "2026-11-30T08:00-08:00", "2026-11-28T17:00-08:00"),
    # a lunch break
    Case("2026-11-23T12:30:00-08:00", "closed", "2026-11-23T13:00-08:00", "2026-11-23T12:30-08:00",
         weekly="mon-fri 08:00-12:00, 13:00-17:00"),
    # a night that belongs to Friday, with Saturday closed all day
    Case("2026-11-28T01:00:00-08:00", "open", "2026-11-28T01:00-08:00", "2026-11-28T02:00-08:00",
         weekly="fri 20:00-02:00", days=("2026-11-28 closed",)),
    Case("2026-11-28T01:00:00-08:00", "closed", "2026-12-04T20:00-08:00", "2026-11-28T01:00-08:00",
         weekly="fri 20:00-02:00", days=("2026-11-27 closed",)),
    # a shift over the border of the weeks that are worked out (Thursday, 00:00 UTC)
    Case("2026-11-25T16:30:00-08:00", "open", "2026-11-25T16:30-08:00", "2026-11-25T19:00-08:00",
         weekly="tue 20:00-19:00"),
    # two nights and the day between are one stretch; a whole week never closes
    Case("2026-11-27T21:00:00-08:00", "open", "2026-11-27T21:00-08:00", "2026-11-29T00:00-08:00",
         weekly="fri 20:00-24:00; sat 00:00-24:00"),
    Case("2026-11-27T21:00:00-08:00", "open", "2026-11-27T21:00-08:00", None, weekly="24/7"),
    Case("2026-11-27T21:00:00-08:00", "open", "2026-11-27T21:00-08:00", "2027-12-25T00:00-08:00",
         weekly="24/7", days=("2027-12-25 closed",)),
    # never there, but for one date; and not after it
    Case("2026-11-27T21:00:00-08:00", "closed", "2027-05-01T10:00-07:00", "2026-11-27T21:00-08:00",
         weekly="daily closed", days=("2027-05-01 10:00-12:00",)),
    Case("2027-05-01T12:00:00-07:00", "closed", None, "2027-05-01T12:00-07:00",
         weekly="daily closed", days=("2027-05-01 10:00-12:00",)),
    # holidays in a row, over the end of the year
    Case("2026-12-24T21:00:00-08:00", "closed", "2027-01-04T08:00-08:00", "2026-12-24T21:00-08:00",
         days=(*(f"2026-12-{n} closed" for n in range(25, 32)), "2027-01-01 closed", "2027-01-02 closed")),
    # a limited day: for what is urgent it is a day as any other
    Case("2026-12-24T10:00:00-08:00", "limited", "2026-12-25T08:00-08:00", "2026-12-24T10:00-08:00",
         days=("2026-12-24 limited",)),
    Case("2026-12-24T10:00:00-08:00", "limited", "2026-12-24T10:00-08:00", "2026-12-24T20:00-08:00",
         days=("2026-12-24 limited",), urgent=True),
    Case("2026-12-24T14:00:00-08:00", "closed", "2026-12-25T08:00-08:00", "2026-12-24T14:00-08:00",
         days=("2026-12-24 limited 09:00-13:00 Christmas Eve",), urgent=True),
    # a date's own periods, wider than the weekday's
    Case("2026-11-29T11:00:00-08:00", "open", "2026-11-29T11:00-08:00", "2026-11-29T14:00-08:00",
         days=("2026-11-29 10:00-14:00",)),
    # a limited night runs into an open morning: open comes first
    Case("2026-11-24T07:00:00-08:00", "limited", "2026-11-24T08:00-08:00", "2026-11-24T07:00-08:00",
         days=("2026-11-23 limited 22:00-09:00",)),
    Case("2026-11-24T08:30:00-08:00", "open", "2026-11-24T08:30-08:00", "2026-11-24T20:00-08:00",
         days=("2026-11-23 limited 22:00-09:00",)),
    # the clock skips 02:00 to 03:00: who opens then opens at the jump, who closes then closes at it
    Case("2026-03-08T01:59:59-08:00", "closed", "2026-03-08T03:00-07:00", "2026-03-08T01:59:59-08:00",
         weekly="daily 02:30-06:00"),
    Case("2026-03-08T01:00:00-08:00", "open", "2026-03-08T01:00-08:00", "2026-03-08T03:00-07:00",
         weekly="daily 00:30-02:30"),
    Case("2026-03-08T03:00:00-07:00", "closed", "2026-03-09T02:10-07:00", "2026-03-08T03:00-07:00",
         weekly="daily 02:10-02:50"),
    # the clock shows 01:00 to 02:00 twice: each opens and closes once, the first time
    Case("2026-11-01T00:59:59-07:00", "closed", "2026-11-01T01:30-07:00", "2026-11-01T00:59:59-07:00",
         weekly="daily 01:30-06:00"),
    Case("2026-11-01T01:10:00-08:00", "open", "2026-11-01T01:10-08:00", "2026-11-01T06:00-08:00",
         weekly="daily 01:30-06:00"),
    Case("2026-11-01T01:15:00-08:00", "closed", "2026-11-01T22:00-08:00", "2026-11-01T01:15-08:00",
         weekly="daily 22:00-01:30"),
    Case("2026-11-01T01:00:00-07:00", "open", "2026-11-01T01:00-07:00", "2026-11-01T02:00-08:00",
         weekly="daily 22:00-02:00"),
    # the day begins at one
    Case("2026-09-05T23:59:59-04:00", "closed", "2026-09-06T01:00-03:00", "2026-09-05T23:59:59-04:00",
         weekly="sun 00:00-24:00", zone="America/Santiago"),
    # a date that was left out: Friday 30 December 2011 never was
    Case("2011-12-29T23:00:00-10:00", "closed", "2012-01-06T09:00+14:00", "2011-12-29T23:00-10:00",
         weekly="fri 09:00-17:00", zone="Pacific/Apia"),
]
# fmt: on


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.at} {case.weekly}")
def test_what_is_now_and_what_is_next(case: Case) -> None:
    team, at = hours(case.zone, case.weekly, *case.days), to_ms(case.at)

    assert state(team, at) == case.now
    for law, expected in ((next_open, case.opens), (closes_at, case.closes)):
        found = law(team, at, urgent=case.urgent)
        assert (found and to_text(found)) == (expected and to_text(to_ms(expected)))


@pytest.mark.parametrize(
    ("start", "end", "passed", "weekly"),
    [
        ("2026-11-23T10:00-08:00", "2026-11-23T11:30-08:00", 1.5 * HOUR, WEEK),
        ("2026-11-23T19:00-08:00", "2026-11-24T09:00-08:00", 2 * HOUR, WEEK),
        ("2026-11-28T16:00-08:00", "2026-11-30T08:00-08:00", HOUR, WEEK),
        ("2026-11-29T00:00-08:00", "2026-11-30T00:00-08:00", 0, WEEK),
        ("2026-11-23T00:00-08:00", "2026-11-30T00:00-08:00", 68 * HOUR, WEEK),
        # the night that lacks an hour, and the one that has one more
        ("2026-03-08T00:00-08:00", "2026-03-09T00:00-07:00", 23 * HOUR, "24/7"),
        ("2026-11-01T00:00-07:00", "2026-11-02T00:00-08:00", 25 * HOUR, "24/7"),
        ("2026-03-07T22:00-08:00", "2026-03-08T12:00-07:00", 7 * HOUR, "sat 22:00-06:00"),
        ("2026-10-31T22:00-07:00", "2026-11-01T12:00-08:00", 9 * HOUR, "sat 22:00-06:00"),
        ("2026-11-23T11:00-08:00", "2026-11-23T10:00-08:00", 0, WEEK),
    ],
)
def test_business_time_between_two_instants(start: str, end: str, passed: int, weekly: str) -> None:
    team = hours("America/Los_Angeles", weekly)

    assert business_ms(team, to_ms(start), to_ms(end)) == passed


@pytest.mark.parametrize(
    ("start", "business", "end"),
    [
        ("2026-11-23T10:00-08:00", 30 * MINUTE, "2026-11-23T10:30-08:00"),
        ("2026-11-23T19:50-08:00", 30 * MINUTE, "2026-11-24T08:20-08:00"),
        ("2026-11-29T03:00-08:00", 30 * MINUTE, "2026-11-30T08:30-08:00"),
        ("2026-11-23T19:30-08:00", 30 * MINUTE, "2026-11-23T20:00-08:00"),
        ("2026-11-29T03:00-08:00", 0, "2026-11-29T03:00-08:00"),
        ("2026-11-29T03:00-08:00", -5, "2026-11-29T03:00-08:00"),
        ("2026-11-23T08:00-08:00", 680 * HOUR, "2027-01-30T17:00-08:00"),
    ],
)
def test_when_business_time_will_have_passed(start: str, business: int, end: str) -> None:
    found = after(SPOKANE, to_ms(start), business)

    assert found is not None
    assert to_text(found) == to_text(to_ms(end))


def test_what_takes_too_long_has_no_end() -> None:
    at = to_ms("2026-11-23T08:00Z")

    assert after(Hours(UTC, NEVER), at, 1) is None
    assert after(hours("UTC", "mon 08:00-08:01"), at, 600 * MINUTE) is None, "more than ten years"
    team = hours("UTC", "daily closed", "2027-05-01 10:00-12:00")
    assert after(team, at, 2 * HOUR) == to_ms("2027-05-01T12:00Z")
    assert after(team, at, 2 * HOUR + 1) is None


def test_periods_are_cut_at_both_ends_and_joined_over_midnight() -> None:
    team = hours(
        "UTC", "fri 20:00-24:00; sat 00:00-10:00, 12:00-14:00", "2026-11-29 limited 08:00-09:00"
    )
    start, end = to_ms("2026-11-27T21:00Z"), to_ms("2026-11-29T08:30Z")

    assert periods(team, start, end) == (
        Span(start, to_ms("2026-11-28T10:00Z"), "open"),
        Span(to_ms("2026-11-28T12:00Z"), to_ms("2026-11-28T14:00Z"), "open"),
        Span(to_ms("2026-11-29T08:00Z"), end, "limited"),
    )
    assert periods(team, end, start) == ()
    far = start + 9 * 7 * 24 * HOUR
    assert periods(ALWAYS, start, far) == (Span(start, far, "open"),), "one, over all weeks"


def test_a_date_shows_its_periods_as_written_and_as_instants() -> None:
    team = hours(
        "America/Los_Angeles",
        "sun 01:00-02:30, 02:35-02:50, 22:00-01:00",
        "2026-11-22 closed Moving",
    )

    jump = to_ms("2026-03-08T03:00-07:00")
    assert day_periods(team, date(2026, 3, 8)) == (
        (Period("01:00", "02:30"), Span(to_ms("2026-03-08T01:00-08:00"), jump, "open")),
        (
            Period("22:00", "01:00"),
            Span(to_ms("2026-03-08T22:00-07:00"), to_ms("2026-03-09T01:00-07:00"), "open"),
        ),
    ), "the one that the clock skips is not there"
    assert day_periods(team, date(2026, 11, 22)) == ()
    assert listed(team, date(2026, 11, 22)) == Day(date(2026, 11, 22), "closed", None, "Moving")
    assert listed(team, date(2026, 11, 23)) is None
    assert local_date(team, to_ms("2026-11-23T07:59Z")) == date(2026, 11, 22)


def test_any_tzinfo_will_do() -> None:
    east = Hours(timezone(timedelta(hours=5, minutes=45)), read_weekly("daily 08:00-09:00"))
    assert next_open(east, to_ms("2026-11-22T00:00Z")) == to_ms("2026-11-22T02:15Z")


def test_a_week_is_worked_out_once() -> None:
    """Two teams' hours that are equal are one to the memory, whoever read them."""
    one, other = hours("UTC", WEEK), hours("UTC", WEEK)
    assert one is not other
    at = to_ms("2026-11-22T00:00Z")
    state(one, at)
    known = _week.cache_info().misses
    state(other, at)
    next_open(one, at)
    assert _week.cache_info().misses == known
