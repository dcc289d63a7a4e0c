"""The stand-in itself: its address, its door, and what all its connections share."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable

from push.model import Environment
from push.simulator.apns.connection import Connection
from push.simulator.apns.keys import Key
from push.simulator.apns.rules import Credentials, read_credentials
from push.simulator.record import Door, Faults, Records

_KNOWN_TOKENS = 1000


class ApnsSimulator:
    """Apple's service for one environment, on loopback.

    `limit` is how many streams a connection may have once it showed a valid token; before, one.
    `throttles`: an answer of 4xx other than 410 takes the limit down to one until the next
    success, as Apple's service was seen to do. `dead` are tokens that answer 410, with the time.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        records: Records,
        faults: Faults,
        keys: Iterable[Key] = (),
        environment: Environment = "production",
        limit: int = 1000,
        throttles: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = records
        self.faults = faults
        self.keys = {key.key_id: key for key in keys}
        self.environment: Environment = environment
        self.limit = limit
        self.throttles = throttles
        self.clock = clock
        self.dead: dict[str, int] = {}
        self.connections: list[Connection] = []
        """Those that are open now."""
        self.made = 0
        """How many were ever made."""
        self.most_streams = 0
        """The most streams that one connection ever had at once."""
        self.violations = 0
        """How often a sender broke HTTP/2 or went over the limit."""
        self.pings = 0
        self.tokens: dict[str, Credentials] = {}
        """Every provider token that was shown and valid, oldest first."""
        self._context = context
        self._server: asyncio.Server | None = None
        self._host, self._port = "127.0.0.1", 0
        self._door: Door = "open"
        self._held: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return f"https://{self._host}:{self._port}"

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._door

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        self._host, self._port = host, port
        await self._listen()

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on, at the same address; those that exist stay."""
        self._door = door
        await self._stop_listening()
        if door != "closed":
            await self._listen()

    def cut(self) -> None:
        """Cut all connections, without a word."""
        for connection in list(self.connections):
            connection.abort()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        await self._stop_listening()
        self.cut()

    def credentials(self, authorization: str | None) -> Credentials:
        """What a header proves. Raises Refusal; what was verified once is known."""
        known = self.tokens.get(authorization or "")
        if known is None or self.keys.get(known.key.key_id) is not known.key:
            known = read_credentials(authorization, self.keys)
            if len(self.tokens) >= _KNOWN_TOKENS:
                self.tokens.clear()
            self.tokens[authorization or ""] = known
        return known

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self._door == "open":
            self._server = await loop.create_server(
                lambda: Connection(self), self._host, self._port, ssl=self._context
            )
        else:
            self._server = await loop.create_server(
                lambda: _Unwelcoming(self._held, talks=self._door == "broken"),
                self._host,
                self._port,
            )
        self._port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self._held):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()


class _Unwelcoming(asyncio.Protocol):
    """Takes a connection and either never says a word, or says one that is not TLS."""

    def __init__(self, held: set[asyncio.BaseTransport], *, talks: bool) -> None:
        self._held = held
        self._talks = talks
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._held.add(transport)
        if self._talks and isinstance(transport, asyncio.WriteTransport):
            transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if self._transport is not None:
            self._held.discard(self._transport)
