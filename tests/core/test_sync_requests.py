"""The live protocol's rules, one by one: sends, receipts and what passes."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import (
    Conflict,
    Holder,
    NotDurable,
    StaleView,
)
from inbox.core.frames import Ack, Read, Typing, Viewing, Visible
from inbox.core.sync import effects, inputs
from inbox.core.sync.passing import HEARD, SHOWN
from inbox.core.sync.requests import SENDS
from tests.core.machines import (
    ANA,
    BO,
    Machine,
    batch,
    draft,
    follow,
    pick,
)

# ── sends and receipts ────────────────────────────────────────────────────────────────────────────


def test_ok_comes_with_the_answer_and_not_before() -> None:
    machine = Machine().open()
    (deliver,) = machine.hear(draft("a"))
    assert (deliver.thread, deliver.frame.client_id) == ("thread-ana", "ca")
    assert machine.said == []
    machine.feed(inputs.Stored(deliver.ticket, b'{"seq":4}', duplicate=False))
    assert machine.said == [{"type": "ok", "id": "a", "message": {"seq": 4}, "duplicate": False}]


def test_sends_to_one_thread_go_one_after_the_other_and_others_meanwhile() -> None:
    machine = Machine().open(BO)
    assert len(machine.hear(draft(1, thread="x"))) == 1
    assert machine.hear(draft(2, thread="x")) == []
    assert len(machine.hear(draft(3, thread="y"))) == 1
    first = machine.wanted[0]
    wanted = machine.feed(inputs.Failed(first.ticket, NotDurable(retry_after=2)))
    assert [effect.frame.id for effect in pick(wanted, effects.Deliver)] == [2]
    assert machine.said == [
        {
            "type": "error",
            "id": 1,
            "code": "not_durable",
            "detail": NotDurable.title,
            "temporary": True,
            "retry_ms": 2000,
        }
    ]


def test_the_number_of_unanswered_sends_is_bounded() -> None:
    machine = Machine().open()
    for id_ in range(SENDS):
        machine.hear(draft(id_))
    machine.hear(draft("late"))
    assert (machine.said[0]["id"], machine.said[0]["code"]) == ("late", "overloaded")
    assert machine.said[0]["retry_ms"] == 1000


def test_a_stale_view_shows_what_was_not_seen() -> None:
    machine = Machine().open(BO)
    (deliver,) = machine.hear(draft(1, thread="x"))
    machine.feed(inputs.Failed(deliver.ticket, StaleView((msgspec.Raw(b'{"seq":9}'),), head=9)))
    assert machine.said[0]["code"] == "stale_view"
    assert machine.said[0]["unseen"] == [{"seq": 9}]
    assert machine.said[0]["head"] == 9


def test_a_conflict_names_the_holder_where_there_is_one() -> None:
    machine = Machine().open(BO)
    (held,) = machine.hear(draft(1, thread="x"))
    machine.feed(inputs.Failed(held.ticket, Conflict("Mia has it", holder=Holder("m1", "Mia"))))
    (other,) = machine.hear(draft(2, thread="x"))
    machine.feed(inputs.Failed(other.ticket, Conflict("another body")))
    assert machine.said[0]["holder"] == {"id": "m1", "name": "Mia"}
    assert "holder" not in machine.said[1]


def test_whose_thread_it_is() -> None:
    machine = Machine().open(ANA)
    assert len(machine.hear(draft(1, thread="thread-ana"))) == 1
    machine.hear(draft(2, thread="thread-luis"))
    assert (machine.said[-1]["id"], machine.said[-1]["code"]) == (2, "not_found")
    machine = Machine().open(BO)
    machine.hear(draft(3))
    assert (machine.said[-1]["id"], machine.said[-1]["code"]) == (3, "bad_request")
    machine.hear(Read(upto=3))
    assert machine.said[-1]["code"] == "bad_request"


def test_of_waiting_receipts_only_the_furthest_counts() -> None:
    machine = Machine().open()
    (first,) = machine.hear(Ack(upto=1))
    for upto in (3, 7, 5):
        assert machine.hear(Ack(upto=upto)) == []
    assert len(machine.hear(Read(upto=2))) == 1  # reading is another matter
    (second,) = machine.feed(inputs.Marked(first.ticket))
    assert (second.kind, second.upto) == ("ack", 7)
    assert machine.feed(inputs.Marked(second.ticket)) == []
    assert machine.said == []


def test_a_receipt_that_fails_is_said_once_and_the_next_goes_on() -> None:
    machine = Machine().open()
    (first,) = machine.hear(Ack(upto=1))
    machine.hear(Ack(upto=2))
    wanted = machine.feed(inputs.Failed(first.ticket, Conflict("no")))
    assert [effect.upto for effect in pick(wanted, effects.Mark)] == [2]
    assert machine.said[0]["code"] == "conflict"
    assert "id" not in machine.said[0]


# ── passing ───────────────────────────────────────────────────────────────────────────────────────


def show(kind: Any, thread: str, *, on: bool, private: bool = False) -> effects.Show:
    return effects.Show(kind, thread, on=on, private=private)


def test_typing_is_told_once_a_second_and_its_end_once() -> None:
    machine = Machine().open()
    assert machine.hear(Typing(on=True)) == [show("typing", "thread-ana", on=True)]
    assert machine.hear(Typing(on=True)) == []
    machine.now += 1_000
    assert machine.hear(Typing(on=True)) == [show("typing", "thread-ana", on=True)]
    assert machine.hear(Typing(on=False)) == [show("typing", "thread-ana", on=False)]
    assert machine.hear(Typing(on=False)) == []


def test_a_note_takes_back_what_the_customer_was_shown() -> None:
    machine = Machine().open(BO)
    machine.hear(Typing(thread="x", on=True))
    assert machine.hear(Typing(thread="x", on=True, private=True)) == [
        show("typing", "x", on=False),
        show("typing", "x", on=True, private=True),
    ]
    assert machine.hear(Typing(thread="x", on=False)) == [
        show("typing", "x", on=False, private=True)
    ]


def test_a_customer_cannot_type_in_private_nor_look_as_an_agent_does() -> None:
    machine = Machine().open(ANA)
    assert machine.hear(Typing(on=True, private=True)) == [show("typing", "thread-ana", on=True)]
    machine.hear(Viewing(on=True))
    assert machine.said[0]["code"] == "forbidden"


def test_presence_is_the_customers_app_in_front() -> None:
    machine = Machine().open(ANA)
    assert machine.hear(Visible(on=False)) == []  # as every new connection is taken to be
    assert machine.hear(Visible(on=True)) == [show("presence", "thread-ana", on=True)]
    assert machine.sync.line.visible
    machine = Machine().open(BO)
    assert machine.hear(Visible(on=True)) == []


def test_who_goes_leaves_no_ghost() -> None:
    machine = Machine().open(BO)
    machine.hear(Viewing(thread="x", on=True))
    machine.hear(Typing(thread="x", on=True, private=True))
    assert machine.feed(inputs.Lost()) == [
        show("viewing", "x", on=False),
        show("typing", "x", on=False, private=True),
    ]


def test_nobody_looks_at_more_threads_than_a_person_can() -> None:
    machine = Machine().open(BO)
    for number in range(SHOWN):
        machine.hear(Viewing(thread=f"t{number}", on=True))
    assert machine.hear(Viewing(thread="one more", on=True)) == [
        show("viewing", "t0", on=False),
        show("viewing", "one more", on=True),
    ]


def test_what_passes_waits_for_events_keeps_the_last_and_is_dropped_first() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=1)
    machine.forget()
    for number in range(HEARD + 10):
        machine.feed(inputs.Overheard(("typing", str(number)), b'{"type":"typing","n":1}'))
    for number in range(3):
        last = f'{{"type":"typing","n":{number}}}'.encode()
        machine.feed(inputs.Overheard(("typing", "bo"), last))
    assert machine.said == []
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    assert machine.kinds() == ["events", "live", *["typing"] * HEARD]
    assert machine.said[-1]["n"] == 2
