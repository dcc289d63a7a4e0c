"""What the stand-in of APNs asks of a request, with Apple's reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest

from push.simulator.apns import Key, make_key, read_key
from push.simulator.apns.rules import (
    Refusal,
    Request,
    check_credentials,
    check_request,
    device_token,
    read_credentials,
)

NOW = 1_800_000_000
TOKEN = "ab" * 32
GOOD = {
    "apns-topic": "com.example.care",
    "apns-push-type": "alert",
    "apns-priority": "10",
    "apns-expiration": "0",
    "apns-id": "0a1b2c3d-0000-4000-8000-00000000000f",
    "apns-collapse-id": "é" * 32,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_key(folder / "ours.p8")
    make_key(folder / "other.p8")
    return folder


@pytest.fixture(scope="module")
def key(files: Path) -> Key:
    return read_key(
        files / "ours.p8",
        team_id="TEAMSPOKAN",
        key_id="KEYOFTEAM1",
        apps=frozenset({"com.example.care"}),
        environments=("production",),
    )


def refused(call: Any, *args: Any, **named: Any) -> tuple[int, str] | None:
    try:
        call(*args, **named)
    except Refusal as refusal:
        return refusal.status, refusal.reason
    return None


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", f"/3/device/{TOKEN}", None),
        ("GET", f"/3/device/{TOKEN}", (405, "MethodNotAllowed")),
        ("POST", f"/2/device/{TOKEN}", (404, "BadPath")),
        ("POST", "/3/device/", (400, "MissingDeviceToken")),
    ],
)
def test_the_address(method: str, path: str, expected: tuple[int, str] | None) -> None:
    assert refused(device_token, method, path) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"apns-topic": None}, (400, "MissingTopic")),
        ({"apns-topic": "com.example.other"}, (400, "TopicDisallowed")),
        ({"apns-push-type": "voip"}, (400, "BadTopic")),
        ({"apns-push-type": "voip", "apns-topic": "com.example.care.voip"}, None),
        ({"apns-push-type": "shout"}, (400, "InvalidPushType")),
        ({"apns-priority": "7"}, (400, "BadPriority")),
        ({"apns-push-type": "background"}, (400, "BadPriority")),
        ({"apns-push-type": "background", "apns-priority": "5"}, None),
        ({"apns-expiration": "soon"}, (400, "BadExpirationDate")),
        ({"apns-expiration": "²"}, (400, "BadExpirationDate")),
        ({"apns-id": "7"}, (400, "BadMessageId")),
        ({"apns-id": GOOD["apns-id"].upper()}, (400, "BadMessageId")),
        ({"apns-collapse-id": "é" * 32 + "e"}, (400, "BadCollapseId")),
    ],
)
def test_the_headers(key: Key, changes: dict[str, Any], expected: tuple[int, str] | None) -> None:
    headers = [(name, value) for name, value in {**GOOD, **changes}.items() if value is not None]
    request = Request(headers=headers, body=bytearray(b'{"aps": {}}'))
    assert refused(check_request, request, key, TOKEN) == expected


def test_a_header_may_come_once_only(key: Key) -> None:
    headers = [*GOOD.items(), ("apns-priority", "5")]
    request = Request(headers=headers, body=bytearray(b'{"aps": {}}'))
    assert refused(check_request, request, key, TOKEN) == (400, "DuplicateHeaders")


@pytest.mark.parametrize(
    ("token", "body", "expected"),
    [
        (TOKEN, b"", (400, "PayloadEmpty")),
        (TOKEN, b"[]", (400, "PayloadEmpty")),
        (TOKEN, b'{"other": 1}', (400, "PayloadEmpty")),
        (TOKEN, b'{"aps": {}}' + b" " * 4085, None),
        (TOKEN, b'{"aps": {}}' + b" " * 4086, (413, "PayloadTooLarge")),
        ("xyz", b'{"aps": {}}', (400, "BadDeviceToken")),
        ("abc", b'{"aps": {}}', (400, "BadDeviceToken")),
        ("AB", b'{"aps": {}}', None),
    ],
)
def test_the_payload_and_the_device(
    key: Key, token: str, body: bytes, expected: tuple[int, str] | None
) -> None:
    request = Request(headers=list(GOOD.items()), body=bytearray(body))
    assert refused(check_request, request, key, token) == expected


def bearer(file: Path, *, alg: str = "ES256", **changes: Any) -> str:
    claims = {"iss": "TEAMSPOKAN", "iat": NOW, **changes}
    kid = claims.pop("kid", "KEYOFTEAM1")
    secret = file.read_bytes() if alg == "ES256" else "a shared secret of enough bytes, for tests"
    return "bearer " + jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        secret,
        algorithm=alg,
        headers={"kid": kid},
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"alg": "HS256"}, (403, "InvalidProviderToken")),
        ({"kid": "KEYOFTEAM2"}, (403, "InvalidProviderToken")),
        ({"iss": "TEAMTAMPA1"}, (403, "InvalidProviderToken")),
        ({"iss": None}, (403, "InvalidProviderToken")),
        ({"iat": None}, (403, "InvalidProviderToken")),
        ({"iat": NOW - 3600}, None),
        ({"iat": NOW - 3601}, (403, "ExpiredProviderToken")),
        ({"iat": NOW + 3601}, (403, "ExpiredProviderToken")),
    ],
)
def test_the_provider_token(
    files: Path, key: Key, changes: dict[str, Any], expected: tuple[int, str] | None
) -> None:
    def sign_in() -> None:
        credentials = read_credentials(bearer(files / "ours.p8", **changes), {"KEYOFTEAM1": key})
        check_credentials(credentials, environment="production", now=NOW)

    assert refused(sign_in) == expected


def test_a_token_by_another_key_or_for_another_environment(files: Path, key: Key) -> None:
    keys = {"KEYOFTEAM1": key}
    forged = bearer(files / "other.p8")
    assert refused(read_credentials, forged, keys) == (403, "InvalidProviderToken")
    assert refused(read_credentials, None, keys) == (403, "MissingProviderToken")
    assert refused(read_credentials, "basic YTpi", keys) == (403, "MissingProviderToken")
    assert refused(read_credentials, "bearer a.b.c", keys) == (403, "InvalidProviderToken")
    good = read_credentials(bearer(files / "ours.p8"), keys)
    assert refused(check_credentials, good, environment="sandbox", now=NOW) == (
        403,
        "BadEnvironmentKeyIdInToken",
    )
