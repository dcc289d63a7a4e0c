"""One shape for everything that goes wrong, and what bad input gets."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import zlib
from typing import Any

import pytest

from inbox.core.errors import ERRORS
from inbox.web.routes import ROUTES
from tests.servers import People, Reply, Server
from tests.web.stories import write_in

SEND = "/v1/thread/messages"
JSON = {"Content-Type": "application/json"}


def assert_problem(reply: Reply, code: str, *, status: int = 0) -> dict[str, Any]:
    """The answer is a problem of RFC 9457 with this code; its body."""
    expected = status or next(error.status for error in ERRORS if error.code == code)
    assert reply.media == "application/problem+json"
    body: dict[str, Any] = reply.body
    assert (reply.status, body["code"], body["status"]) == (expected, code, expected), body
    assert {"type", "title", "detail", "request_id"} <= body.keys()
    assert body["type"] == f"/docs#{code}"
    assert reply.headers["X-Request-Id"] == body["request_id"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    if status in {429, 503}:
        assert int(reply.headers["Retry-After"]) >= 1
    return body


BAD_BODIES = {
    "no JSON": (b"{", "body"),
    "nothing": (b"", "body"),
    "a list": (b"[]", "body"),
    "a text": (b'"hello"', "body"),
    "nested deeply": (b"[" * 50_000, "body"),
    "members nested deeply": (b'{"body":' * 20_000, "body.body"),
    "no number": (b'{"client_id":"c1","body":"x","urgent":NaN}', "body"),
    "bad UTF-8": (b'{"client_id":"c1","body":"\xff"}', "body"),
    "a byte order mark": (b'\xef\xbb\xbf{"client_id":"c1","body":"x"}', "body"),
    "UTF-16": ('{"client_id":"c1","body":"x"}'.encode("utf-16"), "body"),
    "half a surrogate pair": (b'{"client_id":"c1","body":"\\ud83d"}', "body.body"),
    "a NUL": (b'{"client_id":"c1","body":"a\\u0000b"}', "body.body"),
    "a NUL in a list": (
        b'{"client_id":"c1","body":"x","attachments":["a\\u0000"]}',
        "body.attachments[0]",
    ),
    "a control character": (b'{"client_id":"c1","body":"a\\u0007b"}', "body.body"),
    "nothing visible": (b'{"client_id":"c1","body":" \\u200b "}', "body.body"),
    "too long": (json.dumps({"client_id": "c1", "body": "x" * 4001}).encode(), "body.body"),
    "no text": (b'{"client_id":"c1","body":1}', "body.body"),
    "a missing member": (b'{"body":"x"}', "body.client_id"),
    "an unknown member": (b'{"client_id":"c1","body":"x","seen_sec":1}', "body.seen_sec"),
    "an empty client_id": (b'{"client_id":"","body":"x"}', "body.client_id"),
    "a client_id of 65": (
        json.dumps({"client_id": "c" * 65, "body": "x"}).encode(),
        "body.client_id",
    ),
    "a client_id with a line end": (b'{"client_id":"c1\\n","body":"x"}', "body.client_id"),
    "a client_id of an emoji": ('{"client_id":"🙂","body":"x"}'.encode(), "body.client_id"),
    "an upload that is none": (
        b'{"client_id":"c1","body":"x","attachments":["u1"]}',
        "body.attachments[0]",
    ),
    "seventeen uploads": (
        json.dumps({"client_id": "c1", "body": "x", "attachments": ["u"] * 17}).encode(),
        "body.attachments",
    ),
}


async def test_bad_bodies_are_refused_with_the_path(server: Server) -> None:
    token = server.token()
    for name, (data, path) in BAD_BODIES.items():
        reply = await server.ask("POST", SEND, data=data, token=token, headers=JSON)
        body = assert_problem(reply, "bad_request")
        assert [fault["path"] for fault in body["errors"]] == [path], (name, body)
        assert len(reply.raw) < 2_000, "an error never gives the input back at length"
    thread = (await server.ask("GET", "/v1/thread", token=token)).body
    assert (thread["status"], thread["unread"]) == (None, 0), "nothing of it was stored"


@pytest.mark.parametrize(
    "upto", ["-1", "1.5", "1e400", '"1"', "true", "null", "9" * 5_000, "9007199254740992"]
)
async def test_numbers_are_whole_and_not_huge(server: Server, upto: str) -> None:
    data = b'{"upto":%s}' % upto.encode()

    reply = await server.ask(
        "POST", "/v1/thread/read", data=data, token=server.token(), headers=JSON
    )

    assert assert_problem(reply, "bad_request")["errors"][0]["path"] == "body.upto"


BAD_QUERIES = {
    "limit=0": "query.limit",
    "limit=101": "query.limit",
    "limit=ten": "query.limit",
    "limit=": "query.limit",
    "limit=%D9%A5": "query.limit",
    f"limit={'9' * 1000}": "query.limit",
    "limit=5&limit=6": "query.limit",
    "before=-1": "query.before",
    "before=1%00": "query.before",
    "befor=1": "query.befor",
}


async def test_bad_queries_are_refused_with_the_path(server: Server) -> None:
    for query, path in BAD_QUERIES.items():
        reply = await server.ask("GET", f"{SEND}?{query}", token=server.token())
        body = assert_problem(reply, "bad_request")
        assert [fault["path"] for fault in body["errors"]] == [path], query
    for path in ("/v1/thread", "/v1/team", "/healthz", "/v1/thread/live"):
        reply = await server.ask("GET", f"{path}?odd=1", token=server.token())
        assert assert_problem(reply, "bad_request")["errors"][0]["path"] == "query.odd"


async def test_a_bad_query_is_told_in_plain_words(server: Server) -> None:
    said = {
        "befor=1": "there is no such parameter here",
        "limit=ten": "must be a whole number",
        "limit=0": "must be at least 1",
    }
    for query, words in said.items():
        reply = await server.ask("GET", f"{SEND}?{query}", token=server.token())
        assert assert_problem(reply, "bad_request")["errors"][0]["message"] == words


@pytest.mark.parametrize("since", ["1", "zzzzzzzz:1", "0a1b2c3d:01", "a" * 41, "%00", "%27--"])
async def test_what_is_no_cursor_is_refused(server: Server, since: str) -> None:
    reply = await server.ask("GET", f"/v1/thread/events?since={since}", token=server.token())

    assert assert_problem(reply, "bad_request")["errors"][0]["path"] == "query.since"


@pytest.mark.parametrize("cursor", ["x.y", "99999999999999999.a", ".", "1.%C3%A9"])
async def test_what_is_no_place_in_a_list_is_refused(
    server: Server, people: People, cursor: str
) -> None:
    for path in ("/v1/desk/queue", "/v1/admin/audit"):
        reply = await server.ask("GET", f"{path}?cursor={cursor}", token=people.mia)
        assert assert_problem(reply, "bad_request")["errors"][0]["path"] == "query.cursor"


async def test_who_misses_a_choice_is_told_the_words(server: Server, people: People) -> None:
    queue = await server.ask("GET", "/v1/desk/queue?view=everything", token=people.bo)
    assert assert_problem(queue, "bad_request")["errors"] == [
        {"path": "query.view", "message": "must be one of: all, mine, snoozed, team, waiting"}
    ]
    device = {"platform": "nokia"}
    put = await server.ask("PUT", "/v1/devices/phone", device, token=server.token())
    assert assert_problem(put, "bad_request")["errors"] == [
        {"path": "body.platform", "message": "must be one of: apns, fcm, webpush"}
    ]


async def test_a_flows_complaint_is_placed_in_the_body(server: Server, people: People) -> None:
    told = await write_in(server)
    for what, body, path in (
        ("transfer", {"team": people.ids["bo"], "reason": "x"}, "body.team"),
        ("transfer", {"team": people.tampa, "reason": " \n "}, "body.reason"),
        ("assign", {"agent": people.ids["ravi"]}, "body.agent"),
        ("messages", {"client_id": "a1", "body": "\u0007", "seen_seq": 1}, "body.body"),
    ):
        reply = await server.ask("POST", f"{told.desk}/{what}", body, token=people.bo)
        problem = assert_problem(reply, "bad_request")
        assert problem["errors"][0]["path"] == path
        assert problem["detail"].startswith(path)


async def test_a_body_must_say_that_it_is_json(server: Server) -> None:
    draft = b'{"client_id":"c1","body":"x"}'
    for said in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/json; charset=latin-1",
    ):
        headers = {"Content-Type": said}
        reply = await server.ask("POST", SEND, data=draft, token=server.token(), headers=headers)
        assert_problem(reply, "unsupported")
    for said in (
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
    ):
        headers = {"Content-Type": said}
        reply = await server.ask("POST", SEND, data=draft, token=server.token(), headers=headers)
        assert reply.status in {200, 201}, said


async def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    large = json.dumps({"client_id": "c1", "body": "x" * 300_000}).encode()

    reply = await server.ask("POST", SEND, data=large, token=server.token(), headers=JSON)

    assert_problem(reply, "too_large")


@pytest.mark.parametrize("said", ["gzip", "deflate", "br", "identity, gzip", "x-gzip"])
async def test_a_packed_body_is_refused(server: Server, said: str) -> None:
    data = gzip.compress(b'{"client_id":"c1","body":"x"}')
    told = {**JSON, "Content-Encoding": said}

    reply = await server.ask("POST", SEND, data=data, token=server.token(), headers=told)

    problem = assert_problem(reply, "unsupported")
    assert [fault["path"] for fault in problem["errors"]] == ["header.content-encoding"]


async def test_a_body_may_say_that_it_is_not_packed(server: Server) -> None:
    told = {**JSON, "Content-Encoding": "Identity"}
    data = b'{"client_id":"c1","body":"x"}'

    reply = await server.ask("POST", SEND, data=data, token=server.token(), headers=told)

    assert reply.status == 201, reply.raw


@pytest.mark.parametrize("path", [SEND, "/v1/desk/session", "/healthz", "/nowhere"])
async def test_nothing_is_ever_unpacked(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Nor what is read only to be thrown away after a refusal: it would stop the loop."""
    unpacked = list[int]()
    monkeypatch.setattr(
        "aiohttp.http_parser.DeflateBuffer.feed_data",
        lambda _, chunk, *__: unpacked.append(len(chunk)),
    )
    bomb = zlib.compress(b" " * 50_000_000)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Content-Encoding: deflate\r\nContent-Length: {len(bomb)}\r\n\r\n"
    )

    answer = await talk(server, head.encode() + bomb)

    assert answer.split(b" ", 2)[1] in {b"401", b"404", b"405", b"415"}, answer
    assert (await server.ask("GET", "/healthz")).status == 200
    assert unpacked == []


async def test_acts_without_members_take_an_empty_body_or_an_empty_object(
    server: Server, people: People
) -> None:
    told = await write_in(server)
    bodies: tuple[dict[str, str] | None, ...] = (None, {})
    for body in bodies:
        assert (await server.ask("POST", f"{told.desk}/take", body, token=people.bo)).status == 200
    reply = await server.ask("POST", f"{told.desk}/take", {"force": True}, token=people.bo)
    assert assert_problem(reply, "bad_request")["errors"][0]["path"] == "body.force"


async def test_what_is_not_here_is_a_problem_too(server: Server, people: People) -> None:
    for path in (
        "/",
        "/v1",
        "/v2/thread",
        "/v1/thread/",
        "//v1/thread",
        "/v1/uploads/u1/name",
        "/%00",
        "/v1/desk/boards",
    ):
        assert_problem(await server.ask("GET", path, token=people.mia), "not_found")


async def test_a_wrong_method_says_which_are_right(server: Server, people: People) -> None:
    for path in {route.path for route in ROUTES}:
        place = re.sub(r"\{\w+\}", "x", path)
        right = {route.method for route in ROUTES if _fits(route.path, place)}
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if method in right:
                continue
            reply = await server.ask(method, place, token=people.mia)
            assert_problem(reply, "bad_request", status=405)
            assert reply.headers["Allow"] == ", ".join(sorted(right))


def _fits(path: str, place: str) -> bool:
    """Whether a route's path is one for this place; `…/slots` is for `…/{callback}`, too."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), place) is not None


async def test_a_fault_shows_nothing_of_the_inside(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2 at 10.0.0.7")

    monkeypatch.setattr("inbox.web.customer.customer_views.team_page", fail)

    reply = await server.ask("GET", "/v1/team", token=server.token())

    body = assert_problem(reply, "internal")
    assert b"hunter2" not in reply.raw
    assert b"RuntimeError" not in reply.raw
    logged = capsys.readouterr()
    assert body["request_id"] in logged.out + logged.err
    assert "hunter2" in logged.out + logged.err, "the operator sees the cause"
    assert (await server.ask("GET", "/v1/thread", token=server.token())).status == 200


SMUGGLED = (
    b"POST /v1/thread/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)


async def talk(server: Server, *pieces: bytes, hangs_up: bool = False) -> bytes:
    """Say bytes as they are, and hear one answer, and that nothing comes after it."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            answer = head + await reader.readexactly(length)
            if hangs_up:
                assert await reader.read() == b""
            return answer
    finally:
        writer.close()


@pytest.mark.parametrize(
    "said",
    [
        b"HELLO\r\n\r\n",
        b"GET /v1/thread HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        b"GET /v1/thread HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        SMUGGLED,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
    ids=["no HTTP", "a bad header", "a huge header", "a huge path", "smuggling", "TLS"],
)
async def test_what_is_no_sound_http_is_a_problem_too(server: Server, said: bytes) -> None:
    answer = await talk(server, said, hangs_up=True)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "bad_request"
    assert (await server.ask("GET", "/healthz")).status == 200


async def test_a_body_that_never_comes_does_not_hold_the_connection(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.web.reading.BODY_SECONDS", 0.1)
    head = (
        f"POST {SEND} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token()}\r\nContent-Length: 100\r\n\r\n"
    )

    answer = await talk(server, head.encode(), b'{"client_id"')

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"did not arrive" in answer
