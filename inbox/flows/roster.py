"""Who works here: teams, their markets, hours and people, read all at once."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from inbox.core.cover import serves
from inbox.core.errors import NotFound
from inbox.core.events import AgentRef, Author, TeamRef
from inbox.core.hints import REGISTRY
from inbox.core.hours import ALWAYS, Hours, local_date
from inbox.core.rules import DEFAULT_RULES, TeamRules
from inbox.core.shifts import covers
from inbox.core.storm import Plan, Storm
from inbox.core.timetable import Day, Weekly
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import TEAM_WIDTH, Agent, Team, read_agent, read_team


class DayLine(msgspec.Struct, frozen=True):
    """What a team says of one date of its own calendar."""

    line: str
    date: date


Asked: TypeAlias = dict[str, tuple[str, ...]]
"""Event type → the webhooks that ask for it and are on. Types that nobody asks for are absent."""


class Notice(msgspec.Struct, frozen=True):
    """What a team says to its customers until it is taken back, or a storm is over."""

    text: str
    since: int
    until: int | None = None


class Roster(msgspec.Struct, frozen=True):
    """Teams and agents by id; markets and members by team; the rest for those that have some.

    And who outside is told of what. `head` is how far the registry had moved.
    """

    teams: dict[str, Team]
    agents: dict[str, Agent]
    regions: dict[str, tuple[str, ...]]
    members: dict[str, tuple[str, ...]]
    hours: dict[str, Hours]
    lines: dict[str, DayLine]
    rules: dict[str, TeamRules]
    shifts: dict[str, Hours]
    webhooks: Asked
    storms: dict[str, Storm] = {}
    notices: dict[str, Notice] = {}
    head: int = -1

    def team(self, team_id: str) -> Team:
        """A team that exists, or NotFound."""
        if found := self.teams.get(team_id):
            return found
        raise NotFound("there is no such team")

    def team_ref(self, team_id: str) -> TeamRef:
        """A team as events show it."""
        return self.team(team_id).ref()

    def hours_of(self, team_id: str) -> Hours:
        """When a team is there; one that has set no hours always is."""
        return self.hours.get(team_id, ALWAYS)

    def rules_of(self, team_id: str) -> TeamRules:
        """How a team works."""
        return self.rules.get(team_id, DEFAULT_RULES)

    def shift_of(self, agent_id: str) -> Hours | None:
        """When an agent is at work in an ordinary week; none: not said."""
        return self.shifts.get(agent_id)

    def on_shift(self, team_id: str, *, start: int, end: int) -> frozenset[str]:
        """The people of a team whose shift covers all of the time from `start` to `end`.

        Who has no shift is not among them: nobody has said when they are there.
        """
        return frozenset(
            agent
            for agent in self.active(team_id)
            if (shift := self.shifts.get(agent)) is not None and covers(shift, start, end)
        )

    def storm_of(self, team_id: str, *, at: int) -> Storm | None:
        """The storm of a team, while it lasts."""
        storm = self.storms.get(team_id)
        return storm if storm is not None and storm.rages(at) else None

    def notice_of(self, team_id: str, *, at: int) -> Notice | None:
        """What a team says to its customers: of its storm first."""
        if storm := self.storm_of(team_id, at=at):
            return Notice(storm.notice, storm.began_at, storm.until)
        return self.notices.get(team_id)

    def is_there(self, team_id: str, *, at: int, urgent: bool = False) -> bool:
        """Whether a team serves now: within its hours and, where it has chosen so, on duty."""
        if not serves(self.hours_of(team_id), at, urgent=urgent):
            return False
        return not self.rules_of(team_id).cover_when_away or any(
            self.agents[agent].on_duty for agent in self.active(team_id)
        )

    def general_care(self, at: int) -> str | None:
        """The team for customers who want none of their own: one that is there before others."""
        teams = sorted(
            (not self.is_there(team, at=at), self.teams[team].key, team)
            for team in self.rules
            if self.rules[team].general
        )
        return teams[0][2] if teams else None

    def today(self, team_id: str, *, at: int) -> date:
        """The date on a team's calendar at an instant."""
        return local_date(Hours(ZoneInfo(self.team(team_id).time_zone)), at)

    def line_of(self, team_id: str, *, at: int) -> str | None:
        """What a team says of the day, while that day lasts in its zone."""
        said = self.lines.get(team_id)
        return said.line if said and said.date == self.today(team_id, at=at) else None

    def agent(self, agent_id: str) -> Agent:
        """An agent who exists, or NotFound."""
        if found := self.agents.get(agent_id):
            return found
        raise NotFound("there is no such agent")

    def agent_ref(self, agent_id: str) -> AgentRef:
        """An agent as events show them."""
        return AgentRef(agent_id, self.agent(agent_id).name)

    def author(self, agent_id: str) -> Author:
        """An agent as the author of a message: name and photo as they are now."""
        agent = self.agent(agent_id)
        return Author("agent", agent.id, agent.name, agent.photo_url)

    def active(self, team_id: str) -> frozenset[str]:
        """The people of a team who may be given work."""
        return frozenset(
            agent
            for agent in self.members.get(team_id, ())
            if self.agents[agent].disabled_at is None and not self.agents[agent].is_stand_in
        )

    def teams_of(self, agent_id: str) -> tuple[Team, ...]:
        """The teams an agent belongs to, by id."""
        return tuple(self.teams[team] for team, who in self.members.items() if agent_id in who)


NOBODY = Roster({}, {}, {}, {}, {}, {}, {}, {}, {})
"""No team and no agent."""


async def roster_now(tx: Tx, known: Roster | None) -> Roster:
    """The roster as this transaction sees it: what is known, unless the registry has moved."""
    if known is not None and known.head == await _head(tx):
        return known
    return await read_roster(tx)


async def _head(tx: Tx) -> int:
    row = await tx.fetch_one(Q.stream_bounds, stream=REGISTRY)
    return -1 if row is None else int(row[0])


async def read_roster(tx: Tx) -> Roster:
    """The roster as this transaction sees it: of 700 people, some 15 ms."""
    # First: where it moves between two looks, the roster is newer than it says, and read again.
    head = await _head(tx)
    rows = await tx.fetch(Q.all_teams)
    teams = [read_team(row) for row in rows]
    own = [(team, row[TEAM_WIDTH:]) for team, row in zip(teams, rows, strict=True)]
    agents = [read_agent(row) for row in await tx.fetch(Q.all_agents)]
    regions: dict[str, list[str]] = {team.id: [] for team in teams}
    for team_id, region in await tx.fetch(Q.all_regions):
        regions[team_id].append(region)
    members: dict[str, list[str]] = {team.id: [] for team in teams}
    for agent_id, team_id in await tx.fetch(Q.all_memberships):
        members[team_id].append(agent_id)
    return Roster(
        teams={team.id: team for team in teams},
        agents={agent.id: agent for agent in agents},
        regions={team: tuple(found) for team, found in regions.items()},
        members={team: tuple(found) for team, found in members.items()},
        hours={
            team.id: _read_hours(team.time_zone, weekly, days)
            for team, (weekly, days, *_) in own
            if weekly is not None
        },
        lines={
            team.id: DayLine(line, date.fromisoformat(day))
            for team, (_, _, line, day, _) in own
            if line is not None
        },
        rules={team.id: _read_rules(rules) for team, (*_, rules) in own if rules is not None},
        shifts={
            agent: _read_hours(zone, weekly, "[]")
            for agent, zone, weekly in await tx.fetch(Q.all_shifts)
        },
        webhooks=await read_asked(tx),
        storms={row[1]: _read_storm(*row) for row in await tx.fetch(Q.all_storms)},
        notices={team: Notice(text, since) for team, text, since in await tx.fetch(Q.all_notices)},
        head=head,
    )


async def read_asked(tx: Tx) -> Asked:
    """Which webhooks ask for what, as this transaction sees it."""
    found: dict[str, list[str]] = {}
    for webhook, types in await tx.fetch(Q.webhooks_on):
        for type_ in _read_types(types):
            found.setdefault(type_, []).append(webhook)
    return {type_: tuple(webhooks) for type_, webhooks in found.items()}


_read_types = msgspec.json.Decoder(tuple[str, ...]).decode
_read_rules = msgspec.json.Decoder(TeamRules).decode
_read_plan = msgspec.json.Decoder(Plan).decode
_read_weekly = msgspec.json.Decoder(Weekly).decode
_read_days = msgspec.json.Decoder(tuple[Day, ...]).decode


def _read_storm(storm: str, team: str, began_at: int, until: int, plan: str, notice: str) -> Storm:
    return Storm(storm, team, began_at, until, notice, _read_plan(plan))


@lru_cache(maxsize=1_024)
def _read_hours(zone: str, weekly: str, days: str) -> Hours:
    """Hours as they are stored; the same again are the same struct, with what is known of it."""
    return Hours(ZoneInfo(zone), _read_weekly(weekly), _read_days(days))
