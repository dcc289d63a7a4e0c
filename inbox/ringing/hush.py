"""Whether a customer is to be rung now: the quiet hours, as a claim asks for them."""

from __future__ import annotations

from typing import NamedTuple

from inbox.core.quiet import Quiet, quiet_until
from inbox.flows.quiet import quiet_of, zone_of
from inbox.flows.roster import Roster
from inbox.ringing.facts import Facts
from inbox.settings import Settings


class Hush(NamedTuple):
    """What quiet hours make of a push: it waits until then, or comes without sound and light."""

    until: int | None = None
    passive: bool = False


_NONE = Hush()


class Hushes:
    """All quiet hours, for one claim."""

    __slots__ = ("_people", "_settings", "_usual")

    def __init__(self, settings: Settings, people: Roster) -> None:
        self._settings = settings
        self._people = people
        self._usual: Quiet | None = quiet_of(None, settings)

    def of(self, facts: Facts, *, now: int) -> Hush:
        """What they make of a push to this customer."""
        quiet = self._usual if facts.quiet is None else quiet_of(facts.quiet, self._settings)
        if quiet is None:
            return _NONE
        team = self._people.teams.get(facts.home_team)
        zone = zone_of(facts.time_zone, "UTC" if team is None else team.time_zone)
        until = quiet_until(quiet, zone=zone, now=now)
        if until is None:
            return _NONE
        return Hush(passive=True) if quiet.mode == "passive" else Hush(until)
