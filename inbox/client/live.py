"""One live socket, bare: connect, say hello, send and receive frames. No retries, no memory.

Small enough to hold ten thousand of them in a load driver (about 13 KiB each). What reconnects and
resumes is `inbox.client.link`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, get_args

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Origin, Subprotocol

from inbox.client.problems import Unreachable, read_seconds
from inbox.core.errors import PinboxError
from inbox.core.frames import ClientFrame, Error, Hello, ServerFrame, Want, Welcome
from inbox.core.problems import read_error

SUBPROTOCOL = "pinbox.v1"
_LARGEST_FRAME = 16 * 2**20


class Unknown(msgspec.Struct, frozen=True):
    """A frame of a type that this client does not know: pass over it."""

    type: str


Heard: TypeAlias = ServerFrame | Unknown


class Closed(ConnectionError):
    """The socket is gone. `code` is the server's, 1006 where it left without one.

    `error` is what the server named before it closed, where a sign-in failed.
    """

    def __init__(self, code: int, reason: str = "", *, error: PinboxError | None = None) -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason
        self.error = error


class NoSocket(Unreachable):
    """The socket was refused before it opened: `status` where there was an answer at all."""

    def __init__(self, detail: str, *, status: int | None, retry_after: float | None) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after = retry_after


class BadFrame(ConnectionError):
    """The server sent what the contract does not know as a frame."""


class LiveSocket:
    """A connection of subprotocol `pinbox.v1`. Make it with `LiveSocket.open`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(
        cls, url: str, *, cookie: str = "", origin: str | None = None, open_s: float = 10.0
    ) -> LiveSocket:
        """Connect to `ws://…/v1/thread/live` or `ws://…/v1/desk/live`.

        A signed-in session's cookie goes with its origin. Raises NoSocket where none can be had.
        """
        try:
            connection = await connect(
                url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers={"Cookie": cookie} if cookie else None,
                origin=None if origin is None else Origin(origin),
                compression=None,  # the server offers none: it costs memory, and TLS pays the bytes
                open_timeout=open_s,
                ping_interval=None,  # the contract's own ping reaches the code behind the socket
                close_timeout=1,
                max_size=_LARGEST_FRAME,
                proxy=None,
            )
        except InvalidStatus as error:
            raise NoSocket(
                f"the socket was refused with {error.response.status_code}",
                status=error.response.status_code,
                retry_after=read_seconds(error.response.headers.get("Retry-After")),
            ) from error
        except (TimeoutError, OSError, InvalidHandshake, InvalidURI) as error:
            raise NoSocket(
                f"no socket: {error or type(error).__name__}", status=None, retry_after=None
            ) from error
        return cls(connection)

    async def hello(
        self,
        streams: Iterable[Want],
        *,
        token: str | None = None,
        device: str | None = None,
    ) -> Welcome:
        """Sign in and subscribe; the server's welcome, or Closed where it closes instead."""
        await self.send(Hello(streams=tuple(streams), token=token, device=device))
        named: PinboxError | None = None
        try:
            while True:
                match await self.receive():
                    case Welcome() as welcome:
                        return welcome
                    case Error() as error:
                        named = read_error(error)
                    case Unknown():
                        pass
                    case frame:
                        raise BadFrame(f"expected a welcome, got {type(frame).__name__}")
        except Closed as closed:
            raise Closed(closed.code, closed.reason, error=named) from closed

    async def send(self, frame: ClientFrame) -> None:
        """Send one frame. Raises Closed; what was sent just before may or may not have arrived."""
        try:
            await self._connection.send(msgspec.json.encode(frame), text=True)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> Heard:
        """The next frame, decoded. Safe to cancel. Raises Closed, or BadFrame for what is none."""
        return read_frame(await self.receive_bytes())

    async def receive_bytes(self) -> bytes:
        """The next frame as it came: for load drivers that look at it without decoding all."""
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self) -> None:
        """Close politely; does not raise."""
        await self._connection.close()

    def abort(self) -> None:
        """Cut the line without a word, as a phone that loses its network does."""
        self._connection.transport.abort()


class _Type(msgspec.Struct, frozen=True):
    type: str


_type = msgspec.json.Decoder(_Type).decode
_frames: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)
_KNOWN = frozenset(kind.__struct_config__.tag for kind in get_args(ServerFrame))


def read_frame(data: bytes) -> Heard:
    """A frame of the server, decoded. Raises BadFrame for what is none."""
    try:
        return _frames.decode(data)
    except msgspec.DecodeError as error:
        try:
            kind = _type(data).type
        except msgspec.DecodeError:
            raise BadFrame(str(error)) from error
        if kind in _KNOWN:
            raise BadFrame(f"{kind}: {error}") from error
        return Unknown(kind)


def _closed(error: ConnectionClosed) -> Closed:
    if error.rcvd is None:
        return Closed(1006)
    return Closed(error.rcvd.code, error.rcvd.reason)
