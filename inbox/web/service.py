"""What operators and developers ask for: is it alive, can it store, its figures, its documents."""

from __future__ import annotations

from aiohttp import web

from inbox.core.errors import Overloaded
from inbox.flows.push_key import public_key
from inbox.flows.readiness import check_ready
from inbox.telemetry import CONTENT_TYPE
from inbox.web.browsers import API_HEADERS
from inbox.web.page import STYLE_HASH
from inbox.web.route import Call
from inbox.web.shapes import Health, PushKey

Plain = Call[None, None, None]

_JSON = {**API_HEADERS, "Content-Type": "application/json"}


async def get_health(_call: Plain) -> Health:
    """Whether the process answers at all."""
    return Health()


async def get_readiness(call: Plain) -> Health:
    """Whether it can store and can read: it does both. A server that is about to stop is not.

    A push service that is down does not count: what rings is stored, and all else works.
    """
    if call.site.draining.is_set():
        raise Overloaded("this server is about to stop", retry_after=1.0)
    await check_ready(call.ctx)
    return Health()


async def get_push_key(call: Plain) -> PushKey:
    """The key that a web page subscribes with. 404 where Web Push is not set up."""
    return PushKey(public_key(call.ctx))


async def get_metrics(call: Plain) -> web.Response:
    """Figures for Prometheus."""
    headers = {**API_HEADERS, "Content-Type": CONTENT_TYPE}
    return web.Response(body=call.ctx.metrics.render(), headers=headers)


async def get_openapi(call: Plain) -> web.Response:
    """The HTTP API as an OpenAPI 3.1 document."""
    return web.Response(body=(await call.site.documents.get()).openapi, headers=_JSON)


async def get_asyncapi(call: Plain) -> web.Response:
    """The live sockets as an AsyncAPI 3 document."""
    return web.Response(body=(await call.site.documents.get()).asyncapi, headers=_JSON)


async def get_docs(call: Plain) -> web.Response:
    """The HTTP API for people, as a page that needs no other host and no script."""
    headers = call.site.browsers.page_headers(style_hash=STYLE_HASH)
    return web.Response(body=(await call.site.documents.get()).page, headers=headers)


async def live_thread(_call: Plain) -> None:
    """My thread as a live socket (WebSocket, subprotocol `pinbox.v1`).

    Sign-in, streams and frames are in `/asyncapi.json`.
    """


async def live_desk(_call: Plain) -> None:
    """My teams' streams as a live socket (WebSocket, subprotocol `pinbox.v1`).

    Sign-in, streams and frames are in `/asyncapi.json`.
    """
