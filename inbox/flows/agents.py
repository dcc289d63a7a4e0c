"""Agents, their teams, passwords and personal tokens, as admins and operators keep them."""

from __future__ import annotations

import msgspec

from inbox.auth.keys import hash_token, make_token
from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, Role, demand
from inbox.core.text import clean_line, fold_name
from inbox.flows.attaching import demand_photo
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.fields import check_url, checked
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_admin_still, move_registry
from inbox.store import records
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Value

NAME_LIMIT = 80
LINE_LIMIT = 140
MOST_TEAMS = 100
"""Teams of one agent."""


class AgentDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new agent, a member of `teams` (ids). Without a password it signs in by token alone."""

    name: str
    teams: tuple[str, ...]
    role: Role = "agent"
    photo_url: str | None = None
    line: str | None = None
    password: str | None = None


class AgentChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of an agent; what is absent stays. Disabling ends every token and session."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    teams: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET
    photo_url: str | msgspec.UnsetType | None = msgspec.UNSET
    line: str | msgspec.UnsetType | None = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class AgentDetail(msgspec.Struct, frozen=True):
    """An agent as admins see them. A stand-in is the author of imported messages."""

    id: str
    name: str
    role: Role
    teams: tuple[str, ...]
    photo_url: str | None
    line: str | None
    on_duty: bool
    stand_in: bool
    disabled: bool


class AgentDetails(msgspec.Struct, frozen=True):
    """Every agent."""

    items: tuple[AgentDetail, ...]
    next: None = None


class NewToken(msgspec.Struct, frozen=True):
    """A personal token: `token` is shown this once, `id` revokes it."""

    id: str
    agent: str
    token: str


class Credential(msgspec.Struct, frozen=True):
    """A token or session of an agent, without its secret."""

    id: str
    agent: str
    kind: str
    label: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class Credentials(msgspec.Struct, frozen=True):
    """An agent's tokens and sessions, newest first."""

    items: tuple[Credential, ...]
    next: None = None


async def list_agents(ctx: Context) -> AgentDetails:
    """Every agent, in the order they were made."""
    people = await ctx.store.read(read_roster)
    return AgentDetails(tuple(_detail(people, one) for one in people.agents.values()))


async def get_agent(ctx: Context, agent: str) -> AgentDetail:
    """One agent. NotFound where there is none."""
    people = await ctx.store.read(read_roster)
    return _detail(people, people.agent(agent))


async def add_agent(ctx: Context, who: Agent | Operator, draft: AgentDraft) -> AgentDetail:
    """Make an agent. Names are unique without regard to case: one signs in by them."""
    demand(who, "administer")
    agent_id = ctx.ids()
    name = clean_line(draft.name, path="name", limit=NAME_LIMIT)
    data: dict[str, Value] = {
        "role": draft.role,
        "photo_url": _photo(draft.photo_url),
        "line": _line(draft.line),
    }
    hashed = None if draft.password is None else await ctx.passwords.hash(draft.password)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        people = await read_roster(writing.tx)
        _demand_free(people, name, agent_id)
        await demand_photo(writing, draft.photo_url)
        await writing.tx.execute(
            Q.add_agent,
            agent=agent_id,
            name=name,
            sign_in=fold_name(name),
            password_hash=hashed,
            is_stand_in=False,
            at=writing.at,
            **data,
        )
        await _set_teams(writing, people, agent_id, draft.teams)
        await record(ctx, writing, who, "agent.add", agent=agent_id)
        await move_registry(writing)

    await write(ctx, work)
    return await get_agent(ctx, agent_id)


async def change_agent(
    ctx: Context, who: Agent | Operator, *, agent: str, change: AgentChange
) -> AgentDetail:
    """Change an agent. Live connections notice within a second."""
    demand(who, "administer")
    if change == AgentChange():
        return await get_agent(ctx, agent)
    told: dict[str, Value] = {}
    if change.name is not msgspec.UNSET:
        told["name"] = clean_line(change.name, path="name", limit=NAME_LIMIT)
        told["sign_in"] = fold_name(str(told["name"]))
    if change.role is not msgspec.UNSET:
        told["role"] = change.role
    if change.photo_url is not msgspec.UNSET:
        told["photo_url"] = _photo(change.photo_url)
    if change.line is not msgspec.UNSET:
        told["line"] = _line(change.line)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        tx = writing.tx
        await tx.fetch(Q.lock_agent, agent=agent)  # before it is read, so that nothing is set back
        people = await read_roster(tx)
        before = people.agent(agent)
        if before.is_stand_in:
            raise Conflict("a stand-in of an import cannot be changed")
        if "name" in told:
            _demand_free(people, str(told["name"]), agent)
        if change.disabled is not msgspec.UNSET:
            told["disabled_at"] = writing.at if change.disabled else None
        kept = ("name", "sign_in", "role", "photo_url", "line", "disabled_at")
        data: dict[str, Value] = {field: getattr(before, field) for field in kept} | told
        if data["photo_url"] != before.photo_url:
            await demand_photo(writing, str(data["photo_url"]))
        await tx.execute(Q.save_agent, agent=agent, **data)
        if change.disabled is True:
            await tx.execute(Q.revoke_all, agent=agent, at=writing.at)
            await tx.execute(Q.set_duty, agent=agent, on_duty=False)
            await tx.execute(Q.end_duty, agent=agent, at=writing.at)
        if change.teams is not msgspec.UNSET:
            await _set_teams(writing, people, agent, change.teams)
            if {team.id for team in people.teams_of(agent)} - set(change.teams):
                await tx.execute(Q.leave_team, agent=agent, at=writing.at)
        await record(ctx, writing, who, "agent.change", agent=agent)
        await move_registry(writing)

    await write(ctx, work)
    return await get_agent(ctx, agent)


async def set_password(ctx: Context, who: Agent | Operator, *, agent: str, password: str) -> None:
    """Give an agent a new password, and end every session and token made with the old one."""
    demand(who, "administer")
    hashed = await ctx.passwords.hash(password)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        people = await read_roster(writing.tx)
        if people.agent(agent).is_stand_in:
            raise Conflict("a stand-in of an import cannot sign in")
        await writing.tx.execute(Q.set_password, agent=agent, password_hash=hashed)
        await writing.tx.execute(Q.revoke_all, agent=agent, at=writing.at)
        await record(ctx, writing, who, "agent.password", agent=agent)
        await move_registry(writing)

    await write(ctx, work)


async def add_token(
    ctx: Context, who: Agent | Operator, *, agent: str, label: str | None = None
) -> NewToken:
    """Make a personal token. Only its hash is kept."""
    demand(who, "administer")
    token, token_id = make_token("personal"), ctx.ids()
    named = None if label is None else clean_line(label, path="label", limit=NAME_LIMIT)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        await writing.tx.fetch(Q.lock_agent, agent=agent)
        found = (await read_roster(writing.tx)).agent(agent)
        if found.is_stand_in or found.disabled_at is not None:
            raise Conflict("this agent cannot sign in")
        await writing.tx.execute(
            Q.add_credential,
            id=token_id,
            agent=agent,
            kind="token",
            hash=hash_token(token),
            label=named,
            at=writing.at,
            expires_at=None,
        )
        await record(ctx, writing, who, "token.add", agent=agent, token=token_id)

    await write(ctx, work)
    return NewToken(token_id, agent, token)


async def list_tokens(ctx: Context, who: Agent | Operator, *, agent: str) -> Credentials:
    """An agent's tokens and sessions, also those that have ended."""
    demand(who, "administer")

    async def look(tx: Tx) -> list[Row]:
        (await read_roster(tx)).agent(agent)
        return await tx.fetch(Q.list_credentials, agent=agent)

    rows = await ctx.store.read(look)
    return Credentials(tuple(_credential(row) for row in rows))


async def revoke_token(ctx: Context, who: Agent | Operator, *, token: str) -> None:
    """End a token or session by its id. Live connections that it opened are closed."""
    demand(who, "administer")

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        if not await writing.tx.execute(Q.revoke_credential, id=token, at=writing.at):
            raise NotFound("there is no such token, or it was revoked before")
        await record(ctx, writing, who, "token.revoke", token=token)
        await move_registry(writing)

    await write(ctx, work)


async def sign_out_customer(ctx: Context, who: Agent | Operator, *, customer: str) -> None:
    """Refuse the customer's tokens made until now, forget its devices, close its live connections.

    Tokens say when they were made in whole seconds, so one made within this second is refused too.
    """
    demand(who, "administer")

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        if await writing.tx.fetch_one(Q.lock_customer, customer=customer) is None:
            raise NotFound("there is no such customer")
        next_second = writing.at // 1000 + 1
        await writing.tx.execute(Q.sign_out_customer, customer=customer, at=next_second)
        await writing.tx.execute(Q.remove_devices, customer=customer)
        found = await writing.tx.fetch_one(Q.get_thread_of, customer=customer)
        thread = None if found is None else found[0]
        await record(ctx, writing, who, "sign_out", thread=thread)
        await move_registry(writing)

    await write(ctx, work)


def _demand_free(people: Roster, name: str, agent_id: str) -> None:
    folded = fold_name(name)
    if any(one.sign_in == folded and one.id != agent_id for one in people.agents.values()):
        raise Conflict(f"there is an agent named {name} already")


async def _set_teams(writing: Writing, people: Roster, agent: str, teams: tuple[str, ...]) -> None:
    if len(teams) > MOST_TEAMS:
        raise BadRequest.field("teams", f"at most {MOST_TEAMS}")
    for place, team in enumerate(teams):
        if team not in people.teams:
            raise BadRequest.field(f"teams[{place}]", "there is no such team")
    await writing.tx.execute(Q.clear_memberships, agent=agent)
    for team in teams:
        await writing.tx.execute(Q.add_membership, team=team, agent=agent)


def _credential(row: Row) -> Credential:
    token, agent, kind, label, created_at, expires_at, revoked_at = row
    return Credential(
        token,
        agent,
        kind,
        label,
        to_text(created_at),
        _optional(expires_at),
        _optional(revoked_at),
    )


def _photo(url: str | None) -> str | None:
    return None if url is None else checked("photo_url", check_url, url)


def _line(line: str | None) -> str | None:
    return None if line is None else clean_line(line, path="line", limit=LINE_LIMIT)


def _optional(at: int | None) -> str | None:
    return None if at is None else to_text(at)


def _detail(people: Roster, agent: records.Agent) -> AgentDetail:
    return AgentDetail(
        id=agent.id,
        name=agent.name,
        role=agent.role,
        teams=tuple(team.id for team in people.teams_of(agent.id)),
        photo_url=agent.photo_url,
        line=agent.line,
        on_duty=agent.on_duty,
        stand_in=agent.is_stand_in,
        disabled=agent.disabled_at is not None,
    )
