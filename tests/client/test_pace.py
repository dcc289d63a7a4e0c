"""When a client comes back, and whether."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.client.pace import Pace, after_close, wait

LAST = 0.999_999


@pytest.mark.parametrize(
    ("tries", "longest"), [(0, 0.5), (1, 1), (2, 2), (5, 16), (6, 30), (7, 30), (10**9, 30)]
)
def test_waits_are_anything_up_to_a_doubling_limit(tries: int, longest: float) -> None:
    assert wait(Pace(), tries, chance=lambda: 0.0) == 0
    assert wait(Pace(), tries, chance=lambda: LAST) == pytest.approx(longest, rel=1e-5)


@given(st.integers(0, 50), st.floats(0, 600), st.floats(0, 1, exclude_max=True))
def test_retry_after_is_the_least_and_jitter_comes_on_top(
    tries: int, at_least: float, chance: float
) -> None:
    pause = wait(Pace(), tries, at_least=at_least, chance=lambda: chance)
    assert at_least <= pause <= at_least + 30


@pytest.mark.parametrize(
    ("code", "then"),
    [
        (1000, "again"),
        (1001, "again"),
        (1006, "again"),
        (1011, "again"),
        (4000, "again"),
        (4001, "again"),
        (4005, "renew"),
        (4008, "again"),
        (4012, "again"),
        (4029, "again"),
        (4499, "again"),
        (4500, "stop"),
        (4501, "stop"),
        (4503, "stop"),
        (4999, "stop"),
    ],
)
def test_close_codes(code: int, then: str) -> None:
    assert after_close(code) == then
