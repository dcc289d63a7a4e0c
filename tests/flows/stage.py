"""The cast on a real database of either engine, in a process that can be stopped and doubled.

`stage` has the teams Spokane and Tampa with Bo, Mia and Ravi signed in. Customers arrive by real
tokens, the clock moves when told, `beside()` is a second process and `reopen()` a restart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.app import open_context
from inbox.auth.passwords import Passwords
from inbox.core.policy import Agent, Customer
from inbox.flows import agents, signin, teams
from inbox.flows.context import Context
from inbox.flows.send import Draft, Sent, send
from inbox.settings import Settings
from tests.cast import OPERATOR, SetClock
from tests.engines import Database

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SETTINGS = Settings(
    token_secret="a shared secret of enough bytes, for tests",
    server_secret="a server secret of enough bytes, for tests",
    max_token_age_s=0,
    customer_sends_per_minute=0,
    agent_sends_per_minute=0,
    receipts_interval_ms=0,
)

QUICK = {"time_cost": 1, "memory_kib": 1024, "lanes": 1}
"""argon2id as weak as it can be used: what it costs is tested where it lives."""


class Stage:
    """The cast on a database: an open Context, its clock, two teams and three agents."""

    ctx: Context
    spokane: str
    tampa: str
    bo: Agent
    mia: Agent
    ravi: Agent

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.clock = SetClock()
        self.settings = SETTINGS
        self._folder = folder
        self._open = AsyncExitStack()

    async def open(self, **changed: Any) -> None:
        """Open the database, with other settings where some are named."""
        self.settings = msgspec.structs.replace(self.settings, **changed)
        self.ctx = await self._open.enter_async_context(self._context())

    async def close(self) -> None:
        """End this process, and those beside it."""
        await self._open.aclose()

    async def reopen(self, **changed: Any) -> None:
        """Stop the process and start it again: all that was not stored is gone."""
        await self.close()
        self._open = AsyncExitStack()
        await self.open(**changed)

    async def beside(self) -> Context:
        """Another process on the same database (PostgreSQL), which hears no bell of the first."""
        return await self._open.enter_async_context(self._context())

    @asynccontextmanager
    async def _context(self) -> AsyncIterator[Context]:
        url = "" if self.database.kind == "sqlite" else self.database.place
        settings = msgspec.structs.replace(self.settings, database=url)
        async with open_context(self._folder, settings, clock=self.clock) as ctx:
            yield dataclasses.replace(ctx, passwords=Passwords(**QUICK))

    async def cast(self) -> None:
        """Make the teams and sign their people in. Spokane is the default team, Mia a lead."""
        self.spokane = await self.team("spokane", "US-WA", "America/Los_Angeles")
        self.tampa = await self.team("tampa", "US-FL", "America/New_York")
        self.bo = await self.agent("Bo", self.spokane)
        self.mia = await self.agent("Mia", self.spokane, role="lead")
        self.ravi = await self.agent("Ravi", self.tampa)

    async def team(self, key: str, region: str, time_zone: str, **more: Any) -> str:
        """A new team's id."""
        draft = teams.TeamDraft(
            key=key, name=key.title(), time_zone=time_zone, regions=(region,), **more
        )
        return (await teams.add_team(self.ctx, OPERATOR, draft)).id

    async def agent(self, name: str, *team_ids: str, **more: Any) -> Agent:
        """A new agent, signed in by a personal token."""
        draft = agents.AgentDraft(name=name, teams=team_ids, **more)
        made = await agents.add_agent(self.ctx, OPERATOR, draft)
        token = await agents.add_token(self.ctx, OPERATOR, agent=made.id)
        return await signin.agent(self.ctx, token.token)

    @property
    def now_s(self) -> int:
        """Unix seconds, as tokens say them."""
        return self.clock.now // 1000

    def token(self, sub: str, *, iat: int | None = None, **claims: Any) -> str:
        """A token as the company's backend signs it, made now or at `iat` (Unix seconds)."""
        made = self.now_s if iat is None else iat
        return self.ctx.tokens.sign(sub, now_ms=made * 1000, ttl_s=400 * 86_400, **claims)

    async def arrive(self, sub: str = "ana", *, iat: int | None = None, **claims: Any) -> Customer:
        """A customer signs in with a token."""
        return await signin.customer(self.ctx, self.token(sub, iat=iat, **claims))

    async def ana(self) -> Customer:
        """Ana of Seattle, whose home is Spokane."""
        return await self.arrive("ana", name="Ana", region="US-WA-SEA")

    async def say(self, who: Customer, client_id: str, body: str = "Hello") -> Sent:
        """A customer's message."""
        return await send(self.ctx, who, thread=who.thread, draft=Draft(client_id, body))

    async def reply(
        self, who: Agent, thread: str, client_id: str, *, body: str = "Hi", seen: int = 10**9
    ) -> Sent:
        """An agent's message by someone who has seen everything."""
        return await send(self.ctx, who, thread=thread, draft=Draft(client_id, body, seen_seq=seen))


@asynccontextmanager
async def set_stage(database: Database, folder: Path, **changed: Any) -> AsyncIterator[Stage]:
    """The cast on a database that has nobody yet."""
    made = Stage(database, folder)
    await made.open(**changed)
    try:
        await made.cast()
        yield made
    finally:
        await made.close()


@pytest.fixture
async def stage(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """The cast on a fresh database of either engine."""
    # Hundreds at once wait for ten connections: on a busy machine longer than a server would let.
    monkeypatch.setattr("inbox.store.postgres._ACQUIRE_SECONDS", 60.0)
    async with set_stage(database, tmp_path) as made:
        yield made
