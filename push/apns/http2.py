"""h2, with what a client of APNs needs otherwise.

- GOAWAY ends nothing that was accepted: h2 closes the connection in its state machine, so that the
  answers which RFC 9113 6.8 promises would be errors (python-hyper/h2#1181).
- Streams are counted by the connection; h2 looks at every stream for each new one.
- A broken frame does not take along the answers that came before it in the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, Event
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from h2.stream import StreamClosedBy
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import Frame, GoAwayFrame

from push.apns.headers import HeaderEncoder


class Http2(H2Connection):
    """The client's side of one connection; `begin` and `read` are the ways in."""

    MAX_CLOSED_STREAMS = 1024

    def __init__(self) -> None:
        super().__init__(
            H2Configuration(
                client_side=True,
                header_encoding=None,
                # What goes out is made here, and in order: no need to look at it once more.
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.encoder = HeaderEncoder()  # type: ignore[assignment]
        self.local_settings[SettingCodes.ENABLE_PUSH] = 0
        self.local_settings.acknowledge()

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
