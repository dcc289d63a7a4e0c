"""The company's side of the tokens: key pairs, key sets, and what a backend signs with them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

SECRET = "a shared secret of enough bytes, for tests"
NOW_S = 1_795_341_600  # 2026-11-22T10:00:00Z
NOW = NOW_S * 1000


@dataclass(frozen=True)
class Pair:
    """A key pair of the company: signs, and shows its public half as a JWK."""

    alg: str
    kid: str
    private: Any = field(repr=False)

    def jwk(self, **more: Any) -> dict[str, Any]:
        public = self.private.public_key()
        algorithm: Any = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}[
            self.alg
        ]
        return {**algorithm.to_jwk(public, as_dict=True), "kid": self.kid, **more}

    def pem(self) -> bytes:
        """The public half as anybody can have it."""
        public: bytes = self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return public

    def sign(self, **changes: Any) -> str:
        return jwt.encode(
            claims(**changes), self.private, algorithm=self.alg, headers={"kid": self.kid}
        )


@lru_cache(maxsize=16)
def pair(alg: str, kid: str = "one") -> Pair:
    """The one pair of this name: making RSA keys takes a while."""
    match alg:
        case "RS256":
            return Pair(alg, kid, rsa.generate_private_key(65_537, 2048))
        case "ES256":
            return Pair(alg, kid, ec.generate_private_key(ec.SECP256R1()))
        case _:
            return Pair(alg, kid, ed25519.Ed25519PrivateKey.generate())


def claims(**changes: Any) -> dict[str, Any]:
    """Ana's good claims, changed; None takes one away."""
    good = {"sub": "ana", "aud": "pinbox", "iat": NOW_S - 60, "exp": NOW_S + 600, **changes}
    return {name: value for name, value in good.items() if value is not None}


def sign(*, secret: str = SECRET, alg: str = "HS256", **changes: Any) -> str:
    """A token signed with the shared secret."""
    return jwt.encode(claims(**changes), secret, algorithm=alg)


def put_together(header: object, payload: object, signature: bytes = b"x") -> str:
    """A token as nobody should make it."""
    parts = [header, payload]
    data = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in parts]
    return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in [*data, signature])


class KeyServer:
    """A real server that publishes a key set and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.status = 200
        self.body: bytes | None = None
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> KeyServer:
        app = web.Application()
        app.router.add_get("/keys", self._answer)
        app.router.add_get("/moved", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/keys"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.path == "/keys" and self.status == 302:
            raise web.HTTPFound("/moved")
        body = self.body or json.dumps({"keys": self.keys}).encode()
        return web.Response(body=body, status=200 if self.status == 302 else self.status)


class Timer:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
