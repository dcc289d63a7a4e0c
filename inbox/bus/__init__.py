"""The bell: tells every node that a stream has moved, and carries what is never stored.

Losing a hint is harmless (each node also asks the database once a second), so a bus needs no
acknowledgement, no order and no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from inbox.core.hints import Hint, Moved, Passing

__all__ = ["Bus", "Hint", "Moved", "Passing"]


class Bus(Protocol):
    """What a bus offers."""

    def ring(self, hint: Hint) -> None:
        """Tell everybody who listens, this process included. Never raises and never waits."""
        ...

    def listen(self, hear: Callable[[Hint], None]) -> Callable[[], None]:
        """Call `hear` with every hint from now on; the function that this returns ends it."""
        ...
