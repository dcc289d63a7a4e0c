"""What Apple's service asks of a request, with the reasons that it gives.

After Apple's "Sending notification requests to APNs", "Establishing a token-based connection to
APNs" and "Handling notification responses from APNs". The order of the checks is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jwt
import msgspec

from push.model import Environment
from push.simulator.apns.keys import Key

OLDEST_TOKEN_S = 3600
COLLAPSE_BYTES = 64
PUSH_TYPES = {
    "alert": "",
    "background": "",
    "complication": ".complication",
    "controls": ".push-type.controls",
    "fileprovider": ".pushkit.fileprovider",
    "liveactivity": ".push-type.liveactivity",
    "location": ".location-query",
    "pushtotalk": ".voip-ptt",
    "voip": ".voip",
    "widgets": ".push-type.widgets",
}
"""Each push type with what its topic ends on."""
_DEVICE = "/3/device/"
_TOKEN = re.compile(r"(?:[0-9a-fA-F]{2}){1,100}")
_DIGITS = re.compile(r"[0-9]{1,12}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LIMITED = ("apns-id", "apns-expiration", "apns-priority", "apns-topic", "apns-collapse-id")


class Request(msgspec.Struct, kw_only=True):
    """One request as it came over HTTP/2; the names of headers are lower case."""

    headers: list[tuple[str, str]]
    body: bytearray

    def named(self) -> dict[str, str]:
        """The headers by name; of several, the last."""
        return dict(self.headers)


class Refusal(Exception):
    """Apple answers with this status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Credentials(msgspec.Struct, frozen=True):
    """Whose provider token it is, and when it was made (Unix seconds)."""

    key: Key
    made: int
    text: str


def device_token(method: str, path: str) -> str:
    """The device token of a request. Raises Refusal."""
    if method != "POST":
        raise Refusal(405, "MethodNotAllowed")
    if not path.startswith(_DEVICE):
        raise Refusal(404, "BadPath")
    token = path[len(_DEVICE) :]
    if not token:
        raise Refusal(400, "MissingDeviceToken")
    return token


def read_credentials(authorization: str | None, keys: Mapping[str, Key]) -> Credentials:
    """Verify a provider token's signature; its age is looked at with each request."""
    if authorization is None or not authorization.lower().startswith("bearer "):
        raise Refusal(403, "MissingProviderToken")
    text = authorization[len("bearer ") :]
    try:
        key = keys.get(jwt.get_unverified_header(text).get("kid", ""))
        if key is None:
            raise Refusal(403, "InvalidProviderToken")
        claims = jwt.decode(
            text,
            key.public,
            algorithms=["ES256"],
            options={"verify_iat": False, "require": ["iat", "iss"]},
        )
    except jwt.PyJWTError:
        raise Refusal(403, "InvalidProviderToken") from None
    made = claims["iat"]
    if claims["iss"] != key.team_id or not isinstance(made, int) or isinstance(made, bool):
        raise Refusal(403, "InvalidProviderToken")
    return Credentials(key, made, text)


def check_credentials(credentials: Credentials, *, environment: Environment, now: float) -> None:
    """Raise Refusal for a token that is too old, of the future, or of the other environment."""
    if abs(now - credentials.made) > OLDEST_TOKEN_S:
        raise Refusal(403, "ExpiredProviderToken")
    if environment not in credentials.key.environments:
        raise Refusal(403, "BadEnvironmentKeyIdInToken")


def check_request(request: Request, key: Key, token: str) -> Any:
    """Raise Refusal, or give the payload."""
    named = request.named()
    names = [name for name, _ in request.headers]
    if any(names.count(name) > 1 for name in _LIMITED):
        raise Refusal(400, "DuplicateHeaders")
    kind = named.get("apns-push-type", "alert")
    if kind not in PUSH_TYPES:
        raise Refusal(400, "InvalidPushType")
    _check_topic(named.get("apns-topic", ""), kind, key)
    _check_headers(named, kind)
    payload = _payload(request, kind)
    if not _TOKEN.fullmatch(token):
        raise Refusal(400, "BadDeviceToken")
    return payload


def _check_topic(topic: str, kind: str, key: Key) -> None:
    if not topic:
        raise Refusal(400, "MissingTopic")
    suffix = PUSH_TYPES[kind]
    if not topic.endswith(suffix):
        raise Refusal(400, "BadTopic")
    if topic.removesuffix(suffix) not in key.apps:
        raise Refusal(400, "TopicDisallowed")


def _check_headers(named: dict[str, str], kind: str) -> None:
    priority = named.get("apns-priority", "10")
    if priority not in {"1", "5", "10"} or (kind == "background" and priority == "10"):
        raise Refusal(400, "BadPriority")
    if not _DIGITS.fullmatch(named.get("apns-expiration", "0")):
        raise Refusal(400, "BadExpirationDate")
    if "apns-id" in named and not _UUID.fullmatch(named["apns-id"]):
        raise Refusal(400, "BadMessageId")
    if len(named.get("apns-collapse-id", "").encode()) > COLLAPSE_BYTES:
        raise Refusal(400, "BadCollapseId")


def _payload(request: Request, kind: str) -> Any:
    if len(request.body) > (5120 if kind == "voip" else 4096):
        raise Refusal(413, "PayloadTooLarge")
    try:
        payload = msgspec.json.decode(bytes(request.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        payload = None
    if not isinstance(payload, dict) or not isinstance(payload.get("aps"), dict):
        raise Refusal(400, "PayloadEmpty")
    return payload
