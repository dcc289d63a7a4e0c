"""HTTP calls: one request, a typed answer, and the server's problems as the errors of core."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from yarl import URL

from inbox.client.credentials import Credentials
from inbox.client.pace import Pace
from inbox.client.problems import Unreachable, read_seconds
from inbox.core.errors import Internal, Unauthorized
from inbox.core.problems import read_problem

T = TypeVar("T")
PIECE = 65_536


class Upload(msgspec.Struct, frozen=True):
    """A body that is a file: sent as it is, in pieces."""

    source: Path | bytes

    def open(self) -> BinaryIO:
        """The file from its beginning."""
        if isinstance(self.source, Path):
            return self.source.open("rb")
        return io.BytesIO(self.source)


@cache
def _decoder(into: Any) -> msgspec.json.Decoder[Any]:
    # Late, unlike what the journal's threads read: answers are read on the loop alone.
    return msgspec.json.Decoder(into)


class Calls:
    """One HTTP session with one server, signed in by token or, without credentials, by cookie.

    Raises ValueError for an address that is none of a server.
    """

    def __init__(self, url: str, credentials: Credentials | None, *, pace: Pace) -> None:
        self.url = _check_url(url)
        self._credentials = credentials
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready for calls."""
        # An inbox on a bare address (127.0.0.1) sets cookies too.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def close(self) -> None:
        """End the connections that are held."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        into: type[T],
        query: Mapping[str, str | int | None] | None = None,
        body: object = None,
        patience: float = 0.0,
    ) -> tuple[T, int]:
        """Make one request; returns the answer and its status.

        `patience` is added to the time limit, for long polls. A token that is refused is renewed
        and the request made once more. Raises Unreachable where no answer came, and otherwise the
        error of core that the answer's code names.
        """
        try:
            return await self._once(method, path, into, query, body, patience)
        except Unauthorized:
            if self._credentials is None or not self._credentials.renewable:
                raise
        await self._credentials.renew()
        return await self._once(method, path, into, query, body, patience)

    async def _once(
        self,
        method: str,
        path: str,
        into: type[T],
        query: Mapping[str, str | int | None] | None,
        body: object,
        patience: float,
    ) -> tuple[T, int]:
        if self._session is None:
            raise RuntimeError("use the client with `async with`")
        headers = {"Origin": self.url}
        if self._credentials is not None:
            headers = {"Authorization": f"Bearer {await self._credentials.token()}"}
        data: bytes | BinaryIO | None = None
        if isinstance(body, Upload):
            data = await asyncio.to_thread(body.open)
            headers["Content-Type"] = "application/octet-stream"
        elif body is not None:
            data = msgspec.json.encode(body)
            headers["Content-Type"] = "application/json"
        asked = {k: str(v) for k, v in (query or {}).items() if v is not None}
        limit = aiohttp.ClientTimeout(total=self._pace.request_s + patience)
        try:
            async with self._session.request(
                method, self.url + path, params=asked, data=data, headers=headers, timeout=limit
            ) as response:
                status, raw = response.status, await response.read()
                retry_after = read_seconds(response.headers.get("Retry-After"))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"{method} {path}: {error or type(error).__name__}") from error
        finally:
            if data is not None and not isinstance(data, bytes):
                data.close()
        if status >= 400:
            raise read_problem(status, raw, retry_after=retry_after)
        try:
            decoder = _decoder(into)  # type: ignore[arg-type]  # a type can be hashed
            return decoder.decode(raw or b"null"), status
        except msgspec.ValidationError as error:
            raise Internal(f"{method} {path}: the answer is not as promised: {error}") from error
        except msgspec.DecodeError as error:
            # A page in place of the answer is somebody else's: a hotel's sign-in, a proxy's excuse.
            raise Unreachable(f"{method} {path}: the answer is none of a server's") from error

    async def fetch(self, url: str) -> AsyncIterator[bytes]:
        """The bytes at a link that needs no sign-in, in pieces. Raises as `call`."""
        if self._session is None:
            raise RuntimeError("use the client with `async with`")
        whole = self.url + url if url.startswith("/") else url
        limit = aiohttp.ClientTimeout(total=None, sock_read=self._pace.request_s)
        try:
            async with self._session.get(whole, timeout=limit) as response:
                if response.status >= 400:
                    raise read_problem(response.status, await response.read())
                async for piece in response.content.iter_chunked(PIECE):
                    yield piece
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"GET a file: {error or type(error).__name__}") from error

    def cookies(self) -> str:
        """The `Cookie` header for the live socket; empty without a session."""
        if self._session is None:
            return ""
        jar = self._session.cookie_jar.filter_cookies(URL(self.url))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in jar.items())


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a server such as https://care.example.com")
    return url.rstrip("/")
