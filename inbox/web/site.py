"""What every endpoint of one running server shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from inbox.flows.context import Context
from inbox.web.browsers import Browsers
from inbox.web.once import Once
from inbox.web.peers import Peers

Socket = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
"""Takes over a connection, from this address, from its upgrade on; raises PinboxError to refuse it
before."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """The live room as the HTTP door sees it: a handler per address, its AsyncAPI."""

    thread: Socket
    desk: Socket
    asyncapi: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Documents:
    """What is told of all routes and frames, for machines and for people."""

    openapi: bytes
    asyncapi: bytes
    page: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """One per application."""

    ctx: Context
    sockets: Sockets
    peers: Peers
    browsers: Browsers
    documents: Once[Documents]
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while live clients are being sent elsewhere: it still serves, but is not ready."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server begins to stop: long polls answer at once."""
