"""Service accounts as Google knows them, and what it asks of an assertion (RFC 7523)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}
LONGEST_ASSERTION_S = 3600
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What Google's own libraries name, wherever they send the assertion."""
_SKEW_S = 300
_NOT_NOW = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


class Account(msgspec.Struct, frozen=True, eq=False):
    """A service account, by its public key."""

    project: str
    email: str
    key_id: str
    public: rsa.RSAPublicKey


class InvalidGrant(Exception):
    """Google answers 400 `invalid_grant` with these words."""


def make_account(project: str, *, token_uri: str) -> tuple[Account, bytes]:
    """A new service account, and the key file that its owner downloads."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    account = Account(
        project=project,
        email=f"push@{project}.iam.gserviceaccount.com",
        key_id=secrets.token_hex(20),
        public=key.public_key(),
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    content = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": account.key_id,
        "private_key": pem.decode(),
        "client_email": account.email,
        "token_uri": token_uri,
    }
    return account, msgspec.json.format(msgspec.json.encode(content))


def judge_assertion(
    form: Mapping[str, Any], accounts: Mapping[str, Account], *, audience: str, now_s: float
) -> Account:
    """Whose assertion it is. Raises InvalidGrant."""
    if form.get("grant_type") != GRANT:
        raise InvalidGrant(f"Invalid grant_type: {form.get('grant_type')}")
    assertion = str(form.get("assertion"))
    try:
        header = jwt.get_unverified_header(assertion)
        issuer = jwt.decode(assertion, options={"verify_signature": False}).get("iss")
    except jwt.PyJWTError:
        raise InvalidGrant("Bad Request") from None
    account = accounts.get(str(issuer))
    if account is None:
        raise InvalidGrant("Invalid grant: account not found")
    if header.get("kid") not in {None, account.key_id}:
        raise InvalidGrant("Invalid JWT Signature.")
    claims = _verify(assertion, account, audience)
    issued, expires = claims["iat"], claims["exp"]
    short = expires - issued <= LONGEST_ASSERTION_S
    if not (short and issued - _SKEW_S <= now_s <= expires + _SKEW_S):
        raise InvalidGrant(_NOT_NOW)
    if not SCOPES & set(str(claims.get("scope")).split()):
        raise InvalidGrant("Invalid OAuth scope or ID token audience provided.")
    return account


def _verify(assertion: str, account: Account, audience: str) -> dict[str, Any]:
    """Its times are only demanded here: they are judged by the stand-in's own clock."""
    options: Any = {"verify_exp": False, "verify_iat": False, "require": ["iat", "exp"]}
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            account.public,
            algorithms=["RS256"],
            audience=[audience, AUDIENCE],
            options=options,
        )
    except jwt.InvalidAudienceError:
        raise InvalidGrant("Invalid JWT: Failed audience check.") from None
    except jwt.PyJWTError:
        raise InvalidGrant("Invalid JWT Signature.") from None
    if not all(isinstance(claims[name], int | float) for name in ("iat", "exp")):
        raise InvalidGrant(_NOT_NOW)
    return claims
