"""Every answer that Apple documents reaches the caller as it was given, and odd ones by status."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from push.apns.answers import read_answer, read_goaway
from push.model import Answer
from push.simulator.record import Reply
from push.simulator.tls import Certificates
from tests.push.apns.stage import device, push, stage

DOCUMENTED = [
    (400, "BadCollapseId"),
    (400, "BadDeviceToken"),
    (400, "BadExpirationDate"),
    (400, "BadMessageId"),
    (400, "BadPriority"),
    (400, "BadTopic"),
    (400, "DeviceTokenNotForTopic"),
    (400, "DuplicateHeaders"),
    (400, "InvalidPushType"),
    (400, "MissingDeviceToken"),
    (400, "MissingTopic"),
    (400, "PayloadEmpty"),
    (400, "TopicDisallowed"),
    (403, "BadCertificate"),
    (403, "BadCertificateEnvironment"),
    (403, "BadEnvironmentKeyIdInToken"),
    (403, "Forbidden"),
    (403, "InvalidProviderToken"),
    (403, "MissingProviderToken"),
    (404, "BadPath"),
    (405, "MethodNotAllowed"),
    (410, "ExpiredToken"),
    (410, "Unregistered"),
    (413, "PayloadTooLarge"),
    (429, "TooManyRequests"),
    (500, "InternalServerError"),
    (503, "ServiceUnavailable"),
]
"""Without those that the client takes as a reason to try once more: see the next test."""
TRIED_AGAIN = [
    (400, "IdleTimeout"),
    (403, "UnrelatedKeyIdInToken"),
    (503, "Shutdown"),
]


async def test_every_documented_answer_comes_back_as_it_was_given(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        for number, (status, reason) in enumerate(DOCUMENTED):
            both.fault(Reply(status=status, reason=reason), device(number))
        pushes = [push(device(number)) for number in range(len(DOCUMENTED))]
        answers = await asyncio.gather(*(both.send(one) for one in pushes))
        assert answers == [
            Answer(status=status, reason=reason, provider_id=one.push_id)
            for one, (status, reason) in zip(pushes, DOCUMENTED, strict=True)
        ]
        assert len(both.arrived()) == len(DOCUMENTED)  # none was tried twice
        assert both.simulator.made == 1


@pytest.mark.parametrize(("status", "reason"), TRIED_AGAIN)
async def test_what_can_be_mended_here_is_tried_once_more(
    certificates: Certificates, tmp_path: Path, status: int, reason: str
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(Reply(status=status, reason=reason), device(1))
        both.fault(Reply(status=status, reason=reason), device(2), times=2)
        fine, bad = await asyncio.gather(both.send(push(device(1))), both.send(push(device(2))))
        assert isinstance(fine, Answer)
        assert isinstance(bad, Answer)
        assert (fine.status, bad.status, bad.reason) == (200, status, reason)
        for token in (device(1), device(2)):
            first, second = both.arrived(token)
            assert first.push_id == second.push_id


async def test_a_push_says_since_when_its_token_is_dead(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.simulator.dead[device()] = 1_795_000_000_123
        answer = await both.send()
        assert isinstance(answer, Answer)
        assert (answer.status, answer.reason) == (410, "Unregistered")
        assert answer.dead_since == 1_795_000_000_123


ODD = [
    (Reply(status=503, body=""), 503, "", ""),
    (Reply(status=502, body="<html>\nbad gateway</html>"), 502, "", "<html> bad gateway</html>"),
    (Reply(status=400, reason="BadDeviceToken", split=True), 400, "BadDeviceToken", ""),
    (Reply(status=400, reason="NeverHeardOf"), 400, "NeverHeardOf", ""),
    (Reply(status=400, body="[]"), 400, "", "[]"),
    (Reply(status=400, body='{"reason": 7}'), 400, "", '{"reason": 7}'),
    (Reply(status=299, body=""), 299, "", ""),
    (Reply(status=410, reason="ExpiredToken", timestamp=5, split=True), 410, "ExpiredToken", ""),
]


async def test_odd_answers_are_classed_by_their_status(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        for number, (reply, *_) in enumerate(ODD):
            both.fault(reply, device(number))
        sends = (both.send(push(device(number))) for number in range(len(ODD)))
        answers = await asyncio.gather(*sends)
        for answer, (_, status, reason, detail) in zip(answers, ODD, strict=True):
            assert isinstance(answer, Answer)
            assert (answer.status, answer.reason, answer.detail) == (status, reason, detail)


async def test_an_answer_without_an_id_has_none(certificates: Certificates, tmp_path: Path) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(Reply(status=200, nameless=True))
        assert await both.send() == Answer(status=200)


async def test_a_slowed_down_device_holds_up_no_other(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(
            Reply(status=429, reason="TooManyRequests", retry_after="30"), device(1), times=None
        )
        slow, fine = await asyncio.gather(both.send(push(device(1))), both.send(push(device(2))))
        assert isinstance(slow, Answer)
        assert isinstance(fine, Answer)
        assert (slow.reason, slow.retry_after, fine.status) == ("TooManyRequests", 30_000, 200)
        assert len(both.arrived(device(1))) == 1


@pytest.mark.parametrize(
    ("said", "milliseconds"), [(b"30", 30_000), (b"soon", None), (b"", None), (b"9" * 12, None)]
)
def test_retry_after_is_read_in_seconds(said: bytes, milliseconds: int | None) -> None:
    assert read_answer(429, {b"retry-after": said}, b"").retry_after == milliseconds


def test_the_id_of_the_sandbox_is_told_to_the_operator() -> None:
    answer = read_answer(200, {b"apns-id": b"one", b"apns-unique-id": b"two"}, b"")
    assert (answer.provider_id, answer.detail) == ("one", "apns-unique-id two")


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b'{"reason": "Shutdown"}', 0, "Shutdown"),
        (b"", 7, "code 7"),
        (None, 0, "code 0"),
        (b"Maximum active streams violated", 7, "code 7"),
        (b"\xff", 1, "code 1"),
    ],
)
def test_a_goaway_has_apples_reason_or_the_code(data: bytes | None, code: int, reason: str) -> None:
    assert read_goaway(data, code) == reason
