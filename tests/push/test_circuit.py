"""Circuits: when they open, who may probe, when they close; the pace of one device; the brake."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from push.brake import MANY, WINDOW_S, Brake
from push.circuit import (
    FAILURES,
    KNOWN,
    LONGEST_ASKED_S,
    LONGEST_PAUSE_S,
    Circuits,
    circuit_key,
    circuit_of,
)
from push.model import Target
from push.pace import APART_S, BURST, EVERY_S, Pace
from tests.push.cast import ANDROID, BROWSER, PHONE

KEY = circuit_of(PHONE)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuits(clock: Clock) -> Circuits:
    return Circuits(ticks=clock, chance=lambda: 1.0)


# ── circuits ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("target", "key"),
    [
        (PHONE, "apns:com.example.care:production"),
        (replace(PHONE, environment="sandbox"), "apns:com.example.care:sandbox"),
        (ANDROID, "fcm:care:"),
        (BROWSER, "webpush:https://push.example.com:"),
        (replace(BROWSER, token="no address"), "webpush:no address:"),
    ],
)
def test_what_shares_a_circuit(target: Target, key: str) -> None:
    assert circuit_of(target) == key


def test_a_row_s_columns_make_the_same_key() -> None:
    key = circuit_key(PHONE.provider, app=PHONE.app, environment=PHONE.environment)
    assert key == KEY


def test_failures_in_a_row_open_it(circuits: Circuits) -> None:
    for _ in range(FAILURES - 1):
        assert not circuits.failed(KEY, "refused")
    circuits.worked(KEY)
    for _ in range(FAILURES - 1):
        assert not circuits.failed(KEY, "refused")
    assert circuits.admits(KEY)
    assert circuits.failed(KEY, "refused")
    assert not circuits.admits(KEY)
    assert circuits.held() == {KEY}
    assert circuits.admits("another")


def test_one_refusal_opens_it_for_a_minute(circuits: Circuits, clock: Clock) -> None:
    assert circuits.refused(KEY, "BadCertificate")
    clock.at += LONGEST_PAUSE_S - 1
    assert not circuits.admits(KEY)
    assert circuits.wait_s(KEY) == 1
    clock.at += 1
    assert circuits.admits(KEY)


def test_one_probe_at_a_time(circuits: Circuits, clock: Clock) -> None:
    circuits.refused(KEY, "x")
    clock.at += LONGEST_PAUSE_S
    assert circuits.held() == frozenset()
    assert circuits.troubled()[0].state == "half-open"
    assert circuits.admits(KEY)
    assert not circuits.admits(KEY)
    assert circuits.held() == {KEY}
    circuits.unsaid(KEY)
    assert circuits.admits(KEY)
    assert circuits.worked(KEY)
    assert circuits.admits(KEY)
    assert circuits.admits(KEY)
    assert circuits.troubled() == []


def test_pauses_grow_to_a_minute(circuits: Circuits, clock: Clock) -> None:
    for _ in range(FAILURES):
        circuits.failed(KEY, "refused")
    waits = []
    for _ in range(9):
        waits.append(circuits.wait_s(KEY))
        clock.at += waits[-1]
        assert circuits.admits(KEY)
        circuits.failed(KEY, "refused")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_when_the_next_pause_ends(circuits: Circuits, clock: Clock) -> None:
    assert circuits.next_s(5) == 5
    circuits.refused(KEY, "x")
    assert circuits.next_s(100) == LONGEST_PAUSE_S
    clock.at += LONGEST_PAUSE_S - 2
    circuits.refused("another", "x")
    assert circuits.next_s(5) == 2
    clock.at += 2
    assert circuits.next_s(5) == 5  # what is over already is no reason to hurry


def test_what_went_out_before_it_opened_does_not_prolong_it(circuits: Circuits) -> None:
    for _ in range(FAILURES + 200):
        circuits.failed(KEY, "refused")
    assert circuits.wait_s(KEY) == 1


@pytest.mark.parametrize(("asked", "waits"), [(90.0, 90.0), (0.1, 1.0), (9e9, LONGEST_ASKED_S)])
def test_a_provider_may_ask_for_longer(circuits: Circuits, asked: float, waits: float) -> None:
    for _ in range(FAILURES):
        circuits.failed(KEY, "503", asked_s=asked)
    assert circuits.wait_s(KEY) == waits


def test_the_operator_ends_all_pauses_and_one_probe_says_whether_it_helped(
    circuits: Circuits,
) -> None:
    circuits.refused(KEY, "x")
    circuits.probe_now()
    assert circuits.admits(KEY)
    assert not circuits.admits(KEY)
    circuits.refused(KEY, "x")
    assert circuits.wait_s(KEY) == LONGEST_PAUSE_S
    circuits.probe_now()
    assert circuits.admits(KEY)
    assert circuits.worked(KEY)
    assert circuits.held() == frozenset()


def test_strangers_cannot_fill_the_memory(circuits: Circuits) -> None:
    for number in range(KNOWN + 100):
        circuits.refused(f"webpush:https://{number}.example.net:", "403")
    assert len(circuits.held()) == KNOWN


# ── pace ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_few_at_once_then_every_ten_seconds(clock: Clock) -> None:
    pace, began = Pace(ticks=clock), clock.at
    rung = []
    while clock.at < began + 60:
        wait = pace.ring("phone")
        if not wait:
            rung.append(clock.at - began)
        clock.at += wait or 0.001
    assert [round(at) for at in rung[:BURST]] == list(range(BURST))
    gaps = [after - before for before, after in pairwise(rung[BURST:])]
    assert gaps == pytest.approx([EVERY_S] * len(gaps), abs=0.01)
    assert len(rung) == BURST + 5


def test_a_pause_fills_the_budget_again(clock: Clock) -> None:
    pace = Pace(ticks=clock)
    for _ in range(2):
        for _ in range(BURST):
            assert pace.ring("phone") == 0
            clock.at += APART_S
        assert pace.ring("phone") > 0
        clock.at += BURST * EVERY_S


def test_devices_have_each_their_own_pace(clock: Clock) -> None:
    pace = Pace(ticks=clock)
    assert pace.ring("phone") == pace.ring("tablet") == 0
    assert pace.ring("phone") == APART_S


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_device_is_rung_faster_than_it_may_be(pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(ticks=clock)
    rung: list[float] = []
    for pause in pauses:
        clock.at += pause
        if pace.ring("phone") == 0:
            rung.append(clock.at)
    for first, began in enumerate(rung):
        for count, ended in enumerate(rung[first:], 1):
            assert count <= BURST + (ended - began) / EVERY_S + 1e-6
            assert ended - began >= (count - 1) * APART_S - 1e-6


def test_devices_that_are_quiet_are_forgotten(clock: Clock) -> None:
    pace = Pace(ticks=clock)
    for number in range(100_000):
        pace.ring(f"phone-{number}")
        clock.at += 0.01
    assert len(pace) <= 2 * BURST * EVERY_S / 0.01 + 2
    clock.at += 1_000
    pace.ring("phone")
    assert len(pace) == 1


# ── brake ────────────────────────────────────────────────────────────────────────────────────────
def feed(brake: Brake, clock: Clock, *, sent: int, dead: int, seconds: float = 100.0) -> int:
    """Send so many, of which so many die, evenly; how many may be removed."""
    removed = 0
    for number in range(sent):
        clock.at += seconds / sent
        brake.sent()
        if (number + 1) * dead // sent > number * dead // sent:
            removed += brake.removes("gone")
    return removed


@pytest.mark.parametrize(
    ("sent", "dead", "removed"),
    [
        (20, 20, 20),  # not many
        (21, 21, 20),
        (1_000, 1_000, 20),
        (1_000, 50, 50),  # one in twenty
        (10_000, 400, 400),
        (400, 40, 20),
    ],
)
def test_how_many_may_die_at_once(clock: Clock, sent: int, dead: int, removed: int) -> None:
    assert feed(Brake(ticks=clock), clock, sent=sent, dead=dead) == removed


def test_deaths_that_are_far_apart_are_no_crowd(clock: Clock) -> None:
    brake = Brake(ticks=clock)
    assert feed(brake, clock, sent=100, dead=100, seconds=100 * WINDOW_S / MANY) == 100


def test_reasons_are_counted_apart(clock: Clock) -> None:
    brake = Brake(ticks=clock)
    feed(brake, clock, sent=30, dead=30)
    assert brake.on() == {"gone"}
    assert brake.removes("another")


def test_silence_does_not_loosen_it(clock: Clock) -> None:
    brake = Brake(ticks=clock)
    feed(brake, clock, sent=30, dead=30)
    clock.at += 10 * WINDOW_S
    assert feed(brake, clock, sent=30, dead=30) == 0


def test_it_comes_off_when_the_share_was_low_for_a_window(clock: Clock) -> None:
    brake = Brake(ticks=clock)
    feed(brake, clock, sent=30, dead=30)
    assert feed(brake, clock, sent=500, dead=5, seconds=WINDOW_S - 100) == 0
    assert feed(brake, clock, sent=1_000, dead=10, seconds=WINDOW_S) > 0
    assert brake.on() == frozenset()


def test_the_operator_releases_it(clock: Clock) -> None:
    brake = Brake(ticks=clock)
    feed(brake, clock, sent=30, dead=30)
    brake.release()
    assert feed(brake, clock, sent=30, dead=30) == MANY
