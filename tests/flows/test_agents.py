"""Admins act by what they are when it is stored, and nothing is without a bound."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from inbox.auth.passwords import Passwords
from inbox.core.errors import BadRequest, Forbidden, Unauthorized
from inbox.core.policy import Agent
from inbox.flows import agents, teams
from inbox.flows.agents import MOST_TEAMS, AgentChange, AgentDraft
from inbox.flows.epoch import renew_epoch
from inbox.flows.erasure import erase
from inbox.flows.export import export
from inbox.flows.teams import MOST_LANGUAGES, MOST_REGIONS, TeamChange, TeamDraft
from tests.cast import OPERATOR, look
from tests.flows.stage import QUICK, Stage

GOOD = "correct horse battery"


def acts(stage: Stage, eve: Agent) -> list[Any]:
    """Everything by which an admin's hand could outlive their account."""
    ctx, bo = stage.ctx, stage.bo.id
    return [
        agents.add_agent(ctx, eve, AgentDraft("Mallory", (), role="admin")),
        agents.change_agent(ctx, eve, agent=bo, change=AgentChange(role="admin")),
        agents.set_password(ctx, eve, agent=bo, password=GOOD),
        agents.add_token(ctx, eve, agent=bo),
        agents.revoke_token(ctx, eve, token=stage.bo.credential),
        agents.sign_out_customer(ctx, eve, customer="ana"),
        teams.add_team(ctx, eve, TeamDraft("reno", "Team Reno", "America/Los_Angeles")),
        teams.change_team(ctx, eve, team=stage.tampa, change=TeamChange(name="Team Eve")),
        erase(ctx, eve, customer="ana"),
        export(ctx, eve, customer="ana"),
        renew_epoch(ctx, eve),
    ]


@pytest.mark.parametrize("end", ["disabled", "revoked", "demoted"])
async def test_who_is_an_admin_no_longer_changes_nothing(stage: Stage, end: str) -> None:
    """Also where the door has not heard of it: the caller is looked at in the transaction."""
    await stage.ana()
    eve = await stage.agent("Eve", stage.spokane, role="admin")
    await agents.add_token(stage.ctx, eve, agent=eve.id)
    if end == "revoked":
        await agents.revoke_token(stage.ctx, OPERATOR, token=eve.credential)
    else:
        change = AgentChange(disabled=True) if end == "disabled" else AgentChange(role="lead")
        await agents.change_agent(stage.ctx, OPERATOR, agent=eve.id, change=change)
    before = await state(stage)
    for act in acts(stage, eve):
        with pytest.raises(Forbidden if end == "demoted" else Unauthorized):
            await act
    assert await state(stage) == before


async def test_an_admin_who_stands_and_an_operator_act(stage: Stage) -> None:
    await stage.ana()
    stage.ctx = dataclasses.replace(stage.ctx, passwords=Passwords(**QUICK))
    eve = await stage.agent("Eve", stage.spokane, role="admin")
    made = await agents.add_token(stage.ctx, eve, agent=stage.bo.id)
    await agents.revoke_token(stage.ctx, eve, token=made.id)
    await agents.set_password(stage.ctx, eve, agent=stage.bo.id, password=GOOD)
    await agents.sign_out_customer(stage.ctx, eve, customer="ana")
    await teams.change_team(stage.ctx, eve, team=stage.tampa, change=TeamChange(name="Team Bay"))
    await erase(stage.ctx, eve, customer="ana")
    await agents.change_agent(stage.ctx, eve, agent=eve.id, change=AgentChange(disabled=True))
    await agents.add_token(stage.ctx, OPERATOR, agent=stage.bo.id)


async def state(stage: Stage) -> list[Any]:
    """Whatever those acts could have changed."""
    return [
        await look(stage.ctx, "SELECT id, role, password_hash FROM agents ORDER BY id"),
        await look(stage.ctx, "SELECT id, revoked_at FROM credentials ORDER BY id"),
        await look(stage.ctx, "SELECT id, signed_out_at, erased_at FROM customers ORDER BY id"),
        await look(stage.ctx, "SELECT id, name FROM teams ORDER BY id"),
        await look(stage.ctx, "SELECT action FROM audit ORDER BY id"),
        await look(stage.ctx, "SELECT value FROM meta WHERE key = 'epoch'"),
    ]


async def test_lists_have_a_bound(stage: Stage) -> None:
    ctx, many = stage.ctx, tuple(f"US-{n:03}" for n in range(MOST_REGIONS + 1))
    tries: list[tuple[str, Any]] = [
        ("regions", teams.change_team(ctx, OPERATOR, team=stage.tampa, change=regions(many))),
        ("languages", teams.change_team(ctx, OPERATOR, team=stage.tampa, change=languages(101))),
        ("teams", agents.add_agent(ctx, OPERATOR, AgentDraft("Eve", (stage.tampa,) * 101))),
        ("teams", change_teams(stage, (stage.tampa,) * (MOST_TEAMS + 1))),
    ]
    for field, attempt in tries:
        with pytest.raises(BadRequest) as refused:
            await attempt
        assert [fault.path for fault in refused.value.errors] == [field]
    await teams.change_team(ctx, OPERATOR, team=stage.tampa, change=regions(many[1:]))
    await teams.change_team(ctx, OPERATOR, team=stage.tampa, change=languages(MOST_LANGUAGES))
    await change_teams(stage, (stage.tampa,) * MOST_TEAMS)


def regions(given: tuple[str, ...]) -> TeamChange:
    return TeamChange(regions=given)


def languages(number: int) -> TeamChange:
    return TeamChange(languages=("en",) * number)


async def change_teams(stage: Stage, given: tuple[str, ...]) -> None:
    change = AgentChange(teams=given)
    await agents.change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=change)
