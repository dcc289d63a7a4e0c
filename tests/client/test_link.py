"""The live connection where time matters, beyond what plays can tell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web

from inbox.client import Closed, CustomerClient, LiveSocket, NoSocket, Pace
from inbox.core.frames import Ping, Pong, Visible, Want
from tests.client.tokens import signed, source_of

WELCOME = {"type": "welcome", "connection": "c1", "epoch": "0a0b0c0d", "ping_s": 20, "pong_s": 10}
PACE = Pace(base_s=0.01, cap_s=0.02, request_s=2)


class Line:
    """The server's end of every connection: what was heard, and when it was opened."""

    def __init__(self) -> None:
        self.url = ""
        self.welcome: dict[str, Any] = dict(WELCOME)
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.opened: list[float] = []
        self.sockets: list[web.WebSocketResponse] = []

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self.heard.get()

    async def say(self, frame: dict[str, Any]) -> None:
        await self.sockets[-1].send_str(msgspec.json.encode(frame).decode())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.opened.append(time.monotonic())
        socket = web.WebSocketResponse(protocols=["pinbox.v1"], compress=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            frame = msgspec.json.decode(message.data)
            self.heard.put_nowait(frame)
            if frame["type"] == "hello":
                await self.say(self.welcome)
        return socket


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    end = Line()
    app = web.Application()
    app.router.add_get("/v1/thread/live", end.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    end.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield end
    finally:
        await runner.cleanup()


async def test_a_token_is_renewed_in_place_before_it_ends() -> None:
    first, second = signed(life_s=0.3), signed(life_s=3600)
    async with line() as end, CustomerClient(end.url, source_of(first, second), pace=PACE) as ana:
        ana.connect()
        assert (await end.hear())["token"] == first
        assert await end.hear() == {"type": "token", "token": second}
        assert len(end.opened) == 1


async def test_every_try_waits_a_random_while_the_first_included() -> None:
    drawn: list[float] = []

    def chance() -> float:
        drawn.append(0.9)
        return drawn[-1]

    pace = Pace(base_s=0.1, cap_s=0.15)
    async with line() as end:
        began = time.monotonic()
        async with CustomerClient(end.url, "t1", pace=pace, chance=chance) as ana:
            ana.connect()
            await end.hear()
            assert end.opened[0] - began >= 0.09
            for _ in range(2):
                await end.sockets[-1].close(code=4001)
                await end.hear()
            assert end.opened[1] - end.opened[0] >= 0.13, "0.9 of the second, doubled, capped wait"
            assert len(drawn) == 3


async def test_a_connection_that_caught_up_forgives_the_failures_before_it() -> None:
    pace = Pace(base_s=0.02, cap_s=30)
    async with line() as end, CustomerClient(end.url, "t1", pace=pace, chance=lambda: 0.9) as ana:
        ana.connect()
        await end.hear()
        for _ in range(6):
            await end.say({"type": "live", "stream": "thread", "cursor": "0a0b0c0d:0"})
            await end.sockets[-1].close(code=4001)
            await end.hear()
        assert end.opened[6] - end.opened[5] < 0.5, "without it the seventh wait is over a second"


async def test_a_connection_that_led_on_forgives_the_failures_before_it() -> None:
    """On a line that is cut again and again before `live`, whoever is far behind still arrives."""
    pace = Pace(base_s=0.02, cap_s=30)
    async with line() as end, CustomerClient(end.url, "t1", pace=pace, chance=lambda: 0.9) as ana:
        ana.connect()
        await end.hear()
        for n in range(1, 7):
            since, until = f"0a0b0c0d:{n - 1}", f"0a0b0c0d:{n}"
            await end.say(
                {"type": "events", "stream": "thread", "since": since, "until": until}
                | {"items": [{"seq": n, "type": "new"}], "more": True}
            )
            await end.sockets[-1].close(code=4001)
            assert (await end.hear())["streams"][0]["since"] == until
        assert end.opened[6] - end.opened[5] < 0.5, "without it the seventh wait is over a second"


async def test_frames_keep_a_quiet_connection_alive() -> None:
    async with line() as end, CustomerClient(end.url, "t1", pace=PACE) as ana:
        end.welcome |= {"ping_s": 0.1, "pong_s": 0.1}
        ana.connect()
        await end.hear()
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            await asyncio.sleep(0.1)  # the server's own pace: time is what this is about
            await end.say({"type": "ping"})
            assert (await end.hear())["type"] == "pong"
        assert len(end.opened) == 1


async def test_visible_and_typing_without_a_socket_are_no_error() -> None:
    async with CustomerClient("http://127.0.0.1:9", "t1", pace=PACE) as ana:
        await ana.visible(on=True)
        await ana.typing(on=True)
        assert not ana.connected


async def test_a_bare_socket_for_load_drivers() -> None:
    async with line() as end:
        socket = await LiveSocket.open(end.url.replace("http", "ws") + "/v1/thread/live")
        welcome = await socket.hello([Want("thread", "0a0b0c0d:4")], token="t1", device="phone")
        assert welcome.connection == "c1"
        hello = await end.hear()
        assert hello["streams"] == [{"stream": "thread", "since": "0a0b0c0d:4"}]
        assert hello["device"] == "phone"
        await end.say({"type": "ping"})
        assert await socket.receive() == Ping()
        await socket.send(Pong())
        assert (await end.hear())["type"] == "pong"
        await end.say({"type": "ping"})
        assert await socket.receive_bytes() == b'{"type":"ping"}'
        await end.sockets[-1].close(code=4503, message=b"revoked")
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert (closed.value.code, closed.value.reason) == (4503, "revoked")
        with pytest.raises(Closed):
            await socket.send(Visible(on=True))


async def test_a_socket_that_cannot_be_had_says_why() -> None:
    async with line() as end:
        with pytest.raises(NoSocket) as refused:
            await LiveSocket.open(end.url.replace("http", "ws") + "/elsewhere")
        assert refused.value.status == 404
    with pytest.raises(NoSocket) as away:
        await LiveSocket.open("ws://127.0.0.1:9/v1/thread/live")
    assert away.value.status is None


async def test_an_aborted_socket_leaves_without_a_word() -> None:
    async with line() as end:
        socket = await LiveSocket.open(end.url.replace("http", "ws") + "/v1/thread/live")
        await socket.hello([Want("thread")], token="t1")
        socket.abort()
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert closed.value.code == 1006
