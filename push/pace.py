"""How fast one device may be rung: a few at once, a second apart, then one every ten seconds.

What comes too soon is not lost: it waits, and is gathered into the next one.
"""

from __future__ import annotations

from collections.abc import Callable

APART_S = 1.0
BURST = 4
EVERY_S = 10.0

_FULL_S = BURST * EVERY_S


class Pace:
    """The pace of all devices. `ticks` is a clock in seconds that never steps back.

    Holds what was rung in the last forty to eighty seconds, and no more.
    """

    def __init__(self, *, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._new: dict[str, tuple[float, float]] = {}
        self._old: dict[str, tuple[float, float]] = {}
        self._turned = ticks()

    def ring(self, device: str) -> float:
        """0 where the device may be rung now, which is noted; else the seconds until it may."""
        now = self._ticks()
        if now - self._turned > _FULL_S:
            self._old = self._new if now - self._turned < 2 * _FULL_S else {}
            self._new, self._turned = {}, now
        last, spent = self._new.get(device) or self._old.get(device) or (-APART_S, 0.0)
        # `spent` is when the budget would be whole again (the generic cell rate algorithm).
        due = max(last + APART_S, spent - _FULL_S + EVERY_S)
        if due > now:
            return due - now
        self._new[device] = (now, max(spent, now) + EVERY_S)
        return 0.0

    def __len__(self) -> int:
        return len(self._new) + len(self._old)
