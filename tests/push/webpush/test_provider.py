"""Web Push against the stand-in of a push service: what arrives, and what each answer becomes."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from push.model import Answer, NotProcessed, Outcome, Refused, Unknown
from push.payload import Forms
from push.simulator.browser import Subscription
from push.simulator.record import Cut, Deed, Door, Fault, Hole, Late, Match, Reply, Silence
from push.webpush.provider import WebPush, canonical_topic, origin_of
from push.webpush.vapid import make_vapid_key
from tests.push import cast
from tests.push.webpush.stage import PUBLIC, TIMEOUT, Service, bare, push

HOUR_S = 3600


async def send(client: WebPush, browser: Subscription, **target: str) -> Answer:
    """The answer, of a push that must have one."""
    answer = await client.send(push(browser, target=target), timeout=TIMEOUT)
    assert isinstance(answer, Answer), answer
    return answer


async def test_a_push_arrives_and_is_read(service: Service) -> None:
    client = service.client()
    browser = service.subscribe(application_key=PUBLIC)
    one = push(browser, notice=cast.SPOKEN)
    answer = await client.send(one, timeout=TIMEOUT)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason, answer.detail) == (201, "", "")
    assert answer.provider_id
    (arrived,) = service.records.after()
    formed = Forms(now=lambda: cast.NOW).webpush(one)
    assert arrived.body == msgspec.json.decode(formed.plaintext)
    assert arrived.headers["ttl"] == str(formed.ttl)
    assert arrived.headers["urgency"] == "high"
    assert arrived.headers["content-encoding"] == "aes128gcm"
    assert not {"authorization", "cookie"} & set(arrived.headers)
    assert arrived.collapse == canonical_topic(cast.COLLAPSE)
    assert (arrived.token, arrived.app) == (browser.endpoint, PUBLIC)
    assert arrived.delivered
    assert arrived.banner


async def test_many_pushes_share_few_connections_and_one_word_of_who_sends(
    service: Service,
) -> None:
    client = service.client(form=lambda _: bare(), limit=4)
    browsers = [service.subscribe(application_key=PUBLIC) for _ in range(10)]
    await asyncio.gather(*(send(client, browsers[n % 10]) for n in range(60)))
    assert service.records.count == 60
    assert service.connections <= 4
    assert len(service.senders) == 1
    service.wall.now += 11 * HOUR_S
    await send(client, browsers[0])
    assert len(service.senders) == 2


async def test_an_app_of_unified_push_needs_no_key_of_the_sender(service: Service) -> None:
    answer = await send(service.client(), service.subscribe())
    assert answer.status == 201


async def test_what_is_asked_for_is_bounded_and_every_length_arrives(service: Service) -> None:
    browser = service.subscribe(application_key=PUBLIC)
    asked = bare()
    client = service.client(form=lambda _: asked, pad_to=500)
    lengths: set[str] = set()
    for plaintext, ttl, urgency, topic in [
        (b"", 0, "very-low", ""),
        (b'{"t":"%s"}' % (b"x" * 400), 2_592_001, "low", cast.COLLAPSE),
        (b"not json", -5, "normal", "abcd"),
    ]:
        asked = bare(plaintext=plaintext, ttl=ttl, urgency=urgency, topic=topic)
        assert (await send(client, browser)).status == 201
        arrived = service.records.after()[-1]
        assert arrived.headers["ttl"] == str(min(max(0, ttl), 2_592_000))
        assert arrived.headers["urgency"] == urgency
        assert arrived.headers.get("topic", "") == canonical_topic(topic)
        lengths.add(arrived.headers["content-length"])
    assert lengths == {str(86 + 500 + 17)}
    asked = bare(plaintext=bytes(3993))
    assert (await send(client, browser)).status == 201
    asked = bare(plaintext=bytes(3994))
    outcome = await client.send(push(browser), timeout=TIMEOUT)
    assert isinstance(outcome, Refused)
    assert "too large" in outcome.reason
    with pytest.raises(ValueError, match="3993"):
        service.client(pad_to=3994)


@pytest.mark.parametrize(
    ("topic", "sent"),
    [
        (cast.COLLAPSE, "abcdefghijklmnopqrstug"),  # the last bits are no part of its 16 bytes
        ("badge", ""),  # a length that base64url cannot have
        ("abcd", "abcd"),
        ("", ""),
        ("a b", ""),
        ("x" * 33, ""),
        ("x" * 32, "x" * 32),
    ],
)
def test_a_topic_is_one_that_strict_services_decode(topic: str, sent: str) -> None:
    assert canonical_topic(topic) == sent
    assert canonical_topic(sent) == sent


FAULTS: list[tuple[Deed, Outcome]] = [
    (Reply(status=404, reason="102"), Answer(status=404, reason="102")),
    (Reply(status=410, reason="106"), Answer(status=410, reason="106")),
    (Reply(status=410, body=""), Answer(status=410)),
    (Reply(status=413, reason="104"), Answer(status=413, reason="104")),
    (
        Reply(status=429, reason="201", retry_after="120"),
        Answer(status=429, reason="201", retry_after=120_000),
    ),
    (
        Reply(status=429, retry_after="Fri, 15 Jan 2027 08:01:00 GMT", date=cast.NOW),
        Answer(status=429, reason="999", retry_after=60_000),
    ),
    (Reply(status=503, reason="202", split=True), Answer(status=503, reason="202")),
    (Reply(status=403, reason="BadJwtToken"), Answer(status=403, reason="BadJwtToken")),
    (Reply(status=502, body="<html>no"), Answer(status=502)),
    (Reply(status=201, nameless=True), Answer(status=201)),
    (Reply(status=307), Refused("the endpoint leads elsewhere, which is not followed")),
    (Late(by=30), Answer(status=201)),
    (Cut(), Unknown("cut: ServerDisconnectedError")),
]


async def test_every_fault_has_its_outcome_and_none_outlives_it(service: Service) -> None:
    client = service.client(form=lambda _: bare())
    browser = service.subscribe(application_key=PUBLIC)
    for deed, expected in FAULTS:
        service.faults.add(Fault(do=deed))
        outcome = await client.send(push(browser), timeout=TIMEOUT)
        if isinstance(expected, Answer):
            assert isinstance(outcome, Answer), deed
            seen = (outcome.status, outcome.reason, outcome.retry_after)
            assert seen == (expected.status, expected.reason, expected.retry_after), deed
        else:
            assert outcome == expected, deed
        assert (await send(client, browser)).status == 201, deed


async def test_what_the_service_itself_finds_wrong(service: Service) -> None:
    browser = service.subscribe(application_key=PUBLIC)
    client = service.client(form=lambda _: bare())
    gone = service.subscribe(application_key=PUBLIC)
    service.unsubscribe(gone)
    assert (await send(client, gone)).reason == "106"
    unknown = await send(client, browser, token=browser.endpoint + "x")
    assert (unknown.status, unknown.reason) == (404, "102")

    service.longest_ttl_s = 10
    lowered = await send(client, browser)
    assert (lowered.status, lowered.detail) == (201, "kept for 10 s instead of 60 s")

    another = service.client(private=make_vapid_key()[0], form=lambda _: bare())
    mismatch = await send(another, browser)
    assert (mismatch.status, mismatch.reason) == (401, "VapidPkHashMismatch")

    swapped = service.subscribe(application_key=PUBLIC)
    closed = await send(client, browser, p256dh=swapped.p256dh, auth=swapped.auth)
    assert (closed.status, closed.reason) == (400, "110")

    client._vapid._clock = lambda: service.wall.now - 25 * HOUR_S
    client._vapid._signed.clear()
    late = await send(client, browser)
    assert (late.status, late.reason) == (401, "109")


@pytest.mark.parametrize(
    ("door", "expected", "timeout"),
    [("closed", "connect", TIMEOUT), ("broken", "tls", TIMEOUT), ("stalled", "timeout", 0.3)],
)
async def test_without_a_connection_nothing_was_processed(
    service: Service, door: Door, expected: str, timeout: float
) -> None:
    client = service.client(form=lambda _: bare())
    browser = service.subscribe()
    await service.set_door(door)
    outcome = await client.send(push(browser), timeout=timeout)
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason.startswith(expected)
    await service.set_door("open")
    assert (await send(client, browser)).status == 201


@pytest.mark.parametrize("deed", [Silence(), Hole()])
async def test_an_answer_that_never_comes_is_an_unknown_and_holds_up_nobody(
    service: Service, deed: Deed
) -> None:
    client = service.client(form=lambda _: bare())
    silent, other = service.subscribe(), service.subscribe()
    await send(client, silent)  # there is a connection, so that only the answer is waited for
    service.faults.add(Fault(do=deed, match=Match(token=silent.endpoint)))
    waiting = asyncio.create_task(client.send(push(silent), timeout=0.4))
    answers = await asyncio.gather(*(send(client, other) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert await waiting == Unknown("timeout")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"p256dh": ""}, "uncompressed point"),
        ({"p256dh": "BA" + "A" * 85}, "no point"),
        ({"auth": "AAAA"}, "16 bytes"),
    ],
)
async def test_keys_of_no_use_are_no_reason_to_call_anybody(
    service: Service, keys: dict[str, str], words: str
) -> None:
    outcome = await service.client().send(push(service.subscribe(), target=keys), timeout=TIMEOUT)
    assert isinstance(outcome, Refused)
    assert not outcome.keep
    assert words in outcome.reason
    assert service.records.count == 0


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://push.example.com/s/1", "https://push.example.com"),
        ("HTTPS://Push.Example.COM:443/s?x=1", "https://push.example.com"),
        ("https://push.example.com:8443/", "https://push.example.com:8443"),
        ("https://[2606:4700::1111]/s", "https://[2606:4700::1111]"),
        ("http://push.example.com/", None),
        ("ftp://push.example.com/", None),
        ("//push.example.com/", None),
        ("https://", None),
        ("https:///s", None),
        ("https://ana@push.example.com/", None),
        ("https://push.example.com:99999/", None),
        ("https://push.example.com:x/", None),
        ("https://[::1/", None),
        ("https://push.example.com/a b", None),
        ("https://push.example.com/\r\nX: y", None),
        ("https://push.example.com/s\n", None),
        ("https://push.example.com\\@evil/", None),
        ("https://püsh.example.com/", None),
        ("https://push.example.com/" + "x" * 2048, None),
    ],
)
def test_an_endpoint_is_an_https_address_and_nothing_else(
    endpoint: str, origin: str | None
) -> None:
    assert origin_of(endpoint) == origin
