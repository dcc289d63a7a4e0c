"""A whole JSON answer as one piece of bytes: what nearly every request of the API gets.

aiohttp's own `Response` gathers its headers anew for each answer, which costs as much as all else
that a short answer needs (measured: docs/performance.md). Here they are the same for all answers of
a second, so they are written once.
"""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from inbox.web.browsers import API_HEADERS

_HEADERS = {**API_HEADERS, "Content-Type": "application/json"}
_FIXED = "".join(f"{name}: {value}\r\n" for name, value in _HEADERS.items())


class Ready(web.StreamResponse):
    """An answer with the API's own headers and no others.

    Over HTTP/1.1 on a connection that stays, it goes out in one write; whatever else there is
    aiohttp's `Response` answers.
    """

    def __init__(self, status: int, body: bytes) -> None:
        # Without aiohttp's own: of what that sets up for headers nothing is used here.
        self._code, self._content = status, body
        self._other: web.Response | None = None

    @property
    def status(self) -> int:
        """The status code."""
        return self._code

    @property
    def body(self) -> bytes:
        """The JSON."""
        return self._content

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays."""
        return True if self._other is None else self._other.keep_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it. Raises ConnectionResetError where nobody listens any more."""
        if request.version == HttpVersion11 and request.keep_alive and request.method != "HEAD":
            transport = request.transport
            if transport is None or transport.is_closing():
                raise ConnectionResetError("Cannot write to closing transport")
            content = self._content
            transport.write(b"%b%d\r\n\r\n%b" % (_heads.of(self._code), len(content), content))
            await request.writer.drain()  # who reads slowly is answered no further
            return None
        self._other = web.Response(status=self._code, body=self._content, headers=_HEADERS)
        return await self._other.prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""
        if self._other is not None:
            await self._other.write_eof(data)


class _Heads:
    """What stands before an answer's length: the same for all of a status within a second."""

    def __init__(self) -> None:
        self._second = 0
        self._by_status: dict[int, bytes] = {}

    def of(self, status: int) -> bytes:
        """With the date that it is now (RFC 9110, 6.6.1)."""
        now = int(time.time())
        if now != self._second:
            self._second, self._by_status = now, {}
        head = self._by_status.get(status)
        if head is None:
            phrase, date = HTTPStatus(status).phrase, formatdate(now, usegmt=True)
            text = f"HTTP/1.1 {status} {phrase}\r\n{_FIXED}Date: {date}\r\nContent-Length: "
            head = self._by_status[status] = text.encode()
        return head


_heads = _Heads()
