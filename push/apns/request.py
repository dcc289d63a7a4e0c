"""What the client is told: the apps, and one request of theirs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from push.model import Environment

ADDRESSES: dict[Environment, str] = {
    "production": "https://api.push.apple.com",
    "sandbox": "https://api.sandbox.push.apple.com",
}
"""Apple's own."""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app as its team set it up in Apple's developer account."""

    app: str
    """The bundle id."""
    team_id: str
    key_id: str
    key_file: Path
    """The `.p8` file of that key; read again when it changes."""
    environments: tuple[Environment, ...] = ("production", "sandbox")


class ApnsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What one push says to Apple, besides where it goes and who sends it."""

    topic: str
    """The bundle id, with the suffix of the push type."""
    push_type: str
    priority: int
    expiration: int
    """Unix seconds until which Apple keeps trying; 0: one attempt."""
    collapse_id: str = ""
    body: bytes
