"""Whether a connection still lives: when to ask with a PING, and when it is dead.

A connection with work on it is asked when nothing came for some seconds, and dead when nothing
came for some more; one without is asked every few minutes, so that what lies between keeps the way
open. It is never closed for having nothing to do.
"""

from __future__ import annotations

from typing import Literal

from push.apns.pace import Pace, World


class Pulse:
    """For one connection, which says what happens and looks when `until_next_look` has passed."""

    def __init__(self, *, world: World, pace: Pace) -> None:
        self._timer, self._pace = world.timer, pace
        self._quiet_since = world.timer()
        self._asked = False
        self._dead_at = 0.0

    def heard(self) -> None:
        """Something came, whatever it was."""
        self._quiet_since = self._timer()
        self._asked = False

    def went_to_work(self) -> None:
        """From now on an answer is due, and was not before."""
        if not self._asked:
            self._quiet_since = self._timer()

    def look(self, *, busy: bool) -> Literal["fine", "ask", "dead"]:
        """What is to be done now; after "ask" it counts as asked."""
        now = self._timer()
        if self._asked:
            return "dead" if now >= self._dead_at else "fine"
        if now < self._quiet_since + (self._pace.silence if busy else self._pace.idle):
            return "fine"
        self._asked = True
        self._dead_at = (self._quiet_since if busy else now) + self._pace.dead
        return "ask"

    def until_next_look(self, *, busy: bool) -> float:
        """Seconds."""
        if self._asked:
            due = self._dead_at
        elif busy:
            due = self._quiet_since + self._pace.silence
        else:  # it may have work in a moment
            due = min(self._quiet_since + self._pace.idle, self._timer() + self._pace.silence)
        return max(due - self._timer(), 0.001)
