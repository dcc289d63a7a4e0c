"""One connection of the stand-in: HTTP/2 as Apple speaks it, and the faults that it was told."""

from __future__ import annotations

import asyncio
from collections import deque
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, cast

import msgspec
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    PingReceived,
    RequestReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame, SettingsFrame

from push.simulator.apns.judge import Heard, Judge
from push.simulator.apns.rules import Request
from push.simulator.record import (
    Cut,
    Deed,
    GoAway,
    Hole,
    Late,
    Limit,
    Reply,
    Reset,
    Silence,
)

if TYPE_CHECKING:
    from push.simulator.apns.server import ApnsSimulator

_SPLIT_S = 0.02
_NO_LIMIT = 2**31 - 1
_STREAMS_VIOLATED = 7


class Connection(asyncio.Protocol):
    """Made by the listener for each connection."""

    def __init__(self, simulator: ApnsSimulator) -> None:
        self._simulator = simulator
        simulator.made += 1
        self._judge = Judge(simulator, connection=simulator.made)
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._transport: asyncio.Transport | None = None
        self._requests: dict[int, Request] = {}
        self._open: set[int] = set()
        self._limit = 1
        self._limits_said = deque([1])
        self._limit_heard: int | None = None
        self._hole = False
        self._last_accepted: int | None = None
        self._due: set[int] = set()
        self._welcome = False

    # ── the transport's side ─────────────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with SETTINGS that allow one stream; asyncio calls it."""
        self._transport = cast(asyncio.Transport, transport)
        self._simulator.connections.append(self)
        settings = self._h2.local_settings
        settings[SettingCodes.MAX_CONCURRENT_STREAMS] = self._limit
        settings.acknowledge()
        self._h2.initiate_connection()
        # From here on streams are counted below: h2 would hold the sender to a limit before it
        # can have heard of it.
        settings[SettingCodes.MAX_CONCURRENT_STREAMS] = _NO_LIMIT
        settings.acknowledge()
        self._flush()

    def connection_lost(self, _: Exception | None) -> None:
        """Be forgotten; asyncio calls it."""
        if self in self._simulator.connections:
            self._simulator.connections.remove(self)

    def data_received(self, data: bytes) -> None:
        """Take in frames; asyncio calls it."""
        if self._hole:
            return
        try:
            events = self._h2.receive_data(data)
            # What was taken back in the same breath is over before it begins.
            gone = {event.stream_id for event in events if isinstance(event, StreamReset)}
            for stream in gone:
                self._requests.pop(stream, None)
                self._due.discard(stream)
                self._open.discard(stream)
            for event in events:
                if getattr(event, "stream_id", None) not in gone:
                    self._handle(event)
        except ProtocolError:
            self._simulator.violations += 1
            self._flush()
            self.close()
        self._flush()

    def abort(self) -> None:
        """Cut it, without a word."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close it after what was written."""
        if self._transport is not None:
            self._transport.close()

    def go_away(self, *, reason: str = "", code: int = 0, last: int | None = None) -> None:
        """Say GOAWAY; what is above `last` (none: above the newest) was never looked at."""
        self._last_accepted = self._h2.highest_inbound_stream_id if last is None else last
        frame = GoAwayFrame(
            last_stream_id=self._last_accepted,
            error_code=code,
            additional_data=msgspec.json.encode({"reason": reason}) if reason else b"",
        )
        self._flush()
        self._write(frame.serialize())

    def set_limit(self, streams: int) -> None:
        """Let it have so many streams from now on."""
        if streams != self._limit:
            self._limit = streams
            self._limits_said.append(streams)
            said = SettingsFrame(settings={SettingsFrame.MAX_CONCURRENT_STREAMS: streams})
            self._flush()
            self._write(said.serialize())

    def _write(self, data: bytes) -> None:
        if self._transport is not None and data and not self._hole:
            self._transport.write(data)

    def _flush(self) -> None:
        self._write(self._h2.data_to_send())

    # ── HTTP/2's side ────────────────────────────────────────────────────────────────────────────
    def _handle(self, event: Event) -> None:
        match event:
            case RequestReceived():
                headers = [(str(name), str(value)) for name, value in event.headers]
                self._requests[event.stream_id] = Request(headers=headers, body=bytearray())
                self._open.add(event.stream_id)
                self._count_streams()
            case DataReceived():
                if request := self._requests.get(event.stream_id):
                    request.body += event.data
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded():
                if request := self._requests.pop(event.stream_id, None):
                    self._take(event.stream_id, request)
            case PingReceived():
                self._simulator.pings += 1
            case SettingsAcknowledged():
                self._limit_heard = self._limits_said.popleft()

    def _count_streams(self) -> None:
        streams, limit = len(self._open), self._limit_heard
        self._simulator.most_streams = max(self._simulator.most_streams, streams)
        if limit is not None and streams > max(limit, *self._limits_said, 0):
            self._simulator.violations += 1
            self.go_away(code=_STREAMS_VIOLATED, last=0)
            self.close()

    def _take(self, stream: int, request: Request) -> None:
        if self._hole or (self._last_accepted is not None and stream > self._last_accepted):
            return
        heard = self._judge.judge(stream, request)
        if self._judge.key_id is not None and not self._welcome:
            self._welcome = True
            self.set_limit(self._simulator.limit)
        self._due.add(stream)
        deed = self._simulator.faults.meet(
            "apns", app=heard.topic, token=heard.token, push_id=heard.push_id
        )
        if isinstance(deed, Reply):
            heard.reply = deed
        self._judge.record(heard, deed)
        self._do(heard, deed)

    # ── what is done about it ────────────────────────────────────────────────────────────────────
    def _do(self, heard: Heard, deed: Deed | None) -> None:
        match deed:
            case None | Reply():
                self._answer(heard)
            case Late():
                asyncio.get_running_loop().call_later(deed.by / 1000, self._answer, heard)
            case Silence():
                self._due.discard(heard.stream)
            case Cut():
                self.abort()
            case Hole():
                self._flush()
                self._hole = True
            case Reset():
                self._due.discard(heard.stream)
                self._open.discard(heard.stream)
                self._h2.reset_stream(heard.stream, ErrorCodes(deed.code))
            case GoAway():
                last = heard.stream if deed.accepted else max(heard.stream - 2, 0)
                if not deed.accepted:
                    self._due.discard(heard.stream)
                self.go_away(reason=deed.reason, code=deed.code, last=last)
                if not deed.answers:
                    self.close()
                elif deed.accepted:
                    self._answer(heard)
                self._close_when_done()
            case Limit():
                self.set_limit(deed.streams)
                self._answer(heard)

    def _answer(self, heard: Heard) -> None:
        if heard.stream not in self._due or self._hole:
            return
        self._due.discard(heard.stream)
        reply = heard.reply
        self._throttle(reply)
        headers = [(":status", str(reply.status))]
        if heard.push_id and not reply.nameless:
            headers.append(("apns-id", heard.push_id))
        clock = self._simulator.clock() if reply.date is None else reply.date / 1000
        headers.append(("date", formatdate(clock, usegmt=True)))
        if reply.retry_after is not None:
            headers.append(("retry-after", reply.retry_after))
        body = _body(reply)
        self._h2.send_headers(heard.stream, headers, end_stream=not body)
        if not reply.split:
            self._open.discard(heard.stream)
        if reply.split:
            half = len(body) // 2
            self._due.add(heard.stream)
            self._h2.send_data(heard.stream, body[:half])
            asyncio.get_running_loop().call_later(_SPLIT_S, self._finish, heard.stream, body[half:])
        elif body:
            self._h2.send_data(heard.stream, body, end_stream=True)
        self._flush()
        self._close_when_done()

    def _finish(self, stream: int, rest: bytes) -> None:
        if stream in self._due:
            self._due.discard(stream)
            self._open.discard(stream)
            self._h2.send_data(stream, rest, end_stream=True)
            self._flush()
            self._close_when_done()

    def _throttle(self, reply: Reply) -> None:
        if not self._simulator.throttles or not self._welcome:
            return
        if reply.status == 200:
            self.set_limit(self._simulator.limit)
        elif 400 <= reply.status < 500 and reply.status != 410:
            self.set_limit(1)

    def _close_when_done(self) -> None:
        if self._last_accepted is not None and not self._due:
            self.close()


def _body(reply: Reply) -> bytes:
    if reply.body is not None:
        return reply.body.encode()
    if not reply.reason:
        return b""
    said: dict[str, Any] = {"reason": reply.reason}
    if reply.timestamp is not None:
        said["timestamp"] = reply.timestamp
    return msgspec.json.encode(said)
