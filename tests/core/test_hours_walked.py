"""Hours against brute force, on nights when clocks change; and the laws of their arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.core.hours import (
    ALWAYS,
    Hours,
    Span,
    after,
    business_ms,
    closes_at,
    next_open,
    periods,
    state,
)
from inbox.core.timetable import NEVER, State
from tests.core.walls import MINUTE, hours_of, spans, walk

DAY = 1_440
WALKED = 4 * DAY

NIGHTS = [
    ("America/New_York", "2026-03-08"),  # 02:00 becomes 03:00
    ("America/New_York", "2026-11-01"),  # 02:00 becomes 01:00
    ("America/New_York", "2033-03-13"),  # beyond the transitions that zone files list
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),  # 03:00 becomes 02:00
    ("Australia/Lord_Howe", "2026-04-05"),  # half an hour back
    ("Australia/Lord_Howe", "2026-10-04"),  # half an hour on
    ("Antarctica/Troll", "2026-03-29"),  # two hours on
    ("Antarctica/Troll", "2026-10-25"),  # two hours back
    ("America/Santiago", "2026-09-06"),  # midnight becomes 01:00: the day begins at one
    ("America/Santiago", "2026-04-05"),  # midnight becomes 23:00: the hour before it comes twice
    ("America/Havana", "2026-03-08"),  # midnight becomes 01:00
    ("America/Havana", "2026-11-01"),  # 01:00 becomes midnight: the day begins twice
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2019-02-17"),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-10-25"),
    ("America/St_Johns", "2010-11-07"),  # one minute past midnight becomes 23:01 of the day before
    ("Asia/Kathmandu", "2026-11-22"),  # 5 h 45 min from UTC, all year
    ("Pacific/Apia", "2011-12-30"),  # the date was left out
    ("Pacific/Kwajalein", "1969-10-01"),  # a date that was there twice, nearly
    ("Europe/Lisbon", "1992-09-27"),  # another zone on the night of the change
    ("Africa/Casablanca", "2026-02-15"),  # summer time ends for Ramadan
    ("UTC", "2026-11-22"),
]


def before(day: str) -> int:
    """Two days before it, in UTC: in every zone its night lies well inside what is walked."""
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp()) * 1000 - 2 * DAY * MINUTE


@pytest.mark.parametrize(("zone", "day"), NIGHTS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_every_minute_is_as_the_clock_on_the_wall_says(
    zone: str, day: str, data: st.DataObject
) -> None:
    start = before(day)
    hours = data.draw(hours_of(ZoneInfo(zone), start + 2 * DAY * MINUTE))
    walked = walk(hours, start, WALKED)
    end = start + WALKED * MINUTE

    unlike = [n for n in range(WALKED) if state(hours, start + n * MINUTE) != walked[n]]
    assert unlike[:3] == [], "minutes after the first"
    expected = [span for span in spans(walked, start) if span.state != "closed"]
    assert list(periods(hours, start, end)) == expected
    for _ in range(5):
        check_at(hours, walked, start, data.draw(st.integers(0, WALKED - 1), "minute"))


def check_at(hours: Hours, walked: list[State], start: int, minute: int) -> None:
    """What follows from one minute on, counted on the fingers."""
    at, end = start + minute * MINUTE, start + len(walked) * MINUTE
    for urgent in (False, True):
        serving = [one == "open" or (urgent and one == "limited") for one in walked]
        passed = 0
        opened: int | None = None
        closed: int | None = None
        for number in range(minute, len(walked)):
            here = start + number * MINUTE
            if serving[number]:
                opened = here if opened is None else opened
                passed += MINUTE
            elif closed is None:
                closed = here
        assert business_ms(hours, at, end, urgent=urgent) == passed
        for law, found in ((next_open, opened), (closes_at, closed)):
            said = law(hours, at, urgent=urgent)
            assert said == found if found is not None else said is None or said >= end
        if passed:
            last = max(n for n in range(minute, len(walked)) if serving[n])
            assert after(hours, at, passed, urgent=urgent) == start + (last + 1) * MINUTE


ZONES = st.sampled_from([zone for zone, _ in NIGHTS])
MOMENTS = st.integers(1_230_768_000_000, 2_145_916_800_000)  # 2009 to 2038


@settings(max_examples=50, deadline=None)
@given(data=st.data(), zone=ZONES, a=MOMENTS, urgent=st.booleans())
def test_business_time_adds_up_and_can_be_undone(
    data: st.DataObject, zone: str, a: int, *, urgent: bool
) -> None:
    hours = data.draw(hours_of(ZoneInfo(zone), a))
    step = st.integers(0, 40 * DAY * MINUTE) | st.integers(0, 3 * DAY * MINUTE)
    b = a + data.draw(step, "a to b")
    c = b + data.draw(step, "b to c")

    ab, bc = business_ms(hours, a, b, urgent=urgent), business_ms(hours, b, c, urgent=urgent)
    assert business_ms(hours, a, c, urgent=urgent) == ab + bc
    assert 0 <= ab <= b - a
    assert business_ms(hours, b, a, urgent=urgent) == (0 if b > a else ab)

    back = after(hours, a, ab, urgent=urgent)
    assert back is not None
    assert a <= back <= b
    assert business_ms(hours, a, back, urgent=urgent) == ab, "just that much passes until then"
    if back > a:
        assert business_ms(hours, a, back - 1, urgent=urgent) == ab - 1, "and no sooner"

    wanted = data.draw(st.integers(0, 99 * 60 * MINUTE), "business ms")
    until = after(hours, a, wanted, urgent=urgent)
    if until is None:
        assert not any(hours.weekly.days())
    else:
        assert business_ms(hours, a, until, urgent=urgent) == wanted


@settings(max_examples=50, deadline=None)
@given(data=st.data(), zone=ZONES, at=MOMENTS, urgent=st.booleans())
def test_what_is_next_agrees_with_what_is_now(
    data: st.DataObject, zone: str, at: int, *, urgent: bool
) -> None:
    hours = data.draw(hours_of(ZoneInfo(zone), at))
    there = {"open", "limited"} if urgent else {"open"}
    opens, closes = (law(hours, at, urgent=urgent) for law in (next_open, closes_at))

    assert (opens == at) == (state(hours, at) in there)
    assert (closes == at) == (state(hours, at) not in there)
    for found, before, then in ((opens, False, True), (closes, True, False)):
        if found is not None and found > at:
            assert (state(hours, found - 1) in there) is before
            assert (state(hours, found) in there) is then
            assert business_ms(hours, at, found, urgent=urgent) == (found - at) * before
    if opens is None:
        assert hours.weekly == NEVER
        assert business_ms(hours, at, at + 60 * DAY * MINUTE, urgent=urgent) == 0
    if closes is None:
        far = at + 60 * DAY * MINUTE
        assert periods(hours, at, far) == (Span(at, far, "open"),) or urgent


@given(a=MOMENTS, b=MOMENTS)
def test_around_the_clock_all_time_is_business_time(a: int, b: int) -> None:
    assert (state(ALWAYS, a), next_open(ALWAYS, a), closes_at(ALWAYS, a)) == ("open", a, None)
    if abs(b - a) < 400 * DAY * MINUTE:
        assert business_ms(ALWAYS, a, b) == max(b - a, 0)
        assert after(ALWAYS, a, max(b - a, 0)) == max(a, b)


@given(at=MOMENTS)
def test_a_team_that_is_never_there_is_asked_without_end(at: int) -> None:
    never = Hours(UTC, NEVER)
    assert (state(never, at), next_open(never, at), closes_at(never, at)) == ("closed", None, at)
    assert (after(never, at, 0), after(never, at, 1)) == (at, None)
    assert business_ms(never, at, at + 50 * DAY * MINUTE) == 0
