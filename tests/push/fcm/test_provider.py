"""FCM against Google's stand-in: what arrives, and what is certain when nothing comes back."""

from __future__ import annotations

import asyncio
import json

import pytest

from push.exchange import Exchange, trust
from push.fcm.provider import FcmProject
from push.model import Answer, FcmRequest, NotProcessed, Outcome, Push, Refused, Unknown
from push.payload import Forms
from push.simulator.record import Cut, Deed, Door, Fault, Hole, Late, Match, Reply, Silence
from tests.push import cast
from tests.push.fcm.stage import TIMEOUT, Google, bare, push, to


async def test_a_push_arrives_as_it_was_formed(google: Google) -> None:
    client = google.client()
    one = push(notice=cast.SPOKEN)
    answer = await client.send(one, timeout=TIMEOUT)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason, answer.detail) == (200, "", "")
    assert answer.provider_id.startswith("projects/care/messages/")
    (arrived,) = google.records.after()
    message = json.loads(Forms(now=lambda: cast.NOW).fcm(one).message)
    assert arrived.body == {"message": message}
    assert (arrived.token, arrived.app, arrived.collapse) == ("an:droid", "care", cast.COLLAPSE)
    assert arrived.delivered
    assert arrived.banner
    assert "authorization" not in arrived.headers


async def test_connections_are_kept(google: Google) -> None:
    client = google.client(form=bare)
    for _ in range(20):
        await client.send(push(), timeout=TIMEOUT)
    assert google.connections == 1


async def test_each_app_has_its_project_and_one_may_serve_all_others(google: Google) -> None:
    care, other = FcmProject(google.account()), FcmProject(google.account("other"))
    client = google.client({"care": care, "": other}, form=bare)
    for app in ("care", "shop", ""):
        assert isinstance(await client.send(to(app), timeout=TIMEOUT), Answer)
    assert [one.app for one in google.records.after()] == ["care", "other", "other"]
    assert google.asked == 2


async def test_an_app_without_a_project_waits_for_the_operator(google: Google) -> None:
    client = google.client(form=bare)
    outcome = await client.send(to("shop"), timeout=TIMEOUT)
    assert outcome == Refused("no FCM project is set for the app shop", keep=True)


async def test_a_project_may_be_another_than_the_account_names(google: Google) -> None:
    google.account("other")
    client = google.client({"care": FcmProject(google.account(), "other")}, form=bare)
    answer = await client.send(push(), timeout=TIMEOUT)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason) == (403, "PERMISSION_DENIED")
    client = google.client({"care": FcmProject(google.account(), "none")}, form=bare)
    answer = await client.send(push(), timeout=TIMEOUT)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason) == (404, "NOT_FOUND")  # no word of the token


FAULTS: list[tuple[Deed, Outcome]] = [
    (Reply(status=404, reason="UNREGISTERED"), Answer(status=404, reason="UNREGISTERED")),
    (Reply(status=404), Answer(status=404, reason="NOT_FOUND")),
    (
        Reply(status=429, reason="QUOTA_EXCEEDED", retry_after="60"),
        Answer(status=429, reason="QUOTA_EXCEEDED", retry_after=60_000),
    ),
    (Reply(status=429, reason="QUOTA_EXCEEDED"), Answer(status=429, reason="QUOTA_EXCEEDED")),
    (
        Reply(
            status=503,
            reason="UNAVAILABLE",
            retry_after="Fri, 15 Jan 2027 08:01:30 GMT",
            date=1_800_000_000_000,
        ),
        Answer(status=503, reason="UNAVAILABLE", retry_after=90_000),
    ),
    (Reply(status=500, reason="INTERNAL", split=True), Answer(status=500, reason="INTERNAL")),
    (Reply(status=502, body="<html>"), Answer(status=502, detail="<html>")),
    (Reply(status=503, body=""), Answer(status=503)),
    (Reply(status=200, nameless=True), Answer(status=200)),
    (Reply(status=302), Answer(status=302, reason="UNKNOWN")),
    (Reply(status=200, body="{" + " " * 40_000), Answer(status=200)),
    (Late(by=30), Answer(status=200)),
    (Cut(), Unknown("cut: ServerDisconnectedError")),
    (Cut(delivered=False), Unknown("cut: ServerDisconnectedError")),
]


async def test_every_fault_has_its_outcome_and_none_outlives_it(google: Google) -> None:
    client = google.client(form=bare)
    for deed, expected in FAULTS:
        google.faults.add(Fault(do=deed))
        outcome = await client.send(push(), timeout=TIMEOUT)
        if isinstance(outcome, Answer) and isinstance(expected, Answer):
            seen = (outcome.status, outcome.reason, outcome.retry_after)
            assert seen == (expected.status, expected.reason, expected.retry_after), deed
            assert expected.detail in outcome.detail, deed
        else:
            assert outcome == expected, deed
        after = await client.send(push(), timeout=TIMEOUT)
        assert isinstance(after, Answer), deed
        assert after.status == 200, deed


async def test_what_google_finds_wrong_is_told_by_field(google: Google) -> None:
    cases = [
        (b'{"token":"a b"}', "message.token: Invalid registration token"),
        (b'{"token":"t","data":{"from":"x"}}', "message.data: Invalid data payload key"),
        (b'{"token":"t","data":{"n":12}}', "message.data[...]: Expected `str`"),
        (b'{"token":"t","android":{"ttl":"30d"}}', "message.android.ttl: Invalid TTL"),
        (b'{"token":"t","android":{"ttl":"2419201s"}}', "message.android.ttl: Invalid TTL"),
        (b'{"token":"t","colour":"red"}', "message: Object contains unknown field `colour`"),
        (b'{"data":{}}', "message: Recipient of the message is not set."),
        (b'{"token":"t","data":{"n":"%s"}}' % (b"x" * 4090), "Android message is too big"),
        (b'{"token":', "Invalid JSON payload"),
    ]
    client = google.client()
    for message, words in cases:
        formed = FcmRequest(message=message)
        client._form = lambda _, formed=formed: formed  # type: ignore[misc]
        answer = await client.send(push(), timeout=TIMEOUT)
        assert isinstance(answer, Answer)
        assert (answer.status, answer.reason) == (400, "INVALID_ARGUMENT")
        assert words in answer.detail, (answer.detail, words)
        assert answer.detail.startswith("message.token:") == (message == b'{"token":"a b"}')


@pytest.mark.parametrize(
    ("door", "expected", "timeout"),
    [("closed", "connect", TIMEOUT), ("broken", "tls", TIMEOUT), ("stalled", "timeout", 0.3)],
)
async def test_without_a_connection_nothing_was_processed(
    google: Google, door: Door, expected: str, timeout: float
) -> None:
    client = google.client(form=bare)
    await client._tokens["care"].get()
    await google.set_door(door)
    google.cut()
    outcome = await client.send(push(), timeout=timeout)
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason.startswith(expected)
    await google.set_door("open")
    assert isinstance(await client.send(push(), timeout=TIMEOUT), Answer)


async def test_another_authority_is_not_trusted(google: Google) -> None:
    client = google.client(form=bare)
    client._exchange = Exchange(tls=trust(None))
    await client._tokens["care"].get()
    outcome = await client.send(push(), timeout=TIMEOUT)
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason.startswith("tls: ")
    assert "certificate" in outcome.reason


@pytest.mark.parametrize("deed", [Silence(), Hole()])
async def test_an_answer_that_never_comes_is_an_unknown_and_holds_up_nobody(
    google: Google, deed: Deed
) -> None:
    client = google.client(form=bare)
    await client.send(push(), timeout=TIMEOUT)
    google.faults.add(Fault(do=deed, match=Match(token="silent")))
    silent = asyncio.create_task(client.send(to("care", "silent"), timeout=0.4))
    others = [client.send(push(), timeout=TIMEOUT) for _ in range(20)]
    assert all(isinstance(one, Answer) for one in await asyncio.gather(*others))
    assert await silent == Unknown("timeout")


async def test_the_wait_for_a_connection_counts_and_nothing_was_processed(google: Google) -> None:
    client = google.client(form=bare, limit=1)
    await client.send(push(), timeout=TIMEOUT)
    google.faults.add(Fault(do=Silence(), match=Match(token="silent")))
    silent = asyncio.create_task(client.send(to("care", "silent"), timeout=1))
    await google.records.wait(2)
    assert await client.send(push(), timeout=0.1) == NotProcessed("timeout")
    assert await silent == Unknown("timeout")


async def test_a_cancelled_push_gives_its_connection_back(google: Google) -> None:
    client = google.client(form=bare, limit=1)
    google.faults.add(Fault(do=Silence()))
    cancelled = asyncio.create_task(client.send(push(), timeout=TIMEOUT))
    await google.records.wait(1)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert isinstance(await client.send(push(), timeout=TIMEOUT), Answer)


async def test_closing_waits_for_what_is_in_flight(google: Google) -> None:
    client = google.client(form=bare)
    google.faults.add(Fault(do=Late(by=100)))
    flying = asyncio.create_task(client.send(push(), timeout=TIMEOUT))
    await google.records.wait(1)
    await client.close()
    assert flying.done()
    assert isinstance(flying.result(), Answer)
    assert isinstance(await client.send(push(), timeout=TIMEOUT), NotProcessed)


async def test_no_outcome_tells_a_token(google: Google) -> None:
    token = "secret-registration-token"
    client = google.client(form=bare)
    deeds: list[Deed] = [
        Reply(status=400, body='{"error":{"message":"bad ' + token + '","status":"X"}}'),
        Reply(status=500, body=token),
        Cut(),
    ]
    outcomes: list[Outcome] = []
    for deed in deeds:
        google.faults.add(Fault(do=deed))
        outcomes.append(await client.send(to("care", token), timeout=TIMEOUT))
    await google.set_door("closed")
    google.cut()
    outcomes.append(await client.send(to("care", token), timeout=TIMEOUT))
    assert token not in repr(outcomes)


async def test_a_form_is_asked_once_for_each_send(google: Google) -> None:
    formed: list[Push] = []

    def form(one: Push) -> object:
        formed.append(one)
        return bare(one)

    client = google.client(form=form)
    await client.send(push(), timeout=TIMEOUT)
    google.timer.now += 60
    google.revoke()
    await client.send(push(), timeout=TIMEOUT)
    assert len(formed) == 2
