"""h2, with what a client of APNs needs otherwise.

- GOAWAY ends nothing that was accepted: h2 closes the connection in its state machine, so that the
  answers which RFC 9113 6.8 promises would be errors (python-hyper/h2#1181).
- Streams are counted by the connection; h2 looks at every stream for each new one.
- A push is begun in one step, its frames written by hand: h2's own way makes objects and looks at
  headers that were made here, which is half of all the time that a push takes.
- A broken frame does not take along the answers that came before it in the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from h2.config import H2Configuration
from h2.connection import AllowedStreamIDs, ConnectionInputs, H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, Event
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from h2.stream import StreamClosedBy, StreamInputs
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import Frame, GoAwayFrame

from push.apns.headers import Field, HeaderEncoder

_HEAD = struct.Struct(">HBBBL")
_DATA, _HEADERS = 0, 1
_END_STREAM, _END_HEADERS = 1, 4


class Http2(H2Connection):
    """The client's side of one connection; `begin` and `read` are the ways in."""

    MAX_CLOSED_STREAMS = 1024

    def __init__(self) -> None:
        super().__init__(
            H2Configuration(
                client_side=True,
                # What comes in is looked up by name; nothing is passed on to anybody.
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
            )
        )
        self._blocks = HeaderEncoder()
        self.encoder = self._blocks  # type: ignore[assignment]
        self.local_settings[SettingCodes.ENABLE_PUSH] = 0
        self.local_settings.acknowledge()

    def begin(self, stream: int, fields: Iterable[Field], body: bytes) -> None:
        """Put a whole request into what `data_to_send` gives.

        The caller has looked that the body fits the windows and that a stream may be opened.
        """
        block = self._blocks.encode(fields)
        self.state_machine.process_input(ConnectionInputs.SEND_HEADERS)
        state = self._begin_new_stream(stream, AllowedStreamIDs.ODD).state_machine
        state.process_input(StreamInputs.SEND_HEADERS)
        state.process_input(StreamInputs.SEND_END_STREAM)
        self._data_to_send += b"".join(
            (
                _frame(_HEADERS, _END_HEADERS, stream, block),
                block,
                _frame(_DATA, _END_STREAM, stream, body),
                body,
            )
        )
        self.outbound_flow_control_window -= len(body)

    def read(self, data: bytes) -> Iterator[Event]:
        """The events of these bytes, one frame after the other. Raises ProtocolError."""
        self.incoming_buffer.add_data(data)
        self.incoming_buffer.max_frame_size = self.max_inbound_frame_size
        try:
            for frame in self.incoming_buffer:
                yield from self._receive_frame(frame)
        except HyperframeError as error:
            self._terminate_connection(ErrorCodes.PROTOCOL_ERROR)
            raise ProtocolError(str(error)) from error
        except ProtocolError as error:
            self._terminate_connection(error.error_code)
            raise

    def forget(self, stream: int) -> None:
        """Drop what is known of a stream that has ended.

        Frames that were on their way when we reset it are still understood as late ones.
        """
        gone = self.streams.pop(stream, None)
        if gone is not None and gone.closed_by is StreamClosedBy.SEND_RST_STREAM:
            self._closed_streams[stream] = gone.closed_by

    def _open_streams(self, remainder: int) -> int:  # noqa: ARG002
        return 0

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        event = ConnectionTerminated()
        event.error_code = frame.error_code
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data or None
        return [], [event]


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """The nine octets before a payload (RFC 9113 4.1)."""
    size = len(payload)
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream)
