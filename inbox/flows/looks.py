"""Which looks at customers' data are to be written to the audit log: each once in a while."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

AGAIN_AFTER_MS = 15 * 60_000
"""A further look of the same agent at the same thread within this time is not written anew."""


class Look(msgspec.Struct, frozen=True):
    """An agent has looked: at what time, in what way, at which thread (none: at many)."""

    id: str
    at: int
    actor: str
    action: str
    thread: str | None


class Looks:
    """Gathers looks between two batches, and remembers which were gathered lately."""

    def __init__(self) -> None:
        self._lately: OrderedDict[tuple[str, str, str | None], int] = OrderedDict()
        self._waiting: list[Look] = []

    def add(self, look: Look) -> None:
        """Keep this look for the next batch, unless the like of it came in the last 15 minutes.

        A clock that stepped back makes a row too many, never one too few.
        """
        key = (look.actor, look.action, look.thread)
        last = self._lately.get(key)
        if last is not None and _is_lately(last, look.at):
            return
        self._forget_old(look.at)
        self._lately[key] = look.at
        self._lately.move_to_end(key)
        self._waiting.append(look)

    def _forget_old(self, now: int) -> None:
        """In the order in which they came, so each is looked at once and dropped once."""
        while self._lately:
            key, at = self._lately.popitem(last=False)
            if _is_lately(at, now):
                self._lately[key] = at
                self._lately.move_to_end(key, last=False)
                return

    def take(self, most: int) -> list[Look]:
        """The oldest that wait, at most so many; the caller writes them or gives them back."""
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def give_back(self, looks: list[Look]) -> None:
        """They could not be written: they come first in the next batch."""
        self._waiting[:0] = looks


def _is_lately(at: int, now: int) -> bool:
    return 0 <= now - at < AGAIN_AFTER_MS
