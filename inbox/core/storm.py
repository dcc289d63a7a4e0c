"""Storm mode: for a while a team's new conversations spill over to other teams, by share.

A regional outage makes many customers write at once. One row of state says who helps and how much;
nothing is done to a thread until its customer begins a conversation. Which share a customer falls
into stands in a hash of the storm's and the thread's id: the same customer goes the same way as
long as the storm lasts, on every node, and anybody can work it out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from inbox.core.cover import LONGEST_COVER_MS
from inbox.core.errors import BadRequest
from inbox.core.hours import DAY_MS

DEFAULT_MS = DAY_MS
"""How long a storm lasts for which nobody has said an end: none is forgotten."""
MOST_HELPERS = 20
WIDEST = 10.0


class Helper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team by id, and how many of a hundred new conversations it takes."""

    team: str
    share: int


class Plan(msgspec.Struct, frozen=True):
    """Who helps in a storm, and by how much promised times grow."""

    helpers: tuple[Helper, ...]
    widen: float = 1.0


class Storm(msgspec.Struct, frozen=True):
    """A team's storm, with what its customers are told. Unix ms."""

    id: str
    team: str
    began_at: int
    until: int
    notice: str
    plan: Plan

    def rages(self, at: int) -> bool:
        """Whether it is in force at an instant."""
        return at < self.until


def number_of(storm: str, thread: str) -> int:
    """The customer's number in this storm, from 0 to 99."""
    digest = blake2b(f"{storm}\0{thread}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % 100


def helper_of(storm: Storm, thread: str) -> str | None:
    """The team that this thread's new conversations go to, or none: they stay.

    The helpers have the numbers from 0 on in their order, as many as their share.
    """
    left = number_of(storm.id, thread)
    for helper in storm.plan.helpers:
        if left < helper.share:
            return helper.team
        left -= helper.share
    return None


def check_helpers(team: str, helpers: Sequence[Helper]) -> tuple[Helper, ...]:
    """The helpers as they are; BadRequest names what cannot be."""
    if not 1 <= len(helpers) <= MOST_HELPERS:
        raise BadRequest.field("teams", f"name 1 to {MOST_HELPERS} teams")
    seen: set[str] = set()
    for place, helper in enumerate(helpers):
        path = f"teams[{place}]"
        if helper.team == team:
            raise BadRequest.field(f"{path}.team", "is the team that has the storm")
        if helper.team in seen:
            raise BadRequest.field(f"{path}.team", "is named twice")
        if not 1 <= helper.share <= 100:
            raise BadRequest.field(f"{path}.share", "must be 1 to 100, of a hundred")
        seen.add(helper.team)
    if sum(helper.share for helper in helpers) > 100:
        raise BadRequest.field("teams", "the shares are more than a hundred together")
    return tuple(helpers)


def check_until(until: int | None, *, now: int) -> int:
    """When the storm ends, a day from now where nobody says; BadRequest."""
    if until is None:
        return now + DEFAULT_MS
    if not now < until <= now + LONGEST_COVER_MS:
        raise BadRequest.field("until", "must be in the future, at most 31 days")
    return until


def check_widen(widen: float) -> float:
    """By how much promised times grow; BadRequest."""
    if not 1.0 <= widen <= WIDEST:
        raise BadRequest.field("widen", f"must be 1 to {WIDEST:.0f}")
    return widen
