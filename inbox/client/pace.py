"""When to try again and whether to: jittered waits, and what a close code asks for."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal

import msgspec

Chance = Callable[[], float]
"""A random number in [0, 1)."""

RENEW = 4005
BAD_FRAME = 4501
STOP_FROM = 4500
STOP_TO = 4999


class Pace(msgspec.Struct, frozen=True):
    """Every wait of a client, in seconds. The defaults are the contract's; tests shorten them."""

    base_s: float = 0.5
    cap_s: float = 30.0
    open_s: float = 10.0
    """A connection that has no `welcome` by then is given up."""
    request_s: float = 30.0
    poll_s: int = 25
    """How long the server may hold a long poll: 0–25."""
    tries_before_poll: int = 3
    """So many failures to get a live socket in a row, and the client falls back to long polls…"""
    socket_again_s: float = 60.0
    """…and tries the socket again after this."""
    renew_before_s: float = 60.0
    """A token is renewed this long before it expires, or in the last fifth of a shorter life."""


def wait(pace: Pace, tries: int, *, at_least: float = 0.0, chance: Chance = random.random) -> float:
    """Seconds to wait before the next try, after `tries` failures in a row: 0 for the first.

    `random(0, min(cap, base · 2ⁿ))`, so that clients which lost one server do not come back at one
    moment. `at_least` is a `Retry-After`: the jitter comes on top of it, never instead.
    """
    return at_least + chance() * min(pace.cap_s, pace.base_s * 2.0 ** min(tries, 32))


Next = Literal["again", "renew", "stop"]


def after_close(code: int) -> Next:
    """What a close code asks for: come back, come back with a new token, or stay away."""
    if STOP_FROM <= code <= STOP_TO:
        return "stop"
    return "renew" if code == RENEW else "again"
