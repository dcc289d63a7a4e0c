"""A service account: the key file that Google gives for a project."""

from __future__ import annotations

from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTED_S = 3600
"""How long an assertion is good: the most that Google takes."""


class ServiceAccount(msgspec.Struct, frozen=True, eq=False):
    """What of the file is used. The key is an object that shows nothing of itself."""

    project: str
    email: str
    key_id: str
    key: Any
    token_uri: str


class _File(msgspec.Struct):
    private_key: str
    client_email: str
    token_uri: str
    type: str = ""
    project_id: str = ""
    private_key_id: str = ""


def read_account(data: bytes) -> ServiceAccount:
    """Read the JSON of a service account's key. Raises ValueError that says what is wrong."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"this is no service account's key file: {error}") from None
    if file.type != "service_account":
        raise ValueError(f'this is no service account\'s key file: its type is "{file.type}"')
    if not file.token_uri.startswith("https://"):
        raise ValueError("its token_uri must begin with https://")
    try:
        key = load_pem_private_key(file.private_key.encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("its private_key cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("its private_key must be an RSA key")  # noqa: TRY004  told as the others
    return ServiceAccount(
        file.project_id, file.client_email, file.private_key_id, key, file.token_uri
    )


def sign_assertion(account: ServiceAccount, *, now_s: int) -> str:
    """The JWT that is exchanged for an access token (RFC 7523)."""
    claims = {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now_s,
        "exp": now_s + ASSERTED_S,
    }
    headers = {"kid": account.key_id} if account.key_id else None
    return jwt.encode(claims, account.key, algorithm="RS256", headers=headers)
