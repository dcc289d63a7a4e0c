"""Answers as bytes: what goes out in one write says what aiohttp's own answer would say."""

from __future__ import annotations

import asyncio
import dataclasses
import email.message
import email.parser
import time
from email.utils import parsedate_to_datetime

import msgspec
import pytest
from aiohttp import web

from inbox.flows.context import Context
from inbox.web.browsers import API_HEADERS
from inbox.web.ready import Ready
from tests.cast import SetClock, open_on
from tests.engines import Database
from tests.servers import Server, make_people, serve

SAID = b'{"client_id":"%d","body":"Hello"}'


class Line:
    """A connection on which requests are said as bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> tuple[str, email.message.Message, bytes]:
        """One answer: status line, headers, body."""
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            status, _, rest = head.partition("\r\n")
            headers = email.parser.Parser().parsestr(rest)
            return status, headers, await self.reader.readexactly(int(headers["Content-Length"]))

    async def is_over(self) -> bool:
        """Nothing more comes."""
        async with asyncio.timeout(5):
            return await self.reader.read() == b""


async def dial(server: Server) -> Line:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return Line(*await asyncio.open_connection(host, int(port)))


def request(
    path: str, token: str, *more: str, body: bytes = b"", version: str = "1.1", method: str = ""
) -> bytes:
    lines = [
        f"{method or ('POST' if body else 'GET')} {path} HTTP/{version}",
        "Host: a",
        f"Authorization: Bearer {token}",
        *more,
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


PLAIN = {**API_HEADERS, "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("version", "more", "stays"),
    [
        ("1.1", (), True),
        ("1.1", ("Connection: close",), False),
        ("1.0", (), False),
        ("1.0", ("Connection: keep-alive",), True),
    ],
    ids=["1.1", "1.1 that closes", "1.0", "1.0 that stays"],
)
async def test_an_answer_has_the_same_headers_whoever_wrote_it(
    server: Server, version: str, more: tuple[str, ...], *, stays: bool
) -> None:
    line = await dial(server)
    token = server.token()

    line.writer.write(request("/v1/thread", token, *more, version=version))
    status, headers, body = await line.hear()

    assert status == f"HTTP/{version} 200 OK"
    assert {name: headers[name] for name in PLAIN} == PLAIN
    assert abs(parsedate_to_datetime(headers["Date"]).timestamp() - time.time()) < 5
    assert msgspec.json.decode(body)["team"]["key"]
    expected = {*PLAIN, "Date", "Content-Length"}
    if not stays:
        assert await line.is_over()
    elif version == "1.0":
        expected |= {"Connection"}
    if version == "1.1" and not stays:
        expected |= {"Connection"}
        assert headers["Connection"] == "close"
    assert set(headers.keys()) == expected
    if stays:
        line.writer.write(request("/v1/thread", token, "Connection: close"))
        assert (await line.hear())[0] == "HTTP/1.1 200 OK"
        assert await line.is_over()
    line.writer.close()


async def test_requests_said_in_one_breath_are_answered_in_order(server: Server) -> None:
    line, token = await dial(server), server.token()
    line.writer.write(
        b"".join(request("/v1/thread/messages", token, body=SAID % n) for n in range(5))
        + request("/v1/thread/messages", token, body=SAID % 2)
        + request("/v1/nowhere", token)
        + request("/v1/thread/messages", token, body=SAID % 5)
    )
    heard = [await line.hear() for _ in range(8)]

    said = [status.split(" ", 1)[1] for status, _, _ in heard]
    assert said == [*["201 Created"] * 5, "200 OK", "404 Not Found", "201 Created"]
    ids = [msgspec.json.decode(body).get("message", {}).get("client_id") for _, _, body in heard]
    assert ids == ["0", "1", "2", "3", "4", "2", None, "5"]
    line.writer.close()


async def test_an_address_is_known_by_one_look_and_by_every_other_way(server: Server) -> None:
    """What the quick way does not know goes the long way, and comes to the same."""
    line, token = await dial(server), server.token()
    answers = []
    for path, method in [
        ("/v1/thread", "GET"),
        ("/v1/%74hread", "GET"),
        ("/v1/thread?", "GET"),
        ("/v1/thread?x=1", "GET"),
        ("/v1/thread/", "GET"),
        ("/v1/thread", "PUT"),
        ("/v1/thread/messages?limit=1", "GET"),
    ]:
        line.writer.write(request(path, token, method=method))
        answers.append(int((await line.hear())[0].split()[1]))
    assert answers == [200, 200, 200, 400, 404, 405, 200]
    line.writer.close()


async def test_who_asks_before_sending_is_told_to_go_on(server: Server) -> None:
    line, token, body = await dial(server), server.token(), SAID % 1
    whole = request("/v1/thread/messages", token, "Expect: 100-continue", body=body)
    line.writer.write(whole[: -len(body)])
    async with asyncio.timeout(5):
        assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.writer.write(body)
    assert (await line.hear())[0] == "HTTP/1.1 201 Created"
    line.writer.close()


async def test_who_hung_up_before_the_answer_harms_nobody(server: Server) -> None:
    token = server.token()
    for number in range(20):
        line = await dial(server)
        line.writer.write(request("/v1/thread/messages", token, body=SAID % number))
        await line.writer.drain()
        line.writer.transport.abort()
    line = await dial(server)
    line.writer.write(request("/v1/thread/messages", token, body=SAID % 99))
    assert (await line.hear())[0] == "HTTP/1.1 201 Created"
    line.writer.close()


async def test_who_does_not_read_the_answers_gets_no_more_of_them() -> None:
    """What was asked in one breath is not gathered in the server's memory."""
    asked, answered, all_answered = 1_000, 0, asyncio.Event()
    body = b'"' + b"x" * 65_536 + b'"'

    async def handle(_: web.BaseRequest) -> web.StreamResponse:
        nonlocal answered
        answered += 1
        if answered == asked:
            all_answered.set()
        return Ready(200, body)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    line = Line(*await asyncio.open_connection(*runner.addresses[0][:2]))
    line.writer.write(request("/", "") * asked)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(all_answered.wait(), 1)
    assert answered > 0

    for _ in range(asked):
        assert (await line.hear())[2] == body
    assert answered == asked
    line.writer.close()
    await runner.cleanup()


@pytest.mark.usefixtures("people")
async def test_with_origins_allowed_every_answer_says_so(ctx: Context) -> None:
    origin = "https://app.example"
    allowing = msgspec.structs.replace(ctx.settings, allowed_origins=(origin,))
    async with serve(dataclasses.replace(ctx, settings=allowing)) as server:
        line = await dial(server)
        line.writer.write(request("/v1/thread", server.token(), f"Origin: {origin}"))
        _, headers, _ = await line.hear()
        assert headers["Access-Control-Allow-Origin"] == origin
        assert headers["Vary"] == "Origin"
        line.writer.close()


async def test_a_body_that_came_at_once_may_not_be_longer_than_others(
    file: Database, clock: SetClock
) -> None:
    """One that lies there whole before its turn comes, so that nothing is waited for."""
    async with open_on(file, clock, max_body_bytes=65_536) as ctx:
        await make_people(ctx)
        async with serve(ctx) as server:
            line, token = await dial(server), server.token()
            long = b'{"client_id":"2","body":"%s"}' % (b"x" * 65_536)
            line.writer.write(
                b"".join(
                    request("/v1/thread/messages", token, body=body)
                    for body in (SAID % 1, long, SAID % 3)
                )
            )
            heard = [(await line.hear())[0].split()[1] for _ in range(3)]
            assert heard == ["201", "413", "201"]
            line.writer.close()
