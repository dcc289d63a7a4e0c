"""How far this process has come in looking for promises whose time is over."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Promises are gone through by when they fall due (Unix ms), then by thread."""

    due: int
    thread: str


class Lapses:
    """Everything due before `place` was looked at, and is not looked for again.

    Who waits long after their promise was broken costs nothing more. A process begins from the
    beginning; what was settled before is not settled again.
    """

    def __init__(self) -> None:
        self.place = Place(0, "")

    def given(self, due: int) -> None:
        """A promise falls due then. Where the clock stepped back, that may be behind the place."""
        if due < self.place.due:
            self.place = Place(due, "")

    def looked_at(self, began: Place, upto: Place) -> None:
        """Everything between was looked at, unless it was put back meanwhile."""
        if self.place == began:
            self.place = upto
