"""What can happen to a connection. Times are milliseconds of any clock that never steps back."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from inbox.core.errors import PinboxError
from inbox.core.policy import Agent, Customer

Who: TypeAlias = Customer | Agent


class Heard(msgspec.Struct, frozen=True):
    """A message from the client; none: a binary one, which the protocol does not have."""

    data: str | bytes | None


class SignedIn(msgspec.Struct, frozen=True):
    """The sign-in asked for succeeded; it ends at `ends`, if ever."""

    who: Who
    ends: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """The sign-in failed."""

    error: PinboxError


class Renewed(msgspec.Struct, frozen=True):
    """The new token is good."""

    who: Who
    ends: int | None = None


class NotRenewed(msgspec.Struct, frozen=True):
    """The new token is not good; the old one counts until its end."""

    error: PinboxError


class Refreshed(msgspec.Struct, frozen=True):
    """The registry moved; the sign-in is still good, and this is who it is now."""

    who: Who


class Revoked(msgspec.Struct, frozen=True):
    """The registry moved; the sign-in is good no longer."""


class Joined(msgspec.Struct, frozen=True):
    """Interest is registered, and the stream holds `floor`+1..`head`."""

    stream: str
    turn: int
    head: int
    floor: int


class Denied(msgspec.Struct, frozen=True):
    """The stream cannot be followed."""

    stream: str
    turn: int
    error: PinboxError


class Stirred(msgspec.Struct, frozen=True):
    """A stream that is followed holds everything up to `head` now."""

    stream: str
    head: int


class Batch(msgspec.Struct, frozen=True):
    """A complete stretch of a stream with its frame, made once for everybody who is at `since`."""

    since: int
    until: int
    frame: bytes
    empty: bool


class Turned(msgspec.Struct, frozen=True):
    """The stretch that was asked for."""

    stream: str
    turn: int
    batch: Batch


class Unread(msgspec.Struct, frozen=True):
    """The stretch could not be read."""

    stream: str
    turn: int
    error: PinboxError


class Stored(msgspec.Struct, frozen=True):
    """A send is on disk."""

    ticket: int
    message: bytes
    duplicate: bool
    promise: bytes | None = None
    choice: bytes | None = None


class Marked(msgspec.Struct, frozen=True):
    """A receipt was taken."""

    ticket: int


class Failed(msgspec.Struct, frozen=True):
    """What a ticket asked for cannot be."""

    ticket: int
    error: PinboxError


class Overheard(msgspec.Struct, frozen=True):
    """Something passing; a newer one of the same `key` takes the place of what was not said yet."""

    key: tuple[str, ...]
    frame: bytes


class Wrote(msgspec.Struct, frozen=True):
    """The transport has taken one frame, and the connection may lean on it again."""


class Ticked(msgspec.Struct, frozen=True):
    """Time has passed."""


class Draining(msgspec.Struct, frozen=True):
    """The server is about to stop."""

    within_ms: int


class Lost(msgspec.Struct, frozen=True):
    """The socket is gone, or the client has closed it."""


Input: TypeAlias = (
    Heard
    | SignedIn
    | Refused
    | Renewed
    | NotRenewed
    | Refreshed
    | Revoked
    | Joined
    | Denied
    | Stirred
    | Turned
    | Unread
    | Stored
    | Marked
    | Failed
    | Overheard
    | Wrote
    | Ticked
    | Draining
    | Lost
)
