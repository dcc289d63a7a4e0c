"""Where a stand-in listens, and how it meets whoever connects."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from push.simulator.record import Door

HOST = "127.0.0.1"


class Doorway:
    """An address on loopback with a door: open, closed, stalled or broken."""

    def __init__(
        self, *, context: ssl.SSLContext, protocol: Callable[[], asyncio.BaseProtocol]
    ) -> None:
        self.context = context
        """Its certificate, from the next opening of the door on."""
        self._protocol = protocol
        self._server: asyncio.Server | None = None
        self._host, self._port = HOST, 0
        self.door: Door = "open"
        """How it meets new connections."""
        self._held: set[asyncio.WriteTransport] = set()

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return f"https://{self._host}:{self._port}"

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        self._host, self._port = host, port
        await self._listen()

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on, at the same address; those that exist stay."""
        self.door = door
        self.stop()
        if door != "closed":
            await self._listen()

    def stop(self) -> None:
        """Listen no more, and let go of those who were never let in."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self._held):
            transport.abort()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self.door == "open":
            self._server = await loop.create_server(
                self._protocol, self._host, self._port, ssl=self.context
            )
        else:
            self._server = await loop.create_server(
                lambda: _Unwelcoming(self._held, talks=self.door == "broken"),
                self._host,
                self._port,
            )
        self._port = self._server.sockets[0].getsockname()[1]


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
