"""A whole Context on both engines, the cast that all stories are told with, and a clock to set."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.app import open_context
from inbox.core.policy import Agent, Customer, Operator, Role
from inbox.flows import agents, signin, teams
from inbox.flows.context import Context, Writing, write
from inbox.flows.send import Draft, Sent, send
from inbox.flows.streams import Page, Stream, page
from inbox.settings import Settings
from inbox.store.engine import Tx
from inbox.store.queries import Value, compile_query
from tests.engines import Database

NOON = 1_795_348_800_000
"""2026-11-22T12:00:00Z."""
DAY = 86_400_000
OPERATOR = Operator()

_numbers = count(1)


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def pass_(self, ms: int) -> None:
        """Let time pass (or step back)."""
        self.now += ms


class Cast(msgspec.Struct, frozen=True):
    """Two teams and their people, signed in; Mia is an admin, Bo an agent of Spokane."""

    spokane: str
    tampa: str
    bo: Agent
    mia: Agent
    ravi: Agent


@pytest.fixture
def clock() -> SetClock:
    """The clock of `ctx`."""
    return SetClock()


@pytest.fixture
async def ctx(database: Database, clock: SetClock) -> AsyncIterator[Context]:
    """A Context on a fresh database, with nobody in it."""
    async with open_on(database, clock) as opened:
        yield opened


@pytest.fixture
async def cast(ctx: Context) -> Cast:
    """The cast, in `ctx`."""
    return await make_cast(ctx)


@asynccontextmanager
async def open_on(database: Database, clock: SetClock, **given: object) -> AsyncIterator[Context]:
    """A Context on this database, with settings of the test's own."""
    told = {
        "token_secret": "a secret of the company, 32 bytes",
        "server_secret": "a secret of the server, 32 bytes.",
        "customer_sends_per_minute": 0,
        "agent_sends_per_minute": 0,
        "receipts_interval_ms": 0,
        "database": database.place if database.kind == "postgres" else "",
        **given,
    }
    with tempfile.TemporaryDirectory() as beside:  # PostgreSQL's folder holds files alone
        folder = Path(database.place).parent if database.kind == "sqlite" else Path(beside)
        async with open_context(folder, msgspec.convert(told, Settings), clock=clock) as ctx:
            yield ctx


async def make_cast(ctx: Context) -> Cast:
    """Spokane (default) and Tampa, with Bo, Mia and Ravi."""
    spokane = await teams.add_team(
        ctx,
        OPERATOR,
        teams.TeamDraft("spokane", "Spokane", "America/Los_Angeles", regions=("US-WA",)),
    )
    tampa = await teams.add_team(
        ctx, OPERATOR, teams.TeamDraft("tampa", "Tampa", "America/New_York", regions=("US-FL",))
    )
    return Cast(
        spokane=spokane.id,
        tampa=tampa.id,
        bo=await hire(ctx, "Bo", spokane.id),
        mia=await hire(ctx, "Mia", spokane.id, role="admin"),
        ravi=await hire(ctx, "Ravi", tampa.id),
    )


async def hire(ctx: Context, name: str, *teams: str, role: Role = "agent") -> Agent:
    """Make an agent and sign them in."""
    made = await agents.add_agent(ctx, OPERATOR, agents.AgentDraft(name, teams, role=role))
    token = await agents.add_token(ctx, OPERATOR, agent=made.id)
    return await signin.agent(ctx, token.token)


async def arrive(
    ctx: Context, sub: str, *, region: str | None = "US-WA", **claims: str
) -> Customer:
    """Sign a customer in with a token of this moment."""
    more = {**claims, "region": region} if region else claims
    token = ctx.tokens.sign(sub, now_ms=ctx.clock(), ttl_s=3600, **more)
    return await signin.customer(ctx, token)


async def say(ctx: Context, who: Customer, body: str) -> Sent:
    """A customer writes."""
    draft = Draft(f"c{next(_numbers)}", body)
    return await send(ctx, who, thread=who.thread, draft=draft)


async def answer(ctx: Context, who: Agent, thread: str, body: str) -> Sent:
    """An agent answers, whatever was unseen."""
    draft = Draft(f"a{next(_numbers)}", body, seen_seq=0, force=True)
    return await send(ctx, who, thread=thread, draft=draft)


async def look(ctx: Context, sql: str, **params: Value) -> list[tuple[Any, ...]]:
    """Rows as they stand in the database."""
    query = compile_query("test", sql)

    async def work(tx: Tx) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await tx.fetch(query, **params)]

    return await ctx.store.read(work)


async def change(ctx: Context, sql: str, **params: Value) -> int:
    """Change rows behind the flows' back."""
    query = compile_query("test", sql)

    async def work(writing: Writing) -> int:
        return await writing.tx.execute(query, **params)

    return await write(ctx, work)


async def whole(ctx: Context, stream: Stream, *, since: int = 0) -> list[Page]:
    """All pages of a stream."""
    pages = [await page(ctx, stream, since=since)]
    while pages[-1].more:
        pages.append(await page(ctx, stream, since=pages[-1].until))
    return pages


async def assert_dense(ctx: Context) -> None:
    """Each log and team stream holds floor+1..head without a hole, and points to what is there."""
    for thread, head, floor, lowest, highest, number in await look(
        ctx,
        "SELECT t.id, t.head, t.floor, COALESCE(MIN(i.seq), 0), COALESCE(MAX(i.seq), 0),"
        " COUNT(i.seq) FROM threads t LEFT JOIN items i ON i.thread_id = t.id GROUP BY t.id",
    ):
        expected = (floor + 1, head, head - floor) if head > floor else (0, 0, 0)
        assert (lowest, highest, number) == expected, thread
    for stream, head, floor, lowest, highest, number in await look(
        ctx,
        "SELECT s.id, s.head, s.floor, COALESCE(MIN(i.seq), 0), COALESCE(MAX(i.seq), 0),"
        " COUNT(i.seq) FROM streams s JOIN team_items i ON s.id = 'team:' || i.team_id"
        " GROUP BY s.id",
    ):
        assert (lowest, highest, number) == (floor + 1, head, head - floor), stream
    lost = await look(
        ctx,
        "SELECT s.team_id, s.seq FROM team_items s LEFT JOIN items i"
        " ON i.thread_id = s.thread_id AND i.seq = s.thread_seq"
        " WHERE s.type = 'item' AND i.seq IS NULL",
    )
    assert lost == []
