"""Who may do what: the people who act, and one table of actions by role."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from inbox.core.errors import Forbidden, NotFound, Unauthorized

Role = Literal["agent", "lead", "admin"]


class Customer(msgspec.Struct, frozen=True):
    """A signed-in customer: the token's subject, its one thread, and when the token was made."""

    id: str
    thread: str
    issued_at: int
    expires_at: int
    """Unix seconds, both: the end of the token is the end of what it allows."""
    name: str | None = None
    locale: str | None = None
    time_zone: str | None = None


class Agent(msgspec.Struct, frozen=True):
    """A signed-in agent with its teams, and by which credential it came.

    `expires_at` is the credential's end in Unix ms, none for a personal token.
    """

    id: str
    name: str
    role: Role
    teams: frozenset[str]
    photo_url: str | None = None
    credential: str = ""
    expires_at: int | None = None


class Operator(msgspec.Struct, frozen=True):
    """Whoever can open the data folder: acts as an admin, named in the audit log as such."""

    id: str = "operator"
    name: str = "Operator"
    role: Role = "admin"


PINBOX = Operator("pinbox", "Pinbox")
"""What is done by itself, when its time has come."""


Action = Literal[
    "serve",
    "repin",
    "arrange",
    "oversee",
    "administer",
]

MAY: dict[Action, frozenset[Role]] = {
    "serve": frozenset({"agent", "lead", "admin"}),
    "repin": frozenset({"lead", "admin"}),
    "arrange": frozenset({"lead", "admin"}),
    "oversee": frozenset({"lead", "admin"}),
    "administer": frozenset({"admin"}),
}
"""`serve`: read and answer the threads of one's own teams, whatever the role. `arrange`: a team's
hours and its people's shifts; a lead those of the teams they are in (`demand_lead`). `oversee`:
the board and the reports."""


def demand(who: Agent | Operator, action: Action) -> None:
    """Raise Forbidden unless this role may do this."""
    if who.role not in MAY[action]:
        needed = ", ".join(sorted(MAY[action]))
        raise Forbidden(f"this needs one of the roles {needed}")


def demand_same(who: str, agent: str | None) -> None:
    """Raise Unauthorized where a page believes that another agent sits here than who signs in.

    One browser has one session for all its tabs: who signs in in one must not act in another's.
    """
    if agent is not None and agent != who:
        raise Unauthorized("somebody else is signed in here by now")


def demand_lead(who: Agent | Operator, team: str) -> None:
    """Raise Forbidden unless this role arranges teams, NotFound unless this team is theirs.

    An admin's is every team, a lead's are their own.
    """
    demand(who, "arrange")
    if who.role != "admin" and not (isinstance(who, Agent) and team in who.teams):
        raise NotFound("there is no such team")


def demand_leader(who: Agent | Operator, teams: Collection[str]) -> None:
    """Raise Forbidden unless this role arranges people, NotFound for somebody of none of its teams.

    `teams` are those of whom it is about. An admin arranges everybody.
    """
    demand(who, "arrange")
    if who.role != "admin" and not (isinstance(who, Agent) and who.teams.intersection(teams)):
        raise NotFound("there is no such agent")


def overseen(who: Agent | Operator, teams: Iterable[str], *, team: str | None) -> frozenset[str]:
    """Which of these teams the board and the reports show: an admin all, a lead their own.

    With `team` that one alone. Raises Forbidden for agents, NotFound for a team that is not theirs.
    """
    demand(who, "oversee")
    mine = frozenset(teams)
    if isinstance(who, Agent) and who.role != "admin":
        mine &= who.teams
    if team is None:
        return mine
    if team not in mine:
        raise NotFound("there is no such team")
    return frozenset({team})


def sees(agent: Agent, home: str, serving: str) -> bool:
    """Whether a thread with these teams is one of the agent's. No role sees further."""
    return home in agent.teams or serving in agent.teams
