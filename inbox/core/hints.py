"""What travels on the bus: hints that a stream has moved, and content that is never stored.

Kept among the rules since every room from the bus up to the doors speaks of them.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

REGISTRY = "registry"
"""Name of the stream that moves when teams, people, tokens or sign-outs change."""

WEBHOOKS = "webhooks"
"""Name of the stream that moves when something is to be told to the company's systems."""

RINGS = "rings"
"""Name of the stream that moves when something is to be brought to customers' devices."""


class Moved(msgspec.Struct, frozen=True):
    """A stream is at least at `head` on disk. May be lost, doubled or late: then nothing is harmed.

    `stream` is `thread:<id>`, `team:<id>`, `registry`, `rings` or `webhooks`.
    """

    stream: str
    head: int


class Passing(msgspec.Struct, frozen=True):
    """A wire frame for whoever listens to `stream` now (typing, viewing, presence); may be lost.

    `origin` is the connection that must not get it back.
    """

    stream: str
    frame: bytes
    origin: str


Hint: TypeAlias = Moved | Passing
