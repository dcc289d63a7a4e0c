"""When a connection is asked whether it lives, and when it is given up."""

from __future__ import annotations

from push.apns.pace import Pace
from push.apns.pulse import Pulse
from tests.push.apns.stage import Hand


def play(*, busy: bool, seconds: int, answers: bool) -> tuple[list[int], int | None]:
    """When it asks within so many seconds, and when it is dead."""
    hand = Hand()
    pulse = Pulse(world=hand.world(), pace=Pace())
    began = hand.monotonic
    asked: list[int] = []
    pulse.heard()
    pulse.went_to_work()
    while hand.monotonic - began <= seconds:
        match pulse.look(busy=busy):
            case "dead":
                return asked, round(hand.monotonic - began)
            case "ask":
                asked.append(round(hand.monotonic - began))
                if answers:
                    pulse.heard()
        hand.monotonic += pulse.until_next_look(busy=busy)
    return asked, None


def test_with_work_it_asks_after_five_seconds_and_is_dead_after_ten() -> None:
    assert play(busy=True, seconds=60, answers=False) == ([5], 10)
    assert play(busy=True, seconds=21, answers=True) == ([5, 10, 15, 20], None)


def test_without_work_it_asks_every_five_minutes_and_is_dead_ten_seconds_later() -> None:
    assert play(busy=False, seconds=3600, answers=False) == ([300], 310)
    assert play(busy=False, seconds=1000, answers=True) == ([300, 600, 900], None)


def test_work_that_begins_after_a_long_rest_has_its_own_five_seconds() -> None:
    hand = Hand()
    pulse = Pulse(world=hand.world(), pace=Pace())
    hand.monotonic += 200
    pulse.went_to_work()
    assert pulse.look(busy=True) == "fine"
    hand.monotonic += 5
    assert pulse.look(busy=True) == "ask"


def test_work_that_begins_while_it_is_asked_does_not_put_off_its_end() -> None:
    hand = Hand()
    pulse = Pulse(world=hand.world(), pace=Pace())
    hand.monotonic += 300
    assert pulse.look(busy=False) == "ask"
    hand.monotonic += 9
    pulse.went_to_work()
    hand.monotonic += 1
    assert pulse.look(busy=True) == "dead"
