"""Which looks at customers' data are to be written to the audit log: each once in a while."""

from __future__ import annotations

import msgspec

AGAIN_AFTER_MS = 15 * 60_000
"""A further look of the same agent at the same thread within this time is not written anew."""
PRUNE_ABOVE = 50_000


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
        self._lately: dict[tuple[str, str, str | None], int] = {}
        self._waiting: list[Look] = []

    def add(self, look: Look) -> None:
        """Keep this look for the next batch, unless the like of it came in the last 15 minutes.

        A clock that stepped back makes a row too many, never one too few.
        """
        key = (look.actor, look.action, look.thread)
        last = self._lately.get(key)
        if last is not None and 0 <= look.at - last < AGAIN_AFTER_MS:
            return
        if len(self._lately) >= PRUNE_ABOVE:
            old = look.at - AGAIN_AFTER_MS
            self._lately = {key: at for key, at in self._lately.items() if at > old}
        self._lately[key] = look.at
        self._waiting.append(look)

    def take(self, most: int) -> list[Look]:
        """The oldest that wait, at most so many; the caller writes them or gives them back."""
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def give_back(self, looks: list[Look]) -> None:
        """They could not be written: they come first in the next batch."""
        self._waiting[:0] = looks
