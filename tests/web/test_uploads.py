"""Files over HTTP: in, into a message, and out again to whom it may concern."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from inbox.flows.context import Context
from inbox.flows.uploads import sweep_uploads
from tests import pictures
from tests.cast import SetClock, look, open_on
from tests.engines import Database
from tests.servers import People, Reply, Server
from tests.web.test_errors import assert_problem

HOUR = 3_600_000


@pytest.fixture
async def ctx(database: Database, clock: SetClock, uploads_folder: Path) -> AsyncIterator[Context]:
    async with open_on(
        database, clock, uploads_folder=str(uploads_folder), upload_max_bytes=300_000
    ) as opened:
        yield opened


@pytest.fixture
def uploads_folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def kept(folder: Path) -> list[str]:
    """Every file that lies there, whatever it is."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def upload(
    server: Server, data: bytes, *, token: str, name: str = "", said: str = "image/png"
) -> Reply:
    """Upload as an app does, whatever type it claims."""
    path = f"/v1/uploads?name={quote(name)}" if name else "/v1/uploads"
    return await server.ask("POST", path, data=data, token=token, headers={"Content-Type": said})


async def uploaded(server: Server, token: str, data: bytes | None = None) -> str:
    """The id of a new upload."""
    reply = await upload(server, data or pictures.picture(), token=token, name="a.jpg")
    assert reply.status == 201, reply.raw
    return str(reply.body["id"])


async def say(server: Server, token: str, client_id: str, *uploads: str, body: str = "") -> Reply:
    """A customer's message with these."""
    sent = {"client_id": client_id, "body": body, "attachments": list(uploads)}
    return await server.ask("POST", "/v1/thread/messages", sent, token=token)


async def links(server: Server, token: str, which: str) -> dict[str, Any]:
    """The links to an upload."""
    reply = await server.ask("GET", f"/v1/uploads/{which}", token=token)
    assert reply.status == 200, reply.raw
    body: dict[str, Any] = reply.body
    return body


async def thread_of(server: Server, token: str) -> str:
    return str((await server.ask("GET", "/v1/thread", token=token)).body["thread"])


async def test_a_picture_goes_to_the_team_and_back(server: Server, people: People) -> None:
    ana = server.token()
    reply = await upload(server, pictures.from_phone(), token=ana, name="My router.JPG")
    file = reply.body
    assert reply.status == 201
    assert {key: file[key] for key in ("name", "type", "width", "height", "thumbnail")} == {
        "name": "My router.JPG",
        "type": "image/jpeg",
        "width": 400,
        "height": 640,
        "thumbnail": True,
    }

    sent = await say(server, ana, "c1", file["id"])
    assert sent.status == 201, sent.raw
    message = sent.body["message"]
    assert (message["body"], message["attachments"]) == ("", [file["id"]])
    assert message["files"] == [file]

    thread = await thread_of(server, ana)
    seen = await server.ask("GET", f"/v1/desk/threads/{thread}/timeline", token=people.bo)
    assert seen.body["items"][0]["message"]["files"] == [file]
    for token in (ana, people.bo):
        found = await links(server, token, file["id"])
        full = await server.ask("GET", found["url"])
        small = await server.ask("GET", found["thumbnail_url"])
        assert len(full.raw) == file["size"] == found["size"]
        assert max(Image.open(io.BytesIO(small.raw)).size) == 480
        assert full.headers["Content-Type"] == "image/jpeg"
        assert full.headers["Content-Disposition"].startswith('inline; filename="My router.JPG"')
        assert full.headers["X-Content-Type-Options"] == "nosniff"
        assert full.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert full.headers["Cache-Control"] == "private, max-age=300"


async def test_an_agents_file_reaches_its_customer(server: Server, people: People) -> None:
    ana = server.token()
    await say(server, ana, "c1", body="My bill, please")
    thread = await thread_of(server, ana)
    which = await uploaded(server, people.bo, pictures.pdf())
    reply = {"client_id": "a1", "body": "Here", "seen_seq": 99, "attachments": [which]}
    sent = await server.ask("POST", f"/v1/desk/threads/{thread}/messages", reply, token=people.bo)
    assert sent.status == 201, sent.raw

    found = await links(server, ana, which)
    bytes_ = await server.ask("GET", found["url"])
    assert (bytes_.raw, bytes_.headers["Content-Type"]) == (pictures.pdf(), "application/pdf")
    assert bytes_.headers["Content-Disposition"].startswith("attachment; ")
    assert "thumbnail_url" not in found
    part = await server.ask("GET", found["url"], headers={"Range": "bytes=0-4"})
    assert (part.status, part.raw) == (206, b"%PDF-")


REFUSED = {
    "HTML named .png": (pictures.HTML, "unsupported"),
    "SVG": (pictures.SVG, "unsupported"),
    "a zip": (b"PK\x03\x04" + b"\0" * 1000, "unsupported"),
    "a program": (b"MZ" + b"\0" * 1000, "unsupported"),
    "an iPhone's HEIC": (pictures.video(b"heic"), "unsupported"),
    "noise": (bytes(range(256)) * 4, "unsupported"),
    "nothing": (b"", "bad_request"),
    "half a picture": (pictures.picture("PNG", (800, 800))[:700], "bad_request"),
    "a picture in its first bytes alone": (b"\xff\xd8\xff\xe0" + pictures.HTML, "bad_request"),
    "a bomb": (pictures.png_that_says(50_000, 50_000), "too_large"),
    "more than is taken": (b"x" * 300_001, "too_large"),
}


async def test_what_is_refused_says_why_and_leaves_nothing(
    server: Server, uploads_folder: Path
) -> None:
    token = server.token()
    for name, (data, code) in REFUSED.items():
        reply = await upload(server, data, token=token, name="photo.png")
        problem = assert_problem(reply, code)
        assert [fault["path"] for fault in problem["errors"]] == ["body"], name
        assert kept(uploads_folder) == [], name
    assert await look(server.ctx, "SELECT id FROM uploads") == []
    metrics = (await server.ask("GET", "/metrics")).raw.decode()
    assert 'pinbox_uploads_total{author="customer",outcome="unsupported"} 6.0' in metrics


async def test_a_file_without_a_length_is_cut_off_at_the_limit(
    server: Server, uploads_folder: Path
) -> None:
    async def pour() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    headers = {"Authorization": f"Bearer {server.token()}"}
    url = server.url + "/v1/uploads"
    async with server.http.post(url, data=pour(), headers=headers) as answer:
        assert answer.status == 413
    assert kept(uploads_folder) == []


async def test_what_breaks_off_leaves_nothing(server: Server, uploads_folder: Path) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /v1/uploads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token()}\r\n"
        "Content-Length: 200000\r\n\r\n"
    )
    writer.write(head.encode() + b"a line of a log\n" * 1000)
    await writer.drain()
    async with asyncio.timeout(10):
        while not kept(uploads_folder):  # noqa: ASYNC110  a folder has no event
            await asyncio.sleep(0.01)
        writer.close()
        while kept(uploads_folder):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await look(server.ctx, "SELECT id FROM uploads") == []


async def test_a_body_that_is_packed_or_a_parameter_that_is_none_is_refused(
    server: Server,
) -> None:
    token = server.token()
    packed = await server.ask(
        "POST", "/v1/uploads", data=b"x", token=token, headers={"Content-Encoding": "gzip"}
    )
    assert_problem(packed, "unsupported")
    odd = await server.ask("POST", "/v1/uploads?nam=a", data=b"x", token=token)
    assert assert_problem(odd, "bad_request")["errors"][0]["path"] == "query.nam"


async def test_an_upload_is_sent_once_by_its_own(server: Server, people: People) -> None:
    ana, luis = server.token(), server.token("luis")
    which, agents = await uploaded(server, ana), await uploaded(server, people.bo)
    for other in (agents, "no id", which.upper(), "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff"):
        problem = assert_problem(await say(server, ana, "odd", which, other), "bad_request")
        assert [fault["path"] for fault in problem["errors"]] == ["body.attachments[1]"]
    assert_problem(await say(server, luis, "c1", which), "bad_request")
    assert_problem(await say(server, ana, "twice", which, which), "bad_request")

    first, second = await asyncio.gather(
        say(server, ana, "c1", which, body="one"), say(server, ana, "c2", which, body="two")
    )
    assert sorted((first.status, second.status)) == [201, 400]
    assert_problem(await say(server, ana, "c3", which), "bad_request")


async def test_a_repeat_is_known_and_another_file_is_a_conflict(server: Server) -> None:
    ana = server.token()
    one, two = await uploaded(server, ana), await uploaded(server, ana)
    first = await say(server, ana, "c1", one, body="Look")
    again = await say(server, ana, "c1", one, body="Look")
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert_problem(await say(server, ana, "c1", two, body="Look"), "conflict")
    assert_problem(await say(server, ana, "c1", body="Look"), "conflict")


async def test_two_of_one_repeat_at_once_are_one_message(server: Server) -> None:
    ana = server.token()
    which = await uploaded(server, ana)
    replies = await asyncio.gather(*(say(server, ana, "c1", which) for _ in range(6)))
    assert sorted(reply.status for reply in replies) == [200] * 5 + [201]


async def test_a_message_needs_a_text_or_a_file(server: Server) -> None:
    problem = assert_problem(await say(server, server.token(), "c1"), "bad_request")
    assert problem["errors"][0]["path"] == "body.body"


async def test_more_files_than_allowed_are_refused(server: Server) -> None:
    ana = server.token()
    many = [await uploaded(server, ana, pictures.pdf()) for _ in range(11)]
    problem = assert_problem(await say(server, ana, "c1", *many), "bad_request")
    assert problem["errors"][0]["path"] == "body.attachments"
    assert (await say(server, ana, "c1", *many[:10])).status == 201


async def test_only_who_sees_the_thread_sees_its_files(server: Server, people: People) -> None:
    ana, luis = server.token(), server.token("luis")
    which = await uploaded(server, ana)
    for stranger in (luis, people.bo, people.mia):
        assert_problem(await server.ask("GET", f"/v1/uploads/{which}", token=stranger), "not_found")
    assert (await links(server, ana, which))["id"] == which
    await say(server, ana, "c1", which)
    for stranger in (luis, people.ravi):
        assert_problem(await server.ask("GET", f"/v1/uploads/{which}", token=stranger), "not_found")
    assert (await links(server, people.bo, which))["id"] == which
    thread = await thread_of(server, ana)
    move = {"team": people.tampa, "reason": "moved"}
    moved = await server.ask("POST", f"/v1/desk/threads/{thread}/pin", move, token=people.kim)
    assert moved.status == 200
    assert (await links(server, people.ravi, which))["id"] == which
    gone = await server.ask("GET", f"/v1/uploads/{which}", token=people.bo)
    assert_problem(gone, "not_found")


async def test_a_device_fetches_pictures_and_uploads_none(server: Server) -> None:
    ana = server.token()
    which = await uploaded(server, ana)
    draft = {"platform": "fcm", "token": "t" * 32, "app_id": "a", "push_enabled": True}
    made = await server.ask("PUT", "/v1/devices/phone", draft, token=ana)
    fetch = made.body["fetch_token"]
    assert (await links(server, fetch, which))["id"] == which
    assert (await upload(server, pictures.pdf(), token=fetch)).status == 401


async def test_a_link_ends_and_cannot_be_made_up(server: Server, clock: SetClock) -> None:
    ana = server.token()
    one, two = await uploaded(server, ana), await uploaded(server, ana)
    url = (await links(server, ana, one))["url"]
    for forged in (
        url.replace(one, two),
        url.replace("variant=full", "variant=thumbnail"),
        url.replace("expires=1", "expires=2"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ):
        assert forged != url
        assert_problem(await server.ask("GET", forged), "not_found")
    clock.pass_(299_000)
    assert (await server.ask("GET", url)).status == 200
    clock.pass_(1_000)
    assert_problem(await server.ask("GET", url), "not_found")


async def test_what_was_erased_is_gone_at_once_with_its_links(
    server: Server, people: People, uploads_folder: Path
) -> None:
    ana = server.token()
    sent, unsent = await uploaded(server, ana), await uploaded(server, ana)
    await say(server, ana, "c1", sent)
    urls = [(await links(server, ana, which))["url"] for which in (sent, unsent)]
    gone = await server.ask("POST", "/v1/admin/customers/ana/erase", token=people.mia)
    assert gone.status == 200
    assert kept(uploads_folder) == []
    assert await look(server.ctx, "SELECT id FROM uploads") == []
    for url in urls:
        assert_problem(await server.ask("GET", url), "not_found")
    assert_problem(await server.ask("GET", f"/v1/uploads/{sent}", token=people.bo), "not_found")


async def test_what_nobody_sends_is_swept(
    server: Server, clock: SetClock, uploads_folder: Path
) -> None:
    ana = server.token()
    kept_one, stray = await uploaded(server, ana), await uploaded(server, ana)
    await say(server, ana, "c1", kept_one)
    clock.pass_(24 * HOUR - 1)
    assert await sweep_uploads(server.ctx) == 0
    clock.pass_(1)
    assert await sweep_uploads(server.ctx) == 1
    assert kept(uploads_folder) == [kept_one, f"{kept_one}.small"]
    late = server.token()
    assert_problem(await say(server, late, "c2", stray), "bad_request")
    assert (await links(server, late, kept_one))["id"] == kept_one


async def test_photos_of_people_and_teams_are_public(
    server: Server, people: People, clock: SetClock
) -> None:
    which = await uploaded(server, people.mia)
    assert_problem(await server.ask("GET", f"/v1/photos/{which}"), "not_found")
    photo = {"photo_url": f"/v1/photos/{which}"}
    bo = f"/v1/admin/agents/{people.ids['bo']}"
    for path in (bo, f"/v1/admin/teams/{people.spokane}"):
        assert (await server.ask("PATCH", path, photo, token=people.mia)).status == 200
    clock.pass_(48 * HOUR)
    assert await sweep_uploads(server.ctx) == 0
    shown = await server.ask("GET", f"/v1/photos/{which}")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    page = await server.ask("GET", "/v1/team", token=server.token())
    assert page.body["photo_url"] == photo["photo_url"]

    # A lead sets them for the own team, and takes them away; names stay the admins'.
    mine = f"/v1/desk/team/{people.spokane}"
    person = f"{mine}/people/{people.ids['bo']}"
    gone = await server.ask("PATCH", f"{mine}/page", {"photo_url": None}, token=people.kim)
    assert (gone.body["place"], gone.body["photo_url"]) == ("Spokane", None)
    assert (await server.ask("GET", f"{mine}/page", token=people.kim)).body == gone.body
    said = await server.ask("PATCH", person, {"line": " Coffee first "}, token=people.kim)
    assert said.body == {
        "id": people.ids["bo"],
        "name": "Bo",
        **photo,
        "line": "Coffee first",
    }
    for body, path in (
        ({"line": "a\nb"}, "body.line"),
        ({"photo_url": "http://x"}, "body.photo_url"),
        ({"photo_url": "///evil.example"}, "body.photo_url"),
        ({"name": "Boris"}, "body.name"),
    ):
        problem = assert_problem(
            await server.ask("PATCH", person, body, token=people.kim), "bad_request"
        )
        assert problem["errors"][0]["path"] == path
    strangers = f"{mine}/people/{people.ids['ravi']}"
    for token in (people.kim, people.mia):
        assert_problem(
            await server.ask("PATCH", strangers, {"line": "x"}, token=token), "not_found"
        )

    customers, paper = (
        await uploaded(server, server.token()),
        await uploaded(server, people.mia, pictures.pdf()),
    )
    for wrong in (customers, paper, "x", "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff"):
        body = {"photo_url": f"/v1/photos/{wrong}"}
        problem = assert_problem(
            await server.ask("PATCH", bo, body, token=people.mia), "bad_request"
        )
        assert problem["errors"][0]["path"] == "body.photo_url"
    thread_token = server.token()
    await say(server, thread_token, "c1", body="Hello")
    thread = await thread_of(server, thread_token)
    reply = {"client_id": "a1", "body": "", "seen_seq": 99, "attachments": [which]}
    sent = await server.ask("POST", f"/v1/desk/threads/{thread}/messages", reply, token=people.mia)
    assert_problem(sent, "bad_request")


async def test_a_look_at_a_file_is_in_the_audit_log(server: Server, people: People) -> None:
    from inbox.flows.audit import write_looks

    ana = server.token()
    which = await uploaded(server, ana)
    await say(server, ana, "c1", which)
    await links(server, people.bo, which)
    await links(server, ana, which)
    await write_looks(server.ctx)
    audit = await server.ask("GET", "/v1/admin/audit", token=people.mia)
    assert [
        (line["actor"]["name"], line["thread"])
        for line in audit.body["items"]
        if line["action"] == "download"
    ] == [("Bo", await thread_of(server, ana))]


async def test_a_browsers_session_uploads_from_its_own_page_alone(
    server: Server, people: People
) -> None:
    set_ = {"password": "a long password of Bo's"}
    bo = f"/v1/admin/agents/{people.ids['bo']}/password"
    assert (await server.ask("PUT", bo, set_, token=people.mia)).status == 204
    opened = await server.ask("POST", "/v1/desk/session", {"name": "Bo", **set_})
    cookie = {"Cookie": opened.headers["Set-Cookie"].partition(";")[0]}
    own = {**cookie, "Origin": server.url}
    made = await server.ask("POST", "/v1/uploads", data=pictures.pdf(), headers=own)
    assert made.status == 201, made.raw
    found = await server.ask("GET", f"/v1/uploads/{made.body['id']}", headers=cookie)
    assert found.status == 200
    foreign = {**cookie, "Origin": "https://evil.example.com"}
    refused = await server.ask("POST", "/v1/uploads", data=pictures.pdf(), headers=foreign)
    assert_problem(refused, "forbidden")
