"""Make the aiohttp application of the table of routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
from aiohttp import web

from inbox.core.errors import BadRequest, NotFound
from inbox.flows.context import Context
from inbox.web.app_pages import mount_app
from inbox.web.browsers import Browsers
from inbox.web.desk_pages import mount_desk
from inbox.web.endpoint import serve, serve_socket
from inbox.web.once import Once
from inbox.web.openapi import describe
from inbox.web.page import render
from inbox.web.peers import Peers
from inbox.web.problems import answer_problem
from inbox.web.routes import ROUTES
from inbox.web.site import Documents, Site, Sockets

SITE = web.AppKey("site", Site)


def build_web(ctx: Context, sockets: Sockets) -> web.Application:
    """The HTTP door with the live sockets mounted; run it with `make_runner`."""
    peers = Peers(ctx.settings.trusted_proxies)
    documents = Once(partial(_documents, ctx.settings.public_url, sockets.asyncapi))
    site = Site(ctx, sockets, peers, Browsers(ctx.settings, peers), documents)
    app = web.Application(client_max_size=ctx.settings.max_body_bytes)
    app[SITE] = site
    mount = {"/v1/thread/live": sockets.thread, "/v1/desk/live": sockets.desk}
    for route in ROUTES:
        handler = serve_socket(site, mount[route.path]) if route.is_socket else serve(site, route)
        app.router.add_route(route.method, route.path, handler)
    mount_desk(app, site)
    mount_app(app, site)
    app.router.add_route("*", "/{anything:.*}", _stray(site, app))
    app.on_shutdown.append(_stop_waiting)
    return app


def _documents(url: str, asyncapi: Callable[[], bytes]) -> Documents:
    document = describe(ROUTES, url=url)
    return Documents(msgspec.json.encode(document), asyncapi(), render(document).encode())


def _stray(
    site: Site, app: web.Application
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Whatever no route takes: a preflight, a wrong method, or nothing that is here.

    A browser that opens the bare address is led to the desk.
    """
    known = list(app.router.resources())

    async def handle(request: web.Request) -> web.StreamResponse:
        wants_page = "text/html" in request.headers.get("Accept", "")
        if request.path == "/" and request.method in {"GET", "HEAD"} and wants_page:
            return web.Response(status=302, headers={"Location": "/desk", "Vary": "Accept"})
        methods: set[str] = set()
        for resource in known:
            methods |= (await resource.resolve(request))[1]
        allowed = sorted(methods)
        response: web.Response | None = None
        if not methods:
            response = answer_problem(site, request, NotFound("there is no such address"))
        elif (response := site.browsers.preflight(request, allowed)) is None:
            error = BadRequest(f"allowed here: {', '.join(allowed)}")
            response = answer_problem(site, request, error, status=405)
            response.headers["Allow"] = ", ".join(allowed)
        else:
            return response
        if site.browsers.has_cors:
            site.browsers.mark(request, response)
        return response

    return handle


async def _stop_waiting(app: web.Application) -> None:
    app[SITE].stopping.set()
