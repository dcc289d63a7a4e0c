"""Key sets: rotation by file and by address, and what a broken address costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from inbox.auth.customers import CustomerTokens
from inbox.auth.jwks import LARGEST, Jwks, read_jwks
from inbox.core.errors import Overloaded, Unauthorized
from tests.auth.signers import NOW, KeyServer, Pair, Timer, pair

OLD, NEW = pair("ES256", "old"), pair("ES256", "new")


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    async with KeyServer() as running:
        running.keys = [OLD.jwk()]
        yield running


def following(timer: Timer, **source: Any) -> CustomerTokens:
    """A verifier whose key set is timed by the test."""
    tokens = CustomerTokens()
    tokens.jwks = Jwks(timer=timer, **source)
    return tokens


async def settle(tokens: CustomerTokens) -> None:
    """Wait for a load that runs beside."""
    assert tokens.jwks is not None
    if tokens.jwks._flight is not None:
        await tokens.jwks._flight


async def test_an_address_is_asked_once_whoever_comes(server: KeyServer) -> None:
    tokens = CustomerTokens(jwks_url=server.url)
    many = [tokens.verify(OLD.sign(sub=f"cust-{n}"), now_ms=NOW) for n in range(50)]
    assert len({claims.sub for claims in await asyncio.gather(*many)}) == 50
    assert server.asked == 1


async def test_who_gives_up_waiting_takes_nothing_from_the_others(server: KeyServer) -> None:
    tokens = CustomerTokens(jwks_url=server.url)
    first = asyncio.create_task(tokens.verify(OLD.sign(), now_ms=NOW))
    second = asyncio.create_task(tokens.verify(OLD.sign(), now_ms=NOW))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).sub == "ana"


async def test_a_new_key_is_known_at_its_first_token(server: KeyServer) -> None:
    timer = Timer()
    tokens = following(timer, url=server.url, least_interval_s=5)
    await tokens.verify(OLD.sign(), now_ms=NOW)
    server.keys.append(NEW.jwk())
    timer.now += 5
    await tokens.verify(NEW.sign(), now_ms=NOW)
    await tokens.verify(OLD.sign(), now_ms=NOW)
    assert server.asked == 2


async def test_forged_kids_do_not_make_this_server_call_another(server: KeyServer) -> None:
    timer = Timer()
    tokens = following(timer, url=server.url, least_interval_s=5)
    for n in range(20):
        with pytest.raises(Unauthorized, match="kid"):
            await tokens.verify(forged(n), now_ms=NOW)
    assert server.asked == 1
    timer.now += 5
    with pytest.raises(Unauthorized):
        await tokens.verify(forged(99), now_ms=NOW)
    assert server.asked == 2


def forged(n: int) -> str:
    """A token that names a key which nobody has published."""
    return Pair("ES256", f"forged-{n}", NEW.private).sign()


async def test_a_key_that_is_gone_ends_its_remembered_tokens(server: KeyServer) -> None:
    timer = Timer()
    tokens = following(timer, url=server.url, refresh_s=600)
    token = OLD.sign()
    await tokens.verify(token, now_ms=NOW)
    server.keys = [NEW.jwk()]
    timer.now += 599
    await tokens.verify(token, now_ms=NOW)
    timer.now += 1
    await tokens.verify(token, now_ms=NOW)  # served at once, the load runs beside
    await settle(tokens)
    with pytest.raises(Unauthorized, match="kid"):
        await tokens.verify(token, now_ms=NOW)


async def test_when_the_address_is_down_known_keys_stay_and_unknown_may_come_again(
    server: KeyServer,
) -> None:
    timer = Timer()
    tokens = following(timer, url=server.url, refresh_s=600, least_interval_s=5)
    await tokens.verify(OLD.sign(), now_ms=NOW)
    await server.stop()
    timer.now += 600
    await tokens.verify(OLD.sign(sub="luis"), now_ms=NOW)
    await settle(tokens)
    assert tokens.jwks is not None
    assert tokens.jwks.broken
    await tokens.verify(OLD.sign(sub="mei"), now_ms=NOW)
    with pytest.raises(Overloaded) as caught:
        await tokens.verify(NEW.sign(), now_ms=NOW)
    assert caught.value.retry_after


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, None),
        (404, None),
        (302, None),
        (200, b"<html>"),
        (200, b'{"keys": {}}'),
        (200, b'{"keys": [' + b" " * LARGEST + b"]}"),
    ],
)
async def test_an_answer_that_is_no_key_set_is_our_trouble_and_not_the_customers(
    server: KeyServer, status: int, body: bytes | None
) -> None:
    timer = Timer()
    tokens = following(timer, url=server.url, least_interval_s=5)
    server.status, server.body = status, body
    with pytest.raises(Overloaded):
        await tokens.verify(OLD.sign(), now_ms=NOW)
    server.status, server.body = 200, None
    timer.now += 5
    await tokens.verify(OLD.sign(), now_ms=NOW)
    assert tokens.jwks is not None
    assert tokens.jwks.broken is None


async def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [OLD.jwk()]}))
    timer = Timer()
    tokens = following(timer, file=file)
    await tokens.verify(OLD.sign(), now_ms=NOW)
    file.write_text(json.dumps({"keys": [NEW.jwk()]}))
    await tokens.verify(NEW.sign(), now_ms=NOW)  # an unknown kid: looked for at once
    with pytest.raises(Unauthorized):
        await tokens.verify(OLD.sign(), now_ms=NOW)
    file.write_text("half a fi")
    timer.now += 1
    await tokens.verify(NEW.sign(), now_ms=NOW)
    await settle(tokens)
    await tokens.verify(NEW.sign(), now_ms=NOW)  # the last good keys stay
    file.write_text(json.dumps({"keys": []}))
    timer.now += 1
    await tokens.verify(NEW.sign(), now_ms=NOW)
    await settle(tokens)
    with pytest.raises(Unauthorized):
        await tokens.verify(NEW.sign(), now_ms=NOW)


async def test_a_file_that_is_missing_is_temporary(tmp_path: Path) -> None:
    tokens = CustomerTokens(jwks_file=tmp_path / "none.json")
    with pytest.raises(Overloaded, match="cannot be read"):
        await tokens.verify(OLD.sign(), now_ms=NOW)


async def test_a_load_under_way_ends_with_close(server: KeyServer) -> None:
    tokens = CustomerTokens(jwks_url=server.url)
    assert tokens.jwks is not None
    tokens.jwks.look()
    await tokens.close()
    assert tokens.jwks._flight is None
    await tokens.close()


SMALL_RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(65_537, 1024).public_key(), as_dict=True)
P384 = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
ED448 = OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key(), as_dict=True)
PRIVATE = ECAlgorithm.to_jwk(OLD.private, as_dict=True)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"kty": "oct", "k": "c2VjcmV0"}, "shared secret"),
        ({**SMALL_RSA, "kid": "x"}, "2048"),
        (P384, "not used here"),
        (ED448, "not used here"),
        (PRIVATE, "private key"),
        (OLD.jwk(use="enc"), "something other"),
        (OLD.jwk(alg="ES512"), "something other"),
        (pair("RS256").jwk(alg="PS256"), "something other"),
        (OLD.jwk(kid=7), "kid"),
        ({"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}, "key 1"),
        ({"kty": "RSA"}, "key 1"),
        ("a text", "object"),
        ({}, "not used here"),
    ],
)
def test_a_key_that_cannot_serve_is_passed_over(entry: object, why: str) -> None:
    keyring = read_jwks(json.dumps({"keys": [entry, NEW.jwk()]}).encode())
    assert [key.kid for key in keyring.keys] == ["new"]
    assert len(keyring.passed_over) == 1
    assert why in keyring.passed_over[0]


def test_a_header_without_kid_means_the_only_key_of_its_kind() -> None:
    def set_of(*keys: dict[str, Any]) -> Any:
        return read_jwks(json.dumps({"keys": keys}).encode())

    one = set_of(OLD.jwk(), pair("RS256").jwk())
    assert one.find(kid=None, alg="ES256").kid == "old"
    assert one.find(kid=None, alg="EdDSA") is None
    assert one.find(kid="old", alg="RS256") is None
    assert set_of(OLD.jwk(), NEW.jwk()).find(kid=None, alg="ES256") is None
    nameless = OLD.jwk()
    del nameless["kid"]
    assert set_of(nameless).find(kid=None, alg="ES256")
    assert set_of(nameless).find(kid="any", alg="ES256") is None


@pytest.mark.parametrize("source", [{}, {"url": "ftp://x"}, {"url": "https://x", "file": Path()}])
def test_exactly_one_source_is_named(source: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="keys"):
        Jwks(**source)
