"""Access tokens: one request whoever asks, renewed in good time, and what an outage costs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from push.fcm.access import AccessTokens
from push.fcm.account import read_account
from push.fcm.provider import Fcm, FcmProject
from push.model import Answer, NotProcessed, Outcome, Refused
from push.simulator.record import Fault, Late, Match
from tests.push.fcm.stage import TIMEOUT, Google, bare, push, to

HOUR_S = 3599.0


async def send(client: Fcm, count: int = 1) -> list[Outcome]:
    return await asyncio.gather(*(client.send(push(), timeout=TIMEOUT) for _ in range(count)))


def tokens_of(client: Fcm) -> AccessTokens:
    return client._tokens["care"]


async def settle(client: Fcm) -> None:
    """Wait for a request for a token that runs beside."""
    flight = tokens_of(client)._flight
    if flight is not None:
        await asyncio.wait([flight])


def all_sent(outcomes: list[Outcome]) -> bool:
    return all(isinstance(one, Answer) and one.status == 200 for one in outcomes)


def why(outcomes: list[Outcome]) -> str:
    """The one reason that all have."""
    reasons = {one.reason for one in outcomes}
    assert len(reasons) == 1
    return reasons.pop()


async def test_one_token_serves_whoever_asks_until_five_minutes_before_its_end(
    google: Google,
) -> None:
    client = google.client(form=bare)
    assert all_sent(await send(client, 100))
    assert google.asked == 1
    google.timer.now += HOUR_S - 301
    assert all_sent(await send(client))
    assert google.asked == 1

    google.timer.now += 2
    google.fail(oauth=True, status=503)
    assert all_sent(await send(client, 20))  # the old one serves, the new one is asked for beside
    await settle(client)
    assert google.asked == 2
    google.timer.now += 61  # that failed, and the next try succeeds
    assert all_sent(await send(client, 20))
    await settle(client)
    assert google.asked == 3


async def test_a_dead_oauth_endpoint_has_one_caller_and_everyone_is_told_at_once(
    google: Google,
) -> None:
    client = google.client(form=bare)
    google.fail(oauth=True, times=None, status=503, reason="backend_error")
    outcomes = await send(client, 50)
    assert all(isinstance(one, NotProcessed) for one in outcomes)
    assert why(outcomes).startswith("oauth: 503 backend_error")
    assert google.asked == 1
    for _ in range(120):  # ten minutes
        google.timer.now += 5
        assert isinstance((await send(client))[0], NotProcessed)
    assert 10 <= google.asked <= 26
    assert google.records.count == 0

    google.faults.clear()
    google.timer.now += 60
    assert all_sent(await send(client, 50))


@pytest.mark.parametrize(
    ("door", "reason"), [("closed", "oauth: connect"), ("broken", "oauth: tls")]
)
async def test_an_endpoint_that_cannot_be_reached_is_said_to_be_so(
    google: Google, door: str, reason: str
) -> None:
    client = google.client(form=bare)
    await google.set_door(door)  # type: ignore[arg-type]
    outcomes = await send(client, 3)
    assert all(isinstance(one, NotProcessed) for one in outcomes)
    assert why(outcomes).startswith(reason)


async def test_who_does_not_wait_for_the_token_takes_it_from_nobody(google: Google) -> None:
    client = google.client(form=bare)
    google.faults.add(Fault(do=Late(by=150), match=Match(oauth=True)))
    hasty = asyncio.create_task(client.send(push(), timeout=0.05))
    gone = asyncio.create_task(client.send(push(), timeout=TIMEOUT))
    patient = asyncio.create_task(client.send(push(), timeout=TIMEOUT))
    assert await hasty == NotProcessed("oauth: timeout")
    gone.cancel()
    assert all_sent([await patient])
    assert google.asked == 1
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_the_wait_that_the_endpoint_asks_for_is_kept(google: Google) -> None:
    client = google.client(form=bare)
    google.fail(oauth=True, status=429, retry_after="200")
    assert isinstance((await send(client))[0], NotProcessed)
    google.timer.now += 199
    assert isinstance((await send(client))[0], NotProcessed)
    assert google.asked == 1
    google.timer.now += 1
    assert all_sent(await send(client))


async def test_what_the_operator_must_mend_keeps_the_push_and_is_asked_rarely(
    google: Google,
) -> None:
    client = google.client(form=bare)
    google.accounts.clear()
    outcomes = await send(client, 10)
    assert (
        outcomes
        == [Refused("oauth: 400 invalid_grant Invalid grant: account not found", keep=True)] * 10
    )
    google.timer.now += 29
    await send(client, 10)
    assert google.asked == 1

    google.account().touch()  # mended: a changed file ends the wait
    google.timer.now += 1
    assert all_sent(await send(client))


async def test_a_wrong_clock_is_named(google: Google) -> None:
    client = google.client(form=bare)
    google.wall.now += 7200
    google.fail(
        oauth=True, status=400, reason="invalid_grant", date=int(google.wall.now - 7200) * 1000
    )
    (outcome,) = await send(client)
    assert isinstance(outcome, Refused)
    assert outcome.keep
    assert "invalid_grant" in outcome.reason
    assert outcome.reason.endswith("our clock is 7200 s ahead of theirs")


async def test_the_stand_in_refuses_an_assertion_of_another_time(google: Google) -> None:
    client = google.client(form=bare)
    client._clock = lambda: 0.0
    tokens_of(client)._clock = lambda: google.wall.now - 7200
    (outcome,) = await send(client)
    assert isinstance(outcome, Refused)
    assert "short-lived" in outcome.reason


async def test_a_changed_file_is_read_and_a_broken_one_leaves_what_was(google: Google) -> None:
    client = google.client(form=bare)
    file = google.account()
    assert all_sent(await send(client))
    content = file.read_bytes()

    file.write_bytes(content[:100])
    google.timer.now += 1
    assert all_sent(await send(client))
    await settle(client)
    assert all_sent(await send(client))

    other = google.account("other")
    file.write_bytes(other.read_bytes())
    google.timer.now += 1
    await send(client)
    await settle(client)
    assert all_sent(await send(client))
    assert google.records.after()[-1].app == "other"


async def test_revoked_tokens_are_replaced_once_for_all_in_flight(google: Google) -> None:
    client = google.client(form=bare)
    await send(client)
    google.revoke()
    google.timer.now += 60
    assert all_sent(await send(client, 50))
    assert google.asked == 2

    google.fail(times=None, status=401, reason="UNAUTHENTICATED")
    outcomes = await send(client, 20)
    assert why(outcomes) == "UNAUTHENTICATED"
    assert google.asked == 2  # quite new: another would be refused as well


async def test_credentials_of_others_are_not_ours_to_renew(google: Google) -> None:
    client = google.client(form=bare)
    await send(client)
    google.timer.now += 600
    google.fail(status=401, reason="THIRD_PARTY_AUTH_ERROR")
    assert why(await send(client)) == "THIRD_PARTY_AUTH_ERROR"
    assert google.asked == 1


async def test_a_dead_project_holds_up_no_other(google: Google) -> None:
    other = google.account("other")
    del google.accounts["push@other.iam.gserviceaccount.com"]
    client = google.client(
        {"care": FcmProject(google.account()), "shop": FcmProject(other)}, form=bare
    )
    shop, care = await asyncio.gather(
        client.send(to("shop"), timeout=TIMEOUT), client.send(to("care"), timeout=TIMEOUT)
    )
    assert isinstance(shop, Refused)
    assert all_sent([care])


async def test_a_file_that_is_missing_keeps_the_push(google: Google, tmp_path: Path) -> None:
    client = google.client({"care": FcmProject(tmp_path / "none.json")}, form=bare)
    assert await send(client) == [Refused("none.json: No such file or directory", keep=True)]
    (tmp_path / "none.json").write_bytes(google.account().read_bytes())
    google.timer.now += 1
    assert all_sent(await send(client))


GOOD = {"type": "service_account", "client_email": "e", "token_uri": "https://x/token"}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("half a fi", "no service account's key file"),
        ("[]", "no service account's key file"),
        ('{"type":"service_account"}', "private_key"),
        (json.dumps(GOOD | {"private_key": "x", "type": "authorized_user"}), "authorized_user"),
        (json.dumps(GOOD | {"private_key": "x", "token_uri": "http://x"}), "https://"),
        (json.dumps(GOOD | {"private_key": "x"}), "cannot be read"),
        ("\xff", "no service account's key file"),
    ],
)
def test_a_file_that_is_no_account_says_what_is_wrong(content: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_account(content.encode("latin-1"))


def test_an_account_shows_nothing_of_its_key(google: Google) -> None:
    account = read_account(google.account().read_bytes())
    assert "BEGIN" not in repr(account)
