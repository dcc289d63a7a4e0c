"""How much a worker does at once, and how long it waits."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

OnError = Callable[[str, BaseException], None]
"""Called with what was being done, for the log. Must not raise."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Of each provider's lane."""

    in_flight: int = 200
    """Claimed and not yet settled, at most: so much memory, whatever waits in the outbox."""
    batch: int = 100
    """Rows of one claim, at most, and of one transaction that settles."""
    request_s: float = 20.0
    lease_s: float = 60.0
    """As the outbox grants it: more than two requests."""
    at_once_s: float = 1.0
    """A pause up to this is waited here; a longer one in the outbox."""
    claims_apart_s: float = 0.02
    """While it trickles, so that a claim takes several rows; the first after a rest is at once."""
    gather_s: float = 0.02
    """Verdicts wait so long for others, to be stored in one transaction."""
    look_s: float = 5.0
    """How often the outbox is asked though it has said nothing."""
    blocked_s: float = 1.0
    """How long nothing is claimed after a claim of which nothing might go out."""
    longest_pause_s: float = 30.0
    """Between tries when the outbox fails."""
