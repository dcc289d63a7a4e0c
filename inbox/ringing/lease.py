"""A claim's name, and how long it holds what it has."""

from __future__ import annotations

import msgspec

from inbox.ringing.hush import Hushes
from push.model import ProviderName

LEASE_MS = 60_000
"""Longer than a request's deadline and one more try. Nobody sends what may lapse meanwhile."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Under which name, until when, for whom and for how many pushes a claim is made."""

    claim: str
    until: int
    provider: ProviderName
    room: int
    hold: frozenset[str]
    """Circuits that are open: what goes by them stays."""
    hushes: Hushes
