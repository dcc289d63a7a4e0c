"""The rate rule against the plain meaning of it: never more than a burst and an even flow allow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inbox.core.rate import admit, wait_s


def test_a_burst_of_a_minutes_worth_is_admitted_and_no_more() -> None:
    due, admitted = 0.0, 0
    for _ in range(100):
        after = admit(due, now=1_000.0, per_minute=60)
        if after is None:
            break
        due, admitted = after, admitted + 1
    assert admitted == 60
    assert 0.9 < wait_s(due, now=1_000.0, per_minute=60) <= 1.0


@given(
    st.integers(1, 600),
    st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=400),
)
def test_no_stretch_of_time_admits_more_than_the_burst_and_the_flow(
    per_minute: int, pauses: list[float]
) -> None:
    due, now, let_in = 0.0, 500.0, []
    for pause in pauses:
        now += pause
        after = admit(due, now=now, per_minute=per_minute)
        if after is not None:
            due = after
            let_in.append(now)
    for first in range(0, len(let_in), 7):
        for last in range(first, len(let_in), 5):
            length = let_in[last] - let_in[first]
            assert last - first + 1 <= per_minute + length * per_minute / 60 + 1e-3


@given(st.integers(1, 600), st.integers(1, 800), st.floats(0, 120, allow_nan=False))
def test_who_waits_as_told_is_admitted(per_minute: int, tries: int, pause: float) -> None:
    due, now = 0.0, 100.0
    for _ in range(tries):
        due = admit(due, now=now, per_minute=per_minute) or due
    now += pause
    now += wait_s(due, now=now, per_minute=per_minute)
    assert admit(due, now=now, per_minute=per_minute) is not None


def test_a_pause_fills_the_burst_up_again() -> None:
    due = 0.0
    for _ in range(10):
        due = admit(due, now=50.0, per_minute=10) or due
    assert admit(due, now=50.0, per_minute=10) is None
    admitted = 0
    for _ in range(20):
        after = admit(due, now=111.0, per_minute=10)
        admitted += after is not None
        due = after or due
    assert admitted == 10
