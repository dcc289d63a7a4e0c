"""How long the client waits for what, and where it takes time and chance from."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """All in seconds. The defaults follow Apple's advice and what was seen of its service."""

    connect: float = 10
    """For address, TCP and TLS together."""
    silence: float = 5
    """Answers are due and nothing comes for so long: ask with a PING."""
    dead: float = 10
    """Nothing has come for so long though something is due: the connection is dead."""
    idle: float = 300
    """Nothing to do for so long: a PING keeps the way open."""
    back_off: float = 1
    """The most that is waited before the second attempt to connect; it doubles with each."""
    back_off_most: float = 60
    short_life: float = 60
    """A connection that ends earlier counts like one that could not be made."""
    refused: float = 0.1
    """The most that is waited after REFUSED_STREAM; it doubles with each."""
    look_at_key: float = 1
    """How often the key's file is looked at, at most."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Time and chance, so that a test can steer them."""

    clock: Callable[[], float] = time.time
    """Unix seconds: what a provider token says."""
    timer: Callable[[], float] = time.monotonic
    """Seconds that never go back: what is waited for."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """From 0 to 1."""
