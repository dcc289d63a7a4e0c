"""The rules of webhooks: what is told of each event, how it is signed, and when it is tried again.

What an event tells is ids and places, never a text: a message's text is added only when it is sent,
and only to an endpoint that is set so. Notes and reasons have no member here that could hold them.
Signatures are those of Standard Webhooks (https://www.standardwebhooks.com). Times are Unix ms.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar, Literal, TypeAlias, get_args

import msgspec

from inbox.core.events import (
    Author,
    AuthorKind,
    CallbackEvent,
    MessageEvent,
    PinEvent,
    Serving,
    ServingEvent,
    StatusEvent,
    TeamRef,
)
from inbox.core.instant import to_text

EventType = Literal[
    "message", "message.unread", "conversation.resolved", "pin", "cover", "callback"
]
TYPES: tuple[EventType, ...] = get_args(EventType)
TEST = "test"
"""What an admin sends to try an endpoint; nobody asks for it."""

SECRET_PREFIX = "whsec_"  # noqa: S105  every secret begins so
_FIRST_MS = 10_000
_LONGEST_MS = 4 * 3_600_000
_LONGEST_PAUSE_MS = 15 * 60_000
PATIENT = 3
"""So many rounds that fail one after the other, and an endpoint is left alone for a while."""
ASKED_AT_MOST_MS = 24 * 3_600_000
"""An endpoint that asks for a longer pause is tried then all the same."""
OFF_AFTER = 10
"""With fewer failures since the last success an endpoint is not switched off, however long ago."""


class DeliveryState(IntEnum):
    """What became of a delivery, as `outbox.state` holds it."""

    WAITS = 0
    LEASED = 1
    DELIVERED = 2
    DEAD = 3


class Who(msgspec.Struct, frozen=True):
    """Who wrote it: `customer` with the company's own id, or `agent`."""

    kind: AuthorKind
    id: str


class MessageTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """`message`: a customer's or an agent's message was stored.

    `team` is the team that serves the thread, `attachments` are ids of uploads. `text` is there
    only for endpoints that are set to have it, and not once the message was erased.
    """

    type: ClassVar[EventType] = "message"
    thread: str
    customer: str
    seq: int
    message: str
    conversation: int
    author: Who
    team: str
    urgent: bool = False
    attachments: tuple[str, ...] = ()
    text: str | None = None


class UnreadTold(msgspec.Struct, frozen=True):
    """`message.unread`: no push has reached the customer, and nothing was read for a while.

    `count` messages up to `upto`, of which the first was written at `since`.
    """

    type: ClassVar[EventType] = "message.unread"
    thread: str
    customer: str
    upto: int
    count: int
    since: str


class ResolvedTold(msgspec.Struct, frozen=True):
    """`conversation.resolved`: a matter is settled, by an agent of the team that served it."""

    type: ClassVar[EventType] = "conversation.resolved"
    thread: str
    customer: str
    seq: int
    conversation: int
    team: str
    agent: str | None


class PinTold(msgspec.Struct, frozen=True):
    """`pin`: a home team was chosen for a new customer, or another one instead of `before`."""

    type: ClassVar[EventType] = "pin"
    thread: str
    customer: str
    seq: int
    team: TeamRef
    before: str | None


class CoverTold(msgspec.Struct, frozen=True):
    """`cover`: another team began to serve a thread in its home team's place, or ended doing so.

    `team` covers for `home`. `until` is when the cover ends unless it is extended; none once it has
    ended.
    """

    type: ClassVar[EventType] = "cover"
    thread: str
    customer: str
    seq: int
    state: Literal["began", "extended", "ended"]
    team: str
    home: str
    until: str | None


class CallbackTold(msgspec.Struct, frozen=True):
    """`callback`: a customer's callback changed: its `state`, its time, or who makes it.

    When it is `due`, a telephone system calls `phone` now, until `ends_at`, and says what came of
    it as an agent does.
    """

    type: ClassVar[EventType] = "callback"
    thread: str
    customer: str
    seq: int
    callback: str
    state: str
    due_at: str
    ends_at: str
    phone: str
    attempts: int
    agent: str | None


Told: TypeAlias = MessageTold | UnreadTold | ResolvedTold | PinTold | CoverTold | CallbackTold


class Envelope(msgspec.Struct, frozen=True):
    """What is posted: one event. `id` is the same however often and wherever it is sent."""

    id: str
    type: str
    timestamp: str
    data: msgspec.Raw


read_envelope = msgspec.json.Decoder(Envelope).decode
read_told = msgspec.json.Decoder(MessageTold).decode


def make_envelope(event: str, told: Told, *, at: int) -> str:
    """An event as JSON, without any text."""
    data = msgspec.Raw(msgspec.json.encode(told))
    return msgspec.json.encode(Envelope(event, told.type, to_text(at), data)).decode()


class _TestTold(msgspec.Struct, frozen=True):
    webhook: str


def make_test(event: str, *, webhook: str, at: int) -> str:
    """An event of type `test`, by which an admin tries an endpoint."""
    data = msgspec.Raw(msgspec.json.encode(_TestTold(webhook)))
    return msgspec.json.encode(Envelope(event, TEST, to_text(at), data)).decode()


def with_text(envelope: str, text: str) -> str:
    """The same event of a message with its text."""
    known = read_envelope(envelope)
    told = read_told(known.data)
    data = msgspec.Raw(msgspec.json.encode(msgspec.structs.replace(told, text=text)))
    return msgspec.json.encode(msgspec.structs.replace(known, data=data)).decode()


class Place(msgspec.Struct, frozen=True):
    """Where something was stored, for what is told of it."""

    thread: str
    customer: str
    seq: int
    team: str
    """The team that serves the thread."""
    served: str
    """The one that did until now: what is resolved goes home by that."""
    home: str
    covered: bool
    """Whether that one covered for the home team."""
    before: str | None
    """The home team until now; none where the thread has just begun."""


def told_of(event: object, place: Place) -> Told | None:
    """What is told of an entry of a thread's log; nothing of most, and never of a note."""
    match event:
        case MessageEvent(message) if message.author.kind != "system":
            author: Author = message.author
            return MessageTold(
                place.thread,
                place.customer,
                place.seq,
                message.id,
                message.conversation,
                Who(author.kind, author.id),
                place.team,
                message.urgent is True,
                message.attachments,
            )
        case StatusEvent(status) if status.state == "resolved":
            return ResolvedTold(
                place.thread,
                place.customer,
                place.seq,
                status.conversation,
                place.served,
                status.by,
            )
        case PinEvent(team):
            return PinTold(place.thread, place.customer, place.seq, team, place.before)
        case ServingEvent(serving):
            return _told_of_cover(serving, place)
        case CallbackEvent(card):
            return CallbackTold(
                place.thread,
                place.customer,
                place.seq,
                card.id,
                card.state,
                card.due_at,
                card.ends_at,
                card.phone,
                card.attempts,
                None if card.agent is None else card.agent.id,
            )
        case _:
            return None


def _told_of_cover(serving: Serving, place: Place) -> CoverTold | None:
    """A cover began, has another end, or is over; other changes of the team are not told."""
    state: Literal["began", "extended", "ended"] = "began"
    team, until = serving.team.id, serving.until
    if serving.why == "cover":
        if place.covered and place.served == team:
            state = "extended"
    elif place.covered:
        state, team, until = "ended", place.served, None
    else:
        return None
    return CoverTold(place.thread, place.customer, place.seq, state, team, place.home, until)


# ── signing ──────────────────────────────────────────────────────────────────────────────────────


def show_secret(key: bytes) -> str:
    """A secret as receivers keep it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def sign(keys: Iterable[bytes], *, event: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that go with a body: one signature for each key that is valid now."""
    seconds = str(at // 1000)
    signed = b".".join((event.encode(), seconds.encode(), body))
    signatures = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return {
        "webhook-id": event,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(s).decode()}" for s in signatures),
    }


# ── trying again ─────────────────────────────────────────────────────────────────────────────────


def pause(attempts: int, *, chance: float) -> int:
    """How long a delivery waits after so many attempts: 10 s, tripled each time up to 4 h.

    `chance` in [0, 1) spreads it by a quarter to both sides.
    """
    longest = min(_LONGEST_MS, _FIRST_MS * 3 ** min(attempts - 1, 20))
    return int(longest * (0.75 + chance / 2))


def breather(failures: int, *, chance: float) -> int:
    """How long an endpoint is left alone after so many rounds that failed one after the other.

    Nothing after the first two, then 2 s, doubled each time up to 15 minutes.
    """
    if failures < PATIENT:
        return 0
    longest = min(_LONGEST_PAUSE_MS, 2_000 * 2 ** min(failures - PATIENT, 20))
    return int(longest * (0.5 + chance / 2))
