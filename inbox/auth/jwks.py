"""The company's public keys, from a file or an address, through every rotation (RFC 7517).

Which algorithm a key may check is a property of the key, never of the token: RSA keys RS256, P-256
keys ES256, Ed25519 keys EdDSA. Shared secrets and private keys in a key set are passed over, and so
a public key is never taken for an HS256 secret.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import msgspec
import structlog

from inbox.core.errors import Overloaded

LARGEST = 256 * 1024
_FILE_LOOK_S = 1.0
_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
_SHORTEST_RSA = 2048
_log = structlog.get_logger(__name__)


class Key(msgspec.Struct, frozen=True, eq=False):
    """One public key, the only algorithm that it may check, and its id if it has one."""

    kid: str | None
    alg: str
    material: Any


class _KeySet(msgspec.Struct):
    keys: list[Any]


class Keyring(msgspec.Struct, frozen=True):
    """The usable keys of one set, and why each of the others was passed over."""

    keys: tuple[Key, ...] = ()
    passed_over: tuple[str, ...] = ()

    def find(self, *, kid: str | None, alg: str) -> Key | None:
        """The key for a token's header; without `kid` only where one key alone could be meant."""
        fitting = [key for key in self.keys if key.alg == alg and kid in {None, key.kid}]
        return fitting[0] if len(fitting) == 1 or (fitting and kid is not None) else None


def read_jwks(data: bytes) -> Keyring:
    """Read a JWK set. Raises ValueError where it is none; single keys are only passed over."""
    if len(data) > LARGEST:
        raise ValueError(f"a key set must have at most {LARGEST} bytes")
    try:
        entries = msgspec.json.decode(data, type=_KeySet).keys
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise ValueError('this is no JWK set: an object with a list "keys"') from None
    keys: list[Key] = []
    passed_over: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            keys.append(_read_key(entry))
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            passed_over.append(f"key {number}: {error}")
    return Keyring(tuple(keys), tuple(passed_over))


def _read_key(entry: object) -> Key:
    if not isinstance(entry, dict):
        raise TypeError("is not an object")
    match entry.get("kty"), entry.get("crv"):
        case "RSA", _:
            alg = "RS256"
        case "EC", "P-256":
            alg = "ES256"
        case "OKP", "Ed25519":
            alg = "EdDSA"
        case "oct", _:
            raise ValueError("is a shared secret, which has no place in a public set")
        case kty, crv:
            raise ValueError(f"has a kind that is not used here ({kty}, {crv})")
    if entry.get("alg", alg) != alg or entry.get("use", "sig") != "sig":
        raise ValueError(f"is for something other than {alg} signatures")
    if "d" in entry:
        raise ValueError("is a private key; publish the public one and make a new pair")
    kid = entry.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise TypeError("has a kid that is not a text")
    material = jwt.PyJWK(entry, algorithm=alg).key
    if alg == "RS256" and material.key_size < _SHORTEST_RSA:
        raise ValueError(f"is shorter than {_SHORTEST_RSA} bits")
    return Key(kid, alg, material)


class Jwks:
    """The key set as it is now, reread when the file changed or the refresh time has come.

    One load at a time, whoever asks. What cannot be loaded leaves the keys as they were, with a
    warning in the log. An address is asked again for an unknown key, at most once in
    `least_interval_s`, so that forged tokens cannot make this server call another one.
    """

    def __init__(
        self,
        *,
        file: Path | None = None,
        url: str | None = None,
        refresh_s: float = 600,
        least_interval_s: float = 5,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source: Callable[[], Awaitable[bytes]]
        if url is not None and file is None:
            if not url.startswith(("https://", "http://")):
                raise ValueError("the address of the keys must begin with https://")
            self._source, self._name = partial(_fetch, url), url
        elif file is not None and url is None:
            self._source, self._name = partial(_read, file), str(file)
        else:
            raise ValueError("name either the file or the address of the keys")
        self.keyring = Keyring()
        """What was loaded last."""
        self.generation = 0
        """Grows whenever the keys are others: what was verified before must be looked at anew."""
        self.broken: str | None = None
        """Why the last load failed, or none."""
        self._refresh_s = refresh_s if url else _FILE_LOOK_S
        self._least_interval_s = least_interval_s if url else 0.0
        self._timer = timer
        self._loaded_at: float | None = None
        self._seen = b""
        self._flight: asyncio.Task[None] | None = None

    async def find(self, *, kid: str | None, alg: str) -> Key | None:
        """The key for a token's header, after a load if it is not among the known ones.

        Raises Overloaded where it may exist but cannot be loaded now.
        """
        key = self.keyring.find(kid=kid, alg=alg)
        if key is None and self._age() >= self._least_interval_s:
            await self._load()
            key = self.keyring.find(kid=kid, alg=alg)
        if key is None and self.broken is not None:
            raise Overloaded("the keys of customers' tokens cannot be read now", retry_after=5)
        return key

    def look(self) -> None:
        """Start a load if it is time; returns at once, and what is known serves meanwhile."""
        if self._age() >= self._refresh_s and self._flight is None:
            self._start()

    async def close(self) -> None:
        """End a load that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)
            self._flight = None  # one that had not begun could not say so itself

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._timer() - self._loaded_at

    def _start(self) -> asyncio.Task[None]:
        flight = asyncio.create_task(self._fly(), name="jwks")
        self._flight = flight
        return flight

    async def _load(self) -> None:
        # Shielded: who gives up waiting must not take the answer from all the others.
        await asyncio.shield(self._flight or self._start())

    async def _fly(self) -> None:
        try:
            data = await self._source()
            if data != self._seen:
                keyring = read_jwks(data)
                self.keyring, self._seen = keyring, data
                self.generation += 1
                _log.info("jwks_loaded", keys=len(keyring.keys), passed_over=keyring.passed_over)
            self.broken = None
        except (OSError, ValueError, TimeoutError, aiohttp.ClientError) as error:
            self.broken = f"{type(error).__name__}: {error}"
            _log.warning("jwks_not_loaded", source=self._name, why=self.broken)
        finally:
            self._loaded_at = self._timer()
            self._flight = None


async def _fetch(url: str) -> bytes:
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"the address of the keys answered {answer.status}")
        data = bytearray()
        async for chunk in answer.content.iter_chunked(16_384):
            data += chunk
            if len(data) > LARGEST:
                break  # read_jwks says what is wrong
        return bytes(data)


async def _read(file: Path) -> bytes:
    def first_bytes() -> bytes:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)

    return await asyncio.to_thread(first_bytes)
