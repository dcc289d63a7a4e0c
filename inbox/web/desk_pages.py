"""The agents' desk under `/desk`: its page and its files, as `agents_ui` has them.

The page runs only what comes from here, nothing inline, and loads nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from agents_ui.files import Desk, File, read_desk
from inbox.core.errors import NotFound
from inbox.web.once import Once
from inbox.web.problems import answer_problem
from inbox.web.site import Site

FOR_EVER = "public, max-age=31536000, immutable"


def mount_desk(app: web.Application, site: Site) -> None:
    """Serve the desk from this application."""
    desk = Once(read_desk)
    page, files = _page(site, desk), _files(site, desk)
    app.router.add_get("/desk", page)
    app.router.add_get("/desk/", page)
    app.router.add_get("/desk/{release:[0-9a-f]{12}}/{path:.+}", files)


def _page(site: Site, desk: Once[Desk]) -> Callable[[web.Request], Awaitable[web.Response]]:
    headers = {**site.browsers.desk_headers(), "Cache-Control": "no-cache"}

    async def handle(request: web.Request) -> web.Response:
        return answer_file(request, (await desk.get()).page, headers)

    return handle


def _files(site: Site, desk: Once[Desk]) -> Callable[[web.Request], Awaitable[web.Response]]:
    plain = site.browsers.file_headers()

    async def handle(request: web.Request) -> web.Response:
        made = await desk.get()
        file = made.files.get(request.match_info["path"])
        if file is None:
            return answer_problem(site, request, NotFound("there is no such file of the desk"))
        # While servers of two versions stand behind one address, a page of the other's may ask
        # here: it gets what there is, and does not keep it.
        ours = request.match_info["release"] == made.release
        return answer_file(
            request, file, {**plain, "Cache-Control": FOR_EVER if ours else "no-store"}
        )

    return handle


def answer_file(request: web.Request, file: File, headers: dict[str, str]) -> web.Response:
    """A file, packed where the browser takes it so."""
    headers = {**headers, "Content-Type": file.kind, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=file.packed, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=file.plain, headers=headers)
