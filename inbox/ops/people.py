"""Operations on teams, agents, tokens and customers' sign-in."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.instant import to_text
from inbox.core.policy import Operator, Role
from inbox.core.text import fold_name
from inbox.flows import agents, teams
from inbox.flows.context import Context
from inbox.ops.operation import Nothing, Operation, Report

OPERATOR = Operator()
LONGEST_TOKEN_S = 31_536_000


class AgentAdd(msgspec.Struct, frozen=True):
    """A new agent, a member of teams by key."""

    name: str
    teams: tuple[str, ...]
    role: Role = "agent"
    photo_url: str | None = None
    line: str | None = None
    password: str | None = None


class AgentAdded(msgspec.Struct, frozen=True):
    """The agent, and a personal token that is shown this once."""

    id: str
    token: str
    token_id: str
    name: str
    role: Role
    teams: tuple[str, ...]


class CustomerTokenAsk(msgspec.Struct, frozen=True):
    """A customer's token as the company's backend would sign it."""

    customer: str
    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    ttl_s: int = 3600


class CustomerToken(msgspec.Struct, frozen=True):
    """A JWT and when it ends."""

    token: str
    customer: str
    expires_at: str


class AgentTokenAsk(msgspec.Struct, frozen=True):
    """A further personal token for an agent, by name or id."""

    agent: str
    label: str | None = None


class TokensAsk(msgspec.Struct, frozen=True):
    """Tokens and sessions of one agent by name or id, or of everybody."""

    agent: str | None = None


class TokenRow(msgspec.Struct, frozen=True):
    """A token or session without its secret."""

    id: str
    agent: str
    agent_name: str
    kind: str
    label: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class TokenRows(msgspec.Struct, frozen=True):
    """Tokens and sessions, by agent, newest first."""

    items: tuple[TokenRow, ...]


class TokenRevoke(msgspec.Struct, frozen=True):
    """The id of a token, as `token list` shows it."""

    id: str


class CustomerSignOut(msgspec.Struct, frozen=True):
    """The id of a customer: the `sub` of its tokens."""

    customer: str


class AgentRow(msgspec.Struct, frozen=True):
    """An agent with the keys of its teams."""

    id: str
    name: str
    role: Role
    teams: tuple[str, ...]
    on_duty: bool
    stand_in: bool
    disabled: bool


class AgentRows(msgspec.Struct, frozen=True):
    """Every agent."""

    items: tuple[AgentRow, ...]


async def add_team(ctx: Context, asked: teams.TeamDraft, _report: Report) -> teams.TeamDetail:
    """Make a team; Conflict where its key is taken."""
    return await teams.add_team(ctx, OPERATOR, asked)


async def list_teams(ctx: Context, _asked: Nothing, _report: Report) -> teams.TeamDetails:
    """Every team."""
    return await teams.list_teams(ctx)


async def add_agent(ctx: Context, asked: AgentAdd, _report: Report) -> AgentAdded:
    """Make an agent and a personal token. An end between the two leaves one without a token."""
    ids = {team.key: team.id for team in (await teams.list_teams(ctx)).items}
    unknown = [key for key in asked.teams if key not in ids]
    if unknown:
        known = f"there are {', '.join(sorted(ids))}" if ids else "there is none yet"
        raise NotFound(f"there is no team {unknown[0]}; {known}")
    draft = agents.AgentDraft(
        name=asked.name,
        teams=tuple(ids[key] for key in asked.teams),
        role=asked.role,
        photo_url=asked.photo_url,
        line=asked.line,
        password=asked.password,
    )
    made = await agents.add_agent(ctx, OPERATOR, draft)
    token = await agents.add_token(ctx, OPERATOR, agent=made.id, label="first")
    return AgentAdded(made.id, token.token, token.id, made.name, made.role, asked.teams)


async def list_agents(ctx: Context, _asked: Nothing, _report: Report) -> AgentRows:
    """Every agent."""
    return await agent_rows(ctx)


async def agent_rows(ctx: Context) -> AgentRows:
    """Every agent, with the keys of their teams."""
    keys = {team.id: team.key for team in (await teams.list_teams(ctx)).items}
    return AgentRows(
        tuple(
            AgentRow(
                one.id,
                one.name,
                one.role,
                tuple(keys[team] for team in one.teams),
                one.on_duty,
                one.stand_in,
                one.disabled,
            )
            for one in (await agents.list_agents(ctx)).items
        )
    )


async def sign_customer_token(
    ctx: Context, asked: CustomerTokenAsk, _report: Report
) -> CustomerToken:
    """Sign a token with the configured secret, for trying out. The customer need not exist."""
    if not 1 <= asked.ttl_s <= LONGEST_TOKEN_S:
        raise BadRequest.field("ttl", "must be from a second to a year")
    claims: dict[str, Any] = {
        "name": asked.name,
        "region": asked.region,
        "time_zone": asked.time_zone,
        "locale": asked.locale,
    }
    now = ctx.clock()
    token = ctx.tokens.sign(asked.customer, now_ms=now, ttl_s=asked.ttl_s, **claims)
    ends = now // 1000 + asked.ttl_s
    if ctx.settings.max_token_age_s:
        ends = min(ends, now // 1000 + ctx.settings.max_token_age_s)
    return CustomerToken(token, asked.customer, to_text(ends * 1000))


async def add_agent_token(ctx: Context, asked: AgentTokenAsk, _report: Report) -> agents.NewToken:
    """Make a further personal token for an agent."""
    agent = await find_agent(ctx, asked.agent)
    return await agents.add_token(ctx, OPERATOR, agent=agent.id, label=asked.label)


async def list_tokens(ctx: Context, asked: TokensAsk, _report: Report) -> TokenRows:
    """Tokens and sessions, also those that have ended."""
    if asked.agent is None:
        wanted = (await agents.list_agents(ctx)).items
    else:
        wanted = (await find_agent(ctx, asked.agent),)
    rows = [
        TokenRow(
            token.id,
            token.agent,
            agent.name,
            token.kind,
            token.label,
            token.created_at,
            token.expires_at,
            token.revoked_at,
        )
        for agent in wanted
        for token in (await agents.list_tokens(ctx, OPERATOR, agent=agent.id)).items
    ]
    return TokenRows(tuple(rows))


async def revoke_token(ctx: Context, asked: TokenRevoke, _report: Report) -> TokenRevoke:
    """End a token or session; live connections that it opened are closed."""
    await agents.revoke_token(ctx, OPERATOR, token=asked.id)
    return asked


async def sign_out_customer(
    ctx: Context, asked: CustomerSignOut, _report: Report
) -> CustomerSignOut:
    """Refuse the customer's tokens made until now and close its connections."""
    await agents.sign_out_customer(ctx, OPERATOR, customer=asked.customer)
    return asked


async def find_agent(ctx: Context, wanted: str) -> agents.AgentDetail:
    """An agent by name or id; NotFound, or Conflict where several have the name."""
    everybody = (await agents.list_agents(ctx)).items
    found = [one for one in everybody if one.id == wanted]
    found = found or [
        one for one in everybody if fold_name(one.name) == fold_name(wanted) and not one.stand_in
    ]
    if not found:
        raise NotFound(f"there is no agent {wanted}; see `pinbox agent list`")
    if len(found) > 1:
        raise Conflict(f"several agents are named {wanted}; give the id of one")
    return found[0]


PEOPLE: tuple[Operation[Any], ...] = (
    Operation("team.add", teams.TeamDraft, add_team),
    Operation("team.list", Nothing, list_teams),
    Operation("agent.add", AgentAdd, add_agent),
    Operation("agent.list", Nothing, list_agents),
    Operation("token.customer", CustomerTokenAsk, sign_customer_token),
    Operation("token.agent", AgentTokenAsk, add_agent_token),
    Operation("token.list", TokensAsk, list_tokens),
    Operation("token.revoke", TokenRevoke, revoke_token),
    Operation("customer.sign_out", CustomerSignOut, sign_out_customer),
)
