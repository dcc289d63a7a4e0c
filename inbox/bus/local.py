"""The bus of one process: ringing calls every listener at once.

Belongs to the event loop's thread, as everything above the store does.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from inbox.bus import Hint

log = structlog.get_logger(__name__)


class LocalBus:
    """A bell within the process. A listener that fails is logged and harms nobody else."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[Hint], None], ...] = ()

    def ring(self, hint: Hint) -> None:
        """Tell every listener before returning; listeners must be quick and wait for nothing."""
        for hear in self._listeners:
            try:
                hear(hint)
            except Exception:  # whoever rings has done its work and is not to blame
                log.exception("bus_listener_failed", stream=hint.stream)

    def listen(self, hear: Callable[[Hint], None]) -> Callable[[], None]:
        """Call `hear` with every hint until the returned function is called, which may be twice."""
        entry = _Listener(hear)
        self._listeners = (*self._listeners, entry)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not entry)

        return stop


class _Listener:
    """One registration, so that the same function may listen twice."""

    __slots__ = ("_hear",)

    def __init__(self, hear: Callable[[Hint], None]) -> None:
        self._hear = hear

    def __call__(self, hint: Hint) -> None:
        self._hear(hint)
