"""A browser's end of Web Push: keys of a subscription, and what they open (RFC 8291, RFC 8188)."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from push.webpush.encryption import content_keys, derive, encode

_HEADER_BYTES = 21
_TAG_BYTES = 16
_LAST_RECORD = 2


class Undecipherable(ValueError):
    """The body is not encrypted for this subscription in the way that the standards say."""


class Subscription(msgspec.Struct, frozen=True, eq=False):
    """One subscription of one browser or app."""

    endpoint: str
    application_key: str
    """The sender's public key that it was made for; empty: anybody may send."""
    key: Any
    secret: bytes

    @property
    def p256dh(self) -> str:
        """The public key, base64url."""
        return encode(self._point())

    @property
    def auth(self) -> str:
        """The shared secret, base64url."""
        return encode(self.secret)

    def to_json(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it to a page."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def decrypt(self, body: bytes) -> bytes:
        """The plaintext of a request's body. Raises Undecipherable."""
        if len(body) < _HEADER_BYTES:
            raise Undecipherable("the header is not whole")
        salt, record_size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        point = body[_HEADER_BYTES : _HEADER_BYTES + id_length]
        record = body[_HEADER_BYTES + id_length :]
        if not record_size > _TAG_BYTES + 1 or len(record) > record_size:
            raise Undecipherable("there must be one record")
        try:
            sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise Undecipherable("the sender's key is no point of P-256") from None
        shared = derive(
            self.key.exchange(ec.ECDH(), sender),
            salt=self.secret,
            info=b"WebPush: info\0" + self._point() + point,
            length=32,
        )
        content_key, nonce = content_keys(shared, salt)
        try:
            padded = AESGCM(content_key).decrypt(nonce, record, None)
        except InvalidTag:
            raise Undecipherable("the keys do not fit") from None
        plaintext = padded.rstrip(b"\0")
        if not plaintext or plaintext[-1] != _LAST_RECORD:
            raise Undecipherable("the last record has no delimiter")
        return plaintext[:-1]

    def _point(self) -> bytes:
        point: bytes = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return point


def make_subscription(endpoint: str, *, application_key: str = "") -> Subscription:
    """A new subscription with keys of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Subscription(endpoint, application_key, key, os.urandom(16))
