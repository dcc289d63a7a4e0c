"""What `events()` gives: typed, lenient to what a newer server adds.

Unknown members are ignored and unknown types skipped, so a client of today reads the server of
tomorrow. Times are aware UTC datetimes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec

from inbox.client.answers import AgentRef, Message, Note, Rating, Summary, TeamRef, ThreadState
from inbox.client.callbacks import Callback
from inbox.client.care import CareChosen, Choice, NoticeChanged
from inbox.core.frames import Presence, TypingShown, ViewingShown

_log = logging.getLogger(__name__)


class Status(msgspec.Struct, frozen=True):
    """A conversation began, was snoozed, resolved or reopened."""

    state: str
    conversation: int
    until: datetime | None = None
    by: str | None = None


class Assigned(msgspec.Struct, frozen=True):
    """Who has the conversation now (none: the queue), and why it changed. Desk only."""

    assignee: AgentRef | None
    reason: str = ""


class Serving(msgspec.Struct, frozen=True):
    """Another team holds the open conversation now. Reason, note and `by` are for the desk."""

    team: TeamRef
    why: str
    until: datetime | None = None
    reason: str | None = None
    note: str | None = None
    by: str | None = None


class Pinned(msgspec.Struct, frozen=True):
    """The home team was chosen or changed."""

    team: TeamRef
    reason: str | None = None
    by: str | None = None


class Delivered(msgspec.Struct, frozen=True):
    """One side has received everything up to `upto`."""

    who: str
    upto: int


class Read(msgspec.Struct, frozen=True):
    """One side has read everything up to `upto`."""

    who: str
    upto: int


class Profile(msgspec.Struct, frozen=True):
    """The customer's profile changed; `suggest_pin` would fit better now. Desk only."""

    changed: tuple[str, ...] = ()
    suggest_pin: TeamRef | None = None


class Erased(msgspec.Struct, frozen=True):
    """Stands where an item was; with `upto`, everything up to there is gone."""

    upto: int | None = None


class Entered(msgspec.Struct, frozen=True):
    """The team sees this thread from now on. Desk only."""

    summary: Summary


class Left(msgspec.Struct, frozen=True):
    """The team no longer sees this thread: put it away. Desk only."""


class Withdrawn(msgspec.Struct, frozen=True):
    """Something was here that this team may no longer see. Desk only."""


class Reset(msgspec.Struct, frozen=True):
    """Forget what you hold of this stream; here is what stands now, and events go on from there.

    The state was loaded when this event was handed out, so later events may repeat part of it:
    apply them as upserts, by `seq` and id.
    """

    reason: str
    cursor: str
    thread: ThreadState | None = None
    """The customer's thread, for a CustomerClient."""
    messages: tuple[Message, ...] = ()
    """Its newest messages, newest first; `messages(before=…)` gives older ones."""
    queue: tuple[Summary, ...] = ()
    """The threads of all the agent's teams, for a DeskClient."""


What: TypeAlias = (
    Message
    | Note
    | Status
    | Assigned
    | Serving
    | Pinned
    | Delivered
    | Read
    | Rating
    | Callback
    | Choice
    | CareChosen
    | Profile
    | Erased
    | Entered
    | Left
    | Withdrawn
    | TypingShown
    | ViewingShown
    | Presence
    | NoticeChanged
    | Reset
)


class Event(msgspec.Struct, frozen=True):
    """Something that happened: `match event.what`.

    `seq` is its number in `stream`, none for a Reset and for what is never stored (typing, viewing,
    presence, notices), which also names no stream. In a team's stream `thread` and `thread_seq` say
    which thread it is of and its number there.
    """

    stream: str
    what: What
    seq: int | None = None
    at: datetime | None = None
    thread: str | None = None
    thread_seq: int | None = None


class _Head(msgspec.Struct, frozen=True):
    type: str
    seq: int | None = None
    at: datetime | None = None
    thread: str | None = None
    thread_seq: int | None = None


class _OfMessage(msgspec.Struct, frozen=True):
    message: Message


class _OfNote(msgspec.Struct, frozen=True):
    note: Note


class _OfStatus(msgspec.Struct, frozen=True):
    status: Status


class _OfRating(msgspec.Struct, frozen=True):
    rating: Rating


class _OfCallback(msgspec.Struct, frozen=True):
    callback: Callback


class _OfChoice(msgspec.Struct, frozen=True):
    choice: Choice


class _OfCare(msgspec.Struct, frozen=True):
    care: CareChosen


class _OfServing(msgspec.Struct, frozen=True):
    serving: Serving
    reason: str | None = None
    note: str | None = None
    by: str | None = None


_of_serving = msgspec.json.Decoder(_OfServing).decode


def _serving(data: bytes) -> Serving:
    of = _of_serving(data)
    return msgspec.structs.replace(of.serving, reason=of.reason, note=of.note, by=of.by)


def _flat(type_: type[Any]) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(type_).decode


def _inside(type_: type[Any], member: str) -> Callable[[bytes], Any]:
    decode, take = _flat(type_), attrgetter(member)
    return lambda data: take(decode(data))


_READ: dict[str, Callable[[bytes], What]] = {
    "message": _inside(_OfMessage, "message"),
    "note": _inside(_OfNote, "note"),
    "status": _inside(_OfStatus, "status"),
    "serving": _serving,
    "assignee": _flat(Assigned),
    "pin": _flat(Pinned),
    "read": _flat(Read),
    "delivered": _flat(Delivered),
    "rating": _inside(_OfRating, "rating"),
    "callback": _inside(_OfCallback, "callback"),
    "choice": _inside(_OfChoice, "choice"),
    "care": _inside(_OfCare, "care"),
    "customer": _flat(Profile),
    "erased": _flat(Erased),
    "entered": _flat(Entered),
    "left": _flat(Left),
    "withdrawn": _flat(Withdrawn),
    "reset": _flat(Reset),
}


def read_event(stream: str, data: bytes) -> Event | None:
    """An item as it came over the wire, typed; none for a type that this client does not know.

    None as well, with a warning in the log, where a known type has not the contract's shape: one
    bad item must not stop a thread for ever.
    """
    try:
        head = _head(data)
        read = _READ.get(head.type)
        if read is None:
            return None
        what = read(data)
    except msgspec.ValidationError as error:
        _log.warning("item_skipped stream=%s error=%s", stream, error)
        return None
    if isinstance(what, Message | Note | Rating) and what.seq == 0:
        what = msgspec.structs.replace(what, seq=head.thread_seq or head.seq or 0)
    return Event(stream, what, head.seq, head.at, head.thread, head.thread_seq)


_head = msgspec.json.Decoder(_Head).decode
