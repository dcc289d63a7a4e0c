"""States, limits and close codes of a live connection."""

from __future__ import annotations

from enum import Enum, IntEnum

import msgspec


class State(Enum):
    """How far a connection has come."""

    GREETING = "greeting"
    SIGNING = "signing"
    OPEN = "open"
    OVER = "over"


class CloseCode(IntEnum):
    """4000–4499 and the standard ones: come back. 4500–4999: do not."""

    INTERNAL = 1011
    TRY_AGAIN = 1013
    DRAINING = 4001
    TOKEN_EXPIRED = 4005
    SLOW_CONSUMER = 4008
    NO_PONG = 4012
    TOO_MANY = 4029
    BAD_TOKEN = 4500
    BAD_FRAME = 4501
    REVOKED = 4503


REGROUP_MS = 1_000
"""Within which time somebody is to come back whose teams have become more."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The figures that a connection keeps to; one object for all of them. Times in milliseconds."""

    ping_ms: int = 25_000
    pong_ms: int = 10_000
    hello_ms: int = 10_000
    stall_ms: int = 30_000
    retry_ms: int = 1_000
    """How long to wait after the store failed to give a stretch."""
    grace_ms: int = 5_000
    """How much longer than announced a drain waits for sends under way."""
    frame_bytes: int = 65_536
    frames_per_second: int = 500
    frames_burst: int = 1_000
    streams: int = 64
    unsent: int = 32
    """Frames waiting for the transport, above which nothing more is read from the client."""
    catch_up: int = 5_000
    """Items behind, above which the client is told to load by HTTP."""
