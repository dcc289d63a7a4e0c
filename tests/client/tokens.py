"""Customers' tokens, as a company's backend signs them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import jwt


def signed(*, life_s: float = 3600, sub: str = "ana", made: object = None) -> str:
    """`made` is the claim `iat`."""
    claims = {"sub": sub, "exp": time.time() + life_s} | ({} if made is None else {"iat": made})
    return jwt.encode(claims, "a secret of at least thirty-two bytes", algorithm="HS256")


def source_of(*tokens: str) -> Callable[[], Awaitable[str]]:
    left = iter(tokens)

    async def fetch() -> str:
        return next(left)

    return fetch
