"""Google's own library against our two ends."""

from __future__ import annotations

import asyncio
import time

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.auth import jwt as google_jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from push.fcm.account import ASSERTED_S, SCOPE, read_account, sign_assertion
from tests.push.fcm.stage import Google
from tests.push.stands import certificates


def refresh(file: str, scope: str) -> str:
    """An access token, as Google's library gets it."""
    credentials: Credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
        file, scopes=[scope]
    )
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(certificates().authority)
        credentials.refresh(Request(session))  # type: ignore[no-untyped-call]
    return str(credentials.token)


async def test_the_stand_in_takes_the_assertion_of_googles_library(google: Google) -> None:
    google.clock = time.time
    file = str(google.account())
    assert await asyncio.to_thread(refresh, file, SCOPE) in google._tokens
    with pytest.raises(RefreshError, match="Invalid OAuth scope"):
        await asyncio.to_thread(refresh, file, "https://www.googleapis.com/auth/drive")
    google.accounts.clear()
    with pytest.raises(RefreshError, match="account not found"):
        await asyncio.to_thread(refresh, file, SCOPE)


async def test_googles_library_takes_our_assertion(google: Google) -> None:
    account = read_account(google.account().read_bytes())
    public = account.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    now = int(time.time())
    assertion = sign_assertion(account, now_s=now)
    header = google_jwt.decode_header(assertion)  # type: ignore[no-untyped-call]
    assert header["kid"] == account.key_id
    claims = google_jwt.decode(  # type: ignore[no-untyped-call]
        assertion, certs=public, audience=account.token_uri
    )
    assert claims == {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + ASSERTED_S,
    }
