"""The live protocol's rules, one by one: following streams."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.core.errors import (
    Gone,
    NotDurable,
    NotFound,
)
from inbox.core.frames import Subscribe
from inbox.core.sync import Limits, effects, inputs
from tests.core.machines import (
    ANA,
    BO,
    EPOCH,
    MIA,
    SPOKANE,
    Machine,
    batch,
    follow,
    pick,
)

# ── following ─────────────────────────────────────────────────────────────────────────────────────


def test_at_the_end_of_the_stream_live_is_said_at_once() -> None:
    machine = Machine().open()
    follow(machine, since=7, head=7)
    assert machine.said == [{"type": "live", "stream": "thread", "cursor": f"{EPOCH}:7"}]
    assert pick(machine.wanted, effects.ReadOn) == []


def test_without_a_cursor_reading_begins_at_the_floor() -> None:
    machine = Machine().open()
    turn = follow(machine, since=None, head=30, floor=20)
    assert pick(machine.wanted, effects.ReadOn) == [effects.ReadOn("thread", turn, 20)]


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (f"{EPOCH}:19", "history_expired"),
        (f"{EPOCH}:31", "cursor_ahead"),
        ("ffffffff:25", "stale_epoch"),
    ],
)
def test_what_cannot_be_resumed_is_reset_and_goes_on_from_the_end(since: str, reason: str) -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=since))
    machine.feed(inputs.Joined("thread", 1, head=30, floor=20))
    reset = {"type": "reset", "stream": "thread", "reason": reason, "cursor": f"{EPOCH}:30"}
    assert machine.said == [
        reset,
        {"type": "live", "stream": "thread", "cursor": f"{EPOCH}:30"},
    ]
    assert pick(machine.feed(inputs.Stirred("thread", 31)), effects.ReadOn) == [
        effects.ReadOn("thread", 1, 30)
    ]


def test_a_stream_of_more_than_the_limit_is_too_far() -> None:
    machine = Machine().open()
    follow(machine, since=None, head=5_001)
    assert machine.said[0]["reason"] == "too_far"
    machine = Machine().open()
    follow(machine, since=None, head=5_000)
    assert machine.said == []


def test_what_moves_between_interest_and_bounds_is_not_missed() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=f"{EPOCH}:4"))
    machine.feed(inputs.Stirred("thread", 6))  # while the bounds are looked up
    wanted = machine.feed(inputs.Joined("thread", 1, head=5, floor=0))
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", 1, 4)]
    machine.feed(inputs.Turned("thread", 1, batch(4, 5)))
    assert machine.kinds() == ["events"]  # 6 was there before live, so live comes after it
    machine.feed(inputs.Turned("thread", 1, batch(5, 6)))
    assert machine.kinds() == ["events", "events", "live"]


def test_a_busy_stream_does_not_put_off_live() -> None:
    machine = Machine().open()
    turn = follow(machine, head=2)
    machine.feed(inputs.Stirred("thread", 50))
    machine.feed(inputs.Turned("thread", turn, batch(0, 2, more=True)))
    assert machine.kinds() == ["events", "live"]


def test_one_stretch_is_asked_for_at_a_time_and_only_when_all_is_written() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.slow = True
    assert pick(machine.feed(inputs.Stirred("thread", 1)), effects.ReadOn)
    assert machine.feed(inputs.Stirred("thread", 2)) == []
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    for head in range(3, 200):
        assert machine.feed(inputs.Stirred("thread", head)) == []
    assert pick(machine.feed(inputs.Wrote()), effects.ReadOn) == [effects.ReadOn("thread", turn, 1)]


def test_a_slow_reader_that_falls_too_far_behind_is_reset() -> None:
    machine = Machine(Limits(catch_up=100)).open()
    turn = follow(machine, since=0, head=0)
    machine.slow = True
    machine.feed(inputs.Stirred("thread", 1))
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    machine.feed(inputs.Stirred("thread", 102))
    machine.said.clear()
    machine.feed(inputs.Wrote())
    assert machine.said[0]["reason"] == "too_far"
    assert machine.said[0]["cursor"] == f"{EPOCH}:102"


def test_what_a_customer_may_not_see_passes_without_a_sound() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.said.clear()
    machine.feed(inputs.Stirred("thread", 1))
    machine.feed(inputs.Turned("thread", turn, batch(0, 1, seqs=[])))
    assert machine.said == []
    wanted = machine.feed(inputs.Stirred("thread", 2))
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", turn, 0)]
    machine.feed(inputs.Turned("thread", turn, batch(0, 2, seqs=[2])))
    assert (machine.said[0]["since"], machine.said[0]["until"]) == (f"{EPOCH}:0", f"{EPOCH}:2")


def test_many_unseen_places_move_the_cursor_all_the_same() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.said.clear()
    machine.feed(inputs.Stirred("thread", 100))
    machine.feed(inputs.Turned("thread", turn, batch(0, 100, seqs=[])))
    assert machine.said[0]["items"] == []
    assert machine.said[0]["until"] == f"{EPOCH}:100"


def test_catching_up_over_unseen_places_ends_where_live_says() -> None:
    machine = Machine().open()
    turn = follow(machine, since=3, head=5)
    machine.feed(inputs.Turned("thread", turn, batch(3, 5, seqs=[])))
    assert machine.kinds() == ["events", "live"]
    assert machine.said[0]["until"] == machine.said[1]["cursor"] == f"{EPOCH}:5"


def test_a_failing_store_is_tried_again_after_a_while() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.wanted.clear()
    machine.feed(inputs.Unread("thread", turn, NotDurable()))
    machine.feed(inputs.Stirred("thread", 4))
    assert machine.wanted == []
    assert machine.sync.deadline == machine.now + 1_000
    assert machine.tick(ms=999) == []
    assert machine.tick(ms=1) == [effects.ReadOn("thread", turn, 0)]


def test_a_store_that_gives_nothing_new_is_not_asked_in_a_circle() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.wanted.clear()
    machine.feed(inputs.Turned("thread", turn, batch(0, 0)))
    assert machine.wanted == []
    assert machine.tick(ms=1_000) == [effects.ReadOn("thread", turn, 0)]


def test_history_that_expires_while_it_is_read_is_reset() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.feed(inputs.Unread("thread", turn, Gone("history_expired")))
    assert machine.kinds() == ["reset", "live"]
    assert machine.said[0]["reason"] == "history_expired"


def test_a_stream_whose_end_cannot_be_looked_up_is_joined_again() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=f"{EPOCH}:4"))
    assert machine.feed(inputs.Denied("thread", 1, NotDurable())) == []
    machine.feed(inputs.Stirred("thread", 6))
    assert machine.tick(ms=1_000) == [effects.Join("thread", 1)]
    wanted = machine.feed(inputs.Joined("thread", 1, head=5, floor=0))
    assert wanted == [effects.ReadOn("thread", 1, 4)]


def test_a_stream_that_is_gone_is_let_go_and_the_rest_goes_on() -> None:
    machine = Machine().open(BO)
    machine.hear(Subscribe(stream=f"team:{SPOKANE}"))
    machine.feed(inputs.Denied(f"team:{SPOKANE}", 1, NotFound()))
    assert machine.said[0]["code"] == "not_found"
    assert machine.said[0]["stream"] == f"team:{SPOKANE}"
    assert pick(machine.wanted, effects.Leave) == [effects.Leave(f"team:{SPOKANE}")]
    assert machine.closed() is None


@pytest.mark.parametrize(
    ("who", "stream"),
    [
        (ANA, "team:spokane"),
        (ANA, "thread:thread-luis"),
        (ANA, "thread:thread-ana"),
        (ANA, "registry"),
        (BO, "thread"),
        (BO, "team:tampa"),
        (BO, "team:"),
        (BO, "spokane"),
        (BO, "registry"),
    ],
)
def test_a_stream_of_others_does_not_exist(who: Any, stream: str) -> None:
    machine = Machine().open(who)
    machine.hear(Subscribe(stream=stream))
    assert machine.said[0]["code"] == "not_found"
    assert pick(machine.wanted, effects.Join) == []


def test_a_cursor_that_is_none_is_refused_with_the_stream_named() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since="7"))
    assert (machine.said[0]["code"], machine.said[0]["stream"]) == ("bad_request", "thread")


def test_subscribing_again_begins_anew_and_late_answers_are_passed_over() -> None:
    machine = Machine().open()
    old = follow(machine, since=0, head=3)
    new = follow(machine, since=2, head=3)
    machine.forget()
    wanted = machine.feed(inputs.Turned("thread", old, batch(0, 3)))
    assert machine.said == []
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", new, 2)]


def test_streams_are_read_in_turn() -> None:
    machine = Machine().open(MIA)
    for turn, team in enumerate(("spokane", "tampa"), start=1):
        machine.hear(Subscribe(stream=f"team:{team}", since=f"{EPOCH}:{turn}"))
    for turn, team in enumerate(("spokane", "tampa"), start=1):
        machine.feed(inputs.Joined(f"team:{team}", turn, head=100, floor=0))
    machine.feed(inputs.Turned("team:spokane", 1, batch(1, 10)))
    machine.feed(inputs.Turned("team:tampa", 2, batch(2, 10)))
    order = [effect.stream for effect in pick(machine.wanted, effects.ReadOn)]
    assert order == ["team:spokane", "team:tampa", "team:spokane"]


def test_the_number_of_streams_is_bounded() -> None:
    machine = Machine(Limits(streams=1)).open(MIA)
    machine.hear(Subscribe(stream="team:spokane"))
    machine.hear(Subscribe(stream="team:tampa"))
    assert machine.said[0]["code"] == "rate_limited"
    machine.hear(Subscribe(stream="team:spokane"))  # the same again is no second one
    assert len(machine.said) == 1
