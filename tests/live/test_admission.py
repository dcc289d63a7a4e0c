"""The door lets in at its rate, and sends the rest away one after the other."""

from __future__ import annotations

import pytest

from inbox.core.errors import Overloaded
from inbox.live.admission import WAIT_S, Admission


def test_the_rate_is_kept_and_the_wait_is_bounded() -> None:
    door = Admission(per_second=100, most=10_000)
    waits = [door.enter(50.0) for _ in range(500)]
    assert max(waits) <= WAIT_S
    for second in range(4):
        in_time = sum(second <= wait < second + 1 for wait in waits[11:])
        assert in_time == 100
    for _ in range(11):
        door.enter(50.0)
    with pytest.raises(Overloaded):
        door.enter(50.0)


def test_a_storm_comes_back_spread() -> None:
    door = Admission(per_second=100, most=10_000)
    told: list[float] = []
    for _ in range(1_500):
        try:
            door.enter(0.0)
        except Overloaded as error:
            told.append(error.retry_after or 0.0)
    assert 900 < len(told) < 1_100
    assert max(told.count(second) for second in set(told)) <= 101
    assert min(told) >= WAIT_S


def test_the_number_is_bounded_and_places_are_given_back() -> None:
    door = Admission(per_second=0, most=2)
    assert [door.enter(0.0), door.enter(0.0)] == [0.0, 0.0]
    with pytest.raises(Overloaded):
        door.enter(0.0)
    door.leave()
    door.enter(0.0)
    assert door.inside == 2


def test_quiet_times_do_not_save_up() -> None:
    door = Admission(per_second=10, most=1_000)
    door.enter(0.0)
    waits = [door.enter(1_000.0) for _ in range(12)]
    assert waits[0] == 0.0
    assert waits[-1] > 0.9
