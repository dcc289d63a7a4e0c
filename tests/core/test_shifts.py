"""Shifts: who is at work through a whole interval, and when whoever goes on duty goes home."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.hours import Hours, state
from inbox.core.instant import to_ms
from inbox.core.shifts import covers, ends_at
from inbox.core.shorthand import read_weekly

MINUTE = 60_000
DAY = 86_400_000
ZONE = ZoneInfo("America/Los_Angeles")
EARLY = Hours(ZONE, read_weekly("mon-fri 07:00-15:00"))
NIGHT = Hours(ZONE, read_weekly("fri 22:00-06:00; sat 22:00-06:00"))
SPLIT = Hours(ZONE, read_weekly("mon 08:00-12:00, 13:00-17:00"))


@pytest.mark.parametrize(
    ("shift", "start", "end", "is_covered"),
    [
        (EARLY, "2026-11-23T15:00:00Z", "2026-11-23T23:00:00Z", True),  # Monday, all of it
        (EARLY, "2026-11-23T14:59:59Z", "2026-11-23T16:00:00Z", False),
        (EARLY, "2026-11-23T22:45:00Z", "2026-11-23T23:00:01Z", False),
        (EARLY, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", False),  # just gone
        (EARLY, "2026-11-23T15:00:00Z", "2026-11-23T15:00:00Z", True),
        (SPLIT, "2026-11-23T19:30:00Z", "2026-11-23T21:30:00Z", False),  # over the lunch hour
        (NIGHT, "2026-11-21T07:30:00Z", "2026-11-21T08:30:00Z", True),  # over midnight
        (EARLY, "2026-11-22T18:00:00Z", "2026-11-22T18:15:00Z", False),  # Sunday
    ],
)
def test_who_is_there_all_the_time(shift: Hours, start: str, end: str, *, is_covered: bool) -> None:
    assert covers(shift, to_ms(start), to_ms(end)) == is_covered


@pytest.mark.parametrize(
    ("shift", "at", "goes"),
    [
        (EARLY, "2026-11-23T16:00:00Z", "2026-11-23T23:00:00Z"),
        (EARLY, "2026-11-23T14:30:00Z", "2026-11-23T23:00:00Z"),  # half an hour early
        (EARLY, "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"),  # overtime: till tomorrow's end
        (SPLIT, "2026-11-23T19:00:00Z", "2026-11-23T20:00:00Z"),  # a shift of two halves
        (NIGHT, "2026-10-31T20:00:00Z", "2026-11-01T14:00:00Z"),  # the night that is longer
        (None, "2026-11-23T16:00:00Z", None),
        (Hours(ZONE), "2026-11-23T16:00:00Z", None),  # around the clock: never
        (Hours(ZONE, read_weekly("mon closed")), "2026-11-23T16:00:00Z", None),
    ],
)
def test_when_they_go_home(shift: Hours | None, at: str, goes: str | None) -> None:
    assert ends_at(shift, to_ms(at)) == (None if goes is None else to_ms(goes))


@given(
    at=st.integers(to_ms("2026-10-01T00:00:00Z"), to_ms("2027-04-01T00:00:00Z")),
    minutes=st.integers(0, 3 * 1_440),
    shift=st.sampled_from([EARLY, NIGHT, SPLIT]),
)
def test_covered_is_each_minute_of_it(at: int, minutes: int, shift: Hours) -> None:
    """The plain way: every instant from the first to just before the last."""
    end = at + minutes * MINUTE
    walked = all(
        state(shift, moment) == "open" for moment in {*range(at, end, MINUTE), at, max(at, end - 1)}
    )
    assert covers(shift, at, end) == walked


@given(at=st.integers(to_ms("2026-10-01T00:00:00Z"), to_ms("2027-04-01T00:00:00Z")))
def test_nobody_goes_home_in_the_midst_of_a_shift(at: int) -> None:
    for shift in (EARLY, NIGHT, SPLIT):
        goes = ends_at(shift, at)
        assert goes is not None
        assert at < goes <= at + 8 * DAY
        assert state(shift, goes) == "closed"
        assert state(shift, goes - 1) == "open"
