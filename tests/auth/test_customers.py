"""Customers' tokens: what is taken, what is refused and with which words."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.auth.customers import Claims, CustomerTokens
from inbox.core.errors import BadRequest, Unauthorized
from tests.auth.signers import NOW, NOW_S, SECRET, claims, pair, put_together, sign

ALGORITHMS = ["RS256", "ES256", "EdDSA"]


@pytest.fixture
def tokens() -> CustomerTokens:
    return CustomerTokens(secret=SECRET)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [pair(alg, alg).jwk() for alg in ALGORITHMS]}))
    return file


async def test_a_full_token_says_all_this(tokens: CustomerTokens) -> None:
    token = sign(
        name="Ana Lí",
        region="US-WA-SEA",
        time_zone="America/Los_Angeles",
        locale="es_US",
        phone="+1 (206) 555-0100",
        attributes={"tier": "gold", "plan": "5G"},
    )
    assert await tokens.verify(token, now_ms=NOW) == Claims(
        sub="ana",
        issued_at=NOW_S - 60,
        expires_at=NOW_S + 600,
        name="Ana Lí",
        region="US-WA-SEA",
        time_zone="America/Los_Angeles",
        locale="es-US",
        phone="+12065550100",
        attributes=(("plan", "5G"), ("tier", "gold")),
    )


async def test_what_a_token_does_not_say_is_none(tokens: CustomerTokens) -> None:
    bare = Claims(sub="ana", issued_at=NOW_S - 60, expires_at=NOW_S + 600)
    assert await tokens.verify(sign(), now_ms=NOW) == bare
    assert await tokens.verify(sign(name="", region=" ", favourite=3), now_ms=NOW) == bare
    header = jwt.encode({**claims(), "locale": None}, SECRET, algorithm="HS256")
    assert await tokens.verify(header, now_ms=NOW) == bare


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"sub": None}, "sub"),
        ({"aud": None}, "aud"),
        ({"aud": "someone"}, "aud"),
        ({"aud": ["someone", "else"]}, "aud"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"iat": -1}, "iat"),
        ({"exp": NOW_S - 30}, "expired at 2026-11-22T09:59:30.000Z"),
        ({"iat": NOW_S + 31}, "future"),
        ({"nbf": NOW_S + 31}, "future"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 129}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"sub": " ana"}, "sub"),
        ({"sub": "ana\u200b"}, "sub"),
        ({"sub": 7}, "sub"),
        ({"name": 7}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"region": "us-wa"}, "region"),
        ({"region": "Washington"}, "region"),
        ({"region": "US-WA-"}, "region"),
        ({"region": "US-WA\n"}, "region"),
        ({"time_zone": "Seattle"}, "time_zone"),
        ({"time_zone": "America"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "america/los_angeles"}, "time_zone"),
        ({"locale": "Spanish of Spain"}, "locale"),
        ({"locale": "x"}, "locale"),
        ({"phone": "206 555 0100"}, "phone"),
        ({"phone": "+0123456789"}, "phone"),
        ({"phone": "+1206555٠100"}, "phone"),
        ({"attributes": "gold"}, "attributes"),
        ({"attributes": {"tier": 1}}, "attributes"),
        ({"attributes": {"two words": "x"}}, "attributes"),
        ({"attributes": {"tier": "x" * 501}}, "attributes"),
        ({"attributes": {str(n): "x" for n in range(33)}}, "attributes"),
    ],
)
async def test_a_claim_that_is_wrong_is_named(
    tokens: CustomerTokens, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(Unauthorized, match=why):
        await tokens.verify(sign(**changes), now_ms=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW_S - 29},
        {"iat": NOW_S + 30},
        {"nbf": NOW_S + 30},
        {"exp": NOW_S + 0.5},
        {"aud": ["else", "pinbox"]},
        {"sub": "x" * 128},
        {"sub": "Ana Lí/7:é"},
        {"time_zone": "UTC"},
        {"time_zone": "America/Argentina/Buenos_Aires"},
        {"region": "US"},
        {"locale": "zh-Hant-TW"},
    ],
)
async def test_what_is_just_right_is_taken(tokens: CustomerTokens, changes: Any) -> None:
    for _ in range(2):  # the second time from memory
        await tokens.verify(sign(**changes), now_ms=NOW)


async def test_a_greatest_age_and_an_issuer_are_demanded_where_set() -> None:
    tokens = CustomerTokens(secret=SECRET, issuer="https://carrier.example", max_age_s=300)
    good = sign(iss="https://carrier.example")
    assert (await tokens.verify(good, now_ms=NOW)).expires_at == NOW_S - 60 + 300
    with pytest.raises(Unauthorized, match="iss"):
        await tokens.verify(sign(iss="https://other.example"), now_ms=NOW)
    with pytest.raises(Unauthorized, match="iss"):
        await tokens.verify(sign(), now_ms=NOW)
    old = sign(iss="https://carrier.example", iat=NOW_S - 330)
    with pytest.raises(Unauthorized, match="older than 300 s"):
        await tokens.verify(old, now_ms=NOW)
    await CustomerTokens(secret=SECRET, max_age_s=0).verify(old, now_ms=NOW)  # 0: any age


async def test_a_remembered_token_still_ends(tokens: CustomerTokens) -> None:
    token = sign()
    await tokens.verify(token, now_ms=NOW)
    await tokens.verify(token, now_ms=NOW + 629_999)
    for _ in range(2):
        with pytest.raises(Unauthorized, match="expired"):
            await tokens.verify(token, now_ms=NOW + 630_000)


async def test_memory_is_bounded_and_forgets_who_came_longest_ago() -> None:
    tokens = CustomerTokens(secret=SECRET, remembered=2)
    one, two, three = (sign(sub=str(n)) for n in range(3))
    for token in (one, two, one, three):
        await tokens.verify(token, now_ms=NOW)
    known = {claims.sub for claims in tokens._known.values()}
    assert known == {"0", "2"}


async def test_a_token_seen_before_costs_microseconds(tokens: CustomerTokens) -> None:
    token = sign(attributes={str(n): "x" * 100 for n in range(10)})
    await tokens.verify(token, now_ms=NOW)
    begun = time.process_time()
    for _ in range(2000):
        await tokens.verify(token, now_ms=NOW)
    assert (time.process_time() - begun) / 2000 < 0.000_1  # some 4 µs; verifying takes 40


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_public_keys_each_with_its_algorithm(key_file: Path, alg: str) -> None:
    tokens = CustomerTokens(jwks_file=key_file)
    assert (await tokens.verify(pair(alg, alg).sign(), now_ms=NOW)).sub == "ana"


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_a_signature_of_another_key_is_refused(key_file: Path, alg: str) -> None:
    tokens = CustomerTokens(jwks_file=key_file)
    forged = jwt.encode(claims(), pair(alg, "forger").private, algorithm=alg, headers={"kid": alg})
    with pytest.raises(Unauthorized, match="signature"):
        await tokens.verify(forged, now_ms=NOW)


async def test_a_secret_and_public_keys_may_serve_together(key_file: Path) -> None:
    tokens = CustomerTokens(secret=SECRET, jwks_file=key_file)
    await tokens.verify(sign(), now_ms=NOW)
    await tokens.verify(pair("ES256", "ES256").sign(), now_ms=NOW)


def hmac_with_public_key(alg: str) -> str:
    """The classic: a public key taken for an HS256 secret."""
    return jwt.PyJWS().encode(
        json.dumps(claims()).encode(),
        jwt.utils.base64url_encode(pair(alg, alg).pem()),
        algorithm="HS256",
        headers={"kid": alg},
    )


ALG_TRICKS = {
    "none": put_together({"alg": "none"}, claims(), b""),
    "None": put_together({"alg": "None", "kid": "RS256"}, claims(), b""),
    "no alg": put_together({}, claims()),
    "alg list": put_together({"alg": ["RS256"]}, claims()),
    "HS256 with a public key": hmac_with_public_key("RS256"),
    "HS512": sign(alg="HS512", secret=SECRET * 2),
    "RS512": jwt.encode(
        claims(), pair("RS256", "RS256").private, algorithm="RS512", headers={"kid": "RS256"}
    ),
    "PS256": jwt.encode(
        claims(), pair("RS256", "RS256").private, algorithm="PS256", headers={"kid": "RS256"}
    ),
    "kid of another kind": jwt.encode(
        claims(), pair("ES256", "ES256").private, algorithm="ES256", headers={"kid": "RS256"}
    ),
    "kid number": put_together({"alg": "RS256", "kid": 7}, claims()),
    "key in the token": jwt.encode(
        claims(),
        pair("ES256", "forger").private,
        algorithm="ES256",
        headers={"jwk": pair("ES256", "forger").jwk(), "kid": "forger"},
    ),
    "crit": put_together({"alg": "HS256", "crit": ["b64"], "b64": False}, claims()),
}


@pytest.mark.parametrize("trick", ALG_TRICKS)
async def test_tricks_with_the_algorithm_are_refused(key_file: Path, trick: str) -> None:
    for tokens in (
        CustomerTokens(jwks_file=key_file),
        CustomerTokens(secret=SECRET, jwks_file=key_file),
        CustomerTokens(secret=SECRET),
        CustomerTokens(),
    ):
        with pytest.raises(Unauthorized):
            await tokens.verify(ALG_TRICKS[trick], now_ms=NOW)


async def test_an_algorithm_that_is_not_taken_is_told_which_are(key_file: Path) -> None:
    with pytest.raises(Unauthorized, match="must be signed with RS256 or ES256 or EdDSA"):
        await CustomerTokens(jwks_file=key_file).verify(ALG_TRICKS["RS512"], now_ms=NOW)
    with pytest.raises(Unauthorized, match=r"signed with HS256$"):
        await CustomerTokens(secret=SECRET).verify(ALG_TRICKS["RS512"], now_ms=NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        sign() + "x",
        sign()[:-1],
        sign() + ".x",
        sign().replace(".", "", 1),
        "x" * 9000,
        put_together(b"\xff", b"\xff"),
        put_together([], {}),
        jwt.PyJWS().encode(b"[]", SECRET, algorithm="HS256"),
        jwt.PyJWS().encode(b"\xff{}", SECRET, algorithm="HS256"),
        jwt.PyJWS().encode(b"[" * 5000, SECRET, algorithm="HS256"),
        jwt.PyJWS().encode(b'{"sub": "\\ud800"}', SECRET, algorithm="HS256"),
    ],
)
async def test_what_is_no_token_is_refused(tokens: CustomerTokens, token: str) -> None:
    with pytest.raises(Unauthorized):
        await tokens.verify(token, now_ms=NOW)


@given(token=st.text() | st.text("eyJhbGciOiJIUzI1NiJ9._-=", max_size=80))
async def test_no_text_makes_anything_but_unauthorized(token: str) -> None:
    with pytest.raises(Unauthorized):
        await CustomerTokens(secret=SECRET).verify(token, now_ms=NOW)


async def test_no_refusal_says_anything_of_the_secret(tokens: CustomerTokens) -> None:
    with pytest.raises(Unauthorized) as caught:
        await tokens.verify(sign(secret="another secret of thirty-two bytes!"), now_ms=NOW)
    assert SECRET not in str(caught.value)
    assert "signature" in caught.value.detail


async def test_the_server_can_sign_for_trying_out(tokens: CustomerTokens) -> None:
    token = tokens.sign("mei", now_ms=NOW, ttl_s=60, name="Mei", region="US-WA", phone=None)
    assert await tokens.verify(token, now_ms=NOW) == Claims(
        sub="mei", issued_at=NOW_S, expires_at=NOW_S + 60, name="Mei", region="US-WA"
    )
    with_issuer = CustomerTokens(secret=SECRET, issuer="us")
    await with_issuer.verify(with_issuer.sign("mei", now_ms=NOW), now_ms=NOW)
    with pytest.raises(BadRequest, match="region"):
        tokens.sign("mei", now_ms=NOW, region="nowhere")
    with pytest.raises(BadRequest, match="backend"):
        CustomerTokens().sign("mei", now_ms=NOW)


def test_a_secret_must_be_long_and_no_public_key() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CustomerTokens(secret="é" * 15)
    CustomerTokens(secret="é" * 16)
    with pytest.raises(ValueError, match="public key"):
        CustomerTokens(secret=pair("RS256").pem().decode())
