"""Hours as people write them: what is read, what is refused and by which name."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given

from inbox.core.errors import BadRequest
from inbox.core.shorthand import read_day, read_weekly, write_weekly
from inbox.core.timetable import (
    AROUND_THE_CLOCK,
    MOST_DAYS,
    MOST_PERIODS,
    NEVER,
    Day,
    Period,
    Weekly,
    check_days,
    check_weekly,
)
from tests.core.walls import weeks

DAY = (Period("08:00", "20:00"),)
NOON = date(2026, 12, 24)


def fault(error: BadRequest) -> tuple[str, str]:
    (found,) = error.errors
    return found.path, found.message


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("mon-fri 08:00-20:00", Weekly(DAY, DAY, DAY, DAY, DAY)),
        ("MON,Wed 08:00 - 20:00;", Weekly(mon=DAY, wed=DAY)),
        ("sat-mon 08:00-20:00", Weekly(mon=DAY, sat=DAY, sun=DAY)),
        ("daily 08:00-20:00", Weekly(*[DAY] * 7)),
        (
            "tue 13:00-17:00,08:00-12:00 ; sun 22:00-06:00",
            Weekly(
                tue=(Period("08:00", "12:00"), Period("13:00", "17:00")),
                sun=(Period("22:00", "06:00"),),
            ),
        ),
        ("mon-fri 08:00-20:00; sat closed", Weekly(DAY, DAY, DAY, DAY, DAY)),
        ("daily closed", NEVER),
        ("24/7", AROUND_THE_CLOCK),
    ],
)
def test_a_week_is_read(text: str, week: Weekly) -> None:
    assert read_weekly(text) == week
    assert read_weekly(write_weekly(week)) == week


@given(weeks())
def test_a_week_is_written_as_it_is_read(week: Weekly) -> None:
    assert read_weekly(write_weekly(week)) == week
    assert check_weekly(week) == week


@pytest.mark.parametrize(
    ("week", "text"),
    [
        (
            Weekly(DAY, DAY, DAY, DAY, DAY, (Period("09:00", "17:00"),)),
            "mon-fri 08:00-20:00; sat 09:00-17:00",
        ),
        (Weekly(mon=DAY, wed=DAY, sun=DAY), "mon 08:00-20:00; wed 08:00-20:00; sun 08:00-20:00"),
        (AROUND_THE_CLOCK, "24/7"),
        (NEVER, "daily closed"),
    ],
)
def test_days_that_are_alike_are_written_together(week: Weekly, text: str) -> None:
    assert write_weekly(week) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no day"),
        ("08:00-20:00", "is not like"),
        ("mon", "is not like"),
        ("mon 8-20", "‘8-20’ is not like"),
        ("mon 8:00-20:00", "‘8:00-20:00’ is not like"),
        ("moon 08:00-20:00", "‘moon’ is none of mon, tue"),
        ("mon- 08:00-20:00", "is not like"),
        ("mon 08:00-20:00; mon-fri 09:00-10:00", "mon is named twice"),
        ("mon 08:00-25:00", "from 00:00 to 24:00"),
        ("mon 24:00-08:00", "from 00:00 to 23:59"),
        ("mon 08:00-08:00", "all day is 00:00 to 24:00"),
        ("mon 08:00-12:00, 11:59-13:00", "11:59-13:00 begins before 08:00-12:00 has ended"),
        ("sun 22:00-06:00; mon 05:00-07:00", "05:00-07:00 begins before sun 22:00-06:00 has ended"),
        ("fri 20:00-02:00; sat 00:00-24:00", "00:00-24:00 begins before fri 20:00-02:00 has ended"),
        ("mon ٠٨:٠٠-٢٠:٠٠", "is not like"),
    ],
)
def test_a_week_that_can_be_read_in_two_ways_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_weekly(text)


@pytest.mark.parametrize(
    ("week", "path"),
    [
        (Weekly(wed=(Period("8:00", "20:00"),)), "weekly.wed[0].opens"),
        (Weekly(wed=(*DAY, Period("21:00", "2200"))), "weekly.wed[1].closes"),
        (Weekly(wed=(*DAY, Period("21:00", "21:00"))), "weekly.wed[1].closes"),
        (Weekly(wed=(*DAY, Period("19:00", "21:00"))), "weekly.wed"),
        (Weekly(mon=(Period("06:00", "07:00"),), sun=(Period("23:00", "06:01"),)), "weekly.mon"),
        (Weekly(mon=(Period("06:00", "05:00"),), tue=(Period("04:00", "07:00"),)), "weekly.tue"),
        (Weekly(sat=tuple(Period(f"{n:02}:00", f"{n:02}:30") for n in range(13))), "weekly.sat"),
    ],
)
def test_a_wrong_week_is_a_bad_request_that_names_the_place(week: Weekly, path: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_weekly(week)
    assert fault(refused.value)[0] == path


def test_periods_may_touch_and_come_in_any_order() -> None:
    night, morning = Period("22:00", "06:00"), Period("06:00", "22:00")
    assert check_weekly(Weekly(mon=(night, morning), tue=(night, morning))) == Weekly(
        mon=(morning, night), tue=(morning, night)
    )
    many = tuple(Period(f"{n:02}:00", f"{n:02}:30") for n in range(MOST_PERIODS))
    assert check_weekly(Weekly(mon=many)).mon == many


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24 closed", Day(NOON, "closed")),
        ("2026-12-24 closed  Christmas Eve ", Day(NOON, "closed", None, "Christmas Eve")),
        ("2026-12-24 limited", Day(NOON, "limited")),
        ("2026-12-24 limited 09:00-13:00", Day(NOON, "limited", (Period("09:00", "13:00"),))),
        (
            "2026-12-24 13:00-15:00, 09:00-12:00 Short day",
            Day(NOON, "open", (Period("09:00", "12:00"), Period("13:00", "15:00")), "Short day"),
        ),
        ("2026-12-24 ordinary", None),
    ],
)
def test_a_date_is_read(text: str, day: Day | None) -> None:
    assert read_day(text) == (NOON, day)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Christmas", "is not like"),
        ("2026-12-32 closed", "is no date"),
        ("2026-12-24", "an open date has its own"),
        ("2026-12-24 Christmas", "an open date has its own"),
        ("2026-12-24 closed 09:00-13:00", "a closed date has none"),
        ("2026-12-24 09:00-09:00", "must differ"),
        ("2026-12-24 09:00-9", "is not like ‘08:00-20:00’"),
        ("2026-12-24 ordinary Monday", "has no periods or name"),
        ("0026-12-24 closed", "between 1970 and 2999"),
        ("2026-12-24 closed " + "x" * 81, "longer than 80"),
    ],
)
def test_a_date_that_says_nothing_or_too_much_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_day(text)


def test_dates_are_put_in_order_and_each_is_listed_once() -> None:
    later, earlier = Day(date(2027, 1, 1), "closed"), Day(NOON, "limited")
    assert check_days([later, earlier]) == (earlier, later)
    for days, path in (
        ([later, earlier, Day(NOON, "closed")], "days[2].date"),
        ([later, Day(NOON, "open")], "days[1].periods"),
        ([Day(NOON, "limited", ())], "days[0].periods"),
        ([Day(NOON, "closed", DAY)], "days[0].periods"),
        ([Day(NOON, "limited", (*DAY, Period("x", "y")))], "days[0].periods[1].opens"),
        ([Day(NOON, "closed", None, "\x07")], "days[0].name"),
        ([Day(date(1969, 12, 31), "closed")], "days[0].date"),
    ):
        with pytest.raises(BadRequest) as refused:
            check_days(days)
        assert fault(refused.value)[0] == path
    many = [Day(date.fromordinal(740_000 + n), "closed") for n in range(MOST_DAYS + 1)]
    assert len(check_days(many[1:])) == MOST_DAYS
    with pytest.raises(BadRequest, match="1,000"):
        check_days(many)


def test_what_is_stored_is_read_back() -> None:
    day = Day(NOON, "limited", DAY, "Christmas Eve")
    assert msgspec.json.decode(msgspec.json.encode(day), type=Day) == day
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"munday": []}', type=Weekly)
