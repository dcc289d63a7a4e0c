# ruff: noqa: E501 - a table reads by its rows
"""The promise as a rule: percentiles against raw samples, the laws of mixing, weeks of all kinds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.core.hours import ALWAYS, Hours, after, business_ms, next_open, state
from inbox.core.promise import (
    EDGES,
    FEWEST,
    FIGURES,
    Facts,
    begins,
    bucket_of,
    day_of,
    friendly,
    hour_of_week,
    kept_rate,
    percentile,
    promise,
    queue_ms,
    sample,
)
from inbox.core.shorthand import read_day, read_weekly
from inbox.core.timetable import NEVER
from tests.core.test_hours_walked import NIGHTS, before
from tests.core.walls import hours_of

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SPOKANE = Hours(ZoneInfo("America/Los_Angeles"), read_weekly("mon-fri 08:00-20:00"))

waits = st.lists(st.integers(0, EDGES[-1]), min_size=1, max_size=200)
counts = st.dictionaries(
    st.integers(0, len(EDGES) - 1), st.integers(1, 40), min_size=1, max_size=12
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    found = tuple(sorted(draw(counts).items()))
    samples = sum(count for _, count in found)
    return Facts(found, samples + draw(st.integers(0, 50)), draw(st.integers(1, 28)))


def at(text: str, zone: str = "America/Los_Angeles") -> int:
    """A local time as Unix ms; of two the first."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def measured(minutes: int, *, samples: int = FEWEST, answered: int = 60, days: int = 4) -> Facts:
    """So many waits that all took just about so long."""
    return Facts(((bucket_of(minutes * MINUTE), samples),), answered, days)


# ── percentiles ──────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(waits)
@example([0])
@example([15_000, 15_001])
def test_a_percentile_is_that_of_the_raw_samples_within_a_bucket(
    raw: list[int],
) -> None:
    exact = sorted(raw)[ceil(0.8 * len(raw)) - 1]
    found = percentile(Counter(map(bucket_of, raw)).items())
    assert found is not None
    assert exact <= found <= max(EDGES[0], ceil(exact * 2**0.25) + 1)


def test_edges_grow_by_a_fourth_root_of_two() -> None:
    assert (EDGES[0], EDGES[4], EDGES[-1] > 32 * DAY) == (15_000, 30_000, True)
    for low, high in pairwise(EDGES):
        assert low < high <= low * 2**0.25 + 1
    for bucket, edge in enumerate(EDGES):
        assert (bucket_of(edge), bucket_of(edge + 1)) == (bucket, bucket + 1)


def test_nothing_is_known_of_waits_beyond_the_last_edge() -> None:
    assert percentile([]) is None
    assert percentile([(len(EDGES), 1)]) is None
    assert percentile([(3, 8), (len(EDGES), 2)]) == EDGES[3]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(st.floats(0, FIGURES[-1]))
def test_a_figure_is_the_least_that_is_not_less(minutes: float) -> None:
    found = friendly(minutes)
    assert found is not None
    assert minutes <= found
    assert all(other < minutes for other in FIGURES if other < found)
    assert found <= max(1.0, 2 * minutes)


def test_no_figure_is_told_beyond_the_last() -> None:
    assert friendly(FIGURES[-1]) == FIGURES[-1]
    assert friendly(FIGURES[-1] + 0.1) is None


# ── stories ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "known", "target", "ahead", "said"),
    [
        # open: the percentile, or what the queue needs, where that is longer
        ("2026-11-23T10:00", measured(9), None, 0, ("measured", "within", 10, "2026-11-23T10:10")),
        ("2026-11-23T10:00", measured(9), None, 2, ("measured", "within", 10, "2026-11-23T10:10")),
        ("2026-11-23T10:00", measured(9), 5, 9, ("measured", "within", 45, "2026-11-23T10:45")),
        # closed: from the opening on
        ("2026-11-23T05:00", measured(16), None, 0, ("measured", "back", 20, "2026-11-23T08:20")),
        ("2026-11-27T21:00", measured(16), None, 0, ("measured", "back", 20, "2026-11-30T08:20")),
        # open, but not for long enough
        ("2026-11-23T19:55", measured(16), None, 0, ("measured", "by", 20, "2026-11-24T08:15")),
        ("2026-11-27T19:51:30", measured(16), None, 0, ("measured", "by", 20, "2026-11-30T08:15")),
        ("2026-11-23T19:40", measured(16), None, 0, ("measured", "within", 20, "2026-11-23T20:00")),
        # too few samples: the target, whatever the queue, and with none nothing
        ("2026-11-23T10:00", measured(9, samples=19), 25, 99, ("target", "within", 30, "2026-11-23T10:30")),
        ("2026-11-23T05:00", Facts(), 30, 0, ("target", "back", 30, "2026-11-23T08:30")),
        ("2026-11-23T10:00", measured(9, samples=19), None, 0, None),
        # measured as hopeless
        ("2026-11-23T10:00", Facts(((len(EDGES), 40),), 40, 4), 30, 0, None),
        ("2026-11-23T10:00", measured(9), 30, 10**6, None),
    ],
)  # fmt: skip
def test_what_is_promised(
    now: str, known: Facts, target: int | None, ahead: int, said: tuple[str, str, int, str] | None
) -> None:
    found = promise(known, hours=SPOKANE, at=at(now), basis="first", target=target, ahead=ahead)
    if said is None:
        assert found is None
        return
    assert found is not None
    kind, form, minutes, due = said
    assert (found.kind, found.form, found.minutes, found.due) == (kind, form, minutes, at(due))
    assert (found.basis, found.samples) == ("first", known.samples)
    assert (found.opens_at is None) == (form != "back")


def test_a_storm_widens_measured_times_and_targets() -> None:
    for known, minutes in ((measured(9), 30), (Facts(), 60)):
        found = promise(
            known, hours=SPOKANE, at=at("2026-11-23T10:00"), basis="next", target=20, widening=2.5
        )
        assert found is not None
        assert (found.basis, found.minutes) == ("next", minutes)


def test_a_team_that_never_opens_promises_nothing() -> None:
    never = Hours(UTC, NEVER)
    assert promise(measured(5), hours=never, at=0, basis="first", target=5) is None


def test_what_is_urgent_is_promised_in_limited_hours() -> None:
    limited = [day for _, day in [read_day("2026-11-26 limited")] if day]
    closed_for_most = replace(SPOKANE, days=tuple(limited))
    given_at = at("2026-11-26T10:00")
    plain = promise(measured(9), hours=closed_for_most, at=given_at, basis="first", target=None)
    urgent = promise(
        measured(9), hours=closed_for_most, at=given_at, basis="first", target=None, urgent=True
    )
    assert plain is not None
    assert urgent is not None
    assert (plain.due, urgent.due) == (at("2026-11-27T08:10"), at("2026-11-26T10:10"))


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(
    known=facts(),
    night=st.sampled_from(NIGHTS),
    minute=st.integers(0, 4 * 1_440),
    data=st.data(),
    ahead=st.integers(0, 500),
    more=st.integers(0, 500),
    widening=st.floats(1, 10),
)
def test_never_before_an_opening_and_never_earlier_for_more(
    known: Facts,
    night: tuple[str, str],
    minute: int,
    data: st.DataObject,
    ahead: int,
    more: int,
    widening: float,
) -> None:
    zone, day = night
    start = before(day)
    hours, now = data.draw(hours_of(ZoneInfo(zone), start)), start + minute * MINUTE
    found = promise(known, hours=hours, at=now, basis="first", target=30, ahead=ahead)
    assume(found is not None)
    assert found is not None
    opens = next_open(hours, now)
    assert opens is not None
    assert found.due >= opens + MINUTE
    assert found.opens_at == (None if state(hours, now) == "open" else opens)
    # as much business time as was told lies before it, and a step of the clock at most
    passed = business_ms(hours, now, found.due)
    assert 0 <= passed - found.minutes * MINUTE <= 5 * MINUTE
    longer = promise(
        known, hours=hours, at=now, basis="first", target=30, ahead=ahead + more, widening=widening
    )
    assert longer is None or longer.due >= found.due


@settings(deadline=None)
@given(facts(), st.integers(0, 500), st.integers(0, 500))
def test_the_queue_adds_up(known: Facts, one: int, two: int) -> None:
    together = queue_ms(known, one + two)
    apart = queue_ms(known, one) + queue_ms(known, two)
    assert together <= apart <= together + 1  # each is rounded up to a millisecond


@settings(deadline=None)
@given(st.sampled_from(NIGHTS), st.integers(0, 3 * 1_440), st.integers(0, 600), st.integers(0, 600))
def test_business_time_of_a_promise_adds_up(
    night: tuple[str, str], minute: int, one: int, two: int
) -> None:
    hours = Hours(ZoneInfo(night[0]), read_weekly("mon-sun 06:00-10:00, 12:00-23:30"))
    start = before(night[1]) + minute * MINUTE
    first = after(hours, start, one * MINUTE)
    assert first is not None
    assert after(hours, first, two * MINUTE) == after(hours, start, (one + two) * MINUTE)


# ── samples ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("since", "answered", "found"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:07", ("2026-11-23T10:00", 7)),
        ("2026-11-23T19:50", "2026-11-24T08:05", ("2026-11-23T19:50", 15)),  # the night is left out
        ("2026-11-23T05:00", "2026-11-23T08:20", ("2026-11-23T08:00", 20)),  # from the opening on
        ("2026-11-27T22:00", "2026-11-30T09:00", ("2026-11-30T08:00", 60)),
        ("2026-11-23T05:00", "2026-11-23T07:59", None),  # before they were there
        ("2026-11-23T10:00", "2026-11-23T09:00", ("2026-11-23T10:00", 0)),  # a clock that stepped
        ("2026-03-07T12:00", "2026-03-09T08:30", ("2026-03-09T08:00", 30)),  # spring
    ],
)
def test_how_long_a_wait_was(since: str, answered: str, found: tuple[str, int] | None) -> None:
    expected = None if found is None else (at(found[0]), found[1] * MINUTE)
    assert sample(SPOKANE, since=at(since), at=at(answered)) == expected


def test_nothing_is_measured_where_nobody_is_there() -> None:
    assert sample(Hours(UTC, NEVER), since=0, at=DAY) is None
    assert sample(ALWAYS, since=5, at=9) == (5, 4)


@pytest.mark.parametrize("night", NIGHTS, ids="-".join)
def test_hours_of_the_week_are_those_that_the_clock_shows(night: tuple[str, str]) -> None:
    zone, start = ZoneInfo(night[0]), before(night[1])
    for minute in range(0, 4 * 1_440, 15):
        now = start + minute * MINUTE
        local = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone)
        assert hour_of_week(zone, now) == local.weekday() * 24 + local.hour
        assert day_of(zone, now) == local.date().toordinal()


def test_an_hour_that_comes_twice_is_one() -> None:
    first = at("2026-11-01T01:30")
    zone = ZoneInfo("America/Los_Angeles")
    assert hour_of_week(zone, first) == hour_of_week(zone, first + HOUR) == 6 * 24 + 1
    skipped = at("2026-03-08T01:59") + MINUTE
    assert hour_of_week(zone, skipped) == 6 * 24 + 3


def test_begins_with_the_opening() -> None:
    assert begins(SPOKANE, at("2026-11-23T05:00")) == at("2026-11-23T08:00")
    assert begins(SPOKANE, at("2026-11-23T10:00")) == at("2026-11-23T10:00")


@pytest.mark.parametrize(
    ("kept", "broken", "rate"),
    [(0, 0, None), (19, 0, None), (20, 0, 1.0), (0, 20, 0.0), (199, 1, 0.99), (2, 1, None), (61, 39, 0.61)],
)  # fmt: skip
def test_a_kept_rate_is_never_flattered(kept: int, broken: int, rate: float | None) -> None:
    assert kept_rate(kept, broken) == rate
