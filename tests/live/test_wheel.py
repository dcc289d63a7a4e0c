"""Nobody is looked at too late, nobody is forgotten, and nobody is kept who has gone."""

from __future__ import annotations

import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st

from inbox.live.wheel import GRAIN_MS, Wheel


class Patient:
    """Something with a deadline."""

    def __init__(self, deadline: int | None) -> None:
        self.slot: int | None = None
        self.deadline = deadline

    def tick(self) -> None:
        """Nothing."""


@given(
    start=st.integers(0, 10_000),
    deadlines=st.lists(st.integers(0, 20_000), max_size=20),
    steps=st.lists(st.integers(1, 3_000), min_size=1, max_size=30),
)
def test_everybody_is_due_within_a_grain(
    start: int, deadlines: list[int], steps: list[int]
) -> None:
    wheel, now = Wheel(start), start
    waiting = [Patient(start + after) for after in deadlines]
    for patient in waiting:
        wheel.file(patient)
    for step in steps:
        now += step
        due = wheel.turn(now)
        for patient in waiting:
            assert patient.deadline is not None
            if patient.deadline + 2 * GRAIN_MS <= now:
                assert patient.slot is None
        assert all((one.deadline or 0) <= now + GRAIN_MS for one in due)


def test_a_nearer_deadline_moves_it_and_a_later_one_waits_for_the_look() -> None:
    wheel, patient = Wheel(0), Patient(10_000)
    wheel.file(patient)
    patient.deadline = 1_000
    wheel.file(patient)
    assert wheel.turn(1_000) == [patient]
    wheel.file(patient)
    patient.deadline = 5_000
    wheel.file(patient)
    assert wheel.turn(2_000) == [patient]
    wheel.file(patient)
    assert wheel.turn(4_000) == []
    assert wheel.turn(5_250) == [patient]


def test_one_without_a_deadline_is_let_go() -> None:
    wheel, patient = Wheel(0), Patient(1_000)
    wheel.file(patient)
    patient.deadline = None
    wheel.file(patient)
    assert wheel.turn(9_000) == []
    wheel.remove(patient)
    gone = weakref.ref(patient)
    del patient
    gc.collect()
    assert gone() is None, "a closed connection must not wait for its old deadline"
