"""Who is let in at once, who waits a moment at the door, and who is sent away with a time."""

from __future__ import annotations

import math

from inbox.core.errors import Overloaded

WAIT_S = 5.0
"""How long a handshake may wait at the door: most of a storm is served so without a second try."""


class Admission:
    """A bounded rate of new connections, evenly spaced, and a bound on all of them.

    Those over the rate wait their turn up to `WAIT_S`; the rest are told to return one after the
    other, at the same rate, so that the storm does not come back as one.
    """

    def __init__(self, *, per_second: int, most: int) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._most = most
        self._next = 0.0
        self._returns = 0.0
        self.inside = 0

    def enter(self, now: float) -> float:
        """Take a place; how many seconds to wait before going on. Raises Overloaded.

        Whoever entered must `leave`, also when it never got further.
        """
        if self.inside >= self._most:
            raise Overloaded("too many live connections", retry_after=self._return_in(now, 1.0))
        # A tenth of a second's worth may come at once; connections are not evenly spaced by nature.
        start = max(self._next, now - 0.1)
        wait = start - now
        if wait > WAIT_S:
            raise Overloaded("many connect at once", retry_after=self._return_in(now, wait))
        self._next = start + self._gap
        self.inside += 1
        return max(0.0, wait)

    def leave(self) -> None:
        """Give the place back."""
        self.inside -= 1

    def _return_in(self, now: float, least: float) -> float:
        self._returns = max(self._returns, now + least) + self._gap
        return float(math.ceil(self._returns - now))
