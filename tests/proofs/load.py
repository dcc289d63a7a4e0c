"""Senders that keep an outside log of what was acknowledged, and what the server says it has.

A sender notes `(client_id, seq)` in a file before it sends anything more, and repeats what was not
answered with the same `client_id` until it is. So in the end the server must have exactly what
stands in the file: what is missing was lost after its answer, what is there twice was doubled.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from inbox.client import Closed, LiveSocket, NoSocket
from inbox.core.frames import Send, Want
from tests.proofs.sites import Site, ask

PAUSE_S = 0.02
TRANSIENT = (aiohttp.ClientError, TimeoutError, OSError)


class Acknowledged(msgspec.Struct, frozen=True):
    """One line of the log."""

    customer: str
    client_id: str
    seq: int


class Ledger:
    """The outside log, and everything else that senders saw."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("ab", buffering=0)
        self._path = file
        self.count = 0
        self.refused: list[int] = []
        self._more = asyncio.Event()

    def note(self, entry: Acknowledged) -> None:
        """Write a line down; the next message is sent after that."""
        self._file.write(msgspec.json.encode(entry) + b"\n")
        self.count += 1
        self._more.set()

    async def more(self, number: int, *, within_s: float = 30) -> None:
        """Wait until so many more messages are acknowledged."""
        goal = self.count + number
        async with asyncio.timeout(within_s):
            while self.count < goal:
                self._more.clear()
                await self._more.wait()

    def read(self) -> dict[str, dict[str, int]]:
        """Customer → client_id → seq."""
        found: dict[str, dict[str, int]] = {}
        for line in self._path.read_bytes().splitlines():
            entry = msgspec.json.decode(line, type=Acknowledged)
            mine = found.setdefault(entry.customer, {})
            assert mine.setdefault(entry.client_id, entry.seq) == entry.seq, entry
        return found

    def close(self) -> None:
        """No more is noted."""
        self._file.close()


async def send_by_http(
    site: Site, customer: str, ledger: Ledger, stop: asyncio.Event, *, url: str = ""
) -> None:
    """Send without pause until told to stop; now and then repeat what was acknowledged."""
    token, place = site.token(customer), (url or site.url) + "/v1/thread/messages"
    known: dict[str, int] = {}
    limit = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(timeout=limit) as http:
        for n in count():
            if stop.is_set():
                return
            again = n % 7 == 6
            name = random.choice(list(known)) if again else f"{customer}-{n}"
            seq = await _insist(http, place, token, name, ledger)
            assert known.setdefault(name, seq) == seq, "a repeated send has its first place"
            ledger.note(Acknowledged(customer, name, seq))


async def _insist(
    http: aiohttp.ClientSession, place: str, token: str, name: str, ledger: Ledger
) -> int:
    while True:
        with suppress(*TRANSIENT):
            body = {"client_id": name, "body": f"Text of {name}"}
            answer = await ask(http, "POST", place, token=token, body=body)
            if answer.status in (200, 201):
                return int(answer.body["message"]["seq"])
            ledger.refused.append(answer.status)
            assert answer.status == 503, answer
        await asyncio.sleep(PAUSE_S)


async def send_live(
    site: Site, customer: str, ledger: Ledger, stop: asyncio.Event, *, url: str = ""
) -> None:
    """The same by the live socket."""
    live = f"ws{(url or site.url)[4:]}/v1/thread/live"
    names = (f"{customer}-{n}" for n in count())
    name, asked = next(names), False
    while asked or not stop.is_set():
        try:
            socket = await LiveSocket.open(live, open_s=5)
        except NoSocket:
            await asyncio.sleep(PAUSE_S)
            continue
        with suppress(Closed, TimeoutError):
            async with asyncio.timeout(5):
                await socket.hello([Want("thread")], token=site.token(customer))
            while asked or not stop.is_set():
                asked = True
                async with asyncio.timeout(5):
                    seq = await _send_one(socket, name)
                if seq is None:
                    ledger.refused.append(503)
                    await asyncio.sleep(PAUSE_S)
                    continue
                ledger.note(Acknowledged(customer, name, seq))
                name, asked = next(names), False
        socket.abort()


async def _send_one(socket: LiveSocket, name: str) -> int | None:
    await socket.send(Send(id=name, client_id=name, body=f"Text of {name}"))
    while True:
        frame: dict[str, Any] = msgspec.json.decode(await socket.receive_bytes())
        if frame["type"] == "ping":
            await socket._connection.send(b'{"type":"pong"}', text=True)
        if frame.get("id") == name:
            if frame["type"] == "ok":
                return int(frame["message"]["seq"])
            assert frame["temporary"], frame
            return None
