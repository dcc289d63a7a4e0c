"""Customers' tokens: JWTs that the company's own backend signs (RFC 7519, RFC 8725)."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jwt
import msgspec
from jwt.algorithms import HMACAlgorithm

from inbox.auth.claims import CHECKS, Attributes, check_attributes, check_customer_id
from inbox.auth.jwks import Jwks
from inbox.core.errors import BadRequest, Expired, Unauthorized
from inbox.core.instant import to_text

AUDIENCE = "pinbox"
LEEWAY_S = 30
LONGEST_TOKEN = 8_192
_LATEST_S = 253_402_300_799  # the end of the year 9999
_jws = jwt.PyJWS()


class Claims(msgspec.Struct, frozen=True):
    """What a valid token says. None: it does not say, and what is known stays as it is."""

    sub: str
    issued_at: int
    """Unix seconds, as `expires_at`."""
    expires_at: int
    """The token's end or its greatest age, whichever comes first."""
    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    phone: str | None = None
    attributes: Attributes | None = None


class _Header(msgspec.Struct):
    alg: str
    kid: str | None = None


class _Payload(msgspec.Struct):
    sub: str
    aud: str | list[str]
    exp: float
    iat: float
    nbf: float | None = None
    iss: str | None = None
    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    phone: str | None = None
    attributes: dict[str, str] | None = None


_decode_header = msgspec.json.Decoder(_Header).decode
_decode_payload = msgspec.json.Decoder(_Payload).decode


class CustomerTokens:
    """Verifies customers' tokens against the company's secret or public keys.

    With `secret` (at least 32 bytes) HS256 is taken; with `jwks_file` or `jwks_url` RS256, ES256
    and EdDSA, each key for its own algorithm alone. `issuer` and `max_age_s` (0 for any age) are
    demanded where they are given. Up to `remembered` verified tokens are known by their hash until
    they expire or the keys change. Raises ValueError for settings that cannot be.
    """

    def __init__(
        self,
        *,
        secret: str | None = None,
        jwks_file: Path | None = None,
        jwks_url: str | None = None,
        jwks_refresh_s: float = 600,
        issuer: str | None = None,
        max_age_s: int | None = None,
        remembered: int = 50_000,
    ) -> None:
        self.jwks: Jwks | None = None
        if jwks_file is not None or jwks_url is not None:
            self.jwks = Jwks(file=jwks_file, url=jwks_url, refresh_s=jwks_refresh_s)
        self._secret = None if secret is None else _prepared(secret)
        self._issuer = issuer
        self._max_age_s = max_age_s or None
        self._remembered = remembered
        self._known: OrderedDict[bytes, Claims] = OrderedDict()
        self._generation = 0

    async def verify(self, token: str, *, now_ms: int) -> Claims:
        """The claims of a token that is valid at this time.

        Raises Unauthorized with what its maker has to mend, and Overloaded (temporary) where the
        keys cannot be read now. A token seen before costs microseconds.
        """
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthorized(f"a token is ASCII text of at most {LONGEST_TOKEN} characters")
        if self.jwks is not None:
            self.jwks.look()
            self._forget_if_keys_changed(self.jwks.generation)
        digest = blake2b(token.encode(), digest_size=32).digest()
        claims = self._known.get(digest)
        if claims is not None:
            if now_ms >= (claims.expires_at + LEEWAY_S) * 1000:
                del self._known[digest]
                raise _expired(claims.expires_at)
            self._known.move_to_end(digest)
            return claims
        payload = await self._open(token)
        claims = self._check(payload, now_s=now_ms / 1000)
        self._known[digest] = claims
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return claims

    def sign(self, sub: str, *, now_ms: int, ttl_s: int = 3600, **claims: Any) -> str:
        """Sign a token with the configured secret, as the company's backend would.

        For trying out: `claims` are those of `Claims` that may be absent, absent where None. Raises
        BadRequest for a claim that `verify` would refuse, and where no secret is configured.
        """
        if self._secret is None:
            raise BadRequest("no token_secret is configured; your own backend signs the tokens")
        now_s = now_ms // 1000
        said = {name: value for name, value in claims.items() if value is not None}
        payload = {"sub": sub, "aud": AUDIENCE, "iat": now_s, "exp": now_s + ttl_s, **said}
        if self._issuer is not None:
            payload["iss"] = self._issuer
        encoded = msgspec.json.encode(payload)
        try:
            self._check(encoded, now_s=now_s)
        except Unauthorized as error:
            raise BadRequest(error.detail) from None
        return _jws.encode(encoded, self._secret, algorithm="HS256", headers={"typ": "JWT"})

    async def close(self) -> None:
        """End what is under way."""
        if self.jwks is not None:
            await self.jwks.close()

    async def _open(self, token: str) -> bytes:
        """The payload of a token whose signature is right."""
        try:
            header = _decode_header(jwt.utils.base64url_decode(token.partition(".")[0]))
        except (msgspec.MsgspecError, ValueError):
            raise Unauthorized("this is no JWT: its header cannot be read") from None
        key = await self._key(header)
        try:
            payload: bytes = _jws.decode(token, key, algorithms=[header.alg])
        except jwt.InvalidSignatureError:
            raise Unauthorized("the token's signature is not right for its key") from None
        except jwt.PyJWTError as error:
            raise Unauthorized(f"this is no JWT that can be used here: {error}") from None
        if self.jwks is not None:
            self._forget_if_keys_changed(self.jwks.generation)
        return payload

    async def _key(self, header: _Header) -> Any:
        """The key that may check a token with this header, by the algorithm pinned to it."""
        if header.alg == "HS256" and self._secret is not None:
            return self._secret
        if header.alg in {"RS256", "ES256", "EdDSA"} and self.jwks is not None:
            key = await self.jwks.find(kid=header.kid, alg=header.alg)
            if key is None:
                raise Unauthorized(
                    f"no {header.alg} key in the configured key set has the token's kid"
                    if header.kid is not None
                    else f"the token has no kid, and not exactly one {header.alg} key is known"
                )
            return key.material
        taken = ["HS256"] if self._secret is not None else []
        taken += ["RS256", "ES256", "EdDSA"] if self.jwks is not None else []
        raise Unauthorized(f"tokens must be signed with {' or '.join(taken) or 'a configured key'}")

    def _check(self, encoded: bytes, *, now_s: float) -> Claims:
        try:
            payload = _decode_payload(encoded)
        except msgspec.ValidationError as error:
            raise Unauthorized(f"the token's claims are not right: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Unauthorized("the token's claims are no JSON object") from None
        expires_at = self._check_times(payload, now_s=now_s)
        if AUDIENCE not in ([payload.aud] if isinstance(payload.aud, str) else payload.aud):
            raise _wrong("aud", f'must be "{AUDIENCE}"')
        if self._issuer is not None and payload.iss != self._issuer:
            raise _wrong("iss", "must be the configured issuer")
        optional: dict[str, str] = {}
        name = "sub"
        try:
            sub = check_customer_id(payload.sub)
            for name, check in CHECKS.items():
                said: str | None = getattr(payload, name)
                if said is not None and said.strip():  # many backends write "" for what they lack
                    optional[name] = check(said)
            name = "attributes"
            extra = None if payload.attributes is None else check_attributes(payload.attributes)
        except ValueError as error:
            raise _wrong(name, str(error)) from None
        return Claims(
            sub=sub,
            issued_at=int(payload.iat),
            expires_at=expires_at,
            attributes=extra,
            **optional,
        )

    def _check_times(self, payload: _Payload, *, now_s: float) -> int:
        """The second at which the token ends, if it is valid now."""
        times = {"exp": payload.exp, "iat": payload.iat, "nbf": payload.nbf or 0}
        for name, value in times.items():
            if not 0 <= value <= _LATEST_S:
                raise _wrong(name, "must be a time in Unix seconds")
        ends = payload.exp
        if self._max_age_s is not None:
            ends = min(ends, payload.iat + self._max_age_s)
        if now_s >= ends + LEEWAY_S:
            if ends < payload.exp:
                raise Expired(f"the token is older than {self._max_age_s} s; sign a new one")
            raise _expired(ends)
        if max(payload.iat, times["nbf"]) > now_s + LEEWAY_S:
            raise Unauthorized("the token is from the future; compare the two servers' clocks")
        return int(ends)

    def _forget_if_keys_changed(self, generation: int) -> None:
        if generation != self._generation:
            self._generation = generation
            self._known.clear()


def _prepared(secret: str) -> bytes:
    key = secret.encode()
    if len(key) < 32:
        raise ValueError("token_secret must have at least 32 bytes")
    try:
        return HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(key)
    except jwt.InvalidKeyError:
        raise ValueError("token_secret is a public key; name it by jwks_file or jwks_url") from None


def _expired(at_s: float) -> Expired:
    return Expired(f"the token expired at {to_text(int(at_s * 1000))}; sign a new one")


def _wrong(claim: str, why: str) -> Unauthorized:
    return Unauthorized(f"the token's claim {claim} {why}")
