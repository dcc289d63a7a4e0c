"""Every frame of the live protocol, both ways, as one struct each: what AsyncAPI is made from.

Frames are JSON objects in text messages, told apart by `type`. The server refuses members that it
does not know, since a misspelt guard (`seen_seq`) must not be ignored; clients skip frames and
members that they do not know.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, TypeAlias

import msgspec

from inbox.core.cursor import LARGEST, ResetReason
from inbox.core.errors import (
    BadRequest,
    Conflict,
    FieldError,
    Holder,
    Internal,
    PinboxError,
    StaleView,
)
from inbox.core.misfit import misfit
from inbox.core.timetable import State

Unset: TypeAlias = msgspec.UnsetType
UNSET = msgspec.UNSET

ID_LENGTH = 64

Name = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=128, description="`thread` (a customer's own) or `team:<id>`"
    ),
]
Place = Annotated[str, msgspec.Meta(max_length=40, description="a cursor, as the server gave it")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=LARGEST, description="a place in the thread")]
ThreadId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
RequestId = (
    Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
    | Annotated[str, msgspec.Meta(max_length=ID_LENGTH)]
)


class _Frame(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="type",
    tag=str.lower,
    forbid_unknown_fields=True,
):
    pass


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    pass


# ── from the client ──────────────────────────────────────────────────────────────────────────────


class Want(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stream to follow, and the cursor to go on from; without it, from the beginning."""

    stream: Name
    since: Place | None = None


class Hello(_Frame, frozen=True):
    """The first frame: sign in, subscribe and resume in one round trip.

    Without a token the browser's session cookie signs in, on the desk's socket; `agent` is whom the
    page takes that to be, and anybody else is refused.
    """

    token: Annotated[str, msgspec.Meta(max_length=16_384)] | None = None
    device: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None = None
    streams: Annotated[tuple[Want, ...], msgspec.Meta(max_length=64)] = ()
    agent: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None = None


class Subscribe(_Frame, frozen=True):
    """Follow one more stream; for one that is followed already, begin anew from `since`."""

    stream: Name
    since: Place | None = None


class Unsubscribe(_Frame, frozen=True):
    """Follow a stream no longer."""

    stream: Name


class Token(_Frame, frozen=True):
    """Renew the sign-in in place; the subject must be the same."""

    token: Annotated[str, msgspec.Meta(max_length=16_384)]


class Send(_Frame, frozen=True):
    """Send a message, as by HTTP; answered by `ok` or `error` with the same `id`.

    Agents name the thread. Repeat it with the same `client_id` until it was answered.
    """

    id: RequestId
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[\\x20-\\x7e]+$")]
    body: str
    thread: ThreadId | None = None
    seen_seq: Seq | None = None
    force: bool = False
    urgent: bool = False
    attachments: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()


class Ack(_Frame, frozen=True):
    """Everything up to `upto` was shown or stored on this device. Not answered."""

    upto: Seq
    thread: ThreadId | None = None


class Read(_Frame, frozen=True):
    """Everything up to `upto` was read. Not answered."""

    upto: Seq
    thread: ThreadId | None = None


class Visible(_Frame, frozen=True):
    """Whether the app is in front; a new connection counts as not visible."""

    on: bool


class Viewing(_Frame, frozen=True):
    """An agent looks at a thread; shown to other agents. Repeat within a minute."""

    on: bool
    thread: ThreadId | None = None


class Typing(_Frame, frozen=True):
    """Somebody is writing; repeat every few seconds.

    `private`: an agent writes a note, which the customer must not be told.
    """

    on: bool
    thread: ThreadId | None = None
    private: bool = False


class Pong(_Frame, frozen=True):
    """The answer to `ping`."""


ClientFrame: TypeAlias = (
    Hello | Subscribe | Unsubscribe | Token | Send | Ack | Read | Visible | Viewing | Typing | Pong
)


# ── from the server ──────────────────────────────────────────────────────────────────────────────


class Welcome(_Told, frozen=True):
    """Signed in. Silence longer than `ping_s` + `pong_s` means that the connection is dead."""

    connection: str
    epoch: str
    ping_s: float
    pong_s: float


class Events(_Told, frozen=True):
    """A complete stretch of a stream: if `since` ≤ cursor < `until`, apply it; cursor = `until`.

    Of a stream for which the client has no cursor yet, the first stretch is applied as it comes.
    """

    stream: str
    since: str
    until: str
    items: list[msgspec.Raw]
    more: bool


class Live(_Told, frozen=True):
    """Everything that was missed has been sent; what follows is new."""

    stream: str
    cursor: str


class Ok(_Told, frozen=True):
    """The send is on disk; `duplicate`: it already was."""

    id: int | str
    message: msgspec.Raw
    duplicate: bool
    promise: msgspec.Raw | Unset = UNSET
    choice: msgspec.Raw | Unset = UNSET


class Error(_Told, frozen=True):
    """What was asked for cannot be; `temporary`: ask again after `retry_ms`.

    As in HTTP's problems, `errors` names what is wrong in the input, `holder` the agent who was
    first (`conflict`), and `unseen` and `head` what the customer has written since (`stale_view`).
    """

    code: str
    detail: str
    temporary: bool
    id: int | str | Unset = UNSET
    stream: str | Unset = UNSET
    retry_ms: int | Unset = UNSET
    errors: tuple[FieldError, ...] | Unset = UNSET
    holder: Holder | Unset = UNSET
    unseen: tuple[msgspec.Raw, ...] | Unset = UNSET
    head: int | Unset = UNSET


class ResetFrame(_Told, frozen=True, tag="reset"):
    """Resuming is impossible: forget the stream, load by HTTP, go on from `cursor`.

    The subscription stays and goes on from there by itself.
    """

    stream: str
    reason: ResetReason
    cursor: str


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who types, looks or is there."""

    kind: Literal["customer", "agent"]
    id: str
    name: str | None = None


class TypingShown(_Told, frozen=True, tag="typing"):
    """Somebody is writing; lapses by itself after ten seconds."""

    thread: str
    who: Person
    on: bool
    private: bool | Unset = UNSET


class ViewingShown(_Told, frozen=True, tag="viewing"):
    """Another agent looks at the thread; lapses by itself after ninety seconds."""

    thread: str
    who: Person
    on: bool


class Presence(_Told, frozen=True):
    """A customer has the app in front, or no longer; told to the thread's team."""

    thread: str
    who: Person
    on: bool


class NoticeShown(msgspec.Struct, frozen=True):
    """What a team tells its customers, since when, and until when where a storm's end is set."""

    text: str
    since: str
    until: str | None = None


class Notice(_Told, frozen=True):
    """What the customer's home team tells all its customers now; `null`: nothing any more.

    A team's state: comes on a new connection if there is a notice, and whenever it changes or the
    team opens or closes. `state` says whether the team is there; absent from older servers.
    """

    team: str
    notice: NoticeShown | None
    state: State | None = None


class Drain(_Told, frozen=True):
    """The server is about to stop: reconnect at a random moment within `within_ms`."""

    within_ms: int


class Ping(_Told, frozen=True):
    """Answer with `pong`."""


ServerFrame: TypeAlias = (
    Welcome
    | Events
    | Live
    | Ok
    | Error
    | ResetFrame
    | TypingShown
    | ViewingShown
    | Presence
    | Notice
    | Drain
    | Ping
)

Ephemeral: TypeAlias = TypingShown | ViewingShown | Presence


def encode_events(
    stream: str, *, epoch: str, since: int, until: int, items: list[bytes], more: bool
) -> bytes:
    """An `events` frame around items that are wire JSON already."""
    head = (
        f'{{"type":"events","stream":"{stream}","since":"{epoch}:{since}",'
        f'"until":"{epoch}:{until}","items":['
    )
    tail = '],"more":true}' if more else '],"more":false}'
    return head.encode() + b",".join(items) + tail.encode()


def error_frame(
    error: PinboxError, *, to: int | str | Unset = UNSET, stream: str | Unset = UNSET
) -> Error:
    """An error of the table as its frame; `to` is the id of what asked."""
    if isinstance(error, Internal):
        error = Internal()
    return Error(
        code=error.code,
        detail=error.detail,
        temporary=error.temporary,
        id=to,
        stream=stream,
        retry_ms=round((error.retry_after or 1.0) * 1000) if error.temporary else UNSET,
        errors=error.errors or UNSET,
        holder=(error.holder or UNSET) if isinstance(error, Conflict) else UNSET,
        unseen=error.unseen if isinstance(error, StaleView) else UNSET,
        head=error.head if isinstance(error, StaleView) else UNSET,
    )


_frames = msgspec.json.Decoder(ClientFrame)


def decode_frame(data: bytes | str) -> ClientFrame:
    """Read a client's frame; raises BadRequest for an object that is none, ValueError for no JSON.

    `errors` names the member as it stands in the frame: `upto`, `streams[0].stream`.

    A lone surrogate (half an emoji) is JSON by its grammar, so that text is refused as bad input
    and does not cost the client its connection.
    """
    try:
        frame: ClientFrame = _frames.decode(data)
    except msgspec.ValidationError as error:
        raise misfit(error, kind=ClientFrame) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        _read_loosely(data)
        raise BadRequest("a text is not valid Unicode") from None
    return frame


def request_id(data: bytes | str) -> int | str | Unset:
    """The `id` of a frame that is wrong otherwise, so that its error finds the asker."""
    try:
        found = _read_loosely(data)
    except ValueError:
        return UNSET
    name = found.get("id") if isinstance(found, dict) else None
    if isinstance(name, int) and not isinstance(name, bool) and abs(name) <= LARGEST:
        return name
    if isinstance(name, str) and name.isprintable() and len(name) <= ID_LENGTH:
        return name
    return UNSET


def _read_loosely(data: bytes | str) -> object:
    try:
        found: object = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found
