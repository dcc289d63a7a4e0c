"""HTTP/2 as a client of APNs needs it: h2 for the connection, the streams by hand.

A push is one request in two frames and mostly one answer in one frame. h2 makes a stream with two
state machines of that, and a handful of objects for each frame, which was most of the time that a
push took. So the frames of streams are written and read here, and h2 sees those of the connection
alone: settings, pings, windows, GOAWAY. Which streams are open is the owner's affair; what comes
for one that has ended is told all the same, and is for the owner to overlook.

Otherwise than h2:

- GOAWAY ends nothing that was accepted: h2 closes the connection in its state machine, so that the
  answers which RFC 9113 6.8 promises would be errors (python-hyper/h2#1181).
- A broken frame does not take along the answers that came before it in the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

import msgspec
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, Event
from h2.exceptions import FrameTooLargeError, ProtocolError
from h2.settings import SettingCodes
from hpack.exceptions import HPACKError
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import Frame, GoAwayFrame

from push.apns.blocks import HeaderDecoder
from push.apns.headers import Field, HeaderEncoder

_HEAD = struct.Struct(">HBBBL")
_CODE = struct.Struct(">L")
_DATA, _HEADERS, _RST_STREAM, _PUSH_PROMISE, _WINDOW_UPDATE, _CONTINUATION = 0, 1, 3, 5, 8, 9
_OF_STREAMS = frozenset(
    {_DATA, _HEADERS, _RST_STREAM, _PUSH_PROMISE, _WINDOW_UPDATE, _CONTINUATION}
)
_END_STREAM, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x4, 0x8, 0x20
_HEAD_SIZE, _PRIORITY_SIZE = 9, 5
_LARGEST_BLOCK = 64 * 1024


class Heard(msgspec.Struct, frozen=True, gc=False):
    """Header fields came on a stream: an answer's, or those behind its body."""

    stream: int
    fields: list[Field]
    ended: bool


class HeardData(msgspec.Struct, frozen=True, gc=False):
    """A piece of an answer's body."""

    stream: int
    data: bytes
    ended: bool


class HeardReset(msgspec.Struct, frozen=True, gc=False):
    """The other side ends a stream without an answer, or with no more of it."""

    stream: int
    code: int


class Http2(H2Connection):
    """The client's side of one connection; `begin`, `reset` and `read` are the ways in."""

    def __init__(self) -> None:
        super().__init__(H2Configuration(client_side=True))
        self._blocks = HeaderEncoder()
        self.encoder = self._blocks  # type: ignore[assignment]
        self._decoder = HeaderDecoder()
        self.local_settings[SettingCodes.ENABLE_PUSH] = 0
        self.local_settings.acknowledge()
        self._begun = 0
        """The highest stream that was begun."""
        self._rest = b""
        self._open_block: _Block | None = None

    def begin(self, stream: int, fields: Iterable[Field], body: bytes) -> None:
        """Put a whole request into what `data_to_send` gives.

        The caller has looked that the body fits the windows and that a stream may be opened, and
        takes odd numbers that rise.
        """
        block = self._blocks.encode(fields)
        self._begun = stream
        self._data_to_send += b"".join(
            (
                _frame(_HEADERS, _END_HEADERS, stream, len(block)),
                block,
                _frame(_DATA, _END_STREAM, stream, len(body)),
                body,
            )
        )
        self.outbound_flow_control_window -= len(body)

    def reset(self, stream: int, code: ErrorCodes) -> None:
        """End a stream; what is on its way for it is still understood."""
        self._data_to_send += _frame(_RST_STREAM, 0, stream, _CODE.size) + _CODE.pack(code)

    def read(self, data: bytes) -> Iterator[Event | Heard | HeardData | HeardReset]:
        """The events of these bytes, one frame after the other. Raises ProtocolError."""
        buffer = self._rest + data if self._rest else data
        at, end, most = 0, len(buffer), self.max_inbound_frame_size
        try:
            while end - at >= _HEAD_SIZE:
                high, low, kind, flags, stream = _HEAD.unpack_from(buffer, at)
                size = high << 8 | low
                if size > most or self._open_block is not None:
                    self._demand(kind, size)
                after = at + _HEAD_SIZE + size
                if after > end:
                    break
                if stream and kind in _OF_STREAMS:
                    payload = buffer[at + _HEAD_SIZE : after]
                    heard = self._hear(kind, flags, stream & 0x7FFF_FFFF, payload)
                    if heard is not None:
                        yield heard
                else:
                    yield from self._hear_connection(buffer[at:after])
                at = after
        except (HyperframeError, HPACKError) as error:
            self._terminate_connection(ErrorCodes.PROTOCOL_ERROR)
            raise ProtocolError(str(error)) from error
        except ProtocolError as error:
            self._terminate_connection(error.error_code)
            raise
        self._rest = buffer[at:]

    def _demand(self, kind: int, size: int) -> None:
        if size > self.max_inbound_frame_size:
            raise FrameTooLargeError(f"a frame of {size} bytes")
        if self._open_block is not None and kind != _CONTINUATION:
            raise ProtocolError("a block of headers was broken off")

    # ── the connection ───────────────────────────────────────────────────────────────────────────
    def _hear_connection(self, frame: bytes) -> Iterator[Event]:
        self.incoming_buffer.max_frame_size = self.max_inbound_frame_size
        self.incoming_buffer.add_data(frame)
        for one in self.incoming_buffer:
            yield from self._receive_frame(one)

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        event = ConnectionTerminated()
        event.error_code = frame.error_code
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data or None
        return [], [event]

    # ── streams ──────────────────────────────────────────────────────────────────────────────────
    def _hear(
        self, kind: int, flags: int, stream: int, payload: bytes
    ) -> Heard | HeardData | HeardReset | None:
        if stream > self._begun or not stream & 1:
            raise ProtocolError(f"stream {stream} was never begun")
        ended = bool(flags & _END_STREAM)
        if kind == _HEADERS:
            block = _unpadded(flags, payload)
            if flags & _PRIORITY:
                block = block[_PRIORITY_SIZE:]
            if flags & _END_HEADERS:
                return Heard(stream, self._decoder.decode(block), ended)
            self._open_block = _Block(stream, ended, block)
        elif kind == _CONTINUATION:
            return self._hear_rest(flags, stream, payload)
        elif kind == _DATA:
            self._count_data(stream, len(payload), ended=ended)
            return HeardData(stream, _unpadded(flags, payload), ended)
        elif kind == _RST_STREAM:
            if len(payload) != _CODE.size:
                raise ProtocolError("RST_STREAM without a code")
            return HeardReset(stream, *_CODE.unpack(payload))
        elif kind == _PUSH_PROMISE:
            raise ProtocolError("a push was promised, which we do not take")
        return None  # a stream's window: what we send is one write, for which there was room

    def _hear_rest(self, flags: int, stream: int, payload: bytes) -> Heard | None:
        """What belongs to a block of headers that was begun."""
        block = self._open_block
        if block is None or block.stream != stream:
            raise ProtocolError("a block of headers goes on that was not begun")
        block.data += payload
        block.pieces += 1
        if len(block.data) > _LARGEST_BLOCK or block.pieces > _MOST_PIECES:
            raise ProtocolError("a block of headers is too large")
        if not flags & _END_HEADERS:
            return None
        self._open_block = None
        return Heard(stream, self._decoder.decode(block.data), block.ended)

    def _count_data(self, stream: int, size: int, *, ended: bool) -> None:
        """Give back the windows that a body has taken: nothing of it is kept for long."""
        windows = self._inbound_flow_control_window_manager
        windows.window_consumed(size)
        if more := windows.process_bytes(size):
            self._open_window(0, more)
        if size and not ended:
            self._open_window(stream, size)

    def _open_window(self, stream: int, size: int) -> None:
        self._data_to_send += _frame(_WINDOW_UPDATE, 0, stream, _CODE.size) + _CODE.pack(size)


_MOST_PIECES = 64
"""Frames of one block: endless empty ones would cost time and never end."""


class _Block(msgspec.Struct):
    """A block of headers that is not whole yet."""

    stream: int
    ended: bool
    data: bytes
    pieces: int = 1


def _unpadded(flags: int, payload: bytes) -> bytes:
    """What is in a payload without the octets that only hide its length (RFC 9113 6.1)."""
    if not flags & _PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise ProtocolError("a frame has more padding than octets")
    return payload[1 : len(payload) - payload[0]]


def _frame(kind: int, flags: int, stream: int, size: int) -> bytes:
    """The nine octets before a payload (RFC 9113 4.1)."""
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream)
