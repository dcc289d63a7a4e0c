"""No private datum ever comes through to a customer, and times keep their form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core import events
from inbox.core.events import EVENTS, PRIVATE, AgentRef, Item, audience, customer_view, wire
from inbox.core.filetypes import File
from inbox.core.instant import to_ms, to_text

DAY = 24 * 3_600_000
LAST_MS = to_ms("9999-12-31T23:59:59.999Z")

PUBLIC = {
    "message": {
        "message.id",
        "message.author.kind",
        "message.author.id",
        "message.author.name",
        "message.author.photo_url",
        "message.body",
        "message.sent_at",
        "message.conversation",
        "message.attachments",
        "message.urgent",
        "message.files",
    },
    "status": {"status.state", "status.conversation"},
    "serving": {
        "serving.team.id",
        "serving.team.key",
        "serving.team.name",
        "serving.why",
    },
    "pin": {"team.id", "team.key", "team.name"},
    "read": {"who", "upto"},
    "delivered": {"who", "upto"},
    "rating": {"rating.conversation", "rating.score", "rating.comment"},
    "callback": {
        *("callback.id", "callback.state", "callback.due_at", "callback.ends_at"),
        *("callback.phone", "callback.topic", "callback.attempts"),
        *("callback.agent.id", "callback.agent.name"),
    },
    "choice": {"choice.state", "choice.until"},
    "care": {"care.preference"},
    "erased": {"upto"},
}
"""Every field that a customer may see. A field that is added must be added here, or is private."""

ts = st.integers(0, LAST_MS)
# A small integer or a plain word could stand in two places by chance; these cannot.
secrets = st.uuids().map(str)


def fill(draw: st.DrawFn, kind: Any) -> Any:
    """A value of this type in which every text is a fresh secret."""
    kind = AgentRef if kind == AgentRef | None else kind
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return kind(**{field.name: fill(draw, field.type) for field in fields})
    if get_origin(kind) is Literal:
        return draw(st.sampled_from(get_args(kind)))
    if kind == tuple[File, ...] | msgspec.UnsetType:
        return (fill(draw, File),)
    if kind in {bool, bool | msgspec.UnsetType}:
        return True if kind is bool else draw(st.sampled_from([True, msgspec.UNSET]))
    if kind in {int, int | None}:
        return draw(st.integers(10**9, 10**12))
    if kind == tuple[str, ...]:
        return tuple(draw(st.lists(secrets, min_size=1, max_size=2)))
    return draw(secrets)


def leaves(value: object, path: str = "") -> dict[str, object]:
    """Each scalar or list of a JSON value by its dotted path."""
    if isinstance(value, dict):
        found: dict[str, object] = {}
        for name, inner in value.items():
            found |= leaves(inner, f"{path}.{name}" if path else name)
        return found
    return {path: value}


@st.composite
def items(draw: st.DrawFn) -> Item:
    type_ = draw(st.sampled_from(sorted(EVENTS)))
    event = fill(draw, EVENTS[type_])
    return Item(draw(st.integers(1, 10**6)), type_, draw(ts), msgspec.json.encode(event).decode())


@given(items())
def test_a_customer_sees_the_public_fields_and_no_other(item: Item) -> None:
    shown = customer_view(item)
    stored = leaves(msgspec.json.decode(item.payload))
    if shown is None:
        assert item.type in PRIVATE or stored["status.state"] == "snoozed"
        return
    seen = leaves(msgspec.json.decode(wire(shown)))
    assert (seen.pop("seq"), seen.pop("type")) == (item.seq, item.type)
    assert to_ms(str(seen.pop("at"))) == item.at
    allowed = PUBLIC[item.type]
    if item.type == "message" and stored["message.author.kind"] == "customer":
        allowed = allowed | {"message.client_id"}  # its own
    assert seen == {path: value for path, value in stored.items() if path in allowed}


@given(items())
def test_no_private_text_is_anywhere_in_the_bytes(item: Item) -> None:
    shown = customer_view(item)
    sent = b"" if shown is None else wire(shown)
    stored = leaves(msgspec.json.decode(item.payload))
    allowed = PUBLIC.get(item.type, set())
    if stored.get("message.author.kind") == "customer":
        allowed = allowed | {"message.client_id"}
    for path, value in stored.items():
        if path not in allowed and isinstance(value, str) and len(value) == 36:
            assert value.encode() not in sent, path


@given(items())
def test_looking_again_at_what_is_shown_shows_the_same(item: Item) -> None:
    shown = customer_view(item)
    assert shown is None or customer_view(shown) == shown


@given(items())
def test_what_is_stored_for_the_desk_alone_is_never_shown(item: Item) -> None:
    if audience(item.type) == "desk":
        assert customer_view(item) is None


def test_every_type_is_either_private_or_has_its_public_fields_listed() -> None:
    assert set(EVENTS) == set(PRIVATE) | set(PUBLIC)
    assert not PRIVATE & set(PUBLIC)
    assert {"note", "assignee", "customer"} == PRIVATE  # by the contract's table


@given(items(), st.integers(1, 10**6), secrets)
def test_in_a_team_stream_an_item_has_the_streams_seq_and_names_its_thread(
    item: Item, seq: int, thread: str
) -> None:
    read = msgspec.json.decode(wire(item, team_seq=seq, thread=thread))
    assert (read["seq"], read["thread"], read["thread_seq"]) == (seq, thread, item.seq)
    payload = msgspec.json.decode(item.payload)
    head = {"seq", "type", "at", "thread", "thread_seq"}
    assert {name: value for name, value in read.items() if name not in head} == payload
    assert not head & set(payload)


def test_an_event_without_fields_is_still_json() -> None:
    item = Item(3, "erased", 0, msgspec.json.encode(events.ErasedEvent()).decode())
    assert msgspec.json.decode(wire(item)) == {
        "seq": 3,
        "type": "erased",
        "at": "1970-01-01T00:00:00.000Z",
    }


@given(ts)
def test_times_go_out_and_come_back(ms: int) -> None:
    assert to_ms(to_text(ms)) == ms
    assert len(to_text(ms)) == len("2026-11-22T10:00:00.000Z")


@given(ts, ts)
def test_the_order_of_texts_is_the_order_of_times(one: int, other: int) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


@given(st.integers(DAY, LAST_MS - DAY), st.integers(-14 * 60, 14 * 60))
def test_any_offset_is_understood(ms: int, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    there = datetime(1970, 1, 1, tzinfo=UTC).astimezone(zone) + timedelta(milliseconds=ms)
    assert to_ms(there.isoformat()) == ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "2026-11-22 10:00:00Z",
        "2026-13-22T10:00:00Z",
        "2026-11-22T25:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999-01:00",
        "2026-11-22T10:00:00Z\n",
    ],
)
def test_what_is_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_ms(text)


@given(st.text(st.sampled_from("0123456789-:+TZtz.,W "), max_size=32))
def test_no_text_makes_anything_but_a_time_or_a_value_error(text: str) -> None:
    try:
        ms = to_ms(text)
    except ValueError:
        return
    assert 0 <= ms <= LAST_MS
