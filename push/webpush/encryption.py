"""Message encryption for Web Push (RFC 8291) in one record of `aes128gcm` (RFC 8188)."""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LARGEST = 3993
"""The longest plaintext: 4,096 bytes less the header of 86, the delimiter and the tag of 16."""
RECORD_SIZE = 4096
_POINT_BYTES = 65
_AUTH_BYTES = 16
_SALT_BYTES = 16
_LAST_RECORD = b"\x02"


class BadKeys(ValueError):
    """The subscription's keys are none that could be encrypted for."""


def encrypt(
    plaintext: bytes,
    *,
    p256dh: str,
    auth: str,
    pad_to: int = 0,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a request, which only the subscription's browser or app can read.

    Zeros are added up to `pad_to` bytes, so that the length tells less. Salt and key are made anew
    for each message; they are given only to check the standard's example. Raises BadKeys, and
    OverflowError for more than LARGEST bytes.
    """
    padded = max(len(plaintext), pad_to)
    if padded > LARGEST:
        raise OverflowError(f"one record has room for {LARGEST} bytes")
    browser_point = decode(p256dh)
    browser = _read_point(browser_point)
    secret = decode(auth)
    if len(secret) != _AUTH_BYTES:
        raise BadKeys("auth is no secret of 16 bytes")
    key = key or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(_SALT_BYTES)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = derive(
        key.exchange(ec.ECDH(), browser),
        salt=secret,
        info=b"WebPush: info\0" + browser_point + point,
        length=32,
    )
    content_key, nonce = content_keys(shared, salt)
    record = plaintext + _LAST_RECORD + bytes(padded - len(plaintext))
    header = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(point)]) + point
    return header + AESGCM(content_key).encrypt(nonce, record, None)


def content_keys(shared: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of the first and only record."""
    return (
        derive(shared, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16),
        derive(shared, salt=salt, info=b"Content-Encoding: nonce\0", length=12),
    )


def derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), length, salt, info).derive(secret)


def decode(text: str) -> bytes:
    """base64url as subscriptions have it: with or without padding, in the older alphabet too.

    Raises BadKeys.
    """
    text = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadKeys("a key is not in base64url") from None


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read_point(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != _POINT_BYTES:
        raise BadKeys("p256dh is no uncompressed point of P-256")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadKeys("p256dh is no point of P-256") from None
