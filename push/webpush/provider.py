"""Web Push as a provider. UnifiedPush needs nothing else: it speaks the same three standards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from push.exchange import Exchange, Reply, trust
from push.guard import HTTPS_PORT, Guard
from push.model import Outcome, ProviderName, Push, Refused, WebPushRequest
from push.webpush.answers import read_answer
from push.webpush.encryption import LARGEST, BadKeys, decode, encode, encrypt
from push.webpush.vapid import Vapid

LONGEST_ENDPOINT = 2048
LONGEST_TTL_S = 2_592_000
LONGEST_TOPIC = 32
UNANSWERED = 100
"""Apple takes no more on one connection's worth of requests; no service takes up all the room."""
_ENDPOINT = re.compile(r"https://[\x21-\x5b\x5d-\x7e]+\Z", re.IGNORECASE)


class WebPush:
    """Sends to whatever push service a subscription names, but to no forbidden address.

    Endpoints are addresses that strangers gave us: only https, no redirects, and only what `Guard`
    permits; `allowed` are addresses or networks that it permits besides, at any port. `pad_to`
    makes all plaintexts at least so long. `ca_file` is trusted besides the system's authorities.
    """

    name: ProviderName = "webpush"

    def __init__(
        self,
        vapid: Vapid,
        *,
        form: Callable[[Push], WebPushRequest],
        allowed: Iterable[str] = (),
        ca_file: Path | None = None,
        pad_to: int = 0,
        limit: int = 300,
        guard: Guard | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError for a network that is none and for a padding beyond one record."""
        if pad_to > LARGEST:
            raise ValueError(f"no plaintext can be padded beyond {LARGEST} bytes")
        self._exchange = Exchange(
            tls=trust(ca_file),
            guard=guard or Guard(allowed),
            limit=limit,
            limit_per_host=min(UNANSWERED, limit),
        )
        self._vapid = vapid
        self._form = form
        self._pad_to = pad_to
        self._clock = clock

    async def send(self, push: Push, *, timeout: float) -> Outcome:
        """Send it once and say what happened; see `push.model.Provider`."""
        target = push.target
        origin = origin_of(target.token)
        if origin is None:
            return Refused("the endpoint is no https address")
        asked = self._form(push)
        try:
            body = encrypt(
                asked.plaintext, p256dh=target.p256dh, auth=target.auth, pad_to=self._pad_to
            )
        except BadKeys as error:
            return Refused(f"the subscription's keys are of no use: {error}")
        except OverflowError as error:
            return Refused(f"the payload is too large: {error}")
        ttl = min(max(0, asked.ttl), LONGEST_TTL_S)
        headers = {
            "Authorization": self._vapid.authorize(origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl),
            "Urgency": asked.urgency,
        }
        if topic := canonical_topic(asked.topic):
            headers["Topic"] = topic
        reply = await self._exchange.post(target.token, headers=headers, body=body, timeout=timeout)
        if not isinstance(reply, Reply):
            return reply
        if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
            return Refused("the endpoint leads elsewhere, which is not followed")
        now_ms = int(self._clock() * 1000)
        return read_answer(reply, endpoint=target.token, ttl=ttl, now_ms=now_ms)

    async def close(self) -> None:
        """Let what is in flight end, then close the connections."""
        await self._exchange.close()


def origin_of(endpoint: str) -> str | None:
    """The origin of an endpoint (RFC 6454), which VAPID names; none where it is no address of ours.

    Visible ASCII alone, so that nothing in it ends the request's first line; neither user nor
    password; no backslash, which some take for a slash.
    """
    if len(endpoint) > LONGEST_ENDPOINT or not _ENDPOINT.match(endpoint):
        return None
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    return f"https://{host}" if port in {None, HTTPS_PORT} else f"https://{host}:{port}"


def canonical_topic(topic: str) -> str:
    """A topic as strict services decode it; empty where it cannot be one.

    Apple decodes it: a length that base64url cannot have is answered with BadWebPushTopic, and bits
    beyond the last byte are no part of it.
    """
    try:
        return encode(decode(topic)) if len(topic) <= LONGEST_TOPIC else ""
    except BadKeys:
        return ""
