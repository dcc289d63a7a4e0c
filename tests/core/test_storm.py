"""Storm mode's rules: shares that hold, the same way for the same customer, and an end for all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.errors import BadRequest
from inbox.core.storm import (
    DEFAULT_MS,
    Helper,
    Plan,
    Storm,
    check_helpers,
    check_until,
    check_widen,
    helper_of,
    number_of,
)

NOW = 1_795_348_800_000
HELPERS = (Helper("tampa", 40), Helper("boise", 25))


def storm(*helpers: Helper, name: str = "s1") -> Storm:
    return Storm(name, "spokane", NOW, NOW + 1000, "An outage", Plan(helpers))


def test_shares_hold_over_many_customers() -> None:
    found = Counter(helper_of(storm(*HELPERS), f"thread-{n}") for n in range(20_000))
    assert found["tampa"] == pytest.approx(8_000, rel=0.03)
    assert found["boise"] == pytest.approx(5_000, rel=0.03)
    assert found[None] == pytest.approx(7_000, rel=0.03)


def test_the_whole_spills_and_nothing_is_left() -> None:
    whole = storm(Helper("tampa", 99), Helper("boise", 1))
    found = {helper_of(whole, f"thread-{n}") for n in range(2_000)}
    assert found == {"tampa", "boise"}


@given(st.text(min_size=1), st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_a_customer_goes_where_the_number_says(thread: str, shares: list[int]) -> None:
    raging = storm(*(Helper(f"t{place}", share) for place, share in enumerate(shares)))
    number, team = number_of("s1", thread), helper_of(raging, thread)
    below = [sum(shares[: place + 1]) for place in range(len(shares))]
    place = next((place for place, end in enumerate(below) if number < end), None)
    assert team == (None if place is None else f"t{place}")
    assert helper_of(raging, thread) == team, "and the same way again"


def test_another_storm_shuffles_anew() -> None:
    ways = [
        [helper_of(storm(*HELPERS, name=name), f"thread-{n}") for n in range(200)]
        for name in ("s1", "s2")
    ]
    assert ways[0] != ways[1]


def test_a_storm_rages_until_its_end() -> None:
    assert storm().rages(NOW + 999)
    assert not storm().rages(NOW + 1000)


@pytest.mark.parametrize(
    ("helpers", "path"),
    [
        ((), "teams"),
        ((Helper("spokane", 10),), "teams[0].team"),
        ((Helper("tampa", 10), Helper("tampa", 10)), "teams[1].team"),
        ((Helper("tampa", 0),), "teams[0].share"),
        ((Helper("tampa", 101),), "teams[0].share"),
        ((Helper("tampa", 60), Helper("boise", 41)), "teams"),
        (tuple(Helper(f"t{n}", 1) for n in range(21)), "teams"),
    ],
    ids=["none", "itself", "twice", "nothing", "too much", "too much together", "too many"],
)
def test_what_cannot_be_is_named(helpers: tuple[Helper, ...], path: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_helpers("spokane", helpers)
    assert [one.path for one in refused.value.errors] == [path]


def test_every_storm_has_an_end() -> None:
    assert check_helpers("spokane", HELPERS) == HELPERS
    assert check_until(None, now=NOW) == NOW + DEFAULT_MS
    assert check_until(NOW + 1, now=NOW) == NOW + 1
    for bad in (NOW, NOW - 1, NOW + 32 * DEFAULT_MS):
        with pytest.raises(BadRequest, match="until"):
            check_until(bad, now=NOW)


@pytest.mark.parametrize("widen", [0.99, 10.1, -1.0, float("nan")])
def test_promises_widen_within_reason(widen: Any) -> None:
    assert check_widen(2.5) == 2.5
    with pytest.raises(BadRequest, match="widen"):
        check_widen(widen)
