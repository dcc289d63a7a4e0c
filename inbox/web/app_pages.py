"""The customers' page under `/app`: the page, its files, its manifest, its worker, its launcher.

It runs only what comes from here, nothing inline, and loads nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec
from aiohttp import web

from agents_ui.files import File, pack
from customer_ui.files import App, read_app
from inbox.core.errors import NotFound
from inbox.settings import Settings
from inbox.web.desk_pages import FOR_EVER, answer_file
from inbox.web.once import Once
from inbox.web.problems import answer_problem
from inbox.web.site import Site

Handler = Callable[[web.Request], Awaitable[web.Response]]
_FIXED = ("/app", "/app/", "/app/worker.js", "/app/launcher.js", "/app/manifest.webmanifest")
_DEFAULT_NAME = "Customer care"


@dataclass(frozen=True, slots=True)
class _Page:
    """One company's page: the files with fixed addresses, each with its headers, and all others."""

    fixed: Mapping[str, tuple[File, dict[str, str]]]
    app: App


def mount_app(app: web.Application, site: Site) -> None:
    """Serve the customers' page from this application."""
    page = Once(lambda: _make(site))
    for path in _FIXED:
        app.router.add_get(path, _one(page, path))
    app.router.add_get("/app/{release:[0-9a-f]{12}}/{path:.+}", _files(site, page))


def _make(site: Site) -> _Page:
    made, settings, browsers = read_app(), site.ctx.settings, site.browsers
    name = settings.app_name or _DEFAULT_NAME
    page = made.page(_config(settings), name=name, color=settings.app_color)
    anew = {**browsers.file_headers(), "Cache-Control": "no-cache"}
    # The launcher is for pages of others.
    lent = {**anew, "Cross-Origin-Resource-Policy": "cross-origin"}
    worker = made.worker(token_url=settings.app_token_url)
    fixed = {
        "/app": (page, {**browsers.app_headers(), "Cache-Control": "no-cache"}),
        "/app/worker.js": (worker, {**browsers.worker_headers(), "Cache-Control": "no-cache"}),
        "/app/launcher.js": (made.launcher, lent),
        "/app/manifest.webmanifest": (_manifest(made, settings, name=name), anew),
    }
    return _Page({**fixed, "/app/": fixed["/app"]}, made)


def _one(page: Once[_Page], path: str) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        file, headers = (await page.get()).fixed[path]
        return answer_file(request, file, headers)

    return handle


def _files(site: Site, page: Once[_Page]) -> Handler:
    plain = site.browsers.file_headers()

    async def handle(request: web.Request) -> web.Response:
        made = (await page.get()).app
        file = made.files.get(request.match_info["path"])
        if file is None:
            return answer_problem(site, request, NotFound("there is no such file of the page"))
        # As at the desk: a page of another version gets what there is, and does not keep it.
        ours = request.match_info["release"] == made.release
        headers = {**plain, "Cache-Control": FOR_EVER if ours else "no-store"}
        return answer_file(request, file, headers)

    return handle


def _config(settings: Settings) -> dict[str, object]:
    """What the page must know of the settings; nothing of it is secret."""
    return {
        "name": settings.app_name,
        "color": settings.app_color,
        "logo": settings.app_logo,
        "origins": list(settings.app_origins),
        "token_url": settings.app_token_url,
        "sign_in_url": settings.app_sign_in_url,
        "token_in_address": settings.app_token_in_address,
    }


def _manifest(made: App, settings: Settings, *, name: str) -> File:
    """By which a browser installs it (W3C Web Application Manifest)."""
    icons = [
        {"src": f"{made.home}/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    whole = {"src": f"{made.home}/icon.svg", "sizes": "any", "type": "image/svg+xml"}
    manifest = {
        "id": "/app",
        "name": name,
        "short_name": name[:12].strip(),
        "start_url": "/app",
        "scope": "/app",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": settings.app_color,
        "icons": [*icons, whole],
    }
    return pack("application/manifest+json", msgspec.json.encode(manifest))
