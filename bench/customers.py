"""A database with any number of customers, each with a phone that a reply is to ring."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from bench.server import FOLDER
from bench.stand import TOPIC
from inbox.app import open_context
from inbox.core.policy import Agent, Operator
from inbox.flows import agents, devices, signin, teams
from inbox.flows.context import Context
from inbox.flows.send import Draft, send
from inbox.live.door import Live
from inbox.settings import Settings
from inbox.web import Sockets, build_web, make_runner

SETTINGS = Settings(
    token_secret="a shared secret of enough bytes, for measurements",
    server_secret="a server secret of enough bytes, for measurements",
    customer_sends_per_minute=0,
    agent_sends_per_minute=0,
)

_NUMBERS = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
INSERT INTO {table} ({columns}) SELECT {values} FROM {table} CROSS JOIN numbers WHERE {where}
"""


@contextmanager
def many_customers(count: int, *, ringing: bool = False) -> Iterator[Path]:
    """A data folder, to be opened with `opened`; the first customer is made, the rest cloned.

    `ringing`: each has an answer that was not brought to the phone yet.
    """
    with tempfile.TemporaryDirectory(prefix="pinbox-bench-", dir=FOLDER) as name:
        folder = Path(name)
        asyncio.run(_make_one(folder))
        _clone(next(folder.glob("*.db")), count, ringing=ringing)
        yield folder


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """The same once more, to be used up."""
    with tempfile.TemporaryDirectory(prefix="pinbox-bench-", dir=FOLDER) as name:
        yield Path(shutil.copytree(folder, Path(name) / "data"))


@asynccontextmanager
async def opened(folder: Path, *, push: bool = True) -> AsyncIterator[Context]:
    """A process on that folder, with providers or without."""
    async with open_context(folder, SETTINGS) as ctx:
        yield dataclasses.replace(ctx, push=push)


@asynccontextmanager
async def answering(ctx: Context) -> AsyncIterator[tuple[str, int]]:
    """Its web server in this process; gives where it listens."""
    live = Live(ctx)
    await live.start()
    runner = make_runner(build_web(ctx, Sockets(live.customer_live, live.desk_live, bytes)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await live.close()
        await runner.cleanup()


async def sign_in_bo(ctx: Context) -> Agent:
    """The agent who answers all."""
    people = await agents.list_agents(ctx)
    token = await agents.add_token(ctx, Operator(), agent=people.items[0].id)
    return await signin.agent(ctx, token.token)


def thread_of(number: int) -> str:
    """The thread of a cloned customer."""
    return f"01a00000-0000-7000-8000-{number:012d}"


async def _make_one(folder: Path) -> None:
    async with opened(folder) as ctx:
        draft = teams.TeamDraft("spokane", "Spokane", "America/Los_Angeles", default=True)
        team = await teams.add_team(ctx, Operator(), draft)
        await agents.add_agent(ctx, Operator(), agents.AgentDraft("Bo", (team.id,)))
        now = time.time_ns() // 1_000_000
        ana = await signin.customer(ctx, ctx.tokens.sign("ana", now_ms=now, ttl_s=3_600))
        phone = devices.DeviceDraft(
            platform="apns",
            push_enabled=True,
            token="ab" * 32,
            app_id=TOPIC,
            environment="production",
        )
        await devices.register(ctx, ana, device_id="phone", draft=phone)
        bo = await sign_in_bo(ctx)
        await send(ctx, bo, thread=ana.thread, draft=Draft("r-1", "Done!", seen_seq=9))


def _clone(file: Path, count: int, *, ringing: bool) -> None:
    """As many customers as wanted, like the first."""
    with sqlite3.connect(file) as database:
        [(thread,)] = database.execute("SELECT id FROM threads").fetchall()
        number, clone = "printf('%08d', n)", "printf('01a00000-0000-7000-8000-%012d', n)"
        new = {
            "customers": {"id": f"'c-' || {number}"},
            "threads": {"id": clone, "customer_id": f"'c-' || {number}"},
            "items": {"thread_id": clone},
            "conversations": {"thread_id": clone},
            "devices": {
                "customer_id": f"'c-' || {number}",
                "token": "printf('%064x', n)",
                "fetch_hash": "'f-' || n",
                "address": "'a-' || n",
            },
        }
        for table, changed in new.items():
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = [changed.get(column, f"{table}.{column}") for column in columns]
            database.execute(
                _NUMBERS.format(
                    count=count,
                    table=table,
                    columns=", ".join(columns),
                    values=", ".join(values),
                    where="TRUE",
                )
            )
        which = "id = ?" if ringing else "id <> '' OR id = ?"
        database.execute(f"UPDATE threads SET rings_from = NULL WHERE {which}", (thread,))
    database.close()
