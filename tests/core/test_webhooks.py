"""Signatures as Standard Webhooks says, pauses that grow, and events that hold no text."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from inbox.core.events import (
    EVENTS,
    AgentRef,
    AssigneeEvent,
    Author,
    CallbackCard,
    CallbackEvent,
    CareChosen,
    CareEvent,
    ChoiceEvent,
    CoverChoice,
    CustomerEvent,
    ErasedEvent,
    Event,
    Message,
    MessageEvent,
    Note,
    NoteEvent,
    PinEvent,
    Rating,
    RatingEvent,
    ReceiptEvent,
    Serving,
    ServingEvent,
    Status,
    StatusEvent,
    TeamRef,
)
from inbox.core.webhooks import (
    TYPES,
    CallbackTold,
    CoverTold,
    Envelope,
    MessageTold,
    PinTold,
    Place,
    ResolvedTold,
    Told,
    UnreadTold,
    Who,
    breather,
    make_envelope,
    pause,
    show_secret,
    sign,
    told_of,
    with_text,
)

PLACE = Place(
    thread="thread",
    customer="ana",
    seq=7,
    team="spokane",
    served="tampa",
    home="boise",
    covered=False,
    before="boise",
)
SPOKANE = TeamRef("spokane-id", "spokane", "Spokane")
PRIVATE = "the customer is upset"
BO = Author("agent", "bo", "Bo")
AT = 1_795_348_800_123
KEY = bytes(range(32))


# ── signing ──────────────────────────────────────────────────────────────────────────────────────


def test_the_vector_of_the_standard() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign(
        [key],
        event="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=1_614_265_330_000,
        body=b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(
    body=st.text().map(str.encode),
    event=st.uuids().map(str),
    keys=st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=2, unique=True),
)
def test_the_standard_s_own_judge_takes_it_with_each_secret(
    body: bytes, event: str, keys: list[bytes]
) -> None:
    headers = sign(keys, event=event, at=time.time_ns() // 1_000_000, body=body)
    for key in keys:
        Webhook(show_secret(key)).verify(body, headers, json_parse=False)


@pytest.mark.parametrize("change", ["body", "event", "key", "time"])
def test_the_judge_refuses_what_was_changed(change: str) -> None:
    now = time.time_ns() // 1_000_000
    body, key = b'{"a": 1}', KEY
    headers = sign([KEY], event="e1", at=now - (3_600_000 if change == "time" else 0), body=body)
    if change == "body":
        body = b'{"a": 2}'
    if change == "event":
        headers["webhook-id"] = "e2"
    if change == "key":
        key = bytes(32)
    with pytest.raises(WebhookVerificationError):
        Webhook(show_secret(key)).verify(body, headers)


# ── what is told ─────────────────────────────────────────────────────────────────────────────────


def message(kind: Any = "customer", **more: Any) -> Message:
    author = Author(kind, "ana", "Ana")
    return Message("m1", author, PRIVATE, "2026-11-22T12:00:00.000Z", 3, **more)


def test_a_message_is_told_by_its_places_without_text() -> None:
    author = Who("customer", "ana")
    told = MessageTold("thread", "ana", 7, "m1", 3, author, "spokane")
    assert told_of(MessageEvent(message()), PLACE) == told
    urgent = told_of(MessageEvent(message(urgent=True)), PLACE)
    assert urgent == msgspec.structs.replace(told, urgent=True)
    with_files = told_of(MessageEvent(message(attachments=("u1", "u2"))), PLACE)
    assert with_files == msgspec.structs.replace(told, attachments=("u1", "u2"))
    assert "attachments" not in make_envelope("e1", told, at=AT), "nothing is said of nothing"


def test_a_resolved_conversation_is_told_of_the_team_that_served_it() -> None:
    event = StatusEvent(Status("resolved", 3, by="bo"))
    assert told_of(event, PLACE) == ResolvedTold("thread", "ana", 7, 3, "tampa", "bo")


def test_a_pin_is_told_with_the_team_before_and_without_its_reason() -> None:
    event = PinEvent(SPOKANE, PRIVATE, by="bo")
    assert told_of(event, PLACE) == PinTold("thread", "ana", 7, SPOKANE, "boise")


LATER = "2026-11-22T20:00:00.000Z"


@pytest.mark.parametrize(
    ("serving", "covered_by", "told"),
    [
        (Serving(SPOKANE, "cover", LATER), None, ("began", "spokane-id", LATER)),
        (Serving(SPOKANE, "cover", LATER), "tampa", ("began", "spokane-id", LATER)),
        (Serving(SPOKANE, "cover", LATER), "spokane-id", ("extended", "spokane-id", LATER)),
        (Serving(SPOKANE, "home"), "tampa", ("ended", "tampa", None)),
        (Serving(SPOKANE, "bounce"), "tampa", ("ended", "tampa", None)),
    ],
)
def test_a_cover_is_told_without_its_reason_and_its_note(
    serving: Serving, covered_by: str | None, told: tuple[Any, ...]
) -> None:
    place = PLACE
    if covered_by is not None:
        place = msgspec.structs.replace(PLACE, served=covered_by, covered=True)
    state, team, until = told
    expected = CoverTold("thread", "ana", 7, state, team, "boise", until)
    assert told_of(ServingEvent(serving, PRIVATE, PRIVATE), place) == expected


UNTOLD: dict[str, list[Event]] = {
    "message": [MessageEvent(message("system"))],
    "note": [NoteEvent(Note("n1", "c1", BO, PRIVATE, "2026-11-22T12:00:00.000Z"))],
    "status": [StatusEvent(Status("open", 1)), StatusEvent(Status("snoozed", 1, "later"))],
    "assignee": [AssigneeEvent(AgentRef("bo", "Bo"), PRIVATE)],
    "serving": [
        ServingEvent(Serving(SPOKANE, why), PRIVATE, PRIVATE)
        for why in ("home", "bounce", "general")
    ],
    "read": [ReceiptEvent("customer", 3)],
    "delivered": [ReceiptEvent("customer", 3)],
    "rating": [RatingEvent(Rating(1, 1, PRIVATE))],
    "customer": [CustomerEvent(("name",), SPOKANE)],
    "choice": [ChoiceEvent(CoverChoice("now", LATER))],
    "care": [CareEvent(CareChosen("general"))],
    "erased": [ErasedEvent(7)],
}
"""What no webhook hears of by the log, by its type."""


def test_of_every_type_of_event_it_is_known_whether_it_is_told() -> None:
    assert EVENTS.keys() - UNTOLD.keys() == {"pin", "callback"}


@pytest.mark.parametrize("type_", UNTOLD)
def test_of_everything_else_nothing_is_told(type_: str) -> None:
    assert [told_of(event, PLACE) for event in UNTOLD[type_]] == [None] * len(UNTOLD[type_])


def test_a_callback_is_told_without_what_it_is_about() -> None:
    card = CallbackCard(
        "k1", "due", "2026-11-22T12:00:00.000Z", "2026-11-22T12:30:00.000Z", "+15095550100", "Debts"
    )
    told = told_of(CallbackEvent(msgspec.structs.replace(card, remark="owes")), PLACE)
    assert isinstance(told, CallbackTold)
    assert (told.callback, told.state, told.phone, told.agent) == ("k1", "due", card.phone, None)
    shown = make_envelope("e1", told, at=AT)
    assert "Debts" not in shown
    assert "owes" not in shown


TOLD: list[Told] = [
    MessageTold("t", "ana", 7, "m1", 3, Who("agent", "bo"), "spokane", urgent=True),
    UnreadTold("t", "ana", 7, 2, "2026-11-22T12:00:00.000Z"),
    ResolvedTold("t", "ana", 7, 3, "spokane", None),
    PinTold("t", "ana", 7, SPOKANE, None),
    CoverTold("t", "ana", 7, "began", "tampa", "spokane", "2026-11-22T12:00:00.000Z"),
    CallbackTold(
        "t",
        "ana",
        4,
        "k1",
        "due",
        "2026-11-22T12:00:00.000Z",
        "2026-11-22T12:30:00.000Z",
        "+15095550100",
        0,
        "bo",
    ),
]


def test_there_is_a_shape_for_each_type() -> None:
    assert [told.type for told in TOLD] == list(TYPES)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.type)
def test_an_envelope_says_what_when_and_which(told: Any) -> None:
    shown = json.loads(make_envelope("e1", told, at=AT))
    assert (shown["id"], shown["type"]) == ("e1", told.type)
    assert shown["timestamp"] == "2026-11-22T12:00:00.123Z"
    assert (shown["data"]["thread"], shown["data"]["customer"]) == ("t", "ana")
    assert msgspec.convert(shown["data"], type(told)) == told


@given(st.text())
def test_a_text_is_added_and_nothing_else_changed(text: str) -> None:
    bare = make_envelope("e1", TOLD[0], at=AT)
    full = json.loads(with_text(bare, text))
    assert full["data"].pop("text") == text
    assert full == json.loads(bare)
    assert msgspec.json.decode(bare, type=Envelope).id == "e1"


# ── trying again ─────────────────────────────────────────────────────────────────────────────────

SECOND, HOUR = 1_000, 3_600_000


@pytest.mark.parametrize(
    ("attempts", "middle"),
    [
        (1, 10),
        (2, 30),
        (3, 90),
        (4, 270),
        (5, 810),
        (6, 2430),
        (7, 7290),
        (8, 14_400),
        (99, 14_400),
    ],
)
def test_pauses_triple_up_to_four_hours(attempts: int, middle: int) -> None:
    assert pause(attempts, chance=0.5) == middle * SECOND
    assert pause(attempts, chance=0.0) == middle * SECOND * 3 // 4
    assert pause(attempts, chance=0.999) < middle * SECOND * 5 / 4


def test_two_days_are_some_twenty_tries() -> None:
    waited, tries = 0, 1
    while (waited := waited + pause(tries, chance=0.5)) < 48 * HOUR:
        tries += 1
    assert tries == 19


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (2, 0), (3, 1.5), (4, 3), (5, 6), (13, 675), (99, 675)]
)
def test_an_endpoint_is_left_alone_for_longer_and_longer(failures: int, seconds: float) -> None:
    assert breather(failures, chance=0.5) == seconds * SECOND
