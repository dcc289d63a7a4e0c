"""Ten thousand live clients in one process: the least of a websocket client that can keep count.

Speaks RFC 6455 as a client must (masked, with a mask of zeros, which changes nothing) and enough of
the live protocol to sign in, resume, and prove that nothing is missing or doubled.
"""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode

import msgspec

_SHORT, _MIDDLE = 126, 127


class _Item(msgspec.Struct, frozen=True):
    seq: int
    type: str


class _Frame(msgspec.Struct, frozen=True):
    type: str
    since: str = ""
    until: str = ""
    cursor: str = ""
    items: tuple[_Item, ...] = ()


_decode = msgspec.json.Decoder(_Frame).decode


class Client(asyncio.Protocol):
    """One customer's app: its cursor, the messages it has seen, and whether it is caught up."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.cursor = ""
        self.messages = 0
        self.faults: list[str] = []
        self.live = asyncio.Event()
        self.refused = False
        self._buffer = bytearray()
        self._open = False
        self._transport: asyncio.Transport | None = None

    async def connect(self, host: str, port: int) -> None:
        """Open the socket, say hello, and return when `live` came (or the door refused)."""
        self.live.clear()
        self._open = self.refused = False
        self._buffer.clear()
        await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        await self.live.wait()

    def drop(self) -> None:
        """Vanish without a word, as a phone does."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = transport  # type: ignore[assignment]
        key = b64encode(os.urandom(16)).decode()
        self._write(
            "GET /v1/thread/live HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: pinbox.v1\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._buffer += data
        if not self._open and not self._take_upgrade():
            return
        while (frame := self._take_frame()) is not None:
            self._take_text(frame)

    def connection_lost(self, _exc: Exception | None) -> None:  # noqa: D102
        if not self.live.is_set():
            self.refused = True
            self.live.set()

    def _take_upgrade(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self.drop()
            return False
        del self._buffer[: end + 4]
        self._open = True
        stream = {"stream": "thread", **({"since": self.cursor} if self.cursor else {})}
        self._say({"type": "hello", "token": self.token, "streams": [stream]})
        return True

    def _take_frame(self) -> bytes | None:
        if len(self._buffer) < 2:
            return None
        length, at = self._buffer[1] & 0x7F, 2
        if length == _SHORT:
            length, at = int.from_bytes(self._buffer[2:4]), 4
        elif length == _MIDDLE:
            length, at = int.from_bytes(self._buffer[2:10]), 10
        if len(self._buffer) < at + length:
            return None
        payload = bytes(self._buffer[at : at + length])
        del self._buffer[: at + length]
        return payload

    def _take_text(self, payload: bytes) -> None:
        if not payload.startswith(b"{"):
            return
        frame = _decode(payload)
        if frame.type == "events":
            self._take_events(frame)
        elif frame.type == "live":
            self.cursor = frame.cursor
            self.live.set()
        elif frame.type == "ping":
            self._say({"type": "pong"})
        elif frame.type in {"reset", "error"}:
            self.faults.append(payload.decode())

    def _take_events(self, frame: _Frame) -> None:
        """Apply iff since ≤ cursor < until; a gap or an item out of the range is a fault."""
        here = _place(self.cursor) if self.cursor else 0
        if not _place(frame.since) <= here < _place(frame.until):
            self.faults.append(f"at {here}: {frame.since}–{frame.until}")
            return
        for item in frame.items:
            if item.seq <= here:
                self.faults.append(f"item {item.seq} at {here}")
            here = item.seq
            self.messages += item.type == "message"
        self.cursor = frame.until

    def _say(self, frame: dict[str, object]) -> None:
        payload = msgspec.json.encode(frame)
        size = len(payload)
        if size < _SHORT:
            head = bytes((0x81, 0x80 | size))
        else:
            head = bytes((0x81, 0x80 | _SHORT)) + size.to_bytes(2)
        self._write(head + b"\0\0\0\0" + payload)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _place(cursor: str) -> int:
    return int(cursor.partition(":")[2])
