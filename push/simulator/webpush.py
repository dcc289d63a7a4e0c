"""A stand-in for a push service of browsers, with Mozilla's answers and its strictness.

It also takes the part of the browser: it makes subscriptions, and decrypts what comes for them.
"""

from __future__ import annotations

import re
import secrets
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import jwt
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from push.simulator.browser import Subscription, Undecipherable, make_subscription
from push.simulator.doorway import HOST
from push.simulator.record import Arrived, Door, Faults, Records, Reply
from push.simulator.stand import Stand, decide, give
from push.webpush.encryption import BadKeys, decode

LARGEST = 4096
LONGEST_TTL_S = 2_592_000
LONGEST_TOKEN_S = 24 * 3600
_ENDPOINT = "/push/v2/"
_VAPID = re.compile(r"vapid\s+(?:t=([\w.-]+)\s*,\s*k=([\w-]+)|k=([\w-]+)\s*,\s*t=([\w.-]+))\s*\Z")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
_URGENCIES = {"very-low", "low", "normal", "high"}
_ERRNO_MESSAGES = {
    "102": "Invalid URL endpoint",
    "103": "Expired URL endpoint",
    "104": "Data payload too large",
    "105": "Endpoint became unavailable during request",
    "106": "Invalid subscription",
    "109": "Invalid authentication",
    "110": "Invalid crypto keys specified",
    "111": "Missing Required Header",
    "112": "Invalid TTL header value",
    "113": "Invalid Topic header value",
    "201": "Use exponential back-off for retries",
    "202": "Immediate retry ok",
    "999": "Unknown error",
}


class _Wrong(Exception):
    """The service refuses with this status and errno."""

    def __init__(self, status: int, errno: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.errno = str(errno)
        self.message = message


class WebPushSimulator:
    """A push service and all its browsers, on loopback.

    `longest_ttl_s` is how long it keeps a message at most, which it tells by a lower `TTL`.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        records: Records,
        faults: Faults,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = records
        self.faults = faults
        self.clock = clock
        self.longest_ttl_s = LONGEST_TTL_S
        self.senders: set[str] = set()
        """Every `Authorization` that was shown and valid."""
        self._subscriptions: dict[str, Subscription] = {}
        self._gone: set[str] = set()
        self._stand = Stand(
            [web.post(_ENDPOINT + "{name}", self._take)],
            context=context,
        )

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return self._stand.url

    @property
    def connections(self) -> int:
        """How many connections ever brought a request."""
        return self._stand.made

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._stand.door

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        await self._stand.start(host=host, port=port)

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on; those that exist stay."""
        await self._stand.set_door(door)

    def cut(self) -> None:
        """Cut all connections, without a word."""
        self._stand.cut()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        await self._stand.close()

    def subscribe(self, *, application_key: str = "") -> Subscription:
        """A browser subscribes, for the sender with this public key if one is named."""
        name = secrets.token_urlsafe(24)
        made = make_subscription(self.url + _ENDPOINT + name, application_key=application_key)
        self._subscriptions[name] = made
        return made

    def unsubscribe(self, subscription: Subscription) -> None:
        """The browser forgets it: pushes to it are answered with 410."""
        name = subscription.endpoint.rsplit("/", 1)[-1]
        if self._subscriptions.pop(name, None) is not None:
            self._gone.add(name)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        endpoint = self.url + _ENDPOINT + name
        content = await request.read()
        message: Any = None
        sender = ""
        words = ""
        try:
            subscription = self._find(name)
            sender = self._verify(request.headers.get("Authorization", ""), subscription)
            _look_at(request, content)
            message = _plain(subscription.decrypt(content))
            earned = Reply(status=HTTPStatus.CREATED)
        except _Wrong as wrong:
            earned = Reply(status=wrong.status, reason=wrong.errno)
            words = wrong.message
        except Undecipherable as error:
            # The real service cannot know; the browser would drop it without a word.
            earned = Reply(status=HTTPStatus.BAD_REQUEST, reason="110")
            words = str(error)
        fate = decide(earned, self.faults.meet("webpush", app=sender, token=endpoint))
        kind = message.get("kind", "") if isinstance(message, dict) else ""
        self.records.add(
            Arrived(
                number=self.records.next_number(),
                at=int(self.clock() * 1000),
                provider="webpush",
                app=sender,
                token=endpoint,
                collapse=request.headers.get("Topic", ""),
                headers={
                    header.lower(): value
                    for header, value in request.headers.items()
                    if header.lower() != "authorization"
                },
                body=message,
                connection=self._stand.number(request),
                outcome=fate.outcome,
                delivered=fate.delivered,
                banner=kind != "badge",
            )
        )
        headers = {}
        if fate.delivered and fate.reply is not None:
            ttl = min(int(request.headers["TTL"]), self.longest_ttl_s)
            headers = {"TTL": str(ttl)}
            if not fate.reply.nameless:
                headers["Location"] = f"{self.url}/m/{secrets.token_urlsafe(24)}"
        body = (
            b"" if fate.reply is None else _body(fate.reply, words if fate.reply is earned else "")
        )
        return await give(request, fate, body=body, headers=headers)

    def _find(self, name: str) -> Subscription:
        if name in self._gone:
            raise _Wrong(410, 106)
        if name not in self._subscriptions:
            raise _Wrong(404, 102)
        return self._subscriptions[name]

    def _verify(self, authorization: str, subscription: Subscription) -> str:
        """The sender's public key. One is needed only where the subscription names one."""
        if not authorization and not subscription.application_key:
            return ""
        found = _VAPID.match(authorization)
        if found is None:
            raise _Wrong(401, 109, "Missing or malformed VAPID authorization")
        token, key = found[1] or found[4], found[2] or found[3]
        if subscription.application_key not in {"", key}:
            raise _Wrong(401, 109, "VAPID public key mismatch")
        claims = _read_token(token, key, self.url)
        if not self.clock() < claims["exp"] <= self.clock() + LONGEST_TOKEN_S:
            raise _Wrong(401, 109, "Invalid VAPID token: exp")
        self.senders.add(authorization)
        return key


def _read_token(token: str, key: str, audience: str) -> dict[str, Any]:
    """Its end is only demanded here: it is judged by the stand-in's own clock."""
    options: Any = {"verify_exp": False, "require": ["aud", "exp", "sub"]}
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
        claims: dict[str, Any] = jwt.decode(
            token, public, algorithms=["ES256"], audience=audience, options=options
        )
    except (jwt.PyJWTError, BadKeys, ValueError) as error:
        raise _Wrong(401, 109, f"Invalid VAPID token: {error}") from None
    if not str(claims["sub"]).startswith(("mailto:", "https:")):
        raise _Wrong(401, 109, "Invalid VAPID token: sub")
    return claims


def _look_at(request: web.Request, content: bytes) -> None:
    """The headers and the size that RFC 8030 and RFC 8291 ask for. Raises _Wrong."""
    ttl = request.headers.get("TTL")
    if ttl is None:
        raise _Wrong(400, 111, "Missing TTL value")
    if not (ttl.isascii() and ttl.isdigit() and int(ttl[:9]) <= LONGEST_TTL_S):
        raise _Wrong(400, 112)
    if request.headers.get("Urgency", "normal") not in _URGENCIES:
        raise _Wrong(400, 111, "Invalid Urgency")
    _look_at_topic(request.headers.get("Topic"))
    if request.headers.get("Content-Encoding") != "aes128gcm":
        raise _Wrong(400, 110, "Unknown Content-Encoding")
    if len(content) > LARGEST:
        raise _Wrong(413, 104)


def _look_at_topic(topic: str | None) -> None:
    """As strict as Apple, which decodes it."""
    if topic is None:
        return
    if not _TOPIC.match(topic):
        raise _Wrong(400, 113)
    try:
        decode(topic)
    except BadKeys:
        raise _Wrong(400, 113) from None


def _plain(plaintext: bytes) -> Any:
    try:
        return msgspec.json.decode(plaintext)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return plaintext.decode("utf-8", "replace")


def _body(reply: Reply, words: str) -> bytes:
    """An error as Mozilla writes it; a reason that is no number, as Apple does."""
    if reply.status < HTTPStatus.BAD_REQUEST:
        return b""
    if reply.reason and not reply.reason.isdigit():
        return msgspec.json.encode({"reason": reply.reason})
    error = {
        "code": reply.status,
        "errno": int(reply.reason or 999),
        "error": HTTPStatus(reply.status).phrase,
        "message": words or _ERRNO_MESSAGES.get(reply.reason, ""),
        "more_info": "",
    }
    return msgspec.json.encode(error)
