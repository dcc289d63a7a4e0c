"""What a connection wants done. Each is answered by the input named in its docstring."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inbox.core.frames import Send


class Say(msgspec.Struct, frozen=True):
    """Write this frame after those before it; `Wrote`."""

    data: bytes


class SignIn(msgspec.Struct, frozen=True):
    """Sign in with this token, or with what came with the handshake; `SignedIn` or `Refused`.

    `agent`: whom it has to be, if that was said.
    """

    token: str | None
    device: str | None
    agent: str | None = None


class Renew(msgspec.Struct, frozen=True):
    """Sign in again; `Renewed` or `NotRenewed`."""

    token: str


class Join(msgspec.Struct, frozen=True):
    """Register interest, and only then look how long the stream is; `Joined` or `Denied`.

    From then on `Stirred` tells of every move, until `Leave`. May come again for the same turn.
    """

    stream: str
    turn: int


class Leave(msgspec.Struct, frozen=True):
    """Interest ends; unanswered."""

    stream: str


class ReadOn(msgspec.Struct, frozen=True):
    """Read the stretch after `since`; `Turned` or `Unread`. One at a time per connection."""

    stream: str
    turn: int
    since: int


class Deliver(msgspec.Struct, frozen=True):
    """Send a message; `Stored` or `Failed`. One at a time per thread, in the order they came."""

    ticket: int
    thread: str
    frame: Send


class Mark(msgspec.Struct, frozen=True):
    """Take a receipt; `Marked` or `Failed`."""

    ticket: int
    kind: Literal["ack", "read"]
    thread: str
    upto: int


class Show(msgspec.Struct, frozen=True):
    """Tell others that are here now, where they may know; unanswered."""

    kind: Literal["typing", "viewing", "presence"]
    thread: str
    on: bool
    private: bool = False


class Close(msgspec.Struct, frozen=True):
    """Close the socket after what was said, or at once where the transport is stuck; unanswered."""

    code: int
    reason: str
    at_once: bool = False


Effect: TypeAlias = Say | SignIn | Renew | Join | Leave | ReadOn | Deliver | Mark | Show | Close
