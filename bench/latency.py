"""At 500 sends a second offered: how long until the answer, and until the other side's socket.

Open loop: sends leave on a fixed beat whether or not earlier ones were answered, so that a stall is
seen by every send that it delays.
"""

from __future__ import annotations

import asyncio
import time

import msgspec
import uvloop

from bench.senders import Sender
from bench.sends import make_sender
from bench.server import Running, serving
from bench.table import print_table
from inbox.client.live import LiveSocket
from inbox.core.frames import Pong, Want

RATE = 500
SECONDS = 30
CUSTOMERS = 1_000
DESKS = 5


class _Message(msgspec.Struct, frozen=True):
    client_id: str


class _Item(msgspec.Struct, frozen=True):
    message: _Message | None = None


class _Frame(msgspec.Struct, frozen=True):
    type: str
    items: tuple[_Item, ...] = ()


_decode = msgspec.json.Decoder(_Frame).decode


def main() -> None:
    """One run of half a minute."""
    with serving() as running:
        team = running.run("team", "list")["items"][0]["id"]
        token = running.run("agent", "add", "Bo", "--team", "spokane")["token"]
        answered, delivered = uvloop.run(measure(running, team, token))
    rows = []
    for name, times, goal in (
        ("answer to the sender", answered, "< 20"),
        ("event on an agent's socket", delivered, "< 50"),
    ):
        times.sort()
        marks = [f"{times[int(len(times) * share)] * 1000:.1f}" for share in (0.5, 0.9, 0.99)]
        rows.append([name, f"{len(times):,}", *marks, goal])
    print_table(
        f"Latency at {RATE} sends/s offered for {SECONDS} s, {DESKS} desks (SQLite), ms",
        ["what", "seen", "p50", "p90", "p99", "goal for p99"],
        rows,
    )


async def measure(running: Running, team: str, token: str) -> tuple[list[float], list[float]]:
    """Times of all answers, and of all deliveries to one of the desks, in seconds."""
    begun: dict[str, float] = {}
    answered: list[float] = []
    delivered: list[float] = []
    senders = [make_sender(running.customer_token(f"c{number}")) for number in range(CUSTOMERS)]
    lines = [await _connect(running, one, answered) for one in senders]
    for line in lines:  # once each, so that everybody's thread is there
        line.send(b'{"client_id":"first","body":"Hello"}')
        await line.idle.wait()
    answered.clear()
    url = f"{running.url.replace('http', 'ws', 1)}/v1/desk/live"
    desks = [await _open_desk(url, team, token) for _ in range(DESKS)]
    tasks = [asyncio.create_task(_watch(desks[0], begun, delivered))]
    tasks += [asyncio.create_task(_watch(desk, {}, [])) for desk in desks[1:]]
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        pause = began + number / RATE - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        line = lines[number % CUSTOMERS]
        await line.idle.wait()
        begun[f"n-{number}"] = time.perf_counter()
        line.send(b'{"client_id":"n-%d","body":"Is anybody there? I have waited."}' % number)
    await tasks[0]
    for task in tasks[1:]:
        task.cancel()
    return answered, delivered


async def _open_desk(url: str, team: str, token: str) -> LiveSocket:
    """A desk that has been sent all that was there before: what is timed is what comes then."""
    desk = await LiveSocket.open(url)
    await desk.hello([Want(stream=f"team:{team}")], token=token)
    while _decode(await desk.receive_bytes()).type != "live":
        pass
    return desk


async def _watch(desk: LiveSocket, begun: dict[str, float], delivered: list[float]) -> None:
    while len(delivered) < RATE * SECONDS:
        frame = _decode(await desk.receive_bytes())
        if frame.type == "ping":
            await desk.send(Pong())
        now = time.perf_counter()
        names = [item.message.client_id for item in frame.items if item.message is not None]
        delivered += [now - begun[name] for name in names if name in begun]


class _Line(asyncio.Protocol):
    def __init__(self, sender: Sender, answered: list[float]) -> None:
        self.idle = asyncio.Event()
        self._sender, self._answered, self._began = sender, answered, 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def send(self, body: bytes) -> None:
        self.idle.clear()
        self._began = time.perf_counter()
        if self._transport is not None:
            length = str(len(body)).encode()
            self._transport.write(b"%s%s\r\n\r\n%s" % (self._sender.head, length, body))

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 2"):
            self._answered.append(time.perf_counter() - self._began)
            self.idle.set()
        elif data.startswith(b"HTTP/1.1"):
            raise SystemExit(data.decode(errors="replace"))


async def _connect(running: Running, sender: Sender, answered: list[float]) -> _Line:
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: _Line(sender, answered), running.host, running.port
    )
    return line
