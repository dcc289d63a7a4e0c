"""What teams tell all their customers, and that they open or close, for the sockets of this node.

It is state, not a message: each node looks at it once a second, which costs nothing while it is the
same, and tells whoever is connected what has changed. Who comes later is told as they come. Nothing
is stored for a customer, and what a slow line drops stands on the team page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Protocol

import msgspec

from inbox.core.errors import PinboxError
from inbox.core.frames import Notice, NoticeShown
from inbox.core.policy import Agent, Customer
from inbox.core.timetable import State
from inbox.live.ports import People

TOGETHER = 100
"""Sockets told at once: there may be thousands, and others have their turn between."""


class Hearer(Protocol):
    """Who may be told: a session."""

    @property
    def who(self) -> Customer | Agent | None:
        """Who signed in, if anybody did."""
        ...

    def overhear(self, key: tuple[str, ...], frame: bytes) -> None:
        """Something passing; returns at once."""
        ...


class Notices:
    """What this node has told."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._known: dict[str, NoticeShown] = {}
        self._states: dict[str, State] | None = None

    async def look(self, hearers: Iterable[Hearer]) -> None:
        """Tell those whose team says something else than before, or is there and was not.

        Raises what the store raises; the next look tells all of them then.
        """
        now, states = await self._people.notices(), await self._people.states()
        changed = {team for team in {*now, *self._known} if now.get(team) != self._known.get(team)}
        before = self._known, self._states
        if self._states is not None:  # what was so at the first look is no news
            changed |= {team for team in states if states[team] != self._states.get(team)}
        self._known, self._states = now, states
        if not changed:
            return
        try:
            await self._tell(hearers, changed)
        except PinboxError:
            self._known, self._states = before
            raise

    async def greet(self, hearer: Hearer) -> None:
        """Tell one who has just come, if there is anything to tell."""
        if self._known:
            await self._tell((hearer,), self._known.keys())

    async def _tell(self, hearers: Iterable[Hearer], teams: Collection[str]) -> None:
        customers = iter([(one, who) for one in hearers if isinstance(who := one.who, Customer)])
        while some := list(islice(customers, TOGETHER)):
            homes = await self._people.homes([who for _, who in some])
            for (hearer, _), home in zip(some, homes, strict=True):
                if home is not None and home in teams:
                    # As it is known by now: whoever comes while a change is told hears the last.
                    frame = Notice(
                        team=home,
                        notice=self._known.get(home),
                        state=None if self._states is None else self._states.get(home),
                    )
                    hearer.overhear(("Notice",), msgspec.json.encode(frame))
