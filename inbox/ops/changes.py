"""Operations that change teams and agents that are there, and the board as an operator sees it."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import BadRequest, NotFound
from inbox.core.policy import Role
from inbox.flows import agents, board, teams
from inbox.flows.agents import AgentChange
from inbox.flows.board import Board
from inbox.flows.context import Context
from inbox.flows.teams import TeamChange, TeamDetail
from inbox.ops.hours import find_team
from inbox.ops.operation import Nothing, Operation, Report
from inbox.ops.people import OPERATOR, AgentRow, agent_rows, find_agent


class AgentEdit(msgspec.Struct, frozen=True):
    """An agent by name or id, and what to change; teams by key. What is absent stays."""

    agent: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    teams: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET
    photo_url: str | msgspec.UnsetType | None = msgspec.UNSET
    line: str | msgspec.UnsetType | None = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    password: str | None = None


class TeamEdit(msgspec.Struct, frozen=True):
    """A team by key, and what to change of it."""

    key: str
    change: TeamChange


async def change_agent(ctx: Context, asked: AgentEdit, _report: Report) -> AgentRow:
    """Change an agent; a new password ends every token and session made before it."""
    agent = (await find_agent(ctx, asked.agent)).id
    ids = await _teams_of(ctx, asked)
    change = AgentChange(
        name=asked.name,
        teams=ids,
        role=asked.role,
        photo_url=asked.photo_url,
        line=asked.line,
        disabled=asked.disabled,
    )
    if change == AgentChange() and asked.password is None:
        raise BadRequest("say what to change")
    if asked.password is not None:
        await agents.set_password(ctx, OPERATOR, agent=agent, password=asked.password)
    if change != AgentChange():
        await agents.change_agent(ctx, OPERATOR, agent=agent, change=change)
    return next(one for one in (await agent_rows(ctx)).items if one.id == agent)


async def change_team(ctx: Context, asked: TeamEdit, _report: Report) -> TeamDetail:
    """Change a team."""
    if asked.change == TeamChange():
        raise BadRequest("say what to change")
    team = await find_team(ctx, asked.key)
    return await teams.change_team(ctx, OPERATOR, team=team, change=asked.change)


async def show_board(ctx: Context, _asked: Nothing, _report: Report) -> Board:
    """Every team at this moment."""
    return await board.board(ctx, OPERATOR)


async def _teams_of(ctx: Context, asked: AgentEdit) -> tuple[str, ...] | msgspec.UnsetType:
    if asked.teams is msgspec.UNSET:
        return msgspec.UNSET
    known = {team.key: team.id for team in (await teams.list_teams(ctx)).items}
    if unknown := [key for key in asked.teams if key not in known]:
        raise NotFound(f"there is no team {unknown[0]}; there are {', '.join(sorted(known))}")
    return tuple(known[key] for key in asked.teams)


CHANGES: tuple[Operation[Any], ...] = (
    Operation("agent.change", AgentEdit, change_agent),
    Operation("team.change", TeamEdit, change_team),
    Operation("board", Nothing, show_board),
)
