"""The rules of callbacks: slots by both clocks, lines, and what becomes of a call."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core import callbacks
from inbox.core.callbacks import Callback, CallbackState, Diary, Slot
from inbox.core.errors import BadRequest, Conflict
from inbox.core.hours import ALWAYS, DAY_MS, Hours, business_ms
from inbox.core.phone import read_phone
from inbox.core.shorthand import read_weekly

MINUTE = 60_000
PACIFIC, EASTERN = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")
INDIA = ZoneInfo("Asia/Kolkata")
WEEK = Hours(PACIFIC, read_weekly("mon-fri 08:00-20:00; sat 09:00-12:15"))
MONDAY = int(datetime(2026, 11, 23, tzinfo=PACIFIC).timestamp() * 1000)
OPEN: list[CallbackState] = ["booked", "due"]
OVER: list[CallbackState] = ["done", "missed", "canceled"]


def _walls(diary: Diary, start: int, days: int, zone: ZoneInfo) -> list[str]:
    found = callbacks.slots(diary, start, start + days * DAY_MS)
    return [f"{datetime.fromtimestamp(one.begins / 1000, zone):%a %H:%M}" for one in found]


def test_slots_keep_to_the_team_s_hours_and_to_the_customer_s_clock() -> None:
    here = _walls(Diary(WEEK, 60, PACIFIC), MONDAY, 1, PACIFIC)
    assert (here[0], here[-1], len(here)) == ("Mon 09:00", "Mon 19:00", 11)
    far = _walls(Diary(WEEK, 60, EASTERN), MONDAY, 1, EASTERN)
    assert (far[0], far[-1], len(far)) == ("Mon 11:00", "Mon 19:00", 9)
    agreed = _walls(Diary(WEEK, 60, EASTERN, any_hour=True), MONDAY, 1, PACIFIC)
    assert (agreed[0], agreed[-1], len(agreed)) == ("Mon 08:00", "Mon 19:00", 12)
    saturday = _walls(Diary(WEEK, 30, PACIFIC), MONDAY + 5 * DAY_MS, 1, PACIFIC)
    assert (saturday[0], saturday[-1]) == ("Sat 09:00", "Sat 11:30"), "none that ends after hours"
    assert _walls(Diary(WEEK, 30, PACIFIC), MONDAY + 6 * DAY_MS, 1, PACIFIC) == []
    assert _walls(Diary(WEEK, 0, PACIFIC), MONDAY, 7, PACIFIC) == [], "this team calls nobody"


def test_slots_begin_at_round_times_where_the_zone_is_half_an_hour_off() -> None:
    found = _walls(Diary(Hours(INDIA, WEEK.weekly), 60, INDIA), MONDAY, 1, INDIA)
    assert {text[-2:] for text in found} == {"00"}


@given(
    st.sampled_from([WEEK, ALWAYS, Hours(INDIA, WEEK.weekly)]),
    st.sampled_from([PACIFIC, EASTERN, INDIA, ZoneInfo("UTC")]),
    st.sampled_from([10, 15, 30, 60]),
    # from before the clocks go back until after they go forward
    st.integers(MONDAY - 30 * DAY_MS, MONDAY + 150 * DAY_MS),
)
def test_a_slot_is_open_time_in_which_the_customer_may_be_called(
    hours: Hours, zone: ZoneInfo, minutes: int, start: int
) -> None:
    found = list(callbacks.slots(Diary(hours, minutes, zone), start, start + 2 * DAY_MS))
    for one in found:
        assert start <= one.begins < start + 2 * DAY_MS
        assert business_ms(hours, one.begins, one.ends) == minutes * MINUTE
        begins, ends = (
            datetime.fromtimestamp(at / 1000, zone) for at in (one.begins, one.ends - 1)
        )
        assert 9 <= begins.hour <= ends.hour < 20
    assert all(one.ends <= two.begins for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("staff", "share", "lines"), [(0, 25, 0), (1, 25, 1), (8, 25, 2), (35, 10, 3), (3, 100, 3)]
)
def test_lines_are_a_share_of_who_is_there(staff: int, share: int, lines: int) -> None:
    assert callbacks.lines(staff, share) == lines


def test_a_slot_is_free_while_fewer_calls_overlap_it_than_there_are_lines() -> None:
    slot = Slot(30, 60)
    touching = [Slot(0, 30), Slot(60, 90)]
    assert callbacks.is_free(slot, touching, lines=1)
    assert not callbacks.is_free(slot, [*touching, Slot(59, 89)], lines=1)
    assert callbacks.is_free(slot, [Slot(0, 31)], lines=2)
    assert not callbacks.is_free(slot, [], lines=0)


def test_the_next_try_waits_for_both_sides() -> None:
    diary = Diary(WEEK, 30, PACIFIC)
    noon = MONDAY + 12 * 60 * MINUTE
    assert callbacks.next_try(diary, noon) == Slot(noon + 15 * MINUTE, noon + 45 * MINUTE)
    late = MONDAY + 19 * 60 * MINUTE + 40 * MINUTE
    tomorrow = MONDAY + DAY_MS + 9 * 60 * MINUTE
    assert callbacks.next_try(diary, late) == Slot(tomorrow, tomorrow + 30 * MINUTE)
    assert (
        callbacks.next_try(Diary(Hours(PACIFIC, read_weekly("daily closed")), 30, PACIFIC), noon)
        is None
    )


def test_two_attempts_in_vain_are_the_last() -> None:
    booked = Callback("booked", due_at=100, ends_at=200)
    due = callbacks.come_due(booked, now=100)
    assert due.state == "due"
    assert callbacks.come_due(booked, now=99) == booked
    assert callbacks.come_due(due, now=500) == due

    once = callbacks.tried(due, "no_answer", now=150, again=lambda: Slot(900, 1000))
    assert (once.state, once.due_at, once.ends_at, once.attempts) == ("booked", 900, 1000, 1)
    twice = callbacks.tried(once, "no_answer", now=950, again=lambda: Slot(2000, 3000))
    assert (twice.state, twice.attempts, twice.settled_at) == ("missed", 2, 950)
    assert twice.first_attempt_at == 150
    spoke = callbacks.tried(once, "spoke", now=950, again=lambda: None)
    assert (spoke.state, spoke.attempts, spoke.settled_at) == ("done", 2, 950)
    nowhere = callbacks.tried(due, "no_answer", now=150, again=lambda: None)
    assert nowhere.state == "missed", "no time is left to call"


@pytest.mark.parametrize("state", OPEN)
def test_what_is_open_may_be_canceled(state: CallbackState) -> None:
    canceled = callbacks.cancel(Callback(state, 100, 200), now=50)
    assert (canceled.state, canceled.settled_at) == ("canceled", 50)
    assert callbacks.cancel(canceled, now=60) == canceled


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_stays_so(state: CallbackState) -> None:
    over = Callback(state, 100, 200, settled_at=150)
    assert callbacks.come_due(over, now=500) == over
    with pytest.raises(Conflict, match=state):
        callbacks.tried(over, "spoke", now=500, again=lambda: None)
    if state != "canceled":
        with pytest.raises(Conflict):
            callbacks.cancel(over, now=500)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+1 (509) 555-0100", None, "+15095550100"),
        ("509 555 0100", "US-WA-SEA", "+15095550100"),
        ("030 123456", "DE", "+4930123456"),
        ("+34 600 000 000", "US", "+34600000000"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, region: str | None, number: str) -> None:
    assert read_phone(text, region=region) == number


@pytest.mark.parametrize(
    ("text", "region"),
    [("", "US"), ("call me", "US"), ("555", "US"), ("0100", None), ("509 555 0100 ext. 7", "US")],
)
def test_what_is_no_number_is_refused_by_name(text: str, region: str | None) -> None:
    with pytest.raises(BadRequest, match="phone"):
        read_phone(text, region=region)
