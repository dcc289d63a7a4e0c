"""A running server with its live door open to the test, and clients that note what they apply.

The clients are the bare socket of `inbox.client.live`, on another library than the server's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from aiohttp import web

from inbox.client.live import Closed, LiveSocket
from inbox.core.frames import ClientFrame, Want
from inbox.core.hints import Hint
from inbox.core.policy import Agent, Operator
from inbox.core.sync import Limits
from inbox.flows import agents
from inbox.flows.context import Context
from inbox.live.door import Live
from inbox.live.ports import People, Source
from inbox.web import Sockets, build_web, make_runner

PATIENCE_S = 10.0


class House:
    """The server's address, its live door, and ways to come in."""

    def __init__(self, ctx: Context, live: Live, url: str) -> None:
        self.ctx = ctx
        self.live = live
        self.url = url

    def customer_token(self, sub: str, *, ttl_s: int = 3600, region: str = "US-WA") -> str:
        """A token that the company's backend signs now."""
        return self.ctx.tokens.sign(sub, now_ms=self.ctx.clock(), ttl_s=ttl_s, region=region)

    async def agent_token(self, agent: Agent) -> str:
        """A personal token."""
        return (await agents.add_token(self.ctx, Operator(), agent=agent.id)).token

    async def knock(self, audience: str = "thread") -> LiveSocket:
        """A socket that has said nothing yet."""
        return await LiveSocket.open(f"ws{self.url[4:]}/v1/{audience}/live")

    async def customer(self, sub: str, *, since: str | None = None, **claims: Any) -> Client:
        """A customer's app that follows its thread."""
        client = Client(await self.knock())
        await client.hello(self.customer_token(sub, **claims), Want("thread", since))
        return client

    async def desk(self, agent: Agent, *, since: str | None = None) -> Client:
        """An agent's desk that follows all of its teams."""
        client = Client(await self.knock("desk"))
        wants = [Want(f"team:{team}", since) for team in sorted(agent.teams)]
        await client.hello(await self.agent_token(agent), *wants)
        return client


class Client:
    """Applies events by the contract's rule, answers pings, and keeps every frame."""

    def __init__(self, socket: LiveSocket) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self.items: dict[str, list[dict[str, Any]]] = {}
        self.cursors: dict[str, str] = {}
        self.code: int | None = None

    async def hello(self, token: str | None, *wants: Want) -> None:
        """Sign in and subscribe; returns before the welcome."""
        self.cursors |= {want.stream: want.since for want in wants if want.since}
        said: dict[str, Any] = {"type": "hello", "streams": wants}
        if token is not None:
            said["token"] = token
        await self.say(said)

    async def say(self, frame: ClientFrame | dict[str, Any]) -> None:
        """Say anything at all."""
        await self.socket._connection.send(msgspec.json.encode(frame), text=True)

    async def hear(self) -> dict[str, Any]:
        """The next frame. Raises Closed."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                frame: dict[str, Any] = msgspec.json.decode(await self.socket.receive_bytes())
        except Closed as closed:
            self.code = closed.code
            raise
        self.frames.append(frame)
        match frame["type"]:
            case "events":
                self._apply(frame)
            case "reset":
                self.items[frame["stream"]] = []
                self.cursors[frame["stream"]] = frame["cursor"]
            case "ping":
                await self.say({"type": "pong"})
        return frame

    def _apply(self, frame: dict[str, Any]) -> None:
        stream, until = frame["stream"], place(frame["until"])
        cursor = place(self.cursors.setdefault(stream, frame["since"]))
        assert place(frame["since"]) <= cursor, "a gap"
        if cursor < until:
            new = [item for item in frame["items"] if item["seq"] > cursor]
            self.items.setdefault(stream, []).extend(new)
            self.cursors[stream] = frame["until"]

    async def until(self, kind: str, **members: Any) -> dict[str, Any]:
        """Hear until a frame of this type with these members."""
        while True:
            frame = await self.hear()
            if frame["type"] == kind and members.items() <= frame.items():
                return frame

    async def until_item(self, stream: str, **members: Any) -> dict[str, Any]:
        """Hear until an item with these members was applied."""
        seen = 0
        while True:
            for item in self.items.get(stream, [])[seen:]:
                seen += 1
                if members.items() <= item.items():
                    return item
            await self.hear()

    async def until_closed(self) -> int:
        """Hear until the end; the close code."""
        with suppress(Closed):
            while True:
                await self.hear()
        assert self.code is not None
        return self.code

    async def nothing(self, *, for_s: float = 0.1) -> None:
        """See that nothing is said for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                raise AssertionError(await self.hear())

    def bodies(self, stream: str = "thread") -> list[str]:
        """The messages applied so far."""
        return [item["message"]["body"] for item in self.items.get(stream, []) if "message" in item]

    async def leave(self) -> None:
        """Close politely."""
        await self.socket.close()


class DeadBus:
    """A bus that loses everything, except for what the process remembers of the registry."""

    def ring(self, hint: Hint) -> None:
        """Nobody hears it."""

    def listen(self, _hear: Any) -> Any:
        """Nothing will come."""
        return lambda: None


def place(cursor: str) -> int:
    """The number in a cursor."""
    return int(cursor.partition(":")[2])


@asynccontextmanager
async def open_house(
    ctx: Context,
    *,
    limits: Limits | None = None,
    source: Source | None = None,
    people: People | None = None,
) -> AsyncIterator[House]:
    """Start both doors on a free port, and stop them."""
    live = Live(ctx, limits=limits, source=source, people=people)
    await live.start()
    runner = make_runner(build_web(ctx, Sockets(live.customer_live, live.desk_live, bytes)))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield House(ctx, live, f"http://{host}:{port}")
    finally:
        await live.close()
        await runner.cleanup()
