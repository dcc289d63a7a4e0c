"""The brake on mass removal: when too many addresses die at once, it is we who are wrong.

A key of another environment, a wrong topic or project makes every token look dead. So no more than
twenty in five minutes are removed for one reason where they are more than one in twenty of what was
sent. Beyond that the brake is on: addresses stay, an alarm is raised, and what was to be forgotten
is asked again later. It comes off when the share has been low again over a whole window, or when
the operator says so; silence alone does not loosen it, since nothing was learned by it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

WINDOW_S = 300.0
MANY = 20
SHARE = 0.05

_STEP_S = 10.0


class Brake:
    """The brake of one circuit's app. `ticks` is a clock in seconds that never steps back."""

    def __init__(self, *, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._steps: deque[_Step] = deque()
        self._on: dict[str, float] = {}

    def sent(self) -> None:
        """Something was answered, whatever the answer."""
        self._step().sent += 1

    def removes(self, reason: str) -> bool:
        """Whether an address that died of this may be removed now. Counts it."""
        step = self._step()
        step.dead[reason] = step.dead.get(reason, 0) + 1
        sent = sum(one.sent for one in self._steps)
        dead = sum(one.dead.get(reason, 0) for one in self._steps)
        low = dead <= sent * SHARE
        if (since := self._on.get(reason)) is not None:
            # Judged by a window that began after the brake came on, and saw enough.
            if low and sent > MANY and self._steps[0].began > since:
                del self._on[reason]
                return True
            return False
        if dead > MANY and not low:
            self._on[reason] = self._ticks()
            return False
        return True

    def on(self) -> frozenset[str]:
        """The reasons for which nothing is removed at present."""
        return frozenset(self._on)

    def share(self, reason: str) -> float:
        """The part of what was sent in the window that died of this."""
        sent = sum(one.sent for one in self._steps)
        return sum(one.dead.get(reason, 0) for one in self._steps) / sent if sent else 0.0

    def release(self) -> None:
        """The operator has looked: remove again, and count anew."""
        self._on.clear()
        self._steps.clear()

    def _step(self) -> _Step:
        now = self._ticks()
        steps = self._steps
        if not steps or now - steps[-1].began >= _STEP_S:
            while steps and now - steps[0].began >= WINDOW_S:
                steps.popleft()
            steps.append(_Step(now))
        return steps[-1]


class _Step:
    __slots__ = ("began", "dead", "sent")

    def __init__(self, began: float) -> None:
        self.began = began
        self.sent = 0
        self.dead: dict[str, int] = {}
