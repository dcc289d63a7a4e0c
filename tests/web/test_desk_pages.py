"""The desk's page and files, as a browser gets them."""

from __future__ import annotations

import re

import pytest

from agents_ui.files import ROOT, VENDOR, read_desk
from tests.servers import Server

MOST_PACKED = 90_000
MOST_PACKED_IN_ROOMS = 40_000


async def page(server: Server) -> str:
    reply = await server.ask("GET", "/desk")
    assert (reply.status, reply.media) == (200, "text/html")
    return reply.raw.decode()


@pytest.mark.parametrize("path", ["/desk", "/desk/"])
async def test_the_page_runs_nothing_but_files_of_this_server(server: Server, path: str) -> None:
    reply = await server.ask("GET", path)

    policy = dict(
        part.strip().split(" ", 1) for part in reply.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert reply.headers["Cache-Control"] == "no-cache"
    inline = re.compile(r"<style|<script(?! type=\"module\" src=)| style=| on\w+=|https?:")
    assert inline.findall(reply.raw.decode()) == []


async def test_every_file_that_the_page_names_is_there_and_may_be_kept(server: Server) -> None:
    named = re.findall(r'(?:src|href)="([^"]+)"', await page(server))

    assert {path.split("/", 3)[3] for path in named} == {
        "desk.js", "icon.svg", "style/desk.css", VENDOR
    }  # fmt: skip
    for path in named:
        reply = await server.ask("GET", path)
        assert reply.status == 200, path
        assert "immutable" in reply.headers["Cache-Control"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
        assert reply.media == kind[path.rpartition(".")[2]]


async def test_a_page_of_another_version_gets_what_there_is_and_does_not_keep_it(
    server: Server,
) -> None:
    reply = await server.ask("GET", "/desk/000000000000/desk.js")

    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "nothing.js",
        "../inbox/app.py",
        "%2e%2e/pyproject.toml",
        "index.html",
        "files.py",
        "main.js",
        "vendor/entry.js",
        "lib/stores/file.js",
    ],
)
async def test_nothing_else_is_served(server: Server, path: str) -> None:
    reply = await server.ask("GET", f"/desk/{read_desk().release}/{path}")

    assert (reply.status, reply.body["code"]) == (404, "not_found")


async def test_what_a_browser_unpacks_is_the_file(server: Server) -> None:
    path = f"/desk/{read_desk().release}/{VENDOR}"
    async with server.http.get(server.url + path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == (ROOT / VENDOR).read_bytes()
    assert (await server.ask("GET", path)).headers["Vary"] == "Accept-Encoding"


def test_what_all_desks_load_is_light() -> None:
    files = read_desk().files
    at_once = ["desk.js", "style/desk.css", VENDOR]

    assert sum(len(files[path].packed) for path in at_once) < MOST_PACKED
    assert len(files["rooms.js"].packed) < MOST_PACKED_IN_ROOMS


async def test_the_bare_address_leads_a_browser_to_the_desk_and_nobody_else(server: Server) -> None:
    seen = await server.ask("GET", "/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (seen.status, seen.headers["Location"]) == (302, "/desk")
    assert (await server.ask("GET", "/", headers={"Accept": "application/json"})).status == 404
