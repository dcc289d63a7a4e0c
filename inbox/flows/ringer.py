"""What may be asked of whoever rings at customers' devices in this process.

`inbox.ringing` fills it; it stands here since the Context carries it to the operator's doors.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from push.alarms import Alarm
from push.model import Outcome, ProviderName, Push


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with one push service since the start of the process."""

    provider: ProviderName
    waiting: int
    """Pushes in the outbox, those put off included."""
    oldest_ms: int
    """How long the oldest that is due has waited."""
    in_flight: int
    attempts: int
    results: dict[str, int]
    """Requests by what came of them."""
    duplicates_risked: int


class OpenCircuit(msgspec.Struct, frozen=True):
    """An app or service that is left alone for now."""

    about: str
    state: str
    reason: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The connections to Apple of one key and environment."""

    key_id: str
    environment: str
    connections: int
    token_age_s: float | None
    skew_s: float | None
    """How far our clock is ahead of Apple's, where an answer told."""
    broken: str | None
    """Why there is no connection, or why the key cannot be read."""


class Ringing(msgspec.Struct, frozen=True, kw_only=True):
    """How pushes stand, for the operator."""

    lanes: tuple[Lane, ...]
    circuits: tuple[OpenCircuit, ...]
    alarms: tuple[Alarm, ...]
    braked: dict[str, tuple[str, ...]]
    """By circuit: the reasons for which no address is removed at present."""
    lines: tuple[Line, ...]


class Ringer(Protocol):
    """Sends pushes, past the outbox where it is told to, and says how it stands."""

    async def send_now(self, push: Push) -> Outcome:
        """Send this one at once, whatever waits, and give the service's own answer."""
        ...

    def look(self) -> Ringing:
        """How it stands."""
        ...

    def resume(self) -> None:
        """The operator has looked: what is held may be tried at once, dead addresses be removed."""
        ...
