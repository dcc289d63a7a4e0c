"""Streams in memory, sockets without a network, and a client by the contract's rule.

The hub, the sessions and the machine are the real ones; everything that can fail does so when told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import WSMsgType

from inbox.core.cursor import Cursor, parse_cursor
from inbox.core.errors import Gone, NotDurable, NotFound, Unauthorized
from inbox.core.frames import NoticeShown, Send
from inbox.core.hints import Moved
from inbox.core.policy import Agent, Customer
from inbox.core.sync import Limits
from inbox.core.timetable import State
from inbox.flows.passing import Sign
from inbox.flows.presence import Presence
from inbox.flows.send import Sent
from inbox.flows.streams import Bounds, Encoded, Page
from inbox.live.hub import Hub
from inbox.live.node import Node
from inbox.live.ports import Audience
from inbox.live.session import Session
from inbox.telemetry import Metrics

TEAM = "team:spokane"
PAGE = 7
METRICS = Metrics()


class Log(msgspec.Struct):
    """One stream: which places can be seen, and what of them is still kept."""

    seen: list[bool] = []
    threads: list[str] = []
    floor: int = 0

    @property
    def head(self) -> int:
        return len(self.seen)

    def seqs(self, since: int, until: int) -> list[int]:
        """What a client must have applied of (since, until]."""
        return [seq for seq in range(since + 1, until + 1) if self.seen[seq - 1]]


class PretendStore:
    """Fills `ports.Source`. Each write stands in its thread and in the team's stream."""

    def __init__(self, *threads: str) -> None:
        self.epoch = "00000001"
        self.logs = {TEAM: Log(), **{f"thread:{name}": Log() for name in threads}}
        self.failing = False
        self.pages = 0

    def write(self, thread: str, *, seen: bool) -> list[Moved]:
        """Store one item; the hints that follow."""
        log, team = self.logs[f"thread:{thread}"], self.logs[TEAM]
        log.seen.append(seen)
        team.seen.append(True)
        team.threads.append(thread)
        return [Moved(f"thread:{thread}", log.head), Moved(TEAM, team.head)]

    async def bounds(self, stream: str) -> Bounds:
        """Where it begins and ends, after a moment."""
        await self._wait()
        log = self._log(stream)
        found = Bounds(head=log.head, floor=log.floor)
        await asyncio.sleep(0)
        return found

    async def page(self, stream: str, *, since: int, limit: int) -> Page:
        """A short page, after a moment."""
        await self._wait()
        self.pages += 1
        log = self._log(stream)
        if since < log.floor:
            raise Gone("history_expired")
        until = min(since + min(limit, PAGE), log.head)
        items = tuple(
            Encoded(seq, f'{{"seq":{seq},"type":"message"}}'.encode())
            for seq in log.seqs(since, until)
        )
        found = Page(since, until, items, more=until < log.head)
        await asyncio.sleep(0)
        return found

    async def moved(self, heads: dict[str, int]) -> list[Moved]:
        """The look, as the real one answers."""
        await self._wait()
        team, known = self.logs[TEAM], heads.get(TEAM)
        if known is not None and team.head <= known:
            return []
        touched = set() if known is None else set(team.threads[known:])
        threads = [Moved(f"thread:{name}", self.logs[f"thread:{name}"].head) for name in touched]
        return [Moved(TEAM, team.head), *threads]

    async def _wait(self) -> None:
        await asyncio.sleep(0)
        if self.failing:
            raise NotDurable

    def _log(self, stream: str) -> Log:
        if stream not in self.logs:
            raise NotFound
        return self.logs[stream]


class PretendPeople:
    """Fills `ports.People`: a token is a customer's name, or `agent:` and one."""

    def __init__(self, store: PretendStore) -> None:
        self.store = store
        self.revoked: set[str] = set()

    async def sign_in(self, audience: Audience, token: str, *, address: str) -> Customer | Agent:
        """Let anybody in who is not revoked."""
        await asyncio.sleep(0)
        assert address
        if token in self.revoked:
            raise Unauthorized
        if audience == "desk":
            return Agent(token, token, "agent", frozenset({"spokane"}))
        return Customer(token, token, issued_at=0, expires_at=2**40, name=token)

    async def still_valid(self, who: Customer | Agent) -> Customer | Agent:
        """As at the sign-in."""
        await asyncio.sleep(0)
        if who.id in self.revoked:
            raise Unauthorized
        return who

    async def signed_out(self, customers: Sequence[Customer]) -> list[bool]:
        """As one by one."""
        await asyncio.sleep(0)
        return [who.id in self.revoked for who in customers]

    async def notices(self) -> dict[str, NoticeShown]:
        """Nobody says anything."""
        return {}

    async def states(self) -> dict[str, State]:
        """No team opens or closes."""
        return {}

    async def homes(self, customers: Sequence[Customer]) -> list[str | None]:
        """They have none."""
        return [None for _ in customers]

    async def send(self, who: Customer | Agent, *, thread: str, frame: Send) -> Sent:
        """Store it."""
        await asyncio.sleep(0)
        raise NotImplementedError(who, thread, frame)

    async def ack(self, who: Customer | Agent, *, thread: str, upto: int, in_front: bool) -> None:
        """Taken."""

    async def read(
        self, who: Customer | Agent, *, thread: str, upto: int, device: str | None
    ) -> None:
        """Taken."""

    async def show(self, who: Customer | Agent, *, sign: Sign, origin: str) -> None:
        """Nobody is there to see it."""


class Spoken(msgspec.Struct):
    """A message as aiohttp gives it."""

    type: WSMsgType
    data: Any = None


class PretendSocket:
    """The server's end. What it writes lies in `wire` until the client takes it."""

    def __init__(self) -> None:
        self.wire: list[bytes] = []
        self.closed: int | None = None
        self.close_code: int | None = None
        self._said: asyncio.Queue[Spoken] = asyncio.Queue()
        self._open = asyncio.Event()
        self._open.set()

    def say(self, frame: Any) -> None:
        """The client says something."""
        self._said.put_nowait(Spoken(WSMsgType.TEXT, msgspec.json.encode(frame).decode()))

    def block(self) -> None:
        """The client's side takes nothing more."""
        self._open.clear()

    def unblock(self) -> None:
        """It takes again."""
        self._open.set()

    def lose(self) -> None:
        """The line is cut."""
        self.closed = self.closed or 1006
        self._open.set()
        self._said.put_nowait(Spoken(WSMsgType.CLOSED))

    async def receive(self) -> Spoken:
        """As aiohttp's."""
        return await self._said.get()

    async def send_frame(self, data: bytes, kind: WSMsgType) -> None:
        """Waits while the client takes nothing, as `writer_limit=0` does; it answers a goodbye."""
        if self.closed:
            raise ConnectionResetError
        if kind is WSMsgType.CLOSE:
            self.closed = int.from_bytes(data[:2], "big")
            self._said.put_nowait(Spoken(WSMsgType.CLOSE))
            return
        self.wire.append(data)
        await self._open.wait()

    async def close(self, *, drain: bool) -> None:
        """As aiohttp's, for a line that the client has left."""
        assert not drain
        assert self.closed


class PretendNode:
    """A node on a pretended store with a clock to set."""

    def __init__(self, store: PretendStore, limits: Limits) -> None:
        self.store = store
        self.people = PretendPeople(store)
        self.hub = Hub(store)
        self.now = 1_000_000
        self.node = Node(
            hub=self.hub,
            people=self.people,
            limits=limits,
            metrics=METRICS,
            now=lambda: self.now,
            wall=lambda: self.now,
            presence=Presence(),
        )
        self.runs: set[asyncio.Task[None]] = set()
        self._connections = 0

    def connect(self, *, desk: bool = False) -> tuple[Session, PretendSocket]:
        """A socket that has said nothing yet."""
        self._connections += 1
        socket = PretendSocket()
        session = Session(
            self.node,
            socket,  # type: ignore[arg-type]
            None,
            connection=str(self._connections),
            epoch=self.store.epoch,
            audience="desk" if desk else "customer",
            cookie=None,
            address="192.0.2.1",
        )
        run = asyncio.get_running_loop().create_task(session.run())
        self.runs.add(run)
        run.add_done_callback(self.runs.discard)
        return session, socket

    def pass_(self, ms: int) -> None:
        """Time passes; who is due is looked at."""
        self.now += ms
        for session in self.node.wheel.turn(self.now):
            session.tick()


class PretendClient:
    """Applies by the contract's rule and fails at a gap; keeps its cursor over connections."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.cursor: Cursor | None = None
        self.first: int | None = None
        self.applied: list[int] = []
        self.resets = 0
        self.lives = 0

    def take(self, data: bytes) -> str:
        """Apply one frame; its type."""
        frame = msgspec.json.decode(data)
        match frame["type"]:
            case "events":
                self._apply(frame)
            case "reset":
                self.cursor = parse_cursor(frame["cursor"])
                self.first, self.applied = self.cursor.n, []
                self.resets += 1
            case "live":
                told = parse_cursor(frame["cursor"])
                if self.cursor is None:
                    self.cursor, self.first = told, told.n
                assert self.cursor == told or told.n < self.cursor.n, "live is where events ended"
                self.lives += 1
        return str(frame["type"])

    def _apply(self, frame: Any) -> None:
        since, until = parse_cursor(frame["since"]), parse_cursor(frame["until"])
        if self.cursor is None:
            self.cursor, self.first = since, since.n
        assert since.epoch == self.cursor.epoch
        assert since.n <= self.cursor.n, "a gap"
        assert since.n < until.n
        if self.cursor.n < until.n:
            seqs = [item["seq"] for item in frame["items"]]
            assert all(since.n < seq <= until.n for seq in seqs)
            self.applied += [seq for seq in seqs if seq > self.cursor.n]
            self.cursor = until
