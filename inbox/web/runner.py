"""What serves the application: aiohttp's runner with the contract's limits and error shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from inbox.core.errors import BadRequest
from inbox.web.application import SITE
from inbox.web.problems import answer_problem
from inbox.web.site import Site

LONGEST_HEADER = 16_384
"""A customer's token of 8,192 characters must fit."""
KEEP_ALIVE_S = 75.0


def make_runner(app: web.Application) -> web.AppRunner:
    """A runner for `build_web`'s application; a stop waits for what was accepted.

    There is no access log: metrics count every request, and the log has one line per failure.
    Nothing is unpacked, not even what is read only to be thrown away: a small body could become
    gigabytes on the loop before anybody has asked who sends it.
    """
    return _Runner(
        app,
        access_log=None,
        auto_decompress=False,
        keepalive_timeout=KEEP_ALIVE_S,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
        shutdown_timeout=app[SITE].ctx.settings.stop_grace_s,
    )


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Runner(web.AppRunner):
    """aiohttp answers to what is no HTTP by itself, in plain text: here it is a problem too."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        return _Server(
            _straight(self.app, server.request_handler),
            request_factory=server.request_factory,
            site=self.app[SITE],
            **server._kwargs,  # noqa: SLF001 - what AppRunner has gathered for its connections
        )


def _straight(app: web.Application, otherwise: _Handler) -> _Handler:
    """What takes a request to its route: by one look for an address without parts that vary.

    aiohttp's own way would try such an address first too, and makes the same of it each time.
    """
    known: dict[tuple[str, str], web.UrlMappingMatchInfo] = {}
    for route in app.router.routes():
        if isinstance(route.resource, web.PlainResource):
            found = web.UrlMappingMatchInfo({}, route)
            found.add_app(app)
            found.freeze()
            known[route.method, route.resource.canonical] = found

    async def handle(request: web.Request) -> web.StreamResponse:
        found = known.get((request.method, request.raw_path))
        if found is None or "Expect" in request.headers:
            return await otherwise(request)
        request._match_info = found  # noqa: SLF001 - as the application would set it
        return await found.handler(request)

    return handle


class _Server(web.Server):
    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site = site

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, site=self._site, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    __slots__ = ("_site",)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site = site

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,  # noqa: ARG002
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer to what could not be read as a request, and close."""
        if exc is not None:
            # It leads to the frame that read, which leads to it again and holds what was sent: a
            # flood of such peers would lie in memory until the collector comes by.
            exc.__traceback__ = None
        if request.writer.output_size > 0:
            raise ConnectionError("the answer was begun already")
        response = answer_problem(self._site, request, BadRequest("this is not a sound request"))
        response.force_close()
        return response
