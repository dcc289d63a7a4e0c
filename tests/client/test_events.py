"""Items become typed events; what a newer server adds does no harm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.client.answers import Message, Note
from inbox.client.events import Entered, Left, Reset, Serving, Withdrawn, read_event
from inbox.core import events as core

AT = 1_795_341_600_000
BO = core.Author("agent", "bo", "Bo")
SPOKANE = core.TeamRef("t1", "spokane", "Spokane")
WHEN = "2026-11-22T10:00:00.000Z"

STORED: dict[str, core.Event] = {
    "message": core.MessageEvent(core.Message("m1", BO, "Good morning", WHEN, 1, client_id="c1")),
    "note": core.NoteEvent(core.Note("n1", "c2", BO, "calls back at noon", WHEN)),
    "status": core.StatusEvent(core.Status("snoozed", 1, WHEN, "bo")),
    "assignee": core.AssigneeEvent(core.AgentRef("bo", "Bo"), "taken"),
    "serving": core.ServingEvent(core.Serving(SPOKANE, "bounce", WHEN), "roaming", "thanks", "bo"),
    "pin": core.PinEvent(SPOKANE, "moved", "mia"),
    "read": core.ReceiptEvent("customer", 3),
    "delivered": core.ReceiptEvent("agent", 3),
    "rating": core.RatingEvent(core.Rating(1, 5, "Bo was kind")),
    "callback": core.CallbackEvent(
        core.CallbackCard(
            "cb1", "due", WHEN, WHEN, "+15095550100", "My bill", 1, core.AgentRef("bo", "Bo"), "bo"
        )
    ),
    "choice": core.ChoiceEvent(core.CoverChoice("wait", WHEN)),
    "care": core.CareEvent(core.CareChosen("general")),
    "customer": core.CustomerEvent(("region",), SPOKANE),
    "erased": core.ErasedEvent(4),
}


NESTED = ("message", "note", "status", "serving", "rating", "callback", "choice", "care")


def as_wire(type_: str, event: core.Event, **team: Any) -> bytes:
    payload = msgspec.json.encode(event).decode()
    return core.wire(core.Item(5, type_, AT, payload), **team)


@pytest.mark.parametrize("type_", core.EVENTS)
def test_every_event_of_the_server_is_read_whole(type_: str) -> None:
    told = STORED[type_]
    event = read_event("thread", as_wire(type_, told))
    assert event is not None
    assert (event.seq, event.at) == (5, datetime.fromtimestamp(AT / 1000, UTC))
    seen = msgspec.json.decode(msgspec.json.encode(event.what))
    members = msgspec.json.decode(msgspec.json.encode(told))
    if type_ in NESTED:
        members |= members.pop(type_)
    missed = {name for name, value in members.items() if not kept(value, seen[name])}
    assert not missed


def kept(told: Any, seen: Any) -> bool:
    """Whether nothing of a value was lost; times are the same instant in fewer letters."""
    if isinstance(told, dict):
        return all(kept(value, seen[name]) for name, value in told.items())
    return bool(seen == (told.replace(".000Z", "Z") if isinstance(told, str) else told))


def test_a_message_knows_its_place_in_the_thread_in_every_stream() -> None:
    wire = as_wire("message", STORED["message"], team_seq=70, thread="th1")
    event = read_event("team:t1", wire)
    assert event is not None
    assert (event.seq, event.thread, event.thread_seq) == (70, "th1", 5)
    assert isinstance(event.what, Message)
    assert event.what.seq == 5
    note = read_event("thread", as_wire("note", STORED["note"]))
    assert note is not None
    assert isinstance(note.what, Note)
    assert note.what.seq == 5


def test_reason_and_note_of_a_handover_are_the_desks() -> None:
    event = read_event("team:t1", as_wire("serving", STORED["serving"]))
    assert event is not None
    assert isinstance(event.what, Serving)
    assert (event.what.reason, event.what.note, event.what.why) == ("roaming", "thanks", "bounce")


def test_marks_of_team_streams() -> None:
    summary = {
        "id": "th1",
        "customer": {"id": "ana", "name": "Ana", "attributes": {}},
        "team": {"id": "t1", "key": "spokane", "name": "Spokane"},
        "head": 3,
    }
    for type_, kind in (("left", Left), ("withdrawn", Withdrawn), ("entered", Entered)):
        mark = {"seq": 1, "type": type_, "at": WHEN, "thread": "th1", "summary": summary}
        event = read_event("team:t1", msgspec.json.encode(mark))
        assert event is not None
        assert isinstance(event.what, kind)
        assert event.thread == "th1"


@pytest.mark.parametrize(
    "item",
    [
        {"seq": 1, "type": "hologram", "at": WHEN},
        {"seq": 1, "type": "message", "at": WHEN},
        {"seq": 1, "type": "read", "at": WHEN, "who": "agent", "upto": "all"},
        {"seq": 1, "type": "left", "at": "yesterday"},
        {"seq": 1},
    ],
)
def test_what_is_not_known_is_passed_over(item: dict[str, Any]) -> None:
    assert read_event("thread", msgspec.json.encode(item)) is None


@given(st.sampled_from(sorted(STORED)), st.dictionaries(st.text(), st.integers(), max_size=3))
def test_new_members_do_no_harm(type_: str, more: dict[str, int]) -> None:
    wire = as_wire(type_, STORED[type_])
    item = more | msgspec.json.decode(wire)
    assert read_event("thread", msgspec.json.encode(item)) == read_event("thread", wire)


def test_a_reset_mark_is_an_event_without_a_number() -> None:
    mark = b'{"type":"reset","reason":"too_far","cursor":"0a0b0c0d:9"}'
    event = read_event("thread", mark)
    assert event is not None
    assert event.seq is None
    assert event.what == Reset("too_far", "0a0b0c0d:9")
