"""Tokens that this server makes, and the keyed hashes that it keeps of what others made.

A token is `pbx_` (a person's or program's own), `pbs_` (a browser session) or `pbf_` (a device's,
to fetch and acknowledge) and 36 letters and
digits: 30 random ones, 178 bits, and 6 of checksum, by which a cut or mistyped token is known
without a look into the database and a secret scanner knows a real one in a repository. Only its
SHA-256 is stored: with that much randomness a slow hash would add nothing.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b, sha256
from struct import Struct
from typing import Literal
from zlib import crc32

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM = 30
_CHECK = 6

TokenKind = Literal["personal", "session", "fetch"]
_length = Struct(">I").pack
_PREFIXES: dict[str, TokenKind] = {"pbx_": "personal", "pbs_": "session", "pbf_": "fetch"}


class Keys:
    """Everything made with the server's secret; another secret makes other hashes for ever.

    `server_secret` is at least 32 bytes and must survive: with another one, a repeated send would
    no longer be known by its `client_id`.
    """

    def __init__(self, server_secret: str | bytes) -> None:
        secret = server_secret.encode() if isinstance(server_secret, str) else server_secret
        if len(secret) < 32:
            raise ValueError("server_secret must have at least 32 bytes")
        self._key = blake2b(secret, digest_size=32, person=b"pinbox.keys").digest()
        self._begun: dict[bytes, blake2b] = {}

    def client_key(self, sender_kind: str, sender_id: str, client_id: str) -> str:
        """The sender's own message id as a key that can outlive an erasure: 32 hex digits."""
        return self._hash(b"pinbox.client", sender_kind, sender_id, client_id)

    def body_key(self, text: str, attachments: tuple[str, ...] = ()) -> str:
        """What was sent, as it was sent, to tell a retry from a conflict: 32 hex digits.

        Takes any text, also one that would be refused: the look-up comes before every check.
        """
        return self._hash(b"pinbox.body", text, *attachments)

    def webhook_key(self, webhook: str, number: int) -> bytes:
        """The 32 bytes by which a webhook's deliveries are signed: none of them is stored."""
        hashed = blake2b(digest_size=32, key=self._key, person=b"pinbox.webhook")
        hashed.update(f"{webhook}:{number}".encode())
        return hashed.digest()

    def link_key(self, upload: str, variant: str, expires: int) -> str:
        """The signature of a link to a file that holds until then (Unix seconds): 32 hex digits."""
        return self._hash(b"pinbox.link", upload, variant, str(expires))

    def fingerprint(self) -> str:
        """By which the same secret is known again, and nothing else of it: 32 hex digits."""
        return self._hash(b"pinbox.mark")

    def _hash(self, purpose: bytes, *parts: str) -> str:
        begun = self._begun.get(purpose)
        if begun is None:  # a key costs as much as a text: it is taken in once for each purpose
            begun = self._begun[purpose] = blake2b(digest_size=16, key=self._key, person=purpose)
        hashed, said = begun.copy(), b""
        for part in parts:  # each with its length, so that no two lists make the same bytes
            data = part.encode("utf-8", "surrogatepass")
            said += _length(len(data)) + data
        hashed.update(said)
        return hashed.hexdigest()


def make_token(kind: TokenKind) -> str:
    """Make a new token. It is shown once; store `hash_token` of it."""
    prefix = next(prefix for prefix, named in _PREFIXES.items() if named == kind)
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return body + _checksum(body)


def token_kind(token: str) -> TokenKind | None:
    """Which kind of token this is by its prefix, if it is whole; it may still be revoked."""
    kind = _PREFIXES.get(token[:4])
    whole = len(token) == 4 + _RANDOM + _CHECK and token.isascii()
    return kind if whole and _checksum(token[:-_CHECK]) == token[-_CHECK:] else None


def hash_token(token: str) -> str:
    """The form in which a token is stored and found: SHA-256 in hex."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _checksum(body: str) -> str:
    rest = crc32(body.encode())
    digits = []
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
