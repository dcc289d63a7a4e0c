"""The provider token: one, not too old, not too new, and what happens when Apple objects."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from push.apns import Apns
from push.apns.counters import Counters
from push.apns.pace import Pace
from push.apns.token import KeyUnreadable, ProviderToken
from push.model import Answer, Refused
from push.simulator.apns import make_key
from push.simulator.record import Late, Reply
from push.simulator.tls import Certificates, pem
from tests.push.apns.stage import Hand, device, good, key_of, push, stage

EXPIRED = Reply(status=403, reason="ExpiredProviderToken")
TOO_MANY = Reply(status=429, reason="TooManyProviderTokenUpdates")
INVALID = Reply(status=403, reason="InvalidProviderToken")


def make(folder: Path, hand: Hand) -> ProviderToken:
    file = folder / "key.p8"
    if not file.exists():
        make_key(file)
    return ProviderToken(
        team_id="TEAMSPOKAN",
        key_id="KEYOFTEAM1",
        key_file=file,
        world=hand.world(),
        pace=Pace(),
        counters=Counters(),
    )


def step(hand: Hand, seconds: float) -> None:
    hand.wall += seconds
    hand.monotonic += seconds


# ── by itself ────────────────────────────────────────────────────────────────────────────────────
def test_a_token_says_who_when_and_by_which_key(tmp_path: Path) -> None:
    hand = Hand()
    text = make(tmp_path, hand).current().header.removeprefix(b"bearer ").decode()
    assert jwt.get_unverified_header(text) == {"alg": "ES256", "kid": "KEYOFTEAM1"}
    claims = jwt.decode(text, options={"verify_signature": False})
    assert claims == {"iss": "TEAMSPOKAN", "iat": int(hand.wall)}


@pytest.mark.parametrize(("luck", "minutes"), [(0.0, 45), (1.0, 50)])
def test_a_token_serves_for_so_long(tmp_path: Path, luck: float, minutes: int) -> None:
    hand = Hand()
    hand.luck = luck
    token = make(tmp_path, hand)
    first = token.current()
    step(hand, minutes * 60 - 1)
    assert token.current() is first
    step(hand, 1)
    assert token.current().number == 2


def test_a_day_takes_about_thirty_tokens(tmp_path: Path) -> None:
    hand = Hand()
    hand.luck = 0.5
    token = make(tmp_path, hand)
    for _ in range(24 * 60):
        token.current()
        step(hand, 60)
    assert token.current().number <= 32


def test_a_machine_that_slept_has_a_new_token(tmp_path: Path) -> None:
    hand = Hand()
    token = make(tmp_path, hand)
    token.current()
    step(hand, 1200)
    hand.wall += 3000  # the timer stood still meanwhile
    assert token.current().number == 2


def test_a_clock_that_is_set_leaves_a_young_token_alone(tmp_path: Path) -> None:
    hand = Hand()
    token = make(tmp_path, hand)
    first = token.current()
    hand.wall += 7200
    step(hand, 1199)
    assert token.current() is first
    step(hand, 1)
    assert token.current().number == 2


def test_a_clock_that_jumps_makes_no_storm_of_tokens(tmp_path: Path) -> None:
    hand = Hand()
    token = make(tmp_path, hand)
    for jump in (7200, -7200) * 20:
        hand.wall += jump
        step(hand, 10)
        token.current()
        token.expired(token.current())
    assert token.current().number <= 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
    ],
)
def test_a_file_without_a_key_is_said_in_words(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    token = make(tmp_path, Hand())
    file = tmp_path / "key.p8"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(KeyUnreadable, match=why):
        token.current()


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    token = make(tmp_path, Hand())
    (tmp_path / "key.p8").write_bytes(pem(ec.generate_private_key(ec.SECP384R1())))
    with pytest.raises(KeyUnreadable, match="P-256"):
        token.current()


def test_a_file_that_breaks_later_leaves_the_key_as_it_was(tmp_path: Path) -> None:
    hand = Hand()
    token = make(tmp_path, hand)
    first = token.current()
    (tmp_path / "key.p8").write_bytes(b"half a ke")
    step(hand, 2)
    assert token.current() is first
    assert token.broken is not None
    make_key(tmp_path / "key.p8")
    step(hand, 2)
    assert token.current().generation == first.generation + 1
    assert token.broken is None


# ── with Apple ───────────────────────────────────────────────────────────────────────────────────
async def test_many_expired_answers_make_one_new_token(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send(push(device(9999)))
        both.fault(EXPIRED, times=200)
        outcomes = await both.burst(200)
        assert len(good(outcomes)) == 200
        assert both.apns.counters.resent == 200
        assert both.apns.counters.tokens == 2
        assert both.simulator.made == 1


async def test_an_expired_answer_to_the_new_token_is_told(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(EXPIRED, times=None)
        outcomes = await both.burst(20)
        assert {one.reason for one in outcomes if isinstance(one, Answer)} == {
            "ExpiredProviderToken"
        }
        assert both.apns.counters.tokens == 2
        assert len(both.arrived()) <= 21


@pytest.mark.parametrize(("skew", "words"), [(7200, "s ahead of"), (-7200, "s behind")])
async def test_a_wrong_clock_is_named_and_makes_no_storm(
    certificates: Certificates, tmp_path: Path, skew: int, words: str
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        right = both.hand.wall
        both.simulator.clock = lambda: right
        both.hand.wall += skew
        for _ in range(20):
            (answer,) = await both.burst(1)
            assert isinstance(answer, Answer)
            assert (answer.status, answer.reason) == (403, "ExpiredProviderToken")
            assert words in answer.detail
            await both.hand.pass_time(30)
            right += 30
        assert both.apns.counters.tokens == 2
        assert both.apns.look()[0].skew == pytest.approx(skew, abs=2)
        both.hand.wall -= skew  # somebody has set it right
        await both.hand.pass_time(20 * 60)
        right += 20 * 60
        assert good([await both.send()])
        assert both.apns.counters.tokens == 3


async def test_too_many_updates_bring_the_old_token_back_for_twenty_minutes(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        await both.send()
        old = list(both.simulator.tokens)[-1]
        step(both.hand, 45 * 60)
        both.fault(TOO_MANY, times=50)
        assert len(good(await both.burst(50))) == 50
        assert both.apns.counters.tokens == 2
        step(both.hand, 14 * 60)
        assert good([await both.send()])
        assert both.apns.counters.tokens == 2
        assert shown_by(both.apns) == old
        step(both.hand, 6 * 60 + 1)
        assert good([await both.send()])
        assert both.apns.counters.tokens == 3


def shown_by(apns: Apns) -> str:
    """What the only pool would show now."""
    (pool,) = apns._pools.values()
    return pool._token.current().header.decode()


async def test_too_many_updates_without_an_older_token_are_told(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(TOO_MANY, times=None)
        outcomes = await both.burst(5)
        assert {one.reason for one in outcomes if isinstance(one, Answer)} == {
            "TooManyProviderTokenUpdates"
        }
        assert both.apns.counters.tokens == 1
        assert len(both.arrived()) == 5


async def test_an_invalid_token_heals_when_the_key_file_is_replaced(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        file = both.app.key_file
        shutil.copy(file, tmp_path / "right.p8")
        make_key(file)  # another key than Apple knows
        answer = await both.send()
        assert isinstance(answer, Answer)
        assert (answer.status, answer.reason) == (403, "InvalidProviderToken")
        assert len(both.arrived()) == 1
        shutil.copy(tmp_path / "right.p8", file)
        assert good([await both.send()])
        assert both.apns.counters.keys == 2


async def test_a_key_that_cannot_be_read_holds_the_push_and_makes_no_connection(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        moved = both.app.key_file.rename(tmp_path / "moved.p8")
        outcome = await both.send()
        assert outcome == Refused("the key cannot be read: No such file or directory", keep=True)
        assert both.simulator.made == 0
        assert both.apns.look()[0].broken == "No such file or directory"
        moved.rename(both.app.key_file)
        step(both.hand, 1)
        assert good([await both.send()])
        assert both.apns.look()[0].broken is None


async def test_a_new_key_in_the_same_file_gets_new_connections(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        both.fault(Late(by=100), device(1))
        flying = asyncio.create_task(both.send(push(device(1))))
        await both.records.wait(1)
        make_key(both.app.key_file)
        both.simulator.keys[both.app.key_id] = key_of(both.app)
        step(both.hand, 2)
        assert good([await both.send(push(device(2)))])
        assert good([await flying])
        assert both.simulator.made == 2
        first, second = both.arrived()
        assert (first.connection, second.connection) == (1, 2)
