"""Many HTTP senders in one process, each with one request in flight on its own connection.

Written on bare asyncio protocols, since a full client would cost more than the server under test
and so flatter it. Speaks just enough HTTP/1.1: keep-alive, and answers with a content length.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Self

import msgspec

Body = Callable[[int], bytes]
"""The n-th request's JSON body of one sender."""


class Sender(msgspec.Struct, frozen=True):
    """One sender: the head of its requests without the length, and the body of each."""

    head: bytes
    body: Body


class Tally(msgspec.Struct, frozen=True):
    """What a round gave: answers a second, and the answer times in seconds, sorted."""

    rate: float
    times: tuple[float, ...]
    refused: int

    def at(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))] * 1000


class _Line(asyncio.Protocol):
    """One connection that sends, waits for the answer, and sends again until told to stop."""

    def __init__(self, sender: Sender, *, first: int) -> None:
        self.sender, self.number = sender, first
        self.times: list[float] = []
        self.refused = 0
        self.running = False
        self.idle = asyncio.Event()
        self._buffer = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def send(self) -> None:
        """Send the next request."""
        body = self.sender.body(self.number)
        self.number += 1
        self._began = time.perf_counter()
        if self._transport is not None:
            length = str(len(body)).encode()
            self._transport.write(b"%s%s\r\n\r\n%s" % (self.sender.head, length, body))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length:") + 15
        end = head.find(b"\r\n", at)
        length = int(head[at : end if end >= 0 else len(head)])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self.times.append(time.perf_counter() - self._began)
        self.refused += head[9:10] != b"2"
        if self.running:
            self.send()
        else:
            self.idle.set()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.running = False
        self.idle.set()


async def run_senders(
    host: str, port: int, senders: Sequence[Sender], *, seconds: float, first: int
) -> Tally:
    """Let every sender send as fast as it is answered for a while. `first` numbers the bodies."""
    loop = asyncio.get_running_loop()
    lines = []
    for sender in senders:
        _, line = await loop.create_connection(partial(_Line, sender, first=first), host, port)
        lines.append(line)
    began = time.perf_counter()
    for line in lines:
        line.running = True
        line.send()
    await asyncio.sleep(seconds)
    for line in lines:
        line.running = False
    await asyncio.gather(*(line.idle.wait() for line in lines))
    took = time.perf_counter() - began
    times = sorted(took for line in lines for took in line.times)
    return Tally(len(times) / took, tuple(times), sum(line.refused for line in lines))


async def run_each(host: str, port: int, senders: Sequence[Sender], *, at_once: int) -> None:
    """Let every sender send one request, so many at a time; each has its own connection."""
    turns = asyncio.Semaphore(at_once)
    loop = asyncio.get_running_loop()

    async def send(sender: Sender) -> None:
        async with turns:
            transport, line = await loop.create_connection(
                partial(_Line, sender, first=0), host, port
            )
            line.send()
            await line.idle.wait()
            transport.close()
            if line.refused or not line.times:
                raise SystemExit("a send was refused: the measurement is void")

    await asyncio.gather(*(send(sender) for sender in senders))


class Asker:
    """Some connections in a thread of their own, so that their processor time can be told apart."""

    def __init__(self, host: str, port: int, *, at_once: int) -> None:
        self._place, self._at_once = (host, port), at_once
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lines: list[_Line] = []

    async def __aenter__(self) -> Self:
        self._thread.start()
        await self._there(self._connect())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)

    async def ask(self, senders: Sequence[Sender]) -> None:
        """Each sends its first request; all are answered, or the measurement is void."""
        await self._there(self._ask(deque(senders)))

    def take_times(self) -> list[float]:
        """How long the answers took since the last call, in seconds, sorted."""
        times = sorted(took for line in self._lines for took in line.times)
        for line in self._lines:
            line.times.clear()
        return times

    def cpu(self) -> float:
        """The processor time that this has taken, in seconds."""
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident or 0))

    async def _there(self, work: Coroutine[Any, Any, None]) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _connect(self) -> None:
        make = partial(_Line, Sender(b"", lambda _: b""), first=0)
        for _ in range(self._at_once):
            _, line = await self._loop.create_connection(make, *self._place)
            self._lines.append(line)

    async def _ask(self, left: deque[Sender]) -> None:
        async def go_on(line: _Line) -> None:
            while left:
                line.sender = left.popleft()
                line.idle.clear()
                line.send()
                await line.idle.wait()
                if line.refused:
                    raise RuntimeError("a send was refused: the measurement is void")

        await asyncio.gather(*(go_on(line) for line in self._lines))
