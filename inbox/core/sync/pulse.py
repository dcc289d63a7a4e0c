"""Whether the client is alive, and whether it is too lively."""

from __future__ import annotations

from inbox.core.sync.states import Limits


class Pulse:
    """A ping at every interval, any frame as the answer, and a budget of frames.

    Pings do not wait for silence: the client counts on hearing one in each interval, whatever it
    says itself.
    """

    __slots__ = ("_budget", "_heard_at", "_limits", "_pinged_at", "_since")

    def __init__(self, limits: Limits, *, now: int) -> None:
        self._limits = limits
        self._since = now
        self._heard_at = now
        self._pinged_at: int | None = None
        self._budget = float(limits.frames_burst)

    def begin(self, now: int) -> None:
        """Count the next ping from now."""
        self._since = now

    def hear(self, now: int) -> bool:
        """The client said something; false when that is more than its budget."""
        passed, self._heard_at = now - self._heard_at, now
        self._pinged_at = None
        limits = self._limits
        earned = passed * limits.frames_per_second / 1000
        self._budget = min(float(limits.frames_burst), self._budget + earned)
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def written(self, now: int) -> None:
        """All that was said is on its way: only from now can a ping be answered."""
        if self._pinged_at is not None:
            self._pinged_at = now

    def ping_is_due(self, now: int) -> bool:
        """Whether to ping now; if so, the answer is awaited from now on."""
        if self._pinged_at is not None or now < self._since + self._limits.ping_ms:
            return False
        self._since = self._pinged_at = now
        return True

    def is_lost(self, now: int) -> bool:
        """Whether a ping was not answered in time."""
        return self._pinged_at is not None and now >= self._pinged_at + self._limits.pong_ms

    def deadline(self) -> int:
        """When to look again."""
        if self._pinged_at is not None:
            return self._pinged_at + self._limits.pong_ms
        return self._since + self._limits.ping_ms
