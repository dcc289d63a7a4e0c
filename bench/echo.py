"""The baseline: a bare aiohttp server on uvloop that answers the same request with its own body."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web


async def echo(request: web.Request) -> web.Response:
    """Read the body, answer with it."""
    return web.Response(body=await request.read(), content_type="application/json")


def main() -> None:
    """Serve on a free port of loopback and say which."""
    app = web.Application()
    app.router.add_post("/v1/thread/messages", echo)
    uvloop.install()
    web.run_app(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=None,
        print=lambda *_: print("ready", flush=True),
    )


if __name__ == "__main__":
    main()
