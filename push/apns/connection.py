"""One HTTP/2 connection to Apple: takes a push when there is room, and tells what became of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

import msgspec
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    PingAckReceived,
    RemoteSettingsChanged,
)
from h2.exceptions import ProtocolError

from push.apns.answers import read_goaway
from push.apns.counters import Counters
from push.apns.http2 import Heard, HeardData, HeardReset, Http2
from push.apns.job import Job, Owner
from push.apns.pace import Pace, World
from push.apns.pulse import Pulse
from push.apns.token import Issue

_LAST_STREAM = 2**31 - 1
_LARGEST_BODY = 16 * 1024
_CLOSE_S = 1


class _Reply(msgspec.Struct):
    """What has come of an answer."""

    status: int
    headers: dict[bytes, bytes]
    body: bytearray


class Connection(asyncio.Protocol):
    """Made by a pool, which dials and waits for `until_ready`.

    Never opens more streams than the other side's SETTINGS allow at that moment, and begins a push
    only if its whole body fits both flow-control windows, so that headers and body go out in one
    write. What was begun is answered, or reported to the owner exactly once.
    """

    def __init__(
        self, owner: Owner, *, authority: str, world: World, pace: Pace, counters: Counters
    ) -> None:
        self.limit = 1
        """Streams that the other side allows."""
        self.issue: Issue | None = None
        """The provider token that was shown last."""
        self.draining = False
        """It takes no new pushes and closes after the last answer."""
        self.born = world.timer()
        self.ping_rtt: float | None = None
        self._owner, self._world, self._counters = owner, world, counters
        self._always = (
            (b":method", b"POST"),
            (b":scheme", b"https"),
            (b":authority", authority.encode()),
        )
        self._h2 = Http2()
        self._transport: asyncio.Transport | None = None
        self._jobs: dict[int, Job] = {}
        self._replies: dict[int, _Reply] = {}
        self._next_stream = 1
        self._window = 0
        self._writable = True
        self._flush_due = False
        self._why = ""
        self._ready: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._done = asyncio.Event()
        self._pulse = Pulse(world=world, pace=pace)
        self._watching: asyncio.Task[None] | None = None
        self._handlers: dict[type[object], Callable[[Any], None]] = {
            Heard: self._hear_headers,
            HeardData: self._hear_data,
            HeardReset: self._hear_reset,
            ConnectionTerminated: self._hear_goaway,
            RemoteSettingsChanged: self._hear_settings,
            PingAckReceived: self._hear_ping,
        }

    # ── what the pool asks ───────────────────────────────────────────────────────────────────────
    async def until_ready(self) -> None:
        """Return with the other side's first SETTINGS. Raises ConnectionError if it ends before."""
        if why := await self._ready:
            raise ConnectionError(why)

    @property
    def streams(self) -> int:
        """Pushes on their way."""
        return len(self._jobs)

    def fits(self, size: int) -> bool:
        """Whether a push with a body of that many bytes may begin now."""
        return (
            len(self._jobs) < self.limit
            and size <= self._h2.outbound_flow_control_window
            and size <= self._window
            and self._writable
            and not self.draining
        )

    def begin(self, job: Job, issue: Issue) -> None:
        """Send it. Only after `fits`; what is begun in one turn of the loop is one write."""
        stream = self._next_stream
        self._next_stream += 2
        if not self._jobs:
            self._pulse.went_to_work()
        self._jobs[stream] = job
        job.connection, job.stream, job.issue = self, stream, issue
        self.issue = issue
        path = (b":path", b"/3/device/" + job.token.encode())
        sender = (b"authorization", issue.header)
        self._h2.begin(stream, (*self._always, path, sender, *job.fields), job.body)
        if self._next_stream > _LAST_STREAM:
            self.drain()
        if not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def cancel(self, job: Job) -> None:
        """Reset its stream and free its place. Whether it was delivered is then unknown."""
        if self._jobs.pop(job.stream, None) is None:
            return
        self._replies.pop(job.stream, None)
        job.connection = None
        self._h2.reset(job.stream, ErrorCodes.CANCEL)
        self._flush()
        self._close_if_done()
        self._owner.has_room()

    def drain(self) -> None:
        """Take no new pushes, and close after the last answer."""
        self.draining = True
        self._close_if_done()

    def abort(self, why: str) -> None:
        """End it at once; what was on its way is unknown."""
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Drain it and return when it is gone; each push on it has its own deadline."""
        self.drain()
        while self._jobs:
            self._done.clear()
            await self._done.wait()
        await asyncio.wait([self._gone], timeout=_CLOSE_S)
        self.abort("it did not close")
        await self._gone

    # ── the transport's side ─────────────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to speak; asyncio calls it."""
        self._transport = cast(asyncio.Transport, transport)
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        if agreed != "h2":
            self.abort("it speaks no HTTP/2")
            return
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._h2.initiate_connection()
        self._flush()
        self._watching = asyncio.get_running_loop().create_task(self._watch(), name="apns-watch")

    def data_received(self, data: bytes) -> None:
        """Take in frames; asyncio calls it."""
        self._pulse.heard()
        handlers = self._handlers
        try:
            for event in self._h2.read(data):
                if (handle := handlers.get(type(event))) is not None:
                    handle(event)
        except ProtocolError as error:
            self._why = self._why or f"it broke HTTP/2: {error}"
            self._flush()
            self.abort(self._why)
            return
        self._owner.has_room()
        self._flush()
        self._close_if_done()

    def pause_writing(self) -> None:
        """Begin nothing while the other side does not read; asyncio calls it."""
        self._writable = False

    def resume_writing(self) -> None:
        """Go on; asyncio calls it."""
        self._writable = True
        self._owner.has_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report what is left; asyncio calls it."""
        self.draining = True
        self._transport = None
        if self._watching is not None:
            self._watching.cancel()
        why = self._why or (f"it was lost: {exc}" if exc else "the other side closed it")
        if not self._ready.done():
            self._ready.set_result(why)
        for stream in list(self._replies):
            self._answered(stream)  # the status is known; what is missing is a word about it
        left = list(self._jobs.values())
        self._jobs.clear()
        self._owner.unknown(left, why)
        self._owner.ended(self, why)
        self._done.set()
        self._gone.set_result(None)

    def _flush(self) -> None:
        self._flush_due = False
        if self._transport is not None and (data := self._h2.data_to_send()):
            self._transport.write(data)

    def _close_if_done(self) -> None:
        if not self.draining or self._jobs:
            return
        self._done.set()
        if self._transport is not None and not self._transport.is_closing():
            self._why = self._why or "nothing was left to do on it"
            self._h2.close_connection()
            self._flush()
            self._transport.close()

    # ── HTTP/2's side ────────────────────────────────────────────────────────────────────────────
    def _hear_headers(self, event: Heard) -> None:
        stream = event.stream
        if stream not in self._jobs:
            return  # its time was over
        if stream not in self._replies:
            headers = dict(event.fields)
            status = headers.get(b":status", b"")
            number = int(status) if status.isdigit() else 0
            if 100 <= number < 200:
                return  # the answer is still to come
            self._replies[stream] = _Reply(number, headers, bytearray())
        if event.ended:
            self._answered(stream)

    def _hear_data(self, event: HeardData) -> None:
        stream = event.stream
        if stream not in self._jobs:
            return
        reply = self._replies.setdefault(stream, _Reply(0, {}, bytearray()))
        reply.body += event.data[: _LARGEST_BODY - len(reply.body)]
        if event.ended:
            self._answered(stream)

    def _answered(self, stream: int) -> None:
        reply = self._replies.pop(stream)
        job = self._jobs.pop(stream)
        self._owner.answered(job, reply.status, reply.headers, bytes(reply.body))

    def _hear_reset(self, event: HeardReset) -> None:
        stream = event.stream
        if stream in self._replies:
            self._answered(stream)
            return
        job = self._jobs.pop(stream, None)
        if job is None:
            return
        if event.code == ErrorCodes.REFUSED_STREAM:
            self._owner.refused(job)
        else:
            self._owner.unknown([job], f"its stream was reset with code {event.code}")

    def _hear_goaway(self, event: ConnectionTerminated) -> None:
        last = event.last_stream_id or 0
        beyond = [job for stream, job in self._jobs.items() if stream > last]
        for job in beyond:
            del self._jobs[job.stream]
            self._replies.pop(job.stream, None)
        self.draining = True
        reason = read_goaway(event.additional_data, int(event.error_code or 0))
        self._why = self._why or f"GOAWAY: {reason}"
        self._owner.going_away(self, reason, beyond)

    def _hear_settings(self, _: RemoteSettingsChanged) -> None:
        settings = self._h2.remote_settings
        self.limit = settings.max_concurrent_streams
        self._window = settings.initial_window_size
        if not self._ready.done():
            self._ready.set_result(None)

    def _hear_ping(self, event: PingAckReceived) -> None:
        sent = int.from_bytes(event.ping_data, "big") / 1_000_000
        self.ping_rtt = max(0.0, self._world.timer() - sent)

    async def _watch(self) -> None:
        while True:
            await self._world.sleep(self._pulse.until_next_look(busy=bool(self._jobs)))
            match self._pulse.look(busy=bool(self._jobs)):
                case "ask":
                    self._counters.pings += 1
                    self._h2.ping(int(self._world.timer() * 1_000_000).to_bytes(8, "big"))
                    self._flush()
                case "dead":
                    self.abort("nothing came back in time")
                    return
