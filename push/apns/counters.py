"""What the client counts, for whoever keeps metrics."""

from __future__ import annotations

from collections import Counter

import msgspec

from push.model import Environment


class Counters(msgspec.Struct, eq=False):
    """Grow only, over all pools of one client."""

    connections: int = 0
    """Made, with TLS and HTTP/2 agreed on."""
    failed_connections: int = 0
    lost_connections: int = 0
    """Ended by the other side or by a PING without an answer."""
    goaways: Counter[str] = msgspec.field(default_factory=Counter)
    """By Apple's reason; without one, by HTTP/2's error code."""
    pings: int = 0
    tokens: int = 0
    """Provider tokens made."""
    keys: int = 0
    """Keys read from their files, the first time included."""
    resent: int = 0
    """Pushes that were certainly not processed and went out again."""
    unknown: int = 0
    """Pushes whose outcome nobody knows."""


class PoolView(msgspec.Struct, frozen=True, kw_only=True):
    """How the connections of one team, key and environment stand now."""

    team_id: str
    key_id: str
    environment: Environment
    connections: int
    """Those that take new pushes."""
    draining: int
    """Those that only wait for answers."""
    streams: int
    """Pushes on their way."""
    limit: int
    """How many there may be."""
    queued: int
    """Pushes that wait for a place."""
    ping_rtt: float | None
    """Seconds, as last measured."""
    token_age: float | None
    """Seconds since the provider token was made."""
    skew: float | None
    """Seconds that our clock is ahead of Apple's, where an answer said."""
    broken: str | None
    """Why there is no connection, or why the key cannot be read."""
