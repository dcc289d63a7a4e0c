"""One HTTP request that asks a service to deliver, and what is certain of it afterwards.

What both HTTP providers rest on: connections that are kept, a deadline that includes the wait for
one of them, answers of bounded size, no redirects, no cookies, no proxies of the environment.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import msgspec

from push.guard import Forbidden, Guard
from push.model import NotProcessed, Refused, Unknown

LARGEST = 16 * 1024
"""So much of an answer is read; what says more is cut off."""
LONGEST_WORDS = 300
_KEEP_ALIVE_S = 60.0
_HEADERS = {"User-Agent": "pinbox-push", "Accept-Encoding": "identity"}


class Reply(msgspec.Struct, frozen=True):
    """What came back. The body may be cut or missing: the status alone decides."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """TLS that trusts the system's authorities, and besides them those in `ca_file`."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class Exchange:
    """Requests over kept connections. Safe to use from many tasks of one event loop.

    With a `guard` only addresses that it permits are connected to.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext,
        guard: Guard | None = None,
        limit: int = 200,
        limit_per_host: int = 100,
    ) -> None:
        self._tls = tls
        self._guard = guard
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._session: aiohttp.ClientSession | None = None
        self._flying = 0
        self._landed = asyncio.Event()
        self._closed = False

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Reply | NotProcessed | Unknown | Refused:
        """Send it once, within `timeout` seconds. Raises nothing but CancelledError.

        NotProcessed where no byte of the request left, Unknown where some did and no status came,
        Refused where the address is forbidden or none.
        """
        if self._closed:
            return NotProcessed("closed")
        course = _Course()
        self._flying += 1
        try:
            async with asyncio.timeout(timeout):
                await self._fly(url, headers, body, course)
        except (aiohttp.InvalidURL, UnicodeError):  # a name that no look-up takes is both
            return Refused("the address is none")
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            if course.status == 0:
                return _judge(error, sent=course.sent)
        finally:
            self._flying -= 1
            self._landed.set()
        return Reply(course.status, course.headers, bytes(course.body))

    async def close(self) -> None:
        """Wait for what is in flight, which its deadlines bound, then close the connections."""
        self._closed = True
        while self._flying:
            self._landed.clear()
            await self._landed.wait()
        if self._session is not None:
            await self._session.close()

    async def _fly(
        self, url: str, headers: Mapping[str, str], body: bytes, course: _Course
    ) -> None:
        async with self._open().post(
            url, headers=headers, data=body, allow_redirects=False, trace_request_ctx=course
        ) as answer:
            course.status, course.headers = answer.status, answer.headers
            async for chunk in answer.content.iter_any():
                course.body += chunk[: LARGEST - len(course.body)]
                if len(course.body) == LARGEST:
                    answer.close()  # the rest is not worth the connection
                    return

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            guard = self._guard
            tracing = aiohttp.TraceConfig()
            tracing.on_request_headers_sent.append(_note_sent)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=self._tls,
                    limit=self._limit,
                    limit_per_host=self._limit_per_host,
                    keepalive_timeout=_KEEP_ALIVE_S,
                    resolver=guard,
                    socket_factory=guard.make_socket if guard else None,
                ),
                headers=_HEADERS,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer may unfold to any size
                trace_configs=[tracing],
            )
        return self._session


class _Course:
    """How far one request came."""

    def __init__(self) -> None:
        self.sent = False
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.body = bytearray()


async def _note_sent(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _sent: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    context.trace_request_ctx.sent = True


def _judge(error: Exception, *, sent: bool) -> NotProcessed | Unknown | Refused:
    """The reason begins with one of a few words, so that it can be counted by them."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, Forbidden):
        return Refused(str(cause))
    if isinstance(error, TimeoutError):
        reason = "timeout"
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        reason = "dns: the name has no address"
    elif isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        reason = f"tls: {getattr(cause, 'verify_message', '') or type(cause).__name__}"
    else:
        reason = f"{'cut' if sent else 'connect'}: {type(cause).__name__}"
    return Unknown(reason) if sent else NotProcessed(reason)


def wait_asked(headers: Mapping[str, str], *, now_ms: int) -> int | None:
    """Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3), seconds and dates alike.

    A date is taken against the answer's own `Date`, so that a wrong clock of ours changes nothing.
    """
    asked = headers.get("Retry-After", "").strip()
    if not asked:
        return None
    if asked.isascii() and asked.isdigit():
        return int(asked[:9]) * 1000
    until = read_date(asked)
    if until is None:
        return None
    return max(0, until - (read_date(headers.get("Date", "")) or now_ms))


def read_date(text: str) -> int | None:
    """An HTTP date as Unix milliseconds; none where it is not one."""
    try:
        date = parsedate_to_datetime(text)
        return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def brief(text: str, *, secret: str = "") -> str:
    """A service's words for one line of a log: without the token, and not longer than useful."""
    if secret:
        text = text.replace(secret, "…")
    return " ".join(text.split())[:LONGEST_WORDS]
