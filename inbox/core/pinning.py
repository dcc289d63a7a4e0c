"""Which team becomes a customer's home, and the sentence that says why.

Longest region first, then language, then room, then the lightest load: a pure function of what it
is given, so the same question always has the same answer and the answer can be explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from inbox.core.errors import Overloaded


class Candidate(msgspec.Struct, frozen=True):
    """A team that could take the customer, with its load at this moment."""

    id: str
    key: str
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Empty: any language."""
    max_customers: int | None = None
    customers: int = 0
    """Those who have written; who only looked does not count."""
    active_members: int = 0
    is_default: bool = False


class Choice(msgspec.Struct, frozen=True):
    """The home team, the reason as a sentence, and whether a region match decided it."""

    team: str
    reason: str
    by_region: bool


def choose(
    candidates: Sequence[Candidate],
    *,
    customer: str,
    region: str | None = None,
    language: str | None = None,
) -> Choice:
    """Choose the home team of a customer.

    Of the teams with room whose market matches the region, those that speak the language (if any
    does); of those the longest region prefix; of those the fewest customers per active member; of
    equals the highest rendezvous hash, so that a team that comes or goes moves no other customer.
    Where nothing matches, or all that match are full: the default team, full or not, since a
    customer is never turned away. Raises Overloaded where there is no default team either: the
    app keeps the message and tries again, the operator has something to mend.
    """
    matching = [team for team in candidates if _match(team, region)]
    roomy = [team for team in matching if not _is_full(team)]
    if not roomy:
        return _choose_default(candidates, customer=customer, region=region, full=bool(matching))
    speaking = [team for team in roomy if _speaks(team, language)]
    pool = speaking or roomy
    longest = max(len(_match(team, region)) for team in pool)
    nearest = [team for team in pool if len(_match(team, region)) == longest]
    winner = min(nearest, key=lambda team: (*_load(team), _rank(team, customer)))
    equals = [team for team in nearest if _load(team) == _load(winner)]
    parts = [f"{winner.key} serves {'-'.join(_match(winner, region))}, where the customer is"]
    if nearer := _nearer_but_passed_over(matching, longest=longest, region=region):
        because = "is full" if _is_full(nearer) else "does not speak the language"
        parts.append(f"the nearer team {nearer.key} {because}")
    if not speaking:
        parts.append(f"no team there speaks {language}")
    elif language is not None and winner.languages:
        parts.append(f"it speaks {language}")
    if len(equals) > 1:
        parts.append(f"chosen by the customer's id among {len(equals)} teams with equal load")
    elif len(nearest) > 1:
        parts.append(f"it has the lightest load of {len(nearest)} teams ({_load_text(winner)})")
    return Choice(winner.id, "; ".join(parts), by_region=True)


def fits_better(
    candidates: Sequence[Candidate],
    *,
    current: str,
    customer: str,
    region: str | None,
    language: str | None = None,
) -> Choice | None:
    """The team to suggest after the customer's region changed, or none if the present one is right.

    Only a region match that is longer than the present team's is worth a move: never a lighter
    load, and never the default team.
    """
    open_to = [team for team in candidates if _match(team, region) and not _is_full(team)]
    if not open_to:
        return None
    choice = choose(open_to, customer=customer, region=region, language=language)
    reach = {team.id: len(_match(team, region)) for team in candidates}
    return choice if reach[choice.team] > reach.get(current, 0) else None


def _choose_default(
    candidates: Sequence[Candidate], *, customer: str, region: str | None, full: bool
) -> Choice:
    defaults = [team for team in candidates if team.is_default]
    if not defaults:
        raise Overloaded(
            "no team can take this customer: none matches with room, and none is the default",
            retry_after=30,
        )
    winner = min(defaults, key=lambda team: _rank(team, customer))
    if region is None:
        why = "the customer's region is not known"
    else:
        why = f"every team for {region} is full" if full else f"no team serves {region}"
    over = ", though it is full too" if _is_full(winner) else ""
    return Choice(winner.id, f"{winner.key} is the default team{over}; {why}", by_region=False)


def _nearer_but_passed_over(
    matching: Sequence[Candidate], *, longest: int, region: str | None
) -> Candidate | None:
    nearer = [team for team in matching if len(_match(team, region)) > longest]
    return max(nearer, key=lambda team: (len(_match(team, region)), team.key), default=None)


def _match(team: Candidate, region: str | None) -> tuple[str, ...]:
    """The team's longest region that is a prefix of the customer's, by segments; or nothing."""
    if region is None:
        return ()
    wanted = _segments(region)
    owned = (_segments(one) for one in team.regions)
    return max((one for one in owned if wanted[: len(one)] == one), key=len, default=())


def _segments(text: str) -> tuple[str, ...]:
    return tuple(text.upper().split("-"))


def _speaks(team: Candidate, language: str | None) -> bool:
    """Whether the team lists the language or a wider form of it (`es` for `es-MX`), RFC 4647."""
    if language is None or not team.languages:
        return True
    wanted = _segments(language)
    return any(wanted[: len(one)] == one for one in map(_segments, team.languages))


def _is_full(team: Candidate) -> bool:
    return team.max_customers is not None and team.customers >= team.max_customers


def _load(team: Candidate) -> tuple[bool, float]:
    """Customers per active member; a team without members comes after all others."""
    return team.active_members == 0, team.customers / max(team.active_members, 1)


def _load_text(team: Candidate) -> str:
    return f"{team.customers} customers for {team.active_members} members"


def _rank(team: Candidate, customer: str) -> bytes:
    """The team's place for this customer by rendezvous hash; the lowest wins."""
    return blake2b(f"{team.id}\0{customer}".encode(), digest_size=16).digest()
