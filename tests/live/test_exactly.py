"""Promise 4: whatever is lost, cut, slow or late, a client applies exactly what it missed.

The model is the log itself. After every step each client's applied items equal what can be seen of
the stream between its first and last cursor; at the end, with all healed, nothing is missing.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.core.errors import NotDurable
from inbox.core.hints import Moved
from inbox.core.sync import Limits
from inbox.live import ring
from inbox.live.session import Session
from tests.live.pretend import TEAM, Log, PretendClient, PretendNode, PretendSocket, PretendStore

LIMITS = Limits(ping_ms=5_000, pong_ms=2_000, stall_ms=4_000, catch_up=60, frames_burst=100_000)
NAMES = {"ana": "thread", "ana2": "thread", "luis": "thread", "bo": TEAM}
SETTLED = 30


class Line:
    """A client's present connection, and how much of what was written it has taken."""

    def __init__(self, session: Session, socket: PretendSocket) -> None:
        self.session = session
        self.socket = socket
        self.taken = 0


class World:
    """Clients, a node and a store that are all ill-treated. Each step has a name and a number."""

    def __init__(self) -> None:
        self.store = PretendStore("ana", "luis")
        self.clients = {name: PretendClient(stream) for name, stream in NAMES.items()}
        self.lines: dict[str, Line] = {}
        self.node = PretendNode(self.store, LIMITS)

    def log(self, name: str) -> Log:
        """The stream that a client follows."""
        return self.store.logs[TEAM if name == "bo" else f"thread:{name.rstrip('2')}"]

    # ── what can happen ──────────────────────────────────────────────────────────────────────────

    async def write(self, name: str, number: int) -> None:
        """Something that the customer may see."""
        self._write(name, [True], number)

    async def note(self, name: str, number: int) -> None:
        """Something that it may not."""
        self._write(name, [False], number)

    async def write_many(self, name: str, number: int) -> None:
        """A burst; sometimes more than anybody may be behind."""
        length = 70 if number % 17 == 0 else number % 23
        self._write(name, [(number >> place % 9) & 1 == 1 for place in range(length)], number)

    def _write(self, name: str, seen: list[bool], number: int) -> None:
        thread = "luis" if name == "luis" else "ana"
        hear = self.node.hub.hear
        for one in seen:
            hints = self.store.write(thread, seen=one)
            if number % 3:  # most hints come
                hear(hints[0])
            if number % 4:
                hear(hints[1])
            if number % 11 == 0:  # some twice, some late
                hear(hints[0])
                hear(Moved(hints[1].stream, hints[1].head // 2))

    async def look(self, _name: str, _number: int) -> None:
        """The once-a-second look."""
        try:
            await self.node.hub.look()
        except NotDurable:
            assert self.store.failing

    async def connect(self, name: str, _number: int) -> None:
        """Come in, in place of the connection before."""
        if name in self.lines:
            await self.cut(name, 0)
        client = self.clients[name]
        session, socket = self.node.connect(desk=name == "bo")
        self.lines[name] = Line(session, socket)
        want: dict[str, Any] = {"stream": NAMES[name]}
        if client.cursor is not None:
            want["since"] = str(client.cursor)
        socket.say({"type": "hello", "token": name.rstrip("2"), "streams": [want]})

    async def cut(self, name: str, number: int) -> None:
        """Lose the line; of what was written only the first part arrived."""
        if name in self.lines:
            self.take_from(name, number % 3)
            self.lines.pop(name).socket.lose()

    async def take(self, name: str, _number: int) -> None:
        """Read all that has come."""
        self.take_from(name, 10_000)

    async def take_some(self, name: str, number: int) -> None:
        """Read a little of it."""
        self.take_from(name, number % 4)

    async def subscribe_again(self, name: str, number: int) -> None:
        """From where the client is now."""
        client = self.clients[name]
        if name not in self.lines:
            return
        self.take_from(name, 10_000)
        say = self.lines[name].socket.say
        if number % 2:
            say({"type": "unsubscribe", "stream": NAMES[name]})
        since = None if client.cursor is None else str(client.cursor)
        say({"type": "subscribe", "stream": NAMES[name], "since": since})

    async def block(self, name: str, _number: int) -> None:
        """The client stops reading."""
        if name in self.lines:
            self.lines[name].socket.block()

    async def unblock(self, name: str, _number: int) -> None:
        """It reads again."""
        if name in self.lines:
            self.lines[name].socket.unblock()

    async def time(self, _name: str, number: int) -> None:
        """Up to three seconds pass."""
        self.node.pass_(number % 3_000)

    async def fail(self, _name: str, _number: int) -> None:
        """The store goes away."""
        self.store.failing = True

    async def heal(self, _name: str, _number: int) -> None:
        """It comes back."""
        self.store.failing = False

    async def expire(self, name: str, number: int) -> None:
        """Retention cuts the log's beginning."""
        log = self.log(name)
        log.floor = max(log.floor, log.head - number % 50)

    async def restore(self, _name: str, number: int) -> None:
        """A backup is put back: the newest is lost, the epoch is new, the process begins anew."""
        if number % 3:
            return
        for name in list(self.lines):
            await self.cut(name, number)
        await spin(SETTLED)
        for stream, log in self.store.logs.items():
            keep = max(log.floor, log.head - number % 11)
            del log.seen[keep:]
            if stream == TEAM:
                del log.threads[keep:]
        self.store.epoch = f"{int(self.store.epoch, 16) + 1:08x}"
        self.store.failing = False
        now = self.node.now
        self.node = PretendNode(self.store, LIMITS)
        self.node.now = now
        await self.node.hub.look()

    # ── what always holds ────────────────────────────────────────────────────────────────────────

    def take_from(self, name: str, number: int) -> int:
        """Let a client take some frames; how many there were."""
        if name not in self.lines:
            return 0
        line = self.lines[name]
        new = line.socket.wire[line.taken : line.taken + number]
        line.taken += len(new)
        for data in new:
            if self.clients[name].take(data) == "ping":
                line.socket.say({"type": "pong"})
        return len(new)

    def check(self) -> None:
        """Applied is what stands between the cursors, and memory is bounded."""
        for name, client in self.clients.items():
            if client.cursor is None or client.cursor.epoch != self.store.epoch:
                continue
            assert client.first is not None
            assert client.applied == self.log(name).seqs(client.first, client.cursor.n), name
        for line in self.lines.values():
            assert len(line.session._out) <= 4
        assert self.node.hub.held_bytes <= 3 * ring.RING_BYTES

    async def end(self) -> None:
        """All heals; then everybody has everything, and who leaves leaves nothing."""
        self.store.failing = False
        for _ in range(12):
            for name in NAMES:
                if name in self.lines:
                    self.lines[name].socket.unblock()
                    self.take_from(name, 10_000)
                if name not in self.lines or self.lines[name].socket.closed:
                    await self.connect(name, 0)
            await spin(SETTLED)
            self.node.pass_(600)  # what failed before is tried again
            await self.node.hub.look()
            await spin(SETTLED)
        self.check()
        for name, client in self.clients.items():
            assert client.cursor is not None, name
            assert client.cursor.epoch == self.store.epoch
            assert self.log(name).seqs(client.cursor.n, self.log(name).head) == [], name
            assert client.lives
        for name in NAMES:
            await self.cut(name, 0)
        await spin(SETTLED)
        assert not self.node.runs
        assert len(self.node.hub) == 0
        assert self.node.hub.held_bytes == 0


async def spin(turns: int) -> None:
    """Let everything that can go on do so for some turns of the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)


WEIGHTS = {
    "write": 6,
    "note": 5,
    "write_many": 2,
    "connect": 4,
    "take": 6,
    "take_some": 2,
    "cut": 2,
    "look": 1,
    "subscribe_again": 1,
    "block": 1,
    "unblock": 2,
    "time": 1,
    "fail": 1,
    "heal": 2,
    "expire": 1,
    "restore": 1,
}


class Step(NamedTuple):
    """One thing that happens, and how long the rest may go on before the next."""

    action: str
    name: str
    number: int
    turns: int


steps = st.builds(
    Step,
    action=st.sampled_from([name for name, weight in WEIGHTS.items() for _ in range(weight)]),
    name=st.sampled_from(["ana", "ana", "ana", "ana2", "luis", "bo", "bo"]),
    number=st.integers(0, 10_000),
    turns=st.sampled_from([SETTLED, SETTLED, SETTLED, 0, 1, 2, 3, 5, 8]),
)


@settings(max_examples=120, deadline=None)
@given(script=st.lists(steps, min_size=20, max_size=100))
def test_exactly_what_was_missed(script: list[Step]) -> None:
    async def play() -> None:
        world = World()
        await world.node.hub.look()
        await world.connect("ana", 0)
        await world.connect("bo", 0)
        await spin(SETTLED)
        for step in script:
            await getattr(world, step.action)(step.name, step.number)
            await spin(step.turns)
            world.check()
        await world.end()

    asyncio.run(play())
