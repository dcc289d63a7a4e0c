"""Which agents this process has seen, and when: by a request, or by a socket that is open.

A lost connection must not end anybody's duty at once, and another process may see them, so what is
seen here goes to the database: of each agent at most once a minute, never with the request.
"""

from __future__ import annotations

WRITTEN_EVERY_MS = 60_000


class Presence:
    """Agents by id, with the last moment at which each was here."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._sockets: dict[str, int] = {}
        self._written: dict[str, tuple[int, int]] = {}

    def see(self, agent: str, *, at: int) -> None:
        """A request of this agent has come."""
        self._seen[agent] = at

    def arrive(self, agent: str) -> None:
        """A live socket of this agent is open."""
        self._sockets[agent] = self._sockets.get(agent, 0) + 1

    def depart(self, agent: str, *, at: int) -> None:
        """It is closed, or lost: until now they were here."""
        self._seen[agent] = at
        self._sockets[agent] -= 1
        if not self._sockets[agent]:
            del self._sockets[agent]

    def unwritten(self, *, now: int) -> dict[str, int]:
        """Who was seen when, of those of whom the database has not heard for a minute."""
        for agent in self._sockets:
            self._seen[agent] = now
        told = {}
        for agent, seen in self._seen.items():
            written, written_at = self._written.get(agent, (-1, -WRITTEN_EVERY_MS))
            if seen != written and not 0 <= now - written_at < WRITTEN_EVERY_MS:
                told[agent] = seen
        return told

    def wrote(self, seen: dict[str, int], *, now: int) -> None:
        """The database has heard it. Who has been gone for long is forgotten."""
        self._written.update({agent: (at, now) for agent, at in seen.items()})
        long_ago = now - 60 * WRITTEN_EVERY_MS
        for agent in [one for one, at in self._seen.items() if at < long_ago]:
            del self._seen[agent]
            self._written.pop(agent, None)
