"""The sender's word: verified by another implementation, and made rarely."""

from __future__ import annotations

import re
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02  # type: ignore[import-untyped]

from push.webpush.encryption import decode
from push.webpush.vapid import KNOWN_ORIGINS, Vapid, make_vapid_key
from tests.push.stands import Timer
from tests.push.webpush.stage import PRIVATE, PUBLIC, SUBJECT

MOZILLA = "https://updates.push.services.mozilla.com"
APPLE = "https://web.push.apple.com"
HOUR_S = 3600


def claims_of(header: str) -> dict[str, object]:
    found = re.fullmatch(r"vapid t=(\S+), k=(\S+)", header)
    assert found
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(found[2]))
    claims: dict[str, object] = jwt.decode(
        found[1],
        public,
        algorithms=["ES256"],
        options={"verify_exp": False, "verify_aud": False},
    )
    return claims


def test_it_names_the_service_the_operator_and_an_end_within_a_day() -> None:
    timer = Timer()
    vapid = Vapid(PRIVATE, subject=SUBJECT, clock=timer)
    assert vapid.public == PUBLIC
    claims = claims_of(vapid.authorize(MOZILLA))
    assert claims == {"aud": MOZILLA, "sub": SUBJECT, "exp": int(timer.now) + 12 * HOUR_S}


def test_others_verify_it() -> None:
    header = Vapid(PRIVATE, subject=SUBJECT).authorize(MOZILLA)
    assert Vapid02.verify(header.replace(", ", ","))  # it reads no space, which the standard allows
    signed = Vapid02.from_raw(PRIVATE.encode()).sign(
        {"aud": MOZILLA, "sub": SUBJECT, "exp": int(time.time()) + HOUR_S}
    )
    assert f"k={PUBLIC}" in signed["Authorization"]


def test_it_stays_the_same_for_eleven_hours_and_for_each_service_apart() -> None:
    timer = Timer()
    vapid = Vapid(PRIVATE, subject=SUBJECT, clock=timer)
    first, apple = vapid.authorize(MOZILLA), vapid.authorize(APPLE)
    assert claims_of(apple)["aud"] == APPLE
    seen: set[str] = set()
    for _ in range(22):
        timer.now += HOUR_S / 2 - 1
        seen.add(vapid.authorize(MOZILLA))
    assert seen == {first}
    timer.now += 60
    second = vapid.authorize(MOZILLA)
    assert second != first
    assert claims_of(second)["exp"] == int(timer.now) + 12 * HOUR_S


def test_a_clock_that_is_set_back_leaves_none_that_lives_too_long() -> None:
    timer = Timer()
    vapid = Vapid(PRIVATE, subject=SUBJECT, clock=timer)
    first = vapid.authorize(APPLE)
    timer.now -= HOUR_S
    assert vapid.authorize(APPLE) == first
    timer.now -= 48 * HOUR_S
    claims = claims_of(vapid.authorize(APPLE))
    assert claims["exp"] == int(timer.now) + 12 * HOUR_S


def test_strangers_services_do_not_fill_the_memory_nor_drive_out_those_in_use() -> None:
    timer = Timer()
    vapid = Vapid(PRIVATE, subject=SUBJECT, clock=timer)
    apple = vapid.authorize(APPLE)
    for n in range(KNOWN_ORIGINS + 50):
        vapid.authorize(f"https://{n}.example.com")
        timer.now += 1
        assert vapid.authorize(APPLE) == apple
    assert len(vapid._signed) <= KNOWN_ORIGINS


@pytest.mark.parametrize(
    "private",
    ["", "%", "AAAA", PUBLIC, PRIVATE[:-2], "_" * 43, "A" * 43, PRIVATE + "AAAA"],
    ids=range(8),  # the keys are others in each run
)
def test_what_is_no_key_is_told(private: str) -> None:
    with pytest.raises(ValueError, match="VAPID key"):
        Vapid(private, subject=SUBJECT)


@pytest.mark.parametrize(
    "subject",
    ["", "push@example.com", "mailto:", "mailto: a@b", "mailto:<a@b>", "http://x", "https://a b"],
)
def test_what_is_no_address_of_an_operator_is_told(subject: str) -> None:
    with pytest.raises(ValueError, match="VAPID subject"):
        Vapid(PRIVATE, subject=subject)


def test_each_pair_is_another_and_fits() -> None:
    pairs = [make_vapid_key() for _ in range(5)]
    assert len({private for private, _ in pairs}) == 5
    for private, public in pairs:
        assert Vapid(private, subject="https://example.com").public == public
        assert len(decode(public)) == 65
