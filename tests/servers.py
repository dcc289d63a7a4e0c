"""A real server in this process: both doors on a loopback port, over a Context of the test's own.

async with serve(ctx) as server:
    reply = await server.ask("GET", "/v1/thread", token=server.token("ana"))
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from inbox import __version__
from inbox.core.policy import Operator, Role
from inbox.flows import agents, signin, teams
from inbox.flows.context import Context
from inbox.live.asyncapi import describe
from inbox.live.door import Live
from inbox.web import Sockets, build_web, make_runner

OPERATOR = Operator()


class Reply(msgspec.Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return msgspec.json.decode(self.raw)

    @property
    def media(self) -> str:
        """Its media type."""
        return self.headers.get("Content-Type", "").partition(";")[0]


class Server:
    """A running server and a client for it that keeps no cookies of its own."""

    def __init__(
        self, ctx: Context, url: str, http: aiohttp.ClientSession, runner: web.AppRunner
    ) -> None:
        self.ctx = ctx
        self.url = url
        self.http = http
        self.app = runner.app
        self._runner = runner

    async def stop(self) -> None:
        """Stop listening, and finish what was accepted."""
        await self._runner.cleanup()

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request; `data` is a body as it is, with whatever headers are given."""
        said = dict(headers or {})
        if token is not None:
            said["Authorization"] = f"Bearer {token}"
        if body is not None:
            data = msgspec.json.encode(body)
            said.setdefault("Content-Type", "application/json")
        async with self.http.request(
            method, self.url + path, data=data, headers=said, allow_redirects=False
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    def token(self, sub: str = "ana", **claims: Any) -> str:
        """A customer's token, as the company's backend signs it; of Washington unless said."""
        more = {"name": sub.title(), "region": "US-WA", **claims}
        return self.ctx.tokens.sign(sub, now_ms=self.ctx.clock(), **more)


@asynccontextmanager
async def serve(ctx: Context) -> AsyncIterator[Server]:
    """Start both doors on a free port of this machine, and stop them."""
    live = Live(ctx)
    await live.start()
    app = build_web(ctx, Sockets(live.customer_live, live.desk_live, _document))
    runner = make_runner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    jar = aiohttp.DummyCookieJar()
    try:
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            yield Server(ctx, f"http://{host}:{port}", http, runner)
    finally:
        await live.close()
        await runner.cleanup()


@cache
def _document() -> bytes:
    return msgspec.json.encode(describe(version=__version__))


class People(msgspec.Struct, frozen=True):
    """Two teams, and a personal token of everybody in them; Kim leads Spokane, Mia is an admin."""

    spokane: str
    tampa: str
    bo: str
    kim: str
    mia: str
    ravi: str
    ids: dict[str, str]


async def make_people(ctx: Context) -> People:
    """Spokane (default) with Bo, Kim and Mia; Tampa with Ravi."""
    home, far = [
        await teams.add_team(
            ctx,
            OPERATOR,
            teams.TeamDraft(key, key.title(), zone, regions=(region,), place=key.title()),
        )
        for key, zone, region in (
            ("spokane", "America/Los_Angeles", "US-WA"),
            ("tampa", "America/New_York", "US-FL"),
        )
    ]
    members: tuple[tuple[str, str, Role], ...] = (
        ("Bo", home.id, "agent"),
        ("Kim", home.id, "lead"),
        ("Mia", home.id, "admin"),
        ("Ravi", far.id, "agent"),
    )
    tokens, ids = {}, {}
    for name, team, role in members:
        made = await agents.add_agent(ctx, OPERATOR, agents.AgentDraft(name, (team,), role=role))
        token = await agents.add_token(ctx, OPERATOR, agent=made.id)
        tokens[name.lower()], ids[name.lower()] = token.token, made.id
        await signin.agent(ctx, token.token)
    return People(home.id, far.id, **tokens, ids=ids)
