"""What the stand-ins that speak HTTP/1.1 have in common: an address, a door, and faults done."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from email.utils import formatdate

import msgspec
from aiohttp import web

from push.simulator.record import Cut, Deed, Door, Hole, Late, Reply, Silence

HOST = "127.0.0.1"
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
        self._context = context
        self._server: asyncio.Server | None = None
        self._host, self._port = HOST, 0
        self._door: Door = "open"
        self._held: set[asyncio.WriteTransport] = set()
        self._numbers: dict[web.RequestHandler, int] = {}
        self.made = 0
        """How many connections ever brought a request."""

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return f"https://{self._host}:{self._port}"

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._door

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        self._host, self._port = host, port
        await self._runner.setup()
        await self._listen()

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on, at the same address; those that exist stay."""
        self._door = door
        self._stop_listening()
        if door != "closed":
            await self._listen()

    def cut(self) -> None:
        """Cut all connections, without a word."""
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        self._stop_listening()
        self.cut()
        await self._runner.cleanup()

    def number(self, request: web.Request) -> int:
        """Which connection a request came over, from 1."""
        if request.protocol not in self._numbers:
            self.made += 1
            living = {one: n for one, n in self._numbers.items() if one.transport is not None}
            self._numbers = living | {request.protocol: self.made}
        return self._numbers[request.protocol]

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self._door == "open" and self._runner.server is not None:
            self._server = await loop.create_server(
                self._runner.server, self._host, self._port, ssl=self._context
            )
        else:
            self._server = await loop.create_server(
                lambda: _Unwelcoming(self._held, talks=self._door == "broken"),
                self._host,
                self._port,
            )
        self._port = self._server.sockets[0].getsockname()[1]

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self._held):
            transport.abort()


class _Unwelcoming(asyncio.Protocol):
    """Takes a connection and either never says a word, or says one that is not TLS."""

    def __init__(self, held: set[asyncio.WriteTransport], *, talks: bool) -> None:
        self._held = held
        self._talks = talks
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport
            self._held.add(transport)
            if self._talks:
                transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if self._transport is not None:
            self._held.discard(self._transport)


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
