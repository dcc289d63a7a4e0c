"""One connection: moves frames between a socket and the machine, and calls the flows for it.

One task reads. One writes while there is something to write, and is gone when there is not, so an
idle connection costs a single task. Everything is decided in `inbox.core.sync`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any, TypeAlias

import msgspec
from aiohttp import WSMessage, WSMsgType, web

from inbox.core.errors import Internal, PinboxError, Unauthorized
from inbox.core.policy import Agent, Customer, demand_same
from inbox.core.sync import Batch, Effect, Input, Sync, effects, inputs
from inbox.flows.passing import Sign
from inbox.flows.send import Sent
from inbox.live.counting import count_close, count_frame
from inbox.live.node import Node
from inbox.live.ports import Audience

CLOSE_S = 5.0
"""How long the closing handshake may take; after it the line is cut."""

LEEWAY_MS = 30_000
"""By how much two clocks may differ, as the contract says: a token ends so much later."""

Socket: TypeAlias = web.WebSocketResponse[Any]
Signs: TypeAlias = dict[tuple[str, str, bool], Sign]


class Session:
    """Drives one connection; `run` returns when it is over."""

    __slots__ = (
        "_address",
        "_closing",
        "_cookie",
        "_counted",
        "_gate",
        "_node",
        "_out",
        "_patience",
        "_pump",
        "_signs",
        "_socket",
        "_transport",
        "audience",
        "slot",
        "sync",
    )

    def __init__(
        self,
        node: Node,
        socket: Socket,
        transport: asyncio.Transport | None,
        *,
        connection: str,
        epoch: str,
        audience: Audience,
        cookie: str | None,
        address: str,
    ) -> None:
        self.sync = Sync(node.limits, connection=connection, epoch=epoch, now=node.now())
        self.slot: int | None = None
        self._node = node
        self._socket = socket
        self._transport = transport
        self.audience: Audience = audience
        self._cookie = cookie
        self._address = address
        self._counted = False
        self._out: list[bytes] = []
        self._pump: asyncio.Task[None] | None = None
        self._signs: Signs | None = None
        self._gate: asyncio.Future[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None

    # ── as the hub and the wheel see it ──────────────────────────────────────────────────────────

    @property
    def connection(self) -> str:
        """Its name."""
        return self.sync.line.connection

    @property
    def who(self) -> Customer | Agent | None:
        """Who signed in, if anybody did."""
        return self.sync.line.who

    @property
    def deadline(self) -> int | None:
        """When it wants to be looked at."""
        return self.sync.deadline

    def tick(self) -> None:
        """Its deadline may have passed."""
        self.feed(inputs.Ticked())

    def stir(self, stream: str, head: int) -> None:
        """A stream that it follows goes further."""
        wire = "thread" if stream.startswith("thread:") else stream
        self.feed(inputs.Stirred(wire, head))

    def overhear(self, key: tuple[str, ...], frame: bytes) -> None:
        """Something is passing."""
        self.feed(inputs.Overheard(key, frame))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Read until the connection is over, whoever ends it."""
        self._node.wheel.file(self)
        try:
            while not self.sync.over:
                if not self.sync.listening:
                    await self._until_listening()
                    continue
                # Kept in no variable: an idle connection must not hold its last message, a token.
                if not self._take(await self._socket.receive()):
                    break
            else:
                if self._closing is not None:
                    await self._until_answered()
        finally:
            self.feed(inputs.Lost())
            self._node.wheel.remove(self)
            if self._closing is None:
                count_close(self._node.metrics, self._socket.close_code)
                if self._pump is not None:
                    self._pump.cancel()
                await self._socket.close(drain=False)
            else:
                await asyncio.shield(self._closing)
                if self._patience is not None:
                    self._patience.cancel()
                if self._transport is not None:
                    self._transport.close()
            if self._counted and self.who is not None:
                self._node.depart(self.who)
                self._node.metrics.connections(self.audience).dec()

    def _take(self, message: WSMessage) -> bool:
        """Hear one message; false where it is the end."""
        if message.type is WSMsgType.TEXT:
            self.feed(inputs.Heard(message.data))
        elif message.type is WSMsgType.BINARY:
            self.feed(inputs.Heard(None))
        else:
            return False
        return True

    async def _until_answered(self) -> None:
        """Pass over whatever still comes before the answer to our goodbye, or the end of the line.

        Who hangs up first may take the goodbye along: a proxy on the way ends the other side's line
        too, and a kernel that still gets something for a line that is closed resets it (RFC 6455,
        7.1.1).
        """
        while (await self._socket.receive()).type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            pass

    async def _until_listening(self) -> None:
        self._gate = asyncio.get_running_loop().create_future()
        try:
            await self._gate
        finally:
            self._gate = None

    # ── what happens goes in, what is wanted gets done ───────────────────────────────────────────

    def feed(self, happened: Input) -> None:
        """Tell the machine, and do what it wants."""
        waiting = [happened]
        while waiting:
            for effect in self.sync.feed(waiting.pop(0), now=self._node.now()):
                answer = self._do(effect)
                if answer is not None:
                    waiting.append(answer)
        self._node.wheel.file(self)
        gate = self._gate
        if gate is not None and not gate.done() and (self.sync.listening or self.sync.over):
            gate.set_result(None)

    def _do(self, effect: Effect) -> Input | None:  # one line per effect
        spawn, hub = self._node.spawn, self._node.hub
        match effect:
            case effects.Say(data):
                self._out.append(data)
                if self._pump is None:
                    self._pump = spawn(self._write())
            case effects.ReadOn(stream, turn, since):
                batch = hub.read(self._name(stream), since=since)
                if batch is not None:
                    return inputs.Turned(stream, turn, batch)
                spawn(self._read_store(effect))
            case effects.Deliver():
                spawn(self._deliver(effect))
            case effects.Mark():
                spawn(self._mark(effect))
            case effects.Show(kind, thread, on, private):
                self._show(Sign(kind, thread, on, private))
            case effects.SignIn(token, _, agent):
                spawn(self._sign_in(token, agent=agent))
            case effects.Renew(token):
                spawn(self._renew(token))
            case effects.Join(stream):
                hub.join(self._name(stream), self)
                spawn(self._join(effect))
            case effects.Leave(stream):
                hub.leave(self._name(stream), self)
            case effects.Close():
                self._closing = spawn(self._close(effect))
        return None

    def _name(self, stream: str) -> str:
        who = self.who
        return f"thread:{who.thread}" if isinstance(who, Customer) else stream

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    async def _write(self) -> None:
        """Write what was said, one frame after the other; each waits until the kernel has it."""
        try:
            while self._out:
                data = self._out.pop(0)
                await self._socket.send_frame(data, WSMsgType.TEXT)
                count_frame(self._node.metrics, data)
                self.feed(inputs.Wrote())
        except ConnectionError:
            self._out.clear()
            self.feed(inputs.Lost())
        finally:
            self._pump = None

    async def _close(self, close: effects.Close) -> None:
        """Say goodbye after what was said; a line that is stuck is cut when the time is over.

        `run` hears the answer. Not by the socket's own `close`: while somebody reads, that one
        hangs up at once.
        """
        count_close(self._node.metrics, close.code)
        loop = asyncio.get_running_loop()
        goodbye = struct.pack("!H", close.code) + close.reason.encode()[:120]
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(CLOSE_S):
                if close.at_once:
                    # What is being written stays before the goodbye, for a reader who wakes up.
                    # The task that writes it must not be cancelled: it shares its wait with us.
                    self._out.clear()
                elif self._pump is not None:
                    await asyncio.wait([self._pump])
                await self._socket.send_frame(goodbye, WSMsgType.CLOSE)
                if self._transport is not None:
                    self._patience = loop.call_later(CLOSE_S, _cut, self._transport)
                return
        if self._transport is not None:
            _cut(self._transport)

    # ── calling the flows ────────────────────────────────────────────────────────────────────────

    async def _sign_in(self, token: str | None, *, agent: str | None) -> None:
        before = self._node.hub.registry
        found = await self._ask_who(token or self._cookie)
        if not isinstance(found, PinboxError):
            try:
                demand_same(found.id, agent)
                self._node.arrive(found)
            except PinboxError as error:
                found = error
        if isinstance(found, PinboxError):
            self.feed(inputs.Refused(found))
        elif self.sync.over:
            self._node.depart(found)
        else:
            self._counted = True
            self._node.metrics.connections(self.audience).inc()
            self.feed(inputs.SignedIn(found, self._ends(found)))
            await self._recheck_since(before)
            await self._node.outcome(self._node.notices.greet(self))

    async def _renew(self, token: str) -> None:
        before = self._node.hub.registry
        found = await self._ask_who(token)
        if isinstance(found, PinboxError):
            self.feed(inputs.NotRenewed(found))
        else:
            self.feed(inputs.Renewed(found, self._ends(found)))
            await self._recheck_since(before)

    async def _recheck_since(self, registry: int) -> None:
        """What was revoked between the look at the token and the welcome must not slip through."""
        if registry != self._node.hub.registry:
            await self.recheck()

    async def _ask_who(self, token: str | None) -> Customer | Agent | PinboxError:
        if not token:
            self._node.metrics.failed_sign_ins(self.audience).inc()
            return Unauthorized("hello needs a token")
        sign_in = self._node.people.sign_in(self.audience, token, address=self._address)
        return await self._node.outcome(sign_in)

    def _ends(self, who: Customer | Agent) -> int | None:
        """When the sign-in ends, by the clock that never steps back."""
        if isinstance(who, Customer):
            at = who.expires_at * 1000 + LEEWAY_MS
        elif who.expires_at is None:
            return None
        else:
            at = who.expires_at
        return self._node.now() + at - self._node.wall()

    async def recheck(self) -> bool:
        """The registry moved: look whether the sign-in still stands, and for which teams.

        False when that could not be found out now.
        """
        who = self.who
        if who is None or self.sync.over:
            return True
        found = await self._node.outcome(self._node.people.still_valid(who))
        if not isinstance(found, PinboxError):
            if found != who:
                self.feed(inputs.Refreshed(found))
        elif found.temporary or isinstance(found, Internal):
            return False
        else:
            self.revoke(who)
        return True

    def revoke(self, who: Customer | Agent) -> None:
        """Close what was signed in so; a newer token that has come in its place stays."""
        if self.who is not None and _made_by(self.who) == _made_by(who):
            self.feed(inputs.Revoked())

    async def _join(self, join: effects.Join) -> None:
        found = await self._node.outcome(self._node.hub.bounds(self._name(join.stream)))
        if isinstance(found, PinboxError):
            self.feed(inputs.Denied(join.stream, join.turn, found))
        else:
            self.feed(inputs.Joined(join.stream, join.turn, found.head, found.floor))

    async def _read_store(self, ask: effects.ReadOn) -> None:
        name = self._name(ask.stream)
        found = await self._node.outcome(self._node.hub.read_store(name, since=ask.since))
        if isinstance(found, Batch):
            self.feed(inputs.Turned(ask.stream, ask.turn, found))
        else:
            self.feed(inputs.Unread(ask.stream, ask.turn, found))

    async def _deliver(self, ask: effects.Deliver) -> None:
        people, who = self._node.people, self.who
        if who is None:
            return
        found = await self._node.outcome(people.send(who, thread=ask.thread, frame=ask.frame))
        if isinstance(found, Sent):
            promise = None if found.promise is None else msgspec.json.encode(found.promise)
            choice = None if found.choice is None else msgspec.json.encode(found.choice)
            stored = inputs.Stored(
                ask.ticket, bytes(found.message), found.duplicate, promise, choice
            )
            self.feed(stored)
        else:
            self.feed(inputs.Failed(ask.ticket, found))

    async def _mark(self, ask: effects.Mark) -> None:
        people, who = self._node.people, self.who
        if who is None:
            return
        line = self.sync.line
        if ask.kind == "ack":
            marking = people.ack(who, thread=ask.thread, upto=ask.upto, in_front=line.visible)
        else:
            marking = people.read(who, thread=ask.thread, upto=ask.upto, device=line.device)
        found = await self._node.outcome(marking)
        if found is None:
            self.feed(inputs.Marked(ask.ticket))
        else:
            self.feed(inputs.Failed(ask.ticket, found))

    def _show(self, sign: Sign) -> None:
        """Show signs one after the other, so that none overtakes the one that takes it back.

        Of those that wait only the last of a kind counts.
        """
        key = (sign.kind, sign.thread, sign.private)
        if self._signs is not None:
            self._signs.pop(key, None)
            self._signs[key] = sign
        else:
            self._signs = {key: sign}
            self._node.spawn(self._show_all(self._signs))

    async def _show_all(self, signs: Signs) -> None:
        while signs and self.who is not None:
            sign = signs.pop(next(iter(signs)))
            show = self._node.people.show(self.who, sign=sign, origin=self.connection)
            await self._node.outcome(show)
        self._signs = None


def _made_by(who: Customer | Agent) -> tuple[str, int | str]:
    """The sign-in, whatever else is known of the person by now."""
    return who.id, who.issued_at if isinstance(who, Customer) else who.credential


def _cut(transport: asyncio.Transport) -> None:
    """Reset the connection: what the kernel holds for it, up to megabytes, is let go at once.

    An ordinary end would wait behind those bytes for a peer that does not read.
    """
    line = transport.get_extra_info("socket")
    if line is not None:
        with contextlib.suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
