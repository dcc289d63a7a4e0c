"""Slow, half-open and drained lines; hints that never come; what passes and is not kept."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from inbox.bus import Bus
from inbox.core.frames import Want
from inbox.core.sync import Limits
from inbox.flows import agents, assignment, notes
from inbox.flows.agents import AgentChange
from inbox.flows.context import Context
from inbox.live import session
from inbox.live.ring import FRAME_BYTES
from tests.cast import OPERATOR, Cast, SetClock, answer, arrive, make_cast, open_on, say
from tests.engines import Database
from tests.live.house import Client, DeadBus, House, open_house


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Lines do not care which engine there is."""
    return sqlite_database


# ── life signs ───────────────────────────────────────────────────────────────────────────────────


async def test_pings_are_answered_and_who_answers_none_is_closed(ctx: Context, cast: Cast) -> None:
    assert cast
    async with open_house(ctx, limits=Limits(ping_ms=300, pong_ms=400)) as house:
        alive, dead = await house.customer("ana"), await house.customer("luis")
        await alive.until("live")
        await dead.until("live")
        listening = asyncio.create_task(alive.until_closed())
        with suppress(Exception):
            while True:  # hears, and says nothing
                frame = msgspec.json.decode(await dead.socket.receive_bytes())
                assert frame["type"] == "ping"
        assert dead.socket._connection.close_code == 4012
        await asyncio.sleep(1)
        assert not listening.done(), "who answers stays, over many pings"
        listening.cancel()


@pytest.mark.usefixtures("cast")
async def test_a_half_open_socket_is_let_go(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CLOSE_S", 0.5)
    async with open_house(ctx, limits=Limits(hello_ms=300)) as house:
        host, _, port = house.url.removeprefix("http://").partition(":")
        mute = socket.create_connection((host, int(port)))
        mute.sendall(
            b"GET /v1/thread/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await asyncio.sleep(0.2)
        assert len(house.live.sessions) == 1
        async with asyncio.timeout(10):  # the closing handshake is waited for, for a while
            await house.live._empty.wait()
        mute.close()


# ── slow readers ─────────────────────────────────────────────────────────────────────────────────


class Crawler:
    """A client on a bare socket that takes nothing unless it is told to."""

    def __init__(self, house: House, *, buffer: int = 4096) -> None:
        host, _, port = house.url.removeprefix("http://").partition(":")
        self._heard = b""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.connect((host, int(port)))
        self._socket.sendall(
            b"GET /v1/desk/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )

    def say(self, frame: Any) -> None:
        """One masked text frame."""
        data = msgspec.json.encode(frame)
        head = bytes([0x81]) + (
            bytes([0x80 | len(data)])
            if len(data) < 126
            else bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
        )
        self._socket.sendall(head + bytes(4) + data)

    def answer_goodbye(self, code: int) -> None:
        """A masked close frame."""
        self._socket.sendall(bytes([0x88, 0x82]) + bytes(4) + code.to_bytes(2, "big"))

    async def hear(self, until: bytes) -> bytes:
        """Take what comes until it has these bytes; ConnectionError where the line ends."""
        self._socket.settimeout(0)
        loop = asyncio.get_running_loop()
        while until not in self._heard:
            data = await loop.sock_recv(self._socket, 4096)
            if not data:
                raise ConnectionResetError
            self._heard += data
        return self._heard

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


async def test_a_slow_reader_costs_lag_and_not_memory_and_is_closed(
    ctx: Context, cast: Cast
) -> None:
    async with open_house(ctx, limits=Limits(stall_ms=1_500)) as house:
        crawler, quick = Crawler(house), await house.desk(cast.bo)
        await quick.until("live")
        team = f"team:{cast.spokane}"
        token = await house.agent_token(cast.bo)
        crawler.say({"type": "hello", "token": token, "streams": [{"stream": team}]})
        who = await arrive(ctx, "ana")
        sessions = await until_there(house, 2)
        hearing = asyncio.create_task(quick.until_closed())
        largest = 0
        for number in range(1_400):  # about eleven megabytes, more than the kernel takes
            await say(ctx, who, f"{number} " + "ü" * 3_900)
            if number % 50 == 0:
                largest = max(largest, *(sum(map(len, one._out)) for one in sessions))
        assert largest < 200_000, "one stretch and no more waits for a slow reader"
        async with asyncio.timeout(20):
            while len(house.live.sessions) > 1:  # noqa: ASYNC110  no event tells of a number
                await asyncio.sleep(0.05)
        assert house.ctx.metrics.closes("4008")._value.get() == 1
        await say(ctx, who, "The last")
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing
        while "The last" not in quick.bodies(team):
            await quick.hear()
        assert len(quick.bodies(team)) == 1_401
        crawler.close()


async def until_there(house: House, number: int) -> list[Any]:
    """Wait until so many are signed in."""
    async with asyncio.timeout(10):
        while True:
            found = [one for one in house.live.sessions if one.who is not None]
            if len(found) == number:
                return found
            await asyncio.sleep(0.01)


# ── hints ────────────────────────────────────────────────────────────────────────────────────────


async def test_with_the_bus_dead_everything_arrives_within_about_a_second(
    sqlite_database: Database, clock: SetClock
) -> None:
    bus: Bus = DeadBus()
    async with open_on(sqlite_database, clock) as alive:
        ctx = with_bus(alive, bus)
        cast = await make_cast(alive)
        async with open_house(ctx) as house:
            ana, desk = await house.customer("ana"), await house.desk(cast.bo)
            await ana.until("live")
            await desk.until("live")
            who = await arrive(ctx, "ana")
            for number in range(3):
                began = asyncio.get_running_loop().time()
                await answer(ctx, cast.bo, who.thread, f"Answer {number}")
                for client, stream in ((ana, "thread"), (desk, f"team:{cast.spokane}")):
                    while f"Answer {number}" not in client.bodies(stream):
                        await client.hear()
                took = asyncio.get_running_loop().time() - began
                assert took < 2.5, "a second, and what a busy machine adds"
            assert ana.bodies() == ["Answer 0", "Answer 1", "Answer 2"]


def with_bus(ctx: Context, bus: Bus) -> Context:
    """The same Context on another bus."""
    fields = {name: getattr(ctx, name) for name in ctx.__dataclass_fields__}
    return Context(**{**fields, "bus": bus})


# ── drain ────────────────────────────────────────────────────────────────────────────────────────


async def test_drain_spreads_the_clients_and_serves_them_until_they_go(
    sqlite_database: Database, clock: SetClock
) -> None:
    async with open_on(sqlite_database, clock, drain_ms=800) as ctx:
        await make_cast(ctx)
        async with open_house(ctx) as house:
            ana, luis = await house.customer("ana"), await house.customer("luis")
            await ana.until("live")
            await luis.until("live")
            draining = asyncio.create_task(house.live.drain())
            assert (await ana.until("drain"))["within_ms"] == 800
            await ana.say({"type": "send", "id": 1, "client_id": "c", "body": "Before you go"})
            await ana.until("ok", id=1)
            await ana.leave()
            with pytest.raises(ConnectionError, match="503"):
                await house.knock()
            assert await luis.until_closed() == 4001
            await asyncio.wait_for(draining, 5)
            assert house.live.sessions == set()


@pytest.mark.parametrize("answers", [True, False])
async def test_the_server_hangs_up_when_its_goodbye_is_answered_and_not_before(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch, *, answers: bool
) -> None:
    """Else the goodbye may be lost on the way; who never answers is cut after a while."""
    monkeypatch.setattr(session, "CLOSE_S", 20 if answers else 0.3)
    async with open_house(ctx) as house:
        desk = Crawler(house)
        desk.say({"type": "hello", "token": await house.agent_token(cast.bo), "streams": []})
        await desk.hear(b'"welcome"')
        await agents.change_agent(
            ctx, OPERATOR, agent=cast.bo.id, change=AgentChange(disabled=True)
        )
        await desk.hear((4503).to_bytes(2, "big") + b"revoked")
        if answers:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(desk.hear(b"the end"), 0.2)
            desk.say({"type": "pong"})  # may still be on its way
            desk.answer_goodbye(4503)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(desk.hear(b"the end"), 5)
        await house.live._empty.wait()
        desk.close()


# ── what passes ──────────────────────────────────────────────────────────────────────────────────


async def test_typing_viewing_and_presence_reach_who_may_know_and_nobody_else(
    ctx: Context, house: House, cast: Cast
) -> None:
    who = await arrive(ctx, "ana")
    await say(ctx, who, "Hello")
    ana, luis = await house.customer("ana"), await house.customer("luis")
    bo, mia, ravi = [await house.desk(agent) for agent in (cast.bo, cast.mia, cast.ravi)]
    everybody = (ana, luis, bo, mia, ravi)
    for client in everybody:
        await client.until("live")
    thread = who.thread

    await ana.say({"type": "visible", "on": True})
    await ana.say({"type": "typing", "on": True})
    for desk in (bo, mia):
        shown = await desk.until("presence")
        assert (shown["who"], shown["on"]) == ({"kind": "customer", "id": "ana"}, True)
        typing = await desk.until("typing")
        assert (typing["thread"], typing["who"]["id"]) == (thread, "ana")

    await bo.say({"type": "viewing", "thread": thread, "on": True})
    viewing = await mia.until("viewing")
    assert viewing["who"] == {"kind": "agent", "id": cast.bo.id, "name": "Bo"}
    await bo.say({"type": "typing", "thread": thread, "on": True, "private": True})
    assert (await mia.until("typing", on=True))["private"] is True
    await bo.say({"type": "typing", "thread": thread, "on": False})
    await mia.until("typing", on=False)
    await bo.say({"type": "typing", "thread": thread, "on": True})
    assert (await ana.until("typing"))["who"]["name"] == "Bo"

    await ravi.say({"type": "typing", "thread": thread, "on": True})
    await ravi.say({"type": "viewing", "thread": thread, "on": True})
    await luis.say({"type": "typing", "thread": thread, "on": True})
    await luis.until("error")
    bo.socket.abort()
    await mia.until("viewing", on=False)
    assert (await ana.until("typing", on=False))["who"]["id"] == cast.bo.id
    await say(ctx, await arrive(ctx, "luis"), "Anything else?")
    await luis.until_item("thread", type="message")
    for client in (luis, ravi):
        assert not {"typing", "viewing", "presence"} & {one["type"] for one in client.frames}
    seen_by_ana = [one for one in ana.frames if one["type"] in {"typing", "viewing", "presence"}]
    assert [one["on"] for one in seen_by_ana] == [True, False]
    shown_to_mia = [one for one in mia.frames if one["type"] in {"typing", "viewing", "presence"}]
    assert all(one["who"]["id"] in {"ana", cast.bo.id} for one in shown_to_mia)
    back = await house.desk(cast.mia)
    await back.until("live")
    assert not {"typing", "viewing", "presence"} & {one["type"] for one in back.frames}


# ── storms and crowds ────────────────────────────────────────────────────────────────────────────


async def test_a_storm_is_let_in_at_its_rate_and_everybody_has_everything(
    sqlite_database: Database, clock: SetClock
) -> None:
    async with open_on(sqlite_database, clock, admissions_per_second=100) as ctx:
        cast = await make_cast(ctx)
        async with open_house(ctx) as house:
            names = [f"customer-{number}" for number in range(150)]
            for name in names:
                who = await arrive(ctx, name)
                await answer(ctx, cast.bo, who.thread, f"For {name}")
            loop = asyncio.get_running_loop()
            began = loop.time()

            async def come(name: str) -> float:
                client = await house.customer(name)
                await client.until("live")
                assert client.bodies() == [f"For {name}"]
                await client.leave()
                return loop.time() - began

            took = sorted(await asyncio.gather(*(come(name) for name in names)))
            assert took[-1] > 1.2, "150 at 100 a second do not come at once"
            assert took[-1] < 20


async def test_a_hundred_agents_of_one_team_are_told_the_same_by_one_read(
    ctx: Context, house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [await house.desk(cast.bo) for _ in range(30)]
    for desk in desks:
        await desk.until("live")
    who = await arrive(ctx, "ana")
    pages: list[str] = []
    real = house.live.hub._source.page

    async def counted(stream: str, *, since: int, limit: int) -> Any:
        pages.append(stream)
        return await real(stream, since=since, limit=limit)

    monkeypatch.setattr(house.live.hub._source, "page", counted)
    await say(ctx, who, "To all of you")
    await notes.note(ctx, cast.mia, thread=who.thread, client_id="n", body="Mine")
    await assignment.take(ctx, cast.mia, thread=who.thread)
    team = f"team:{cast.spokane}"
    for desk in desks:
        await desk.until_item(team, type="assignee")
    items = msgspec.json.encode(desks[0].items[team])
    assert all(msgspec.json.encode(desk.items[team]) == items for desk in desks)
    assert pages.count(team) <= 4, "one read a wake, whoever listens"


async def test_no_frame_is_larger_than_a_bad_line_lets_through(
    ctx: Context, house: House, cast: Cast
) -> None:
    """From the database, from the ring, and for whoever comes in the middle of a burst."""
    who = await arrive(ctx, "ana")
    sizes = [1, 300, 300, 300, 300, 300, 300, 300, 300, 300, 3_900]
    texts = [f"{n} " + "ü" * sizes[n % len(sizes)] for n in range(300)]
    for text in texts[:150]:
        await say(ctx, who, text)
    clients = [await house.customer("ana"), await house.desk(cast.bo)]
    for client in clients:
        await client.until("live")
    await asyncio.gather(*(say(ctx, who, text) for text in texts[150:]))
    clients.append(await house.customer("ana"))
    for client, stream in zip(clients, ("thread", f"team:{cast.spokane}", "thread"), strict=True):
        while len(client.bodies(stream)) < len(texts):
            await client.hear()
        assert sorted(client.bodies(stream)) == sorted(texts)
        told = [one for one in client.frames if one["type"] == "events"]
        sent = [(len(msgspec.json.encode(one)), len(one["items"])) for one in told]
        assert all(size <= FRAME_BYTES + 200 or number == 1 for size, number in sent), sent
        assert len(sent) < len(texts) / 2, "many items to a frame"


@pytest.mark.usefixtures("cast")
async def test_who_gives_up_in_the_middle_leaves_nothing(ctx: Context) -> None:
    async with open_house(ctx) as house:
        for moment in range(20):
            client = Client(await house.knock())
            await client.hello(house.customer_token("ana"), Want("thread"))
            await asyncio.sleep(moment / 2_000)
            client.socket.abort()
        async with asyncio.timeout(10):
            await house.live._empty.wait()
        assert len(house.live.hub) == 0
        assert not any(house.live.node._present.values())
        assert house.live.node.wheel._slots == {}
        assert house.ctx.metrics.connections("customer")._value.get() == 0
