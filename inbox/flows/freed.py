"""Teams in which something may be handed out: hands are free, or a conversation is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable


class Freed:
    """Teams by id, and whoever waits for one. What is asked for twice is done once."""

    def __init__(self) -> None:
        self._teams: set[str] = set()
        self._asked = asyncio.Event()

    def ask(self, teams: Iterable[str]) -> None:
        """Have a look taken at these teams soon."""
        self._teams.update(teams)
        if self._teams:
            self._asked.set()

    def take(self) -> set[str]:
        """The teams asked for until now; they are asked for no more."""
        taken, self._teams = self._teams, set()
        self._asked.clear()
        return taken

    async def wait(self) -> None:
        """Return when there is a team to look at."""
        await self._asked.wait()
