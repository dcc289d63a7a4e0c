"""The live door: lets sockets in at a bounded rate, keeps the node's loops, and drains it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiohttp import web

from inbox.core.errors import BadRequest, Forbidden, Overloaded
from inbox.core.origins import SESSION_COOKIE, is_ours
from inbox.core.sync import Limits, inputs
from inbox.flows.context import Context
from inbox.live.admission import Admission
from inbox.live.calls import AT_ONCE, SignedInPeople, StoredStreams
from inbox.live.counting import observe_lag
from inbox.live.hub import Hub
from inbox.live.node import Node
from inbox.live.ports import Audience, People, Source
from inbox.live.rechecks import recheck
from inbox.live.session import CLOSE_S, Session
from inbox.live.wheel import GRAIN_MS
from inbox.settings import Settings

SUBPROTOCOL = "pinbox.v1"

LOOK_S = 1.0
"""How often the database is asked what has moved: what a lost hint costs at most."""

SPARE_FRAME = 4
"""Frames up to so many times the limit are answered with an error; larger ones end the socket."""

log = structlog.get_logger(__name__)


class Live:
    """All live sockets of this process. Mount `customer_live` and `desk_live`; `start` it first."""

    def __init__(
        self,
        ctx: Context,
        *,
        source: Source | None = None,
        people: People | None = None,
        limits: Limits | None = None,
    ) -> None:
        settings = ctx.settings
        self._ctx = ctx
        turns = asyncio.Semaphore(AT_ONCE)
        self._source = source or StoredStreams(ctx, turns)
        self.hub = Hub(
            self._source,
            told=lambda item: observe_lag(ctx.metrics, item, now=ctx.clock()),
        )
        self.node = Node(
            hub=self.hub,
            people=people or SignedInPeople(ctx, turns),
            limits=limits or limits_of(settings),
            metrics=ctx.metrics,
            now=lambda: time.monotonic_ns() // 1_000_000,
            wall=ctx.clock,
            presence=ctx.memory.presence,
        )
        self.sessions: set[Session] = set()
        self._epoch = self._source.epoch
        self._admission = Admission(
            per_second=settings.admissions_per_second, most=settings.max_connections
        )
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._loops: list[asyncio.Task[None]] = []
        self._stop_listening: Callable[[], None] | None = None

    # ── the process's life ───────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Listen to the bus and begin the loops. The first look at the database comes before."""
        self._stop_listening = self._ctx.bus.listen(self.hub.hear)
        await self.hub.look()
        for loop in (self._turn, self._look, self._recheck, self._notice):
            self._loops.append(asyncio.create_task(self._keep(loop), name=f"live{loop.__name__}"))

    async def drain(self) -> None:
        """Refuse newcomers and send everybody away, spread over the time that is set.

        Returns when all are gone, at the latest when that time and a little grace are over. What
        clients had sent before is stored and answered.
        """
        self._draining = True
        within_ms = self._ctx.settings.drain_ms
        for session in list(self.sessions):
            session.feed(inputs.Draining(within_ms))
        patience = (within_ms + self.node.limits.grace_ms) / 1000 + CLOSE_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._empty.wait()

    async def close(self) -> None:
        """End every loop and socket that is left, and wait for what they had begun."""
        self._draining = True
        for session in list(self.sessions):
            session.feed(inputs.Draining(0))
            session.feed(inputs.Ticked())
        await self.node.settle(within_s=CLOSE_S + self.node.limits.grace_ms / 1000)
        if self._stop_listening is not None:
            self._stop_listening()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()

    # ── the handshake ────────────────────────────────────────────────────────────────────────────

    # An idle socket pays for every coroutine on its stack: these two are plain functions, and what
    # they return runs to the connection's end.

    def customer_live(self, request: web.Request, address: str) -> Awaitable[web.StreamResponse]:
        """`GET /v1/thread/live`. Raises Overloaded before the upgrade."""
        return self._serve(request, audience="customer", cookie=None, address=address)

    def desk_live(self, request: web.Request, address: str) -> Awaitable[web.StreamResponse]:
        """`GET /v1/desk/live`. A browser's cookie signs in, from our own pages alone."""
        cookie = request.cookies.get(SESSION_COOKIE)
        if cookie:
            self._demand_own_page(request)
        return self._serve(request, audience="desk", cookie=cookie, address=address)

    def _demand_own_page(self, request: web.Request) -> None:
        """A browser sends its cookies from any page, and says from which (RFC 6455, 10.2).

        What names no origin is no browser, and no page could have made it.
        """
        origin, settings = request.headers.get("Origin"), self._ctx.settings
        if origin is not None and not is_ours(
            origin,
            host=request.headers.get("Host", ""),
            public_url=settings.public_url,
            allowed=settings.allowed_origins,
        ):
            raise Forbidden(f"pages of {origin[:200]} may not do this; see allowed_origins")

    async def _serve(
        self, request: web.Request, *, audience: Audience, cookie: str | None, address: str
    ) -> web.StreamResponse:
        socket: web.WebSocketResponse[Any] = web.WebSocketResponse(
            timeout=CLOSE_S,
            autoclose=False,
            protocols=(SUBPROTOCOL,),
            compress=False,
            max_msg_size=self.node.limits.frame_bytes * SPARE_FRAME,
            writer_limit=0,
        )
        socket.headers["Server"] = "Pinbox"
        if not socket.can_prepare(request):
            raise BadRequest(f"a WebSocket handshake is expected here, subprotocol {SUBPROTOCOL}")
        if self._draining:
            raise Overloaded("this server is about to stop", retry_after=1)
        wait = self._admission.enter(self.node.now() / 1000)
        session = None
        try:
            await asyncio.sleep(wait)
            await socket.prepare(request)
            session = self._admit(
                request, socket, audience=audience, cookie=cookie, address=address
            )
            await session.run()
        except ConnectionError:
            pass  # gone before it was let in
        finally:
            self._admission.leave()
            if session is not None:
                self.sessions.discard(session)
            if not self.sessions:
                self._empty.set()
        # A peer that left before the handshake was answered gets nothing; aiohttp wants something.
        return web.Response(status=400) if session is None else socket

    def _admit(
        self,
        request: web.Request,
        socket: web.WebSocketResponse[Any],
        *,
        audience: Audience,
        cookie: str | None,
        address: str,
    ) -> Session:
        socket.headers.clear()  # they are sent, and would be kept to the end
        transport = request.transport
        if transport is not None:
            # Nothing waits in this process: a write is over when the kernel has taken it.
            transport.set_write_buffer_limits(high=0)
        session = Session(
            self.node,
            socket,
            transport,
            connection=self._ctx.ids(),
            epoch=self._source.epoch,
            audience=audience,
            cookie=cookie,
            address=address,
        )
        self.sessions.add(session)
        self._empty.clear()
        if self._draining:
            session.feed(inputs.Draining(0))
        return session

    # ── the loops ────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run one loop for ever: a failure is logged once until it is well again."""
        failing = False
        while True:
            try:
                await loop()
                failing = False
            except Exception:
                if not failing:
                    log.exception("live_loop_failed", loop=loop.__name__)
                failing = True
                await asyncio.sleep(LOOK_S)

    async def _turn(self) -> None:
        await asyncio.sleep(GRAIN_MS / 1000)
        for session in self.node.wheel.turn(self.node.now()):
            session.tick()

    async def _look(self) -> None:
        await asyncio.sleep(LOOK_S)
        await self.hub.look()
        if self._source.epoch != self._epoch:
            # The database was set back: whoever comes again is told that its cursor is stale.
            self._epoch = self._source.epoch
            for session in list(self.sessions):
                session.feed(inputs.Draining(0))

    async def _recheck(self) -> None:
        await self.hub.registry_moved.wait()
        self.hub.registry_moved.clear()
        began = self.node.now()
        if not await recheck(self.sessions, self.node):
            await asyncio.sleep(LOOK_S)
            self.hub.registry_moved.set()
        # However often it moves: half of the time belongs to others.
        await asyncio.sleep((self.node.now() - began) / 1000)

    async def _notice(self) -> None:
        await asyncio.sleep(LOOK_S)
        await self.node.notices.look(self.sessions)


def limits_of(settings: Settings) -> Limits:
    """The figures of a connection, as the operator set them."""
    return Limits(
        ping_ms=settings.ping_s * 1000,
        pong_ms=settings.pong_s * 1000,
        stall_ms=settings.write_stall_s * 1000,
        frame_bytes=settings.max_frame_bytes,
        catch_up=settings.catch_up_limit,
    )
