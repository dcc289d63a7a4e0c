"""The apps that the client serves, and where Apple is."""

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
