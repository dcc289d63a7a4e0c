"""The token a client shows: fixed, or fetched anew from the company's backend before it expires."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiohttp
import msgspec

from inbox.client.pace import Pace
from inbox.client.problems import Unreachable
from inbox.core.errors import Unauthorized

TokenSource: TypeAlias = str | Callable[[], Awaitable[str]]
"""A token, or a function that fetches a new one each time it is called."""


class _Claims(msgspec.Struct, frozen=True):
    exp: float | None = None
    iat: object = None
    sub: str | None = None


class Credentials:
    """Holds the present token and knows how to get the next.

    `on_subject` learns whom each token names and may refuse it by raising.
    """

    def __init__(
        self,
        source: TokenSource,
        pace: Pace,
        *,
        on_subject: Callable[[str], None] = lambda _subject: None,
    ) -> None:
        self._source = source
        self._pace = pace
        self._on_subject = on_subject
        self._token: str | None = None
        self._renew_at: float | None = None  # by `time.monotonic`

    @property
    def renewable(self) -> bool:
        """Whether there is more than one token to be had."""
        return not isinstance(self._source, str)

    async def token(self) -> str:
        """The present token, fetched at first use and when the old one is about to expire."""
        if self._token is None and isinstance(self._source, str):
            return self._take(self._source)
        if self._token is None or self.renew_in() <= 0:
            return await self.renew()
        return self._token

    async def renew(self) -> str:
        """Fetch a new token. Raises Unauthorized where there is only the one.

        What the source raises is passed on, a failing network (OSError, aiohttp.ClientError) as
        Unreachable, which is tried again.
        """
        if isinstance(self._source, str):
            raise Unauthorized("the token is no longer good and no other can be had")
        try:
            token = await self._source()
        except (OSError, aiohttp.ClientError) as error:
            raise Unreachable(f"no new token: {error or type(error).__name__}") from error
        return self._take(token)

    def renew_in(self) -> float:
        """Seconds until a new token is due; infinite where none expires or none can be had."""
        if not self.renewable or self._renew_at is None:
            return float("inf")
        return self._renew_at - time.monotonic()

    def _take(self, token: str) -> str:
        claims = _claims(token)
        if claims.sub is not None:
            self._on_subject(claims.sub)
        self._token = token
        if claims.exp is not None:
            life = _life(claims.exp, claims.iat)
            early = min(self._pace.renew_before_s, life / 5)
            self._renew_at = time.monotonic() + life - early
        return token


def _life(exp: float, iat: object) -> float:
    """For how many seconds a token that has just come is good.

    This machine's clock may be wrong by days: no token lasts longer than it was made for, and one
    that has just come and is over by this clock counts as new.
    """
    left = max(0.0, exp - time.time())
    if not isinstance(iat, int | float) or not 0 <= iat <= exp:
        return left
    return min(left, exp - iat) if left > 0 else exp - iat


_decode = msgspec.json.Decoder(_Claims).decode


def _claims(token: str) -> _Claims:
    """The claims of a JWT, unverified: the server judges them, the client only reads the clock."""
    try:
        payload = token.split(".")[1]
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return _decode(data)
    except (IndexError, binascii.Error, ValueError, msgspec.DecodeError):
        return _Claims()
