"""Who is there: customers by the company's tokens, agents by token, password or session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from inbox.auth.keys import hash_token, make_token, token_kind
from inbox.core.errors import Expired, Unauthorized
from inbox.core.instant import to_text
from inbox.core.policy import (
    Agent,
    Customer,
    Operator,
    demand,
    demand_lead,
    demand_leader,
    demand_same,
)
from inbox.core.text import fold_name
from inbox.flows.arrival import arrive
from inbox.flows.context import Context, Writing, roster, write
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Query
from inbox.store.records import read_agent, read_customer

HOUR_MS = 3_600_000


class Ended(Unauthorized):
    """The session was good and its time is over; unlike `Expired`, only a password helps.

    Live closes it as a token that opens nothing.
    """


class Session(msgspec.Struct, frozen=True):
    """A browser's session: the cookie's value, shown once, and when it ends."""

    token: str
    agent: Agent
    expires_at: str


async def customer(ctx: Context, token: str) -> Customer:
    """Let a customer in: the token is verified, its claims are taken, the thread is there.

    What was let in before costs no look at the database until the registry moves. Raises
    Unauthorized.
    """
    claims = await ctx.tokens.verify(token, now_ms=ctx.clock())
    known = ctx.memory.customer(claims.sub, claims.issued_at, claims.expires_at)
    if known is not None:
        return known
    registry = ctx.memory.registry
    arrived = await arrive(ctx, claims)
    if ctx.memory.registry == registry:
        ctx.memory.remember_customer(arrived)
    return arrived


async def agent(ctx: Context, token: str) -> Agent:
    """Let an agent in by a personal token or a session's cookie. Raises Unauthorized."""
    if token_kind(token) not in {"personal", "session"}:
        raise Unauthorized("this is not a token of this server")
    hashed = hash_token(token)
    now = ctx.clock()
    known = ctx.memory.agents.get(hashed)
    if known is None:
        registry = ctx.memory.registry
        known = await _find(ctx, Q.find_credential, hash=hashed)
        if ctx.memory.registry == registry:
            ctx.memory.agents[hashed] = known
    if known.expires_at is not None and known.expires_at <= now:
        raise Ended("this session has ended")
    return known


def count_refusal(
    ctx: Context, error: Unauthorized, *, side: Literal["customer", "desk"], address: str
) -> None:
    """Count a token that was refused by the address it came from; raises RateLimited beyond that.

    A good token is never held back by it, since thousands of phones share one carrier address; for
    the same reason one whose time is over is not counted. Customers' tokens, agents' and passwords
    are counted apart: a script with a stale token locks nobody out of the sign-in page.
    """
    ctx.metrics.failed_sign_ins(side).inc()
    if not isinstance(error, Expired | Ended):
        ctx.limits.spend("failed_sign_ins", f"{side} token {address}")


async def open_session(ctx: Context, *, name: str, password: str, address: str) -> Session:
    """Sign an agent in by name and password.

    A wrong name and a wrong password cost the same time and say the same. Failed tries count by
    `address`; raises RateLimited when they are too many, else Unauthorized.
    """
    who = f"password {address}"
    async with ctx.limits.one_at_a_time("failed_sign_ins", who):
        agent_id, stored = await _check_password(ctx, name=name, password=password, who=who)
    renewed = stored
    if ctx.passwords.needs_rehash(stored):
        renewed = await ctx.passwords.hash(password)
    token = make_token("session")

    async def work(writing: Writing) -> int:
        # Checking took a while: a password that was changed meanwhile opens nothing any more.
        if not await writing.tx.execute(
            Q.renew_password, agent=agent_id, known=stored, renewed=renewed
        ):
            raise _refused()
        expires = writing.at + ctx.settings.session_hours * HOUR_MS
        await writing.tx.execute(
            Q.add_credential,
            id=ctx.ids(),
            agent=agent_id,
            kind="session",
            hash=hash_token(token),
            label=None,
            at=writing.at,
            expires_at=expires,
        )
        return expires

    expires_at = await write(ctx, work)
    return Session(token, await agent(ctx, token), to_text(expires_at))


async def _check_password(ctx: Context, *, name: str, password: str, who: str) -> tuple[str, str]:
    """The agent's id and stored hash; a wrong one is counted by `who`, and raises Unauthorized."""

    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.agent_password, sign_in=fold_name(name))

    row = await ctx.store.read(look)
    stored = None if row is None else row[1]
    if not await ctx.passwords.verify(stored, password) or row is None or stored is None:
        ctx.limits.allows("failed_sign_ins", who)
        ctx.metrics.failed_sign_ins("desk").inc()
        raise _refused()
    return row[0], stored


def _refused() -> Unauthorized:
    return Unauthorized("no agent has this name and password")


async def close_session(ctx: Context, token: str, *, agent: str | None = None) -> None:
    """End a session; one that has ended already is no error.

    Raises Unauthorized where it is not that of `agent`: nobody is signed out by another's page.
    """

    async def work(writing: Writing) -> None:
        known = await writing.tx.fetch_one(Q.find_credential, hash=hash_token(token))
        if known is not None:
            demand_same(read_agent(known[3:]).id, agent)
        ended = await writing.tx.execute(Q.revoke_hash, hash=hash_token(token), at=writing.at)
        if ended:
            await move_registry(writing)

    await write(ctx, work)


async def still_valid(ctx: Context, who: Customer | Agent) -> Customer | Agent:
    """Look again at whoever holds a live connection, after the registry moved.

    Answers with who it is now (teams and role may have changed); raises Unauthorized where the
    token no longer stands.
    """
    if isinstance(who, Agent):
        return await _find(ctx, Q.find_credential_by_id, id=who.credential)

    if (await signed_out(ctx, [who]))[0]:
        raise Unauthorized("this customer was signed out")
    return who


async def signed_out(ctx: Context, customers: Sequence[Customer]) -> list[bool]:
    """Which of these, in their order, were signed out after their tokens were made; in one look."""

    async def look(tx: Tx) -> list[bool]:
        found = []
        for who in customers:
            row = await tx.fetch_one(Q.get_customer, customer=who.id)
            found.append(row is None or who.issued_at < read_customer(row).signed_out_at)
        return found

    return await ctx.store.read(look)


async def demand_admin_still(tx: Tx, who: Agent | Operator) -> None:
    """Raise Unauthorized, or Forbidden, unless the caller is an admin as this transaction sees it.

    For whatever changes people, teams or credentials, or takes a customer's data away: what a
    request began before its sender was disabled or its token revoked must not outlive that. Whoever
    opens the data folder needs no credential.
    """
    if isinstance(who, Agent):
        demand(await _now(tx, who), "administer")


async def demand_lead_still(tx: Tx, who: Agent | Operator, team: str) -> None:
    """The same for what leads may, too: NotFound unless the team is the caller's to arrange."""
    if isinstance(who, Agent):
        now = await _now(tx, who)
        demand_lead(msgspec.structs.replace(now, teams=await _teams_now(tx, who.id)), team)


async def demand_leader_still(tx: Tx, who: Agent | Operator, agent: str) -> None:
    """The same for whoever arranges an agent: NotFound unless in a team of theirs."""
    if isinstance(who, Agent):
        now = await _now(tx, who)
        leader = msgspec.structs.replace(now, teams=await _teams_now(tx, who.id))
        demand_leader(leader, await _teams_now(tx, agent))


async def _teams_now(tx: Tx, agent: str) -> frozenset[str]:
    return frozenset(of for one, of in await tx.fetch(Q.all_memberships) if one == agent)


async def _now(tx: Tx, who: Agent) -> Agent:
    """A caller with their role as this transaction sees it; Unauthorized if let in no more."""
    row = await tx.fetch_one(Q.find_credential_by_id, id=who.credential)
    if row is None:
        raise _unknown()
    return msgspec.structs.replace(who, role=read_agent(row[3:]).role)


async def move_registry(writing: Writing) -> None:
    """Say, in this transaction, that people, teams, tokens or sign-outs have changed."""
    row = await writing.tx.fetch_one(Q.advance_stream, stream="registry", count=1)
    if row is not None:
        writing.moved("registry", row[0])


async def _find(ctx: Context, query: Query, **by: str) -> Agent:
    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(query, **by)

    row = await ctx.store.read(look)
    if row is None:
        raise _unknown()
    credential, _, expires_at = row[:3]
    found = read_agent(row[3:])
    people = await roster(ctx)
    teams = frozenset(team.id for team in people.teams_of(found.id))
    return Agent(found.id, found.name, found.role, teams, found.photo_url, credential, expires_at)


def _unknown() -> Unauthorized:
    return Unauthorized("this token is not known, or no longer")
