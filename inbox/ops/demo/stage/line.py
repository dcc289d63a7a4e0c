"""The way of a phone to the server, which can be cut as a tunnel does it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

HOST = "127.0.0.1"
_AT_ONCE = 65_536


class Line:
    """Forwards bytes both ways, while it is on; `port` is where the phone finds it."""

    def __init__(self) -> None:
        self.on = True
        self.port = 0
        self.to = ("", 0)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._carry, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def lead(self, url: str) -> None:
        """Lead to this server from now on."""
        host, _, port = url.removeprefix("http://").partition(":")
        self.to = (host, int(port))

    def switch(self, *, on: bool) -> None:
        """Cut it, and everybody who is on it, or let them through again."""
        self.on = on
        if not on:
            self._cut()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self._cut()

    def _cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.on:
            writer.transport.abort()
            return
        try:
            there, away = await asyncio.open_connection(*self.to)
        except OSError:  # the server is just being started
            writer.transport.abort()
            return
        self._open |= {writer, away}
        try:
            await asyncio.gather(_pour(reader, away), _pour(there, writer))
        finally:
            self._open -= {writer, away}
            for end in (writer, away):
                end.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_AT_ONCE):
            writer.write(data)
            await writer.drain()
    writer.close()
