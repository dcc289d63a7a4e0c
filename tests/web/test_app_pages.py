"""The customers' page and its files, as a browser gets them."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
import pytest

from customer_ui.files import read_app
from inbox.files.shelf import open_bucket
from inbox.settings import Settings
from inbox.web.browsers import Browsers
from inbox.web.peers import Peers
from tests.servers import Server

MOST_PACKED = 60_000
MOST_LAUNCHER = 2_000


def policy_of(headers: Mapping[str, str]) -> dict[str, str]:
    text = headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in text.split(";"))
    return {name: value for name, _, value in parts}


def browsers(**given: object) -> Browsers:
    return Browsers(msgspec.convert(given, Settings), Peers(()))


@pytest.mark.parametrize("path", ["/app", "/app/"])
async def test_the_page_runs_nothing_but_files_of_this_server(server: Server, path: str) -> None:
    reply = await server.ask("GET", path)

    assert (reply.status, reply.media) == (200, "text/html")
    policy = policy_of(reply.headers)
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert reply.headers["Cache-Control"] == "no-cache"
    inline = re.compile(r"<style|<script(?! type=\"module\" src=)| style=| on\w+=|https?:")
    assert inline.findall(reply.raw.decode()) == []


async def test_every_file_that_page_and_worker_name_is_there_and_may_be_kept(
    server: Server,
) -> None:
    page = (await server.ask("GET", "/app")).raw.decode()
    worker = (await server.ask("GET", "/app/worker.js")).raw.decode()
    named = set(re.findall(r'"(/app/[0-9a-f]{12}/[^"]+)"', page + worker))

    assert {path.rpartition("/")[2] for path in named} >= {"app.js", "shared.js", "es.js"}
    for path in named:
        reply = await server.ask("GET", path)
        assert reply.status == 200, path
        assert "immutable" in reply.headers["Cache-Control"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_may_change_is_asked_for_anew(server: Server) -> None:
    kinds = {
        "worker.js": "text/javascript",
        "launcher.js": "text/javascript",
        "manifest.webmanifest": "application/manifest+json",
    }
    for name, kind in kinds.items():
        reply = await server.ask("GET", f"/app/{name}")
        assert (reply.status, reply.media) == (200, kind)
        assert reply.headers["Cache-Control"] == "no-cache"
    worker = await server.ask("GET", "/app/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/app"
    launcher = await server.ask("GET", "/app/launcher.js")
    assert launcher.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    old = await server.ask("GET", "/app/000000000000/app.js")
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-store")


async def test_a_browser_may_install_it(server: Server) -> None:
    manifest = (await server.ask("GET", "/app/manifest.webmanifest")).body

    assert (manifest["start_url"], manifest["display"]) == ("/app", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        reply = await server.ask("GET", icon["src"])
        assert (reply.status, reply.media) == (200, icon["type"])


@pytest.mark.parametrize("path", ["main.js", "../inbox/app.py", "index.html", "files.py"])
async def test_nothing_else_is_served(server: Server, path: str) -> None:
    reply = await server.ask("GET", f"/app/{read_app().release}/{path}")
    assert (reply.status, reply.body["code"]) == (404, "not_found")


def test_the_whole_page_is_light() -> None:
    """Everything that a first visit loads: page, scripts, styles, the service worker."""
    made = read_app()
    page = made.page({}, name="Care", color="#1c5fb8")
    once = [file for path, file in made.files.items() if path.endswith((".js", ".css"))]
    words = [file for path, file in made.files.items() if path.startswith("words/")]
    weight = sum(len(gzip.compress(file.plain)) for file in [page, *once])
    weight -= sum(len(gzip.compress(file.plain)) for file in words)

    assert len(words) == 4
    assert weight < MOST_PACKED
    assert len(made.launcher.packed) < MOST_LAUNCHER


def test_what_the_company_has_set_is_in_the_page_and_breaks_nothing_there() -> None:
    config = {"name": 'A "<b>&amp; Co', "origins": ["https://a.example"]}
    page = read_app().page(config, name='A "<b>{config}', color="#123456").plain.decode()

    (found,) = re.findall(r'name="pinbox-app" content="([^"]*)"', page)
    assert json.loads(html.unescape(found)) == config
    assert "<title>A &quot;&lt;b&gt;{config}</title>" in page


def test_only_whom_the_company_names_may_frame_it_and_give_it_tokens() -> None:
    made = browsers(
        app_origins=["https://shop.example.com"],
        frame_ancestors=["'self'"],
        app_token_url="https://www.example.com/pinbox/token",
    )
    policy = policy_of(made.app_headers())
    assert policy["frame-ancestors"] == "'self' https://shop.example.com"
    assert policy["connect-src"] == "'self' https://www.example.com"
    assert policy_of(made.worker_headers())["connect-src"] == "'self' https://www.example.com"
    # The desk is another matter.
    assert policy_of(made.desk_headers())["frame-ancestors"] == "'self'"
    assert policy_of(made.desk_headers())["connect-src"] == "'self'"


@pytest.mark.parametrize("endpoint", ["", "https://minio.example.com:9000", "http://127.0.0.1:9"])
async def test_pictures_come_from_the_bucket_whose_links_are_given_and_from_no_other(
    endpoint: str,
) -> None:
    keys = {"s3_access_key": "AKIAEXAMPLE", "s3_secret_key": "a secret that nobody may see"}
    given = {"s3_bucket": "pinbox-files", "s3_region": "eu-central-1", "s3_endpoint": endpoint}
    link = await open_bucket(msgspec.convert(given | keys, Settings)).link("01a2", seconds=60)
    parts = urlsplit(link or "")
    made = browsers(**given, **keys)
    for headers in (made.app_headers(), made.desk_headers()):
        policy = policy_of(headers)
        assert policy["img-src"] == f"'self' data: blob: {parts.scheme}://{parts.netloc}"
        assert [name for name, value in policy.items() if parts.netloc in value] == ["img-src"]
    assert policy_of(browsers().app_headers())["img-src"] == "'self' data: blob:"
