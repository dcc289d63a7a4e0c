"""What the stand-ins that speak HTTP/1.1 have in common: an address, a door, and faults done."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from email.utils import formatdate

import msgspec
from aiohttp import web

from push.simulator.doorway import HOST, Doorway
from push.simulator.record import Cut, Deed, Door, Hole, Late, Reply, Silence

LARGEST_REQUEST = 64 * 1024
_PAUSE_S = 0.05
_JSON = "application/json"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fate(msgspec.Struct, frozen=True):
    """What becomes of a request that has been understood, faults included."""

    reply: Reply | None
    """What is answered; none: nothing."""
    outcome: str
    delivered: bool
    late_ms: int = 0
    cut: bool = False


def decide(earned: Reply, deed: Deed | None) -> Fate:
    """Weigh what a request earned against what it was told to meet.

    Deeds that only APNs knows change nothing.
    """
    well = _is_well(earned)
    match deed:
        case Reply():
            return Fate(deed, _name(deed), delivered=well and _is_well(deed))
        case Late(by=by):
            return Fate(earned, _name(earned), delivered=well, late_ms=by)
        case Silence():
            return Fate(None, "silence", delivered=well)
        case Cut(delivered=delivered):
            return Fate(None, "cut", delivered=well and delivered, cut=True)
        case Hole():
            return Fate(None, "hole", delivered=False)
        case _:
            return Fate(earned, _name(earned), delivered=well)


def _is_well(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _name(reply: Reply) -> str:
    return f"{reply.status} {reply.reason}".strip()


class Stand:
    """An HTTPS server on loopback, with a door and faults."""

    def __init__(self, routes: list[web.RouteDef], *, context: ssl.SSLContext) -> None:
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.add_routes(routes)
        self._runner = web.AppRunner(
            application, handler_cancellation=True, shutdown_timeout=0, access_log=None
        )
        self._doorway = Doorway(context=context, protocol=self._welcome)
        self._numbers: dict[web.RequestHandler, int] = {}
        self.made = 0
        """How many connections ever brought a request."""

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return self._doorway.url

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._doorway.door

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        await self._runner.setup()
        await self._doorway.start(host=host, port=port)

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on, at the same address; those that exist stay."""
        await self._doorway.set_door(door)

    def cut(self) -> None:
        """Cut all connections, without a word."""
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        self._doorway.stop()
        self.cut()
        await self._runner.cleanup()

    def number(self, request: web.Request) -> int:
        """Which connection a request came over, from 1."""
        if request.protocol not in self._numbers:
            self.made += 1
            living = {one: n for one, n in self._numbers.items() if one.transport is not None}
            self._numbers = living | {request.protocol: self.made}
        return self._numbers[request.protocol]

    def _welcome(self) -> asyncio.BaseProtocol:
        assert self._runner.server is not None  # noqa: S101  for the type: it was set up
        return self._runner.server()


async def give(
    request: web.Request, fate: Fate, *, body: bytes, headers: dict[str, str] | None = None
) -> web.StreamResponse:
    """Answer as was decided. `body` and `headers` are what the service adds to the reply's own."""
    if fate.late_ms:
        await asyncio.sleep(fate.late_ms / 1000)
    if fate.cut and request.transport is not None:
        request.transport.abort()
    if fate.reply is None:
        await asyncio.Event().wait()  # until the other end gives up, which cancels this
    reply = fate.reply
    assert reply is not None  # noqa: S101  for the type: above is no way on
    headers = {"Content-Type": _JSON} | (headers or {})
    if reply.retry_after is not None:
        headers["Retry-After"] = reply.retry_after
    if reply.date is not None:
        headers["Date"] = formatdate(reply.date / 1000, usegmt=True)
    if reply.body is not None:
        body = reply.body.encode()
    if not reply.split:
        return web.Response(status=reply.status, headers=headers, body=body)
    response = web.StreamResponse(status=reply.status, headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(_PAUSE_S)
    await response.write(body[len(body) // 2 :])
    return response
