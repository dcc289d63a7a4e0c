"""Quiet hours by the clock on the wall, also in the nights in which it is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox.core.quiet import MINUTE_MS, Quiet, parse_quiet, quiet_until

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NIGHT = Quiet(22 * 60, 8 * 60)


def at(text: str, zone: ZoneInfo | None = None, *, fold: int = 0) -> int:
    """The instant of `2026-11-22 10:00` by a clock, by default of Greenwich."""
    shown = datetime.fromisoformat(text).replace(tzinfo=zone or UTC, fold=fold)
    return int(shown.timestamp()) * 1000


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-22 21:59", None),
        ("2026-11-22 22:00", "2026-11-23 08:00"),
        ("2026-11-23 00:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", None),
    ],
)
def test_a_night_in_los_angeles(now: str, end: str | None) -> None:
    expected = None if end is None else at(end, LOS_ANGELES)
    assert quiet_until(NIGHT, zone=LOS_ANGELES, now=at(now, LOS_ANGELES) + 59_999) == expected


def test_a_window_within_one_day() -> None:
    noon = Quiet(12 * 60, 13 * 60)
    zone = ZoneInfo("Asia/Kathmandu")  # three quarters of an hour off
    assert quiet_until(noon, zone=zone, now=at("2026-05-01 12:30", zone)) == at(
        "2026-05-01 13:00", zone
    )
    assert quiet_until(noon, zone=zone, now=at("2026-05-01 13:00", zone)) is None


def test_an_end_that_the_clock_never_shows_is_the_moment_of_the_change() -> None:
    quiet = Quiet(22 * 60, 2 * 60 + 30)
    found = quiet_until(quiet, zone=LOS_ANGELES, now=at("2026-03-08 01:00", LOS_ANGELES))
    assert found == at("2026-03-08 03:00", LOS_ANGELES)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    quiet = Quiet(22 * 60, 60 + 30)
    first = quiet_until(quiet, zone=LOS_ANGELES, now=at("2026-11-01 01:10", LOS_ANGELES))
    assert first == at("2026-11-01 01:30", LOS_ANGELES)
    again = at("2026-11-01 01:10", LOS_ANGELES, fold=1)
    assert quiet_until(quiet, zone=LOS_ANGELES, now=again) == first + 60 * MINUTE_MS


def by_hand(quiet: Quiet, zone: ZoneInfo, now: int) -> int | None:
    """Look at the clock every minute until it shows a time outside the window."""
    moment = now - now % MINUTE_MS
    for turn in range(3_000):
        shown = datetime.fromtimestamp((moment + turn * MINUTE_MS) / 1000, zone)
        if not quiet.covers(shown.hour * 60 + shown.minute):
            return moment + turn * MINUTE_MS if turn else None
    raise AssertionError("it is quiet for ever")


CHANGES = [
    at("2026-03-08 10:00"),  # Los Angeles, forward
    at("2026-11-01 09:00"),  # and back
    at("2026-03-29 01:00"),  # Berlin, forward
    at("2026-10-04 15:30"),  # Lord Howe, by half an hour
    at("2026-09-06 04:00"),  # Santiago, at midnight
]


@given(
    begins=st.integers(0, 1439),
    length=st.integers(1, 1439),
    zone=st.sampled_from(
        [
            "America/Los_Angeles",
            "America/Santiago",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Europe/Berlin",
            "UTC",
        ]
    ),
    change=st.sampled_from(CHANGES),
    minutes=st.integers(-1_700, 1_700),
    ms=st.integers(0, 59_999),
)
@example(begins=0, length=60, zone="America/Santiago", change=CHANGES[4], minutes=-30, ms=0)
def test_it_ends_when_the_clock_says_so(
    begins: int, length: int, zone: str, change: int, minutes: int, ms: int
) -> None:
    quiet = Quiet(begins, (begins + length) % 1440)
    now = change + minutes * MINUTE_MS + ms
    found = quiet_until(quiet, zone=ZoneInfo(zone), now=now)
    assert found == by_hand(quiet, ZoneInfo(zone), now)


@pytest.mark.parametrize(
    "text", ["22-08", "24:00-08:00", "22:00-08:60", "22:00-22:00", "x", "٢٢:00-08:00"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        parse_quiet(text, "hold")


def test_a_window_is_read() -> None:
    assert parse_quiet("22:00-08:00", "passive") == Quiet(22 * 60, 8 * 60, "passive")
    assert parse_quiet("", "hold") is None
