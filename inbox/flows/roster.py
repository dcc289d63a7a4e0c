"""Who works here: teams, their markets and people, read all at once."""

from __future__ import annotations

import msgspec

from inbox.core.errors import NotFound
from inbox.core.events import AgentRef, Author, TeamRef
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Agent, Team, read_agent, read_team


class Roster(msgspec.Struct, frozen=True):
    """Teams and agents by id, markets and members by team."""

    teams: dict[str, Team]
    agents: dict[str, Agent]
    regions: dict[str, tuple[str, ...]]
    members: dict[str, tuple[str, ...]]

    def team(self, team_id: str) -> Team:
        """A team that exists, or NotFound."""
        if found := self.teams.get(team_id):
            return found
        raise NotFound("there is no such team")

    def team_ref(self, team_id: str) -> TeamRef:
        """A team as events show it."""
        return self.team(team_id).ref()

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


async def read_roster(tx: Tx) -> Roster:
    """The roster as this transaction sees it."""
    teams = [read_team(row) for row in await tx.fetch(Q.all_teams)]
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
    )
