"""What admins ask for: teams, hours, agents, tokens, customers' sign-out, the audit log, settings.

Hours, rules and shifts are a lead's, too, of their own teams.
"""

from __future__ import annotations

import msgspec

from inbox.core.policy import Agent
from inbox.flows import agents, hours, rules, shifts, teams
from inbox.flows.agents import (
    AgentChange,
    AgentDetail,
    AgentDetails,
    AgentDraft,
    Credentials,
    NewToken,
)
from inbox.flows.audit import AuditPage, list_audit
from inbox.flows.holidays import Holidays, find_holidays
from inbox.flows.hours import DaysDraft, HoursDetail, HoursDraft
from inbox.flows.rules import RulesDetail
from inbox.flows.shifts import ShiftDetail, ShiftDraft
from inbox.flows.teams import TeamChange, TeamDetail, TeamDetails, TeamDraft
from inbox.settings import SETTINGS
from inbox.web.route import Call
from inbox.web.shapes import (
    Audited,
    NewPassword,
    NewTokenFor,
    OfAgent,
    OfYear,
    SettingShown,
    SettingsShown,
)


async def list_teams(call: Call[Agent, None, None]) -> TeamDetails:
    """Every team."""
    return await teams.list_teams(call.ctx)


async def get_team(call: Call[Agent, None, None]) -> TeamDetail:
    """One team."""
    return await teams.get_team(call.ctx, call.path["team"])


async def add_team(call: Call[Agent, TeamDraft, None]) -> TeamDetail:
    """Make a team. Its key is for ever; the first team is the default one."""
    return await teams.add_team(call.ctx, call.who, call.body)


async def change_team(call: Call[Agent, TeamChange, None]) -> TeamDetail:
    """Change a team; what is absent stays."""
    return await teams.change_team(call.ctx, call.who, team=call.path["team"], change=call.body)


async def get_hours(call: Call[Agent, None, None]) -> HoursDetail:
    """A team's hours: the ordinary week, the dates on which something else holds, and now.

    A lead's own teams; an admin's every one.
    """
    return await hours.get_hours(call.ctx, call.who, team=call.path["team"])


async def set_hours(call: Call[Agent, HoursDraft, None]) -> HoursDetail:
    """Set a team's ordinary week, by the clock of its time zone; null: around the clock.

    A period that closes earlier than it opens ends on the next day. Listed dates stay.
    """
    return await hours.set_weekly(
        call.ctx, call.who, team=call.path["team"], weekly=call.body.weekly
    )


async def list_holidays(call: Call[Agent, None, OfYear]) -> Holidays:
    """A country's public holidays, to be looked at before they are listed. Changes nothing."""
    query = call.query
    return await find_holidays(
        call.ctx,
        call.who,
        team=call.path["team"],
        country=query.country,
        subdivision=query.subdivision,
        year=query.year,
    )


async def set_holidays(call: Call[Agent, DaysDraft, None]) -> HoursDetail:
    """Set all dates on which something else holds: closed, limited, or with periods of their own.

    Plain dates, at most 1,000; they replace those that were listed. On a limited date only urgent
    conversations are served.
    """
    return await hours.set_days(call.ctx, call.who, team=call.path["team"], days=call.body.days)


async def get_rules(call: Call[Agent, None, None]) -> RulesDetail:
    """How a team works. A lead's own teams; an admin's every one."""
    return await rules.get_rules(call.ctx, call.who, team=call.path["team"])


async def set_rules(call: Call[Agent, msgspec.Struct, None]) -> RulesDetail:
    """Set rules of a team; what is absent stays."""
    return await rules.set_rules(call.ctx, call.who, team=call.path["team"], change=call.body)


async def list_agents(call: Call[Agent, None, None]) -> AgentDetails:
    """Every agent."""
    return await agents.list_agents(call.ctx)


async def get_agent(call: Call[Agent, None, None]) -> AgentDetail:
    """One agent."""
    return await agents.get_agent(call.ctx, call.path["agent"])


async def add_agent(call: Call[Agent, AgentDraft, None]) -> AgentDetail:
    """Make an agent, a member of teams. Without a password it signs in by token alone."""
    return await agents.add_agent(call.ctx, call.who, call.body)


async def change_agent(call: Call[Agent, AgentChange, None]) -> AgentDetail:
    """Change an agent, its role or its teams; what is absent stays.

    Disabling one ends all its tokens and sessions.
    """
    return await agents.change_agent(call.ctx, call.who, agent=call.path["agent"], change=call.body)


async def get_shift(call: Call[Agent, None, None]) -> ShiftDetail:
    """When an agent is at work in an ordinary week, and whether that is now.

    For leads of a team that the agent is in, and for admins.
    """
    return await shifts.get_shift(call.ctx, call.who, agent=call.path["agent"])


async def set_shift(call: Call[Agent, ShiftDraft, None]) -> ShiftDetail:
    """Set an agent's shift, by the clock of its time zone; null: not said.

    Duty ends with the shift. For leads of a team that the agent is in, and for admins.
    """
    return await shifts.set_shift(call.ctx, call.who, agent=call.path["agent"], draft=call.body)


async def set_password(call: Call[Agent, NewPassword, None]) -> None:
    """Give an agent a new password. All its tokens and sessions end."""
    await agents.set_password(
        call.ctx, call.who, agent=call.path["agent"], password=call.body.password
    )


async def list_tokens(call: Call[Agent, None, OfAgent]) -> Credentials:
    """An agent's tokens and sessions, without their secrets."""
    return await agents.list_tokens(call.ctx, call.who, agent=call.query.agent)


async def add_token(call: Call[Agent, NewTokenFor, None]) -> NewToken:
    """Make a personal token. It is shown this once."""
    return await agents.add_token(call.ctx, call.who, agent=call.body.agent, label=call.body.label)


async def revoke_token(call: Call[Agent, None, None]) -> None:
    """End a token or session. Live sockets that it opened are closed."""
    await agents.revoke_token(call.ctx, call.who, token=call.path["token"])


async def sign_out_customer(call: Call[Agent, None, None]) -> None:
    """Refuse the customer's tokens made until now, and close its live sockets."""
    await agents.sign_out_customer(call.ctx, call.who, customer=call.path["customer"])


async def get_audit(call: Call[Agent, None, Audited]) -> AuditPage:
    """Who looked at and who changed customers' data, newest first."""
    query = call.query
    return await list_audit(
        call.ctx,
        call.who,
        thread=query.thread,
        actor=query.actor,
        cursor=query.cursor,
        limit=query.limit,
    )


async def get_settings(call: Call[Agent, None, None]) -> SettingsShown:
    """The settings in force. Secrets are not shown, only whether they are set."""
    in_force = call.ctx.settings
    return SettingsShown(
        tuple(
            SettingShown(
                name=row.name,
                value=bool(getattr(in_force, row.name))
                if row.secret
                else getattr(in_force, row.name),
                default=row.default,
                secret=row.secret,
                about=row.about,
            )
            for row in SETTINGS
        )
    )
