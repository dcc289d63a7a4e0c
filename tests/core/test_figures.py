"""Percentiles by nearest rank, periods of a calendar, and a sheet that reads back as it was."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.events import TeamRef
from inbox.core.figures import Figures, Tally, percentile, share
from inbox.core.periods import By, divide
from inbox.core.sheet import to_csv

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        ([10, 20, 30, 40], 20, 40),
        (list(range(1, 11)), 5, 9),
        (list(range(1, 12)), 6, 10),
        ([15, 20, 35, 40, 50], 35, 50),
    ],
)
def test_percentiles_are_by_nearest_rank(
    values: list[int], median: int | None, p90: int | None
) -> None:
    assert (percentile(values, 50), percentile(values, 90)) == (median, p90)


@given(st.lists(st.integers(0, 100), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[int], percent: int
) -> None:
    found = percentile(values, percent)
    assert found in values

    def enough(value: int) -> bool:
        return 100 * sum(one <= value for one in values) >= percent * len(values)

    assert found is not None
    assert enough(found)
    assert not any(enough(value) for value in values if value < found)


def test_a_share_of_nothing_is_none() -> None:
    assert share(1, 0) is None
    assert share(0, 3) == 0
    assert share(1, 3) == 0.3333


@given(days, st.integers(0, 365), st.sampled_from(["day", "week", "month", "total"]))
def test_periods_cover_every_day_once_and_end_with_their_calendar(
    first: date, more: int, by: By
) -> None:
    last = first + timedelta(days=more)
    found = divide(first, last, by=by)
    covered = [
        one.first + timedelta(days=day)
        for one in found
        for day in range((one.last - one.first).days + 1)
    ]
    assert covered == [first + timedelta(days=day) for day in range(more + 1)]
    for one in found[:-1]:
        after = one.last + timedelta(days=1)
        assert by == "day" or (after.weekday() == 0 if by == "week" else after.day == 1)
    for one in found:
        ends = {
            "day": one.first == one.last,
            "week": one.first.isocalendar()[:2] == one.last.isocalendar()[:2],
            "month": (one.first.year, one.first.month) == (one.last.year, one.last.month),
        }
        assert ends.get(by, True)


names = st.text(st.sampled_from("=+-@'\t\r\n\",; aé4"), min_size=0, max_size=6)


@given(st.lists(st.tuples(names, names), max_size=4))
def test_a_sheet_reads_back_as_it_was(told: list[tuple[str, str]]) -> None:
    """With a reader of RFC 4180, and one apostrophe at a cell's beginning taken away."""
    day = date(2026, 11, 22)
    rows = [
        Tally().figures(day, day, team=TeamRef("t", "spokane", name), market=market)
        for name, market in told
    ]
    raw = to_csv(rows)
    assert raw.endswith("\r\n")
    header, *lines = csv.reader(io.StringIO(raw, newline=""), strict=True)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)
        cells = dict(zip(header, (cell.removeprefix("'") for cell in line), strict=True))
        assert cells["team_name"] == (row.team.name if row.team else "")
        assert cells["market"] == (row.market or "")
        assert (cells["from"], cells["team"]) == ("2026-11-22", "spokane")
        assert (cells["ratings_5"], cells["rating_mean"]) == ("0", "")


def test_a_sheet_has_every_figure() -> None:
    header = to_csv(()).strip().split(",")
    members = [field.encode_name for field in msgspec.structs.fields(Figures)]
    assert [name for name in header if name != "team_name"] == members
