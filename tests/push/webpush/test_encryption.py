"""Encryption: the standard's own example, and others' implementations against both our ends."""

from __future__ import annotations

import json
import os

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pywebpush import WebPusher  # type: ignore[import-untyped]

from push.simulator.browser import Undecipherable, make_subscription
from push.webpush.encryption import LARGEST, BadKeys, decode, encode, encrypt

# RFC 8291, section 5 and appendix A.
EXAMPLE = b"When I grow up, I want to be a watermelon"
EXAMPLE_P256DH = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
EXAMPLE_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
EXAMPLE_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
EXAMPLE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
EXAMPLE_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)
SUBSCRIPTION = make_subscription("https://push.example.com/s/1")


def seal(plaintext: bytes, pad_to: int = 0) -> bytes:
    """Encrypted for the one subscription of these tests."""
    return encrypt(plaintext, p256dh=SUBSCRIPTION.p256dh, auth=SUBSCRIPTION.auth, pad_to=pad_to)


def test_the_standards_example_comes_out_to_the_byte() -> None:
    key = ec.derive_private_key(int.from_bytes(decode(EXAMPLE_KEY), "big"), ec.SECP256R1())
    body = encrypt(
        EXAMPLE,
        p256dh=EXAMPLE_P256DH,
        auth=EXAMPLE_AUTH,
        salt=decode(EXAMPLE_SALT),
        key=key,
    )
    assert encode(body) == EXAMPLE_BODY


@given(st.binary(max_size=LARGEST), st.integers(0, LARGEST))
def test_what_is_encrypted_is_read_by_the_browser(plaintext: bytes, pad_to: int) -> None:
    body = seal(plaintext, pad_to)
    assert SUBSCRIPTION.decrypt(body) == plaintext
    assert len(body) == 86 + max(len(plaintext), pad_to) + 17 <= 4096


@given(st.binary(max_size=LARGEST), st.integers(0, LARGEST))
def test_http_ece_reads_it_too(plaintext: bytes, pad_to: int) -> None:
    body = seal(plaintext, pad_to)
    read = http_ece.decrypt(
        body, private_key=SUBSCRIPTION.key, auth_secret=SUBSCRIPTION.secret, version="aes128gcm"
    )
    assert read == plaintext


@given(st.binary(min_size=1, max_size=3000))
def test_our_browser_reads_http_ece(plaintext: bytes) -> None:
    body = http_ece.encrypt(
        plaintext,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decode(SUBSCRIPTION.p256dh),
        auth_secret=SUBSCRIPTION.secret,
        version="aes128gcm",
    )
    assert SUBSCRIPTION.decrypt(body) == plaintext


def test_our_browser_reads_pywebpush() -> None:
    pusher = WebPusher(SUBSCRIPTION.to_json())
    body = pusher.encode(json.dumps({"t": "1"}).encode())["body"]
    assert json.loads(SUBSCRIPTION.decrypt(body)) == {"t": "1"}


def test_no_two_messages_are_alike() -> None:
    bodies = {seal(b"x")[:86] for _ in range(20)}
    assert len(bodies) == 20


def test_what_is_too_long_for_one_record_is_refused() -> None:
    assert len(seal(bytes(LARGEST))) == 4096
    for plaintext, pad_to in ((bytes(LARGEST + 1), 0), (b"x", LARGEST + 1)):
        with pytest.raises(OverflowError, match="3993"):
            seal(plaintext, pad_to)


OTHER_POINT = encode(b"\x04" + bytes(63) + b"\x01")  # not on the curve


@pytest.mark.parametrize(
    ("p256dh", "auth", "wrong"),
    [
        ("", SUBSCRIPTION.auth, "uncompressed point"),
        ("%%%", SUBSCRIPTION.auth, "base64url"),
        ("BA", SUBSCRIPTION.auth, "uncompressed point"),
        (OTHER_POINT, SUBSCRIPTION.auth, "no point"),
        (encode(b"\x02" + bytes(64)), SUBSCRIPTION.auth, "no point"),
        (SUBSCRIPTION.p256dh, "", "16 bytes"),
        (SUBSCRIPTION.p256dh, "c2hvcnQ", "16 bytes"),
        (SUBSCRIPTION.p256dh, "é", "base64url"),
        (SUBSCRIPTION.p256dh, "A", "base64url"),
    ],
    ids=range(9),  # the keys are others in each run
)
def test_keys_that_are_none_are_told_apart(p256dh: str, auth: str, wrong: str) -> None:
    with pytest.raises(BadKeys, match=wrong):
        encrypt(b"x", p256dh=p256dh, auth=auth)


@given(st.binary(max_size=80))
def test_keys_are_read_in_every_usual_spelling(data: bytes) -> None:
    text = encode(data)
    padded = text + "=" * (-len(text) % 4)
    standard = padded.replace("-", "+").replace("_", "/")
    assert {decode(spelling) for spelling in (text, padded, standard)} == {data}


def test_a_record_that_is_not_said_to_be_the_last_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("push.webpush.encryption._LAST_RECORD", b"\x01")
    with pytest.raises(Undecipherable, match="delimiter"):
        SUBSCRIPTION.decrypt(seal(b"x"))
    monkeypatch.setattr("push.webpush.encryption._LAST_RECORD", b"")
    with pytest.raises(Undecipherable, match="delimiter"):
        SUBSCRIPTION.decrypt(seal(b"", pad_to=9))


@given(st.binary(max_size=200))
def test_a_body_of_anything_else_is_undecipherable(body: bytes) -> None:
    with pytest.raises(Undecipherable):
        SUBSCRIPTION.decrypt(body)
    with pytest.raises(Undecipherable):
        SUBSCRIPTION.decrypt(decode(EXAMPLE_BODY))
