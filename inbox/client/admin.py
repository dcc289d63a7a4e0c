"""What admins do over HTTP: teams, agents, tokens, and a customer's rights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from inbox.client.answers import Agent, Page, PersonalToken, Team, TokenInfo
from inbox.client.calls import Calls
from inbox.client.hours import Day, Holiday, Hours, Shift, Weekly


class TeamDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A new team. Customers of `regions` get it as their home; the default team gets the rest."""

    key: str
    name: str
    time_zone: str
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    place: str | None = None
    photo_url: str | None = None
    default: bool = False
    max_customers: int | None = None


class AgentDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A new agent; `teams` are ids. Without a password a personal token is the way in."""

    name: str
    teams: tuple[str, ...]
    role: str = "agent"
    photo_url: str | None = None
    line: str | None = None
    password: str | None = None


class _NewToken(msgspec.Struct, frozen=True, omit_defaults=True):
    agent: str
    label: str | None = None


class _Weekly(msgspec.Struct, frozen=True):
    weekly: Weekly | None


class _Shift(msgspec.Struct, frozen=True, omit_defaults=True):
    weekly: Weekly | None
    time_zone: str | None = None


class _Days(msgspec.Struct, frozen=True):
    days: tuple[Day, ...]


class _Rules(msgspec.Struct, frozen=True):
    rules: dict[str, Any]


class _Password(msgspec.Struct, frozen=True):
    password: str


class Admin:
    """The calls of `/v1/admin`. Forbidden for whoever is no admin; leads may keep hours, shifts."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def teams(self) -> tuple[Team, ...]:
        """Every team."""
        answer, _ = await self._calls.call("GET", "/v1/admin/teams", into=Page[Team])
        return answer.items

    async def add_team(self, draft: TeamDraft) -> Team:
        """Make a team. Raises Conflict where the key is taken."""
        answer, _ = await self._calls.call("POST", "/v1/admin/teams", into=Team, body=draft)
        return answer

    async def change_team(self, team: str, **change: Any) -> Team:
        """Change a team by id; what is not named stays as it is."""
        answer, _ = await self._calls.call(
            "PATCH", f"/v1/admin/teams/{team}", into=Team, body=change
        )
        return answer

    async def rules(self, team: str) -> dict[str, Any]:
        """How a team works, by its id: every rule by its name."""
        path = f"/v1/admin/teams/{team}/rules"
        answer, _ = await self._calls.call("GET", path, into=_Rules)
        return answer.rules

    async def set_rules(self, team: str, **rules: Any) -> dict[str, Any]:
        """Set some rules of a team, by name; the others stay."""
        path = f"/v1/admin/teams/{team}/rules"
        answer, _ = await self._calls.call("PATCH", path, into=_Rules, body=rules)
        return answer.rules

    async def hours(self, team: str) -> Hours:
        """A team's hours, by its id."""
        answer, _ = await self._calls.call("GET", f"/v1/admin/teams/{team}/hours", into=Hours)
        return answer

    async def set_hours(self, team: str, weekly: Weekly | None) -> Hours:
        """Set a team's ordinary week; none is around the clock. Listed dates stay."""
        answer, _ = await self._calls.call(
            "PUT", f"/v1/admin/teams/{team}/hours", into=Hours, body=_Weekly(weekly)
        )
        return answer

    async def holidays(
        self, team: str, *, country: str, year: int, subdivision: str | None = None
    ) -> tuple[Holiday, ...]:
        """A country's public holidays, to be looked at. Changes nothing."""
        answer, _ = await self._calls.call(
            "GET",
            f"/v1/admin/teams/{team}/holidays",
            into=Page[Holiday],
            query={"country": country, "subdivision": subdivision, "year": year},
        )
        return answer.items

    async def set_days(self, team: str, days: Iterable[Day]) -> Hours:
        """Set all dates on which something else holds, in place of those listed before."""
        answer, _ = await self._calls.call(
            "PUT", f"/v1/admin/teams/{team}/holidays", into=Hours, body=_Days(tuple(days))
        )
        return answer

    async def agents(self) -> tuple[Agent, ...]:
        """Every agent."""
        answer, _ = await self._calls.call("GET", "/v1/admin/agents", into=Page[Agent])
        return answer.items

    async def add_agent(self, draft: AgentDraft) -> Agent:
        """Make an agent. Raises Conflict where the name is taken."""
        answer, _ = await self._calls.call("POST", "/v1/admin/agents", into=Agent, body=draft)
        return answer

    async def change_agent(self, agent: str, **change: Any) -> Agent:
        """Change an agent by id; what is not named stays as it is."""
        answer, _ = await self._calls.call(
            "PATCH", f"/v1/admin/agents/{agent}", into=Agent, body=change
        )
        return answer

    async def shift(self, agent: str) -> Shift:
        """An agent's shift, by the agent's id."""
        answer, _ = await self._calls.call("GET", f"/v1/admin/agents/{agent}/shift", into=Shift)
        return answer

    async def set_shift(
        self, agent: str, weekly: Weekly | None, *, time_zone: str | None = None
    ) -> Shift:
        """Set when an agent is at work in an ordinary week; none: not said."""
        path = f"/v1/admin/agents/{agent}/shift"
        answer, _ = await self._calls.call("PUT", path, into=Shift, body=_Shift(weekly, time_zone))
        return answer

    async def set_password(self, agent: str, password: str) -> None:
        """Give an agent a new password (12 to 256 characters); their sessions end."""
        path = f"/v1/admin/agents/{agent}/password"
        await self._calls.call("PUT", path, into=object, body=_Password(password))

    async def tokens(self, agent: str) -> tuple[TokenInfo, ...]:
        """An agent's tokens and sessions, without the secrets."""
        answer, _ = await self._calls.call(
            "GET", "/v1/admin/tokens", into=Page[TokenInfo], query={"agent": agent}
        )
        return answer.items

    async def add_token(self, agent: str, *, label: str | None = None) -> PersonalToken:
        """Make a personal token for an agent; it is shown this once."""
        answer, _ = await self._calls.call(
            "POST", "/v1/admin/tokens", into=PersonalToken, body=_NewToken(agent, label)
        )
        return answer

    async def revoke_token(self, token: str) -> None:
        """End a personal token by its id; open sockets close."""
        await self._calls.call("DELETE", f"/v1/admin/tokens/{token}", into=object)

    async def sign_out(self, customer: str) -> None:
        """Refuse a customer's tokens that were made before now, and close their sockets."""
        await self._calls.call("POST", _customer(customer, "/sign-out"), into=object)

    async def export(self, customer: str) -> bytes:
        """Everything that is kept of a customer, as one JSON document."""
        answer, _ = await self._calls.call("GET", _customer(customer, "/export"), into=msgspec.Raw)
        return bytes(answer)

    async def erase(self, customer: str) -> None:
        """Erase a customer for ever; the streams stay dense."""
        await self._calls.call("POST", _customer(customer, "/erase"), into=object)


def _customer(customer: str, rest: str) -> str:
    return f"/v1/admin/customers/{quote(customer, safe='')}{rest}"
