"""A line between client and server that can be cut, like a phone's in a tunnel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

Length = Callable[[], int]
"""How many bytes go through before the next cut."""


class Tunnel:
    """Forwards bytes both ways; after a number of them everybody in it loses the line.

    Counted in bytes, not in time: a slow machine is cut as often per message as a quick one.
    """

    def __init__(self, host: str, port: int, *, length: Length) -> None:
        self.url = ""
        self.cuts = 0
        self._to = (host, port)
        self._length = length
        self._left = length()
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Everybody who is in the tunnel now loses the line."""
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its opening to its end."""
        there, away = await asyncio.open_connection(*self._to)
        self._writers |= {writer, away}
        try:
            await asyncio.gather(self._pour(reader, away), self._pour(there, writer))
        finally:
            self._writers -= {writer, away}
            for end in (writer, away):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data[: self._left])
                await writer.drain()
                self._left -= len(data)
                if self._left <= 0:
                    self._left = self._length()
                    self.cut()
        writer.close()


@asynccontextmanager
async def tunnel_to(url: str, *, length: Length) -> AsyncIterator[Tunnel]:
    """A tunnel to a server's address."""
    host, _, port = url.removeprefix("http://").partition(":")
    tunnel = Tunnel(host, int(port), length=length)
    server = await asyncio.start_server(tunnel.carry, "127.0.0.1", 0)
    tunnel.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
    try:
        yield tunnel
    finally:
        server.close()
        tunnel.cut()
