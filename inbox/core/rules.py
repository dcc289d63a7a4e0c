"""A team's own rules: one table, from which the API, the command and the docs are made.

A field is a rule: its type says what it may be, its default what holds where nothing was set, and
its description what it decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from inbox.core.cover import Policy


def _rule(about: str, *, low: int | None = None, high: int | None = None) -> msgspec.Meta:
    return msgspec.Meta(description=about, ge=low, le=high)


class TeamRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a team works. What was never set has its default."""

    promise_target_minutes: Annotated[
        int,
        _rule(
            "what the team aims to answer within, told to customers as its target until enough was "
            "measured; 0: nothing is told",
            low=0,
            high=10_080,
        ),
    ] = 0
    callback_minutes: Annotated[
        int,
        _rule("how long a slot for a callback is; 0: the team calls nobody back", low=0, high=240),
    ] = 0
    callback_share: Annotated[
        int,
        _rule(
            "how many per cent of those on shift may be on such calls at a time", low=1, high=100
        ),
    ] = 25
    cover: Annotated[
        Policy,
        _rule(
            "what happens to a customer who writes while the team is not there: `wait` for it, "
            "`cover` by another team, or `ask` the customer"
        ),
    ] = "wait"
    cover_by: Annotated[
        tuple[str, ...],
        _rule("the keys of the teams that cover: the first that is there does"),
    ] = ()
    cover_when_away: Annotated[
        bool,
        _rule("whether a team within its hours with nobody on duty counts as not there"),
    ] = False
    general: Annotated[
        bool,
        _rule(
            "whether it is general care: for customers who choose it in place of a team of their "
            "own, and nobody's home unless it is the default team"
        ),
    ] = False
    handing: Annotated[
        Literal["pull", "push"],
        _rule(
            "`pull`: agents take from the queue by hand; `push`: it is given to the least loaded "
            "agent on duty"
        ),
    ] = "pull"
    soft_limit: Annotated[
        int,
        _rule(
            "with so many active conversations an agent is given no new ones; 0: no limit",
            low=0,
            high=1_000,
        ),
    ] = 8
    hard_limit: Annotated[
        int,
        _rule(
            "with so many an agent can neither take nor be assigned one, but for customers whom "
            "they answered last; 0: no limit",
            low=0,
            high=1_000,
        ),
    ] = 12
    take_back_after: Annotated[
        int,
        _rule(
            "minutes of the team's hours after which a conversation that its assignee has not "
            "answered goes back to the queue; 0: it does not, while they are on duty",
            low=0,
            high=10_080,
        ),
    ] = 30


class Rule(msgspec.Struct, frozen=True):
    """One row of the table."""

    name: str
    type: Any
    default: Any
    about: str

    @property
    def allowed(self) -> str:
        """What it may be, for people."""
        kind, *metas = get_args(self.type) if get_origin(self.type) is Annotated else (self.type,)
        if get_origin(kind) is Literal:
            return " or ".join(f"`{word}`" for word in get_args(kind))
        if kind is int:
            return f"{metas[0].ge} to {metas[0].le}"
        return {bool: "true or false", str: "text"}.get(kind, "JSON")


def _rows() -> Iterator[Rule]:
    hints = get_type_hints(TeamRules, include_extras=True)
    for field in msgspec.structs.fields(TeamRules):
        meta = next(one for one in get_args(hints[field.name]) if isinstance(one, msgspec.Meta))
        yield Rule(field.name, hints[field.name], field.default, meta.description or "")


RULES: tuple[Rule, ...] = tuple(_rows())
"""The table, in the order of the docs."""

DEFAULT_RULES = TeamRules()

RulesChange: type[msgspec.Struct] = msgspec.defstruct(
    "RulesChange",
    [(row.name, row.type | msgspec.UnsetType, msgspec.UNSET) for row in RULES],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    module=__name__,
    namespace={"__doc__": "Rules to set; what is absent stays."},
)


def change_rules(rules: TeamRules, change: msgspec.Struct) -> TeamRules:
    """The rules with what a `RulesChange` sets."""
    given = ((row.name, getattr(change, row.name)) for row in RULES)
    changed = {name: value for name, value in given if value is not msgspec.UNSET}
    return msgspec.structs.replace(rules, **changed)
