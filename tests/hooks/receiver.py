"""A company's own system: a real HTTP server that takes webhooks and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

PATIENCE_S = 20

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Got(msgspec.Struct, frozen=True):
    """One request, as it came."""

    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return json.loads(self.raw)

    @property
    def event(self) -> str:
        """The event's id."""
        return self.headers["webhook-id"]


class Receiver:
    """Keeps what it gets, and answers 200 until it is told otherwise."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[Got] = []
        self._answer: Answer = answers(200)
        self._came = asyncio.Condition()

    def answers(self, answer: Answer) -> None:
        """From now on it answers so."""
        self._answer = answer

    async def gets(self, count: int) -> list[Got]:
        """Wait until it has got so many requests; all that it has got."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: len(self.got) >= count)
        return self.got

    def told(self, type_: str | None = None) -> list[Any]:
        """The data of the events of a type, in the order in which they came."""
        return [one.body["data"] for one in self.got if type_ in {None, one.body["type"]}]

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        got = Got(dict(request.headers), await request.read())
        async with self._came:
            self.got.append(got)
            self._came.notify_all()
        return await self._answer(request)


def answers(status: int, **headers: str) -> Answer:
    """An answer with this status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, text="so be it")

    return answer


def slowly(seconds: float, status: int = 200) -> Answer:
    """An answer after a while."""

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(status=status)

    return answer


async def endlessly(request: web.Request) -> web.StreamResponse:
    """An answer whose body has no end, for as long as somebody reads it."""
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b"x" * 65_536)
    except (ConnectionError, asyncio.CancelledError):
        return response


@asynccontextmanager
async def receive() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
