"""Who sends: VAPID (RFC 8292), a signed word to each push service that stays the same for hours."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from push.webpush.encryption import decode, encode

LIFE_S = 12 * 3600
"""Half of what the standard allows, so that neither clock need be right to the hour."""
RENEW_AFTER_S = 11 * 3600
"""Apple wants no other token within an hour."""
KNOWN_ORIGINS = 1000
_KEY_BYTES = 32
_SUBJECT = re.compile(r"(?:mailto:[^\s@<>]+@[^\s@<>]+|https://[^\s<>]+)\Z")


def make_vapid_key() -> tuple[str, str]:
    """A new pair as (private, public), base64url: what settings and browsers take.

    Subscriptions are bound to the public key for ever: another pair makes all of them useless.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_numbers().private_value.to_bytes(_KEY_BYTES, "big")
    return encode(private), _public(key)


class Vapid:
    """The sender's key. `subject` is how a push service reaches the operator: mailto: or https:."""

    def __init__(
        self, private: str, *, subject: str, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises ValueError for what is no key (space around one is passed over) or no subject."""
        try:
            raw = decode(private.strip())
            key = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
        except ValueError:
            raw = b""
        if len(raw) != _KEY_BYTES:
            raise ValueError("the VAPID key is no private key of P-256 in base64url")
        if not _SUBJECT.match(subject):
            raise ValueError("the VAPID subject must be a mailto: or https: address")
        self.public = _public(key)
        """What browsers subscribe with: `applicationServerKey`."""
        self._key = key
        self._subject = subject
        self._clock = clock
        self._signed: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def authorize(self, origin: str) -> str:
        """The `Authorization` for a push service; the same one for hours."""
        now = self._clock()
        made, header = self._signed.get(origin, (0.0, ""))
        # A clock that was set back makes a new one as well: the old would live too long.
        if not header or abs(now - made) >= RENEW_AFTER_S:
            header = self._sign(origin, int(now) + LIFE_S)
            self._signed[origin] = now, header
            if len(self._signed) > KNOWN_ORIGINS:
                self._signed.popitem(last=False)
        self._signed.move_to_end(origin)
        return header

    def _sign(self, origin: str, expires_s: int) -> str:
        claims = {"aud": origin, "exp": expires_s, "sub": self._subject}
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return f"vapid t={token}, k={self.public}"


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
