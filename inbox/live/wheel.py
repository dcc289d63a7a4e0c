"""One clock for all connections: whose deadline is near is looked at, nobody has a timer."""

from __future__ import annotations

from typing import Protocol

GRAIN_MS = 250
"""How finely time is told here; deadlines are seconds."""


class Timed(Protocol):
    """Something with a deadline. `slot` belongs to the wheel."""

    slot: int | None

    @property
    def deadline(self) -> int | None:
        """When it wants to be looked at; none: never again."""
        ...

    def tick(self) -> None:
        """Look now."""
        ...


class Wheel:
    """Slots of a quarter of a second, each with those whose deadline falls into it."""

    def __init__(self, now: int) -> None:
        self._turned = now // GRAIN_MS
        self._slots: dict[int, set[Timed]] = {}

    def file(self, timed: Timed) -> None:
        """Put it where its deadline is.

        One whose deadline has moved on is left where it was: to look at it too early once costs
        less than to move it at every frame.
        """
        deadline = timed.deadline
        if deadline is None:
            self.remove(timed)
            return
        slot = max(-(-deadline // GRAIN_MS), self._turned + 1)
        if timed.slot is not None:
            if timed.slot <= slot:
                return
            self.remove(timed)
        timed.slot = slot
        self._slots.setdefault(slot, set()).add(timed)

    def remove(self, timed: Timed) -> None:
        """Look at it no more."""
        if timed.slot is None:
            return
        there = self._slots.get(timed.slot)
        if there is not None:
            there.discard(timed)
            if not there:
                del self._slots[timed.slot]
        timed.slot = None

    def turn(self, now: int) -> list[Timed]:
        """Take out all whose slot has passed; whoever looks at them files them again."""
        upto, due = now // GRAIN_MS, list[Timed]()
        while self._turned < upto:
            self._turned += 1
            for timed in self._slots.pop(self._turned, ()):
                timed.slot = None
                due.append(timed)
        return due
