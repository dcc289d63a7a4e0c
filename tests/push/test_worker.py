"""The worker under faults, with a steered clock: who is sent what, when, and what is kept."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from push.limits import Limits
from push.model import Answer, NotProcessed, Push, Unknown
from tests.push.cast import ANDROID, BROWSER, PHONE
from tests.push.conftest import StartWorker
from tests.push.scripted import OK, Scripted, never
from tests.push.shelf import Shelf
from tests.push.steered import Steered

BAD = Answer(status=400, reason="BadDeviceToken")


# ── the plain way ────────────────────────────────────────────────────────────────────────────────
async def test_what_waits_is_sent_once(
    start: StartWorker, steered: Steered, shelf: Shelf, errors: list[str]
) -> None:
    rows = [shelf.put(number) for number in range(500)]
    provider = Scripted(steered)
    worker = start(provider)
    await steered.pass_by(5)
    assert sorted(push.id for _, push in provider.sent) == sorted(rows)
    assert shelf.states() == {"sent": 500}
    assert worker.stats.results == {("apns", "200"): 500}
    assert worker.stats.in_flight == {"apns": 0}
    assert sum(worker.stats.latency["apns"].counts) == 500
    assert errors == []


async def test_a_reply_goes_out_at_once(start: StartWorker, steered: Steered, shelf: Shelf) -> None:
    provider = Scripted(steered)
    start(provider)
    await steered.pass_by(100.4)
    row = shelf.put(1)
    await steered.settle()
    assert provider.times(row) == [100.4]


async def test_many_are_claimed_and_settled_together(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    for number in range(1_000):
        shelf.put(number)
    start(Scripted(steered))
    await steered.pass_by(2)
    assert shelf.states() == {"sent": 1_000}
    assert shelf.calls["claim"] < 60
    assert shelf.calls["settle"] < 60


async def test_what_was_read_after_the_claim_is_not_sent(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 27."""
    seen, other = shelf.put(1), shelf.put(2)
    shelf.seen["phone-1"] = 1
    provider = Scripted(steered)
    worker = start(provider)
    await steered.pass_by(2)
    assert shelf.state(seen) == "suppressed"
    assert [push.id for _, push in provider.sent] == [other]
    assert worker.stats.suppressed == {"apns": 1}
    assert worker.stats.in_flight == {"apns": 0}


async def test_an_expired_row_is_never_sent(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 31: one that is tried again until then."""
    provider = Scripted(steered, reply=lambda _push, _number: Answer(status=503))
    start(provider)
    row = shelf.put(1, lives_ms=50_000)
    await steered.pass_by(600)
    assert shelf.state(row) == "expired"
    assert all(at < 50 for at in provider.times(row))


async def test_a_row_that_expires_under_its_claim_is_not_sent(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 31: the outbox was slow to answer."""
    shelf.takes_s["wanted"] = 2.0
    provider = Scripted(steered)
    start(provider)
    row = shelf.put(1, lives_ms=1_000)
    await steered.pass_by(30)
    assert shelf.state(row) == "expired"
    assert provider.sent == []


# ── faults of a provider ─────────────────────────────────────────────────────────────────────────
async def test_a_request_without_an_answer_harms_no_other(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 10: also where the provider breaks its promise; its place is free again."""

    def reply(push: Push, _number: int) -> Any:
        return never() if push.notice.seq < 150 and push.attempts == 0 else OK

    provider = Scripted(steered, reply=reply)
    worker = start(provider)
    rows = [shelf.put(number) for number in range(300)]
    await steered.pass_by(10)
    assert shelf.states() == {"sent": 150, "leased": 150}
    await steered.pass_by(40)
    assert shelf.states() == {"sent": 300}
    assert [len(provider.times(row)) for row in rows] == [2] * 150 + [1] * 150
    assert worker.stats.unknown_retried == {"apns": 150}
    assert {push.push_id for _, push in provider.sent if push.id == rows[0]} == {"id-0"}


async def test_an_outage_leaves_the_rows_in_the_outbox(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 12: a long time without connection, then all is sent; few are ever in memory."""
    down = True
    provider = Scripted(steered, reply=lambda _p, _n: NotProcessed("refused") if down else OK)
    worker = start(provider)
    for minute in range(20):
        for number in range(25):
            shelf.put(minute * 25 + number)
        await steered.pass_by(60)
    assert shelf.states()["sent"] == 0
    assert shelf.claimed_most <= Limits().in_flight
    probes = [at for at, _ in provider.sent if at > 300]
    assert 900 / 60 <= len(probes) <= 900 / 40
    assert provider.most <= Limits().in_flight
    assert [alarm.kind for alarm in worker.alarms.standing()] == ["unreachable"]
    down = False
    await steered.pass_by(65)
    assert shelf.states() == {"sent": 500}
    assert worker.alarms.standing() == []
    assert worker.stats.unknown_retried == {"apns": 0}


async def test_what_was_not_processed_goes_out_again_at_once(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    provider = Scripted(steered, reply=lambda _p, n: NotProcessed("GOAWAY") if n < 4 else OK)
    start(provider)
    row = shelf.put(1)
    await steered.pass_by(1)
    assert shelf.state(row) == "sent"
    assert len(provider.sent) == 4
    assert shelf.calls["settle"] == 1  # without a word to the outbox in between


async def test_what_may_have_been_delivered_waits_a_little(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    provider = Scripted(steered, reply=lambda _p, n: Unknown("cut") if n < 4 else OK)
    worker = start(provider)
    row = shelf.put(1)
    await steered.pass_by(120)
    times = provider.times(row)
    gaps = [after - before for before, after in pairwise(times)]
    assert [round(gap) for gap in gaps] == [3, 3, 68]
    assert worker.stats.unknown_retried == {"apns": 3}
    assert len({push.push_id for _, push in provider.sent}) == 1


async def test_odd_answers_and_a_broken_provider_end_no_loop(
    start: StartWorker, steered: Steered, shelf: Shelf, errors: list[str]
) -> None:
    """Fault 13."""
    odd: dict[int, Answer | Exception] = {
        1: Answer(status=503),
        2: Answer(status=502, reason="<html>", detail="<html>"),
        3: Answer(status=200),
        4: Answer(status=599, reason="\x00"),
        5: RuntimeError("a bug"),
        6: Answer(status=400, reason="NeverHeardOf"),
    }
    provider = Scripted(
        steered, reply=lambda p, _n: OK if p.attempts else odd.get(p.notice.seq, OK)
    )
    start(provider)
    for number in range(1, 8):
        shelf.put(number)
    await steered.pass_by(120)
    assert shelf.states() == {"sent": 6, "dead": 1}
    assert errors == ["push provider apns: a bug"]


async def test_a_device_that_is_slowed_down_waits_alone(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 16: its replies wait and are gathered; other devices do not notice."""
    slow = Answer(status=429, reason="TooManyRequests")
    provider = Scripted(steered, reply=lambda p, n: slow if p.device == "slow" and n == 1 else OK)
    start(provider)
    shelf.put(1, device="slow")
    await steered.pass_by(1)
    for number in range(2, 8):
        shelf.put(number, device="slow")
        shelf.put(100 + number)
    await steered.pass_by(20)
    assert shelf.states() == {"sent": 6, "waits": 7}
    await steered.pass_by(15)
    last = provider.sent[-1][1]
    assert (last.device, last.notice.count) == ("slow", 7)
    assert shelf.states() == {"sent": 7, "collapsed": 6}


async def test_the_wait_that_is_asked_for_is_kept(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 32."""
    busy = Answer(status=429, reason="QUOTA_EXCEEDED", retry_after=60_000)
    provider = Scripted(steered, "fcm", reply=lambda _p, n: busy if n == 1 else OK)
    start(provider)
    row = shelf.put(1, target=ANDROID)
    await steered.pass_by(70)
    first, second = provider.times(row)
    assert 60 <= second - first < 62


async def test_a_quota_that_is_used_up_stops_all_rows(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Each row that asks in vain would only lengthen the queue at the provider."""
    busy = Answer(status=429, reason="QUOTA_EXCEEDED", retry_after=60_000)
    provider = Scripted(steered, "fcm", reply=lambda _p, _n: busy)
    start(provider)
    for number in range(1_000):
        shelf.put(number, target=ANDROID)
    await steered.pass_by(55)
    assert len(provider.sent) <= Limits().in_flight


# ── configuration ────────────────────────────────────────────────────────────────────────────────
async def test_a_refused_key_pauses_its_app_and_no_other(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 20: rows stay, one probe a minute, and all go out when the key is right again."""
    refused = Answer(status=403, reason="InvalidProviderToken")
    broken = True
    provider = Scripted(
        steered, reply=lambda p, _n: refused if broken and p.target.app == PHONE.app else OK
    )
    worker = start(provider)
    other = replace(PHONE, app="com.example.other")
    for number in range(300):
        shelf.put(number)
        shelf.put(1_000 + number, target=other)
    await steered.pass_by(600)
    assert shelf.states() == {"waits": 300, "sent": 300}
    late = [at for at, push in provider.sent if at > 30]
    assert len(late) <= 10
    assert all(after - before >= 59 for before, after in pairwise(late))
    [alarm] = worker.alarms.standing()
    assert (alarm.kind, alarm.reason) == ("configuration", "InvalidProviderToken")
    assert "key id" in alarm.remedy
    assert {row.push.attempts for row in shelf.rows.values()} == {0}
    worker.reload()
    await steered.pass_by(5)
    assert [one.reason for one in worker.alarms.standing()] == ["InvalidProviderToken"]
    broken = False
    worker.reload()
    assert [one.reason for one in worker.alarms.standing()] == ["InvalidProviderToken"]
    await steered.pass_by(5)
    assert shelf.states() == {"sent": 600}
    assert worker.alarms.standing() == []


async def test_a_clock_that_is_wrong_is_told(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 19: new credentials are tried once a push, then the circuit is open."""
    skew = Answer(
        status=403, reason="ExpiredProviderToken", detail="our clock is 7200 s ahead of Apple's"
    )
    provider = Scripted(steered, reply=lambda _p, _n: skew)
    worker = start(provider)
    for number in range(300):
        shelf.put(number)
    await steered.pass_by(300)
    assert len([1 for at, _ in provider.sent if at > 10]) <= 2 * 5
    [alarm] = worker.alarms.standing()
    assert (alarm.kind, alarm.detail) == ("clock", skew.detail)
    assert shelf.states() == {"waits": 300}


async def test_the_wrong_environment_removes_no_crowd_of_tokens(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 22: all are refused; some tokens are gone, the rest is kept, and sending stops."""
    wrong = True
    provider = Scripted(steered, reply=lambda _p, _n: BAD if wrong else OK)
    worker = start(provider)
    for number in range(500):
        shelf.put(number)
    await steered.pass_by(1_200)
    assert 500 - len(shelf.registered) <= 20
    assert shelf.states()["gone"] <= 20
    assert {alarm.kind for alarm in worker.alarms.standing()} >= {"removal"}
    assert len([1 for at, _ in provider.sent if at > 60]) <= 60
    wrong = False
    worker.reload()
    await steered.pass_by(1_000)
    assert shelf.states()["waits"] == 0
    assert worker.alarms.standing() == []


async def test_dead_tokens_among_many_good_ones_are_removed(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    gone = Answer(status=410, reason="Unregistered", dead_since=2**60)
    provider = Scripted(steered, reply=lambda p, _n: gone if p.notice.seq % 25 == 0 else OK)
    worker = start(provider)
    for number in range(1_000):
        shelf.put(number)
    await steered.pass_by(10)
    assert shelf.states() == {"sent": 960, "gone": 40}
    assert len(shelf.registered) == 960
    assert worker.stats.removed == {("apns", "Unregistered"): 40}
    assert worker.alarms.standing() == []


# ── one device ───────────────────────────────────────────────────────────────────────────────────
async def test_many_replies_in_a_row_ring_a_few_times(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 28: fifty replies in ten seconds; the last push has the right count and badge."""
    provider = Scripted(steered)
    worker = start(provider)
    for number in range(50):
        shelf.put(number, device="phone")
        await steered.pass_by(0.2)
    await steered.pass_by(30)
    assert 3 <= len(provider.sent) <= 7
    times = [at for at, _ in provider.sent]
    assert all(after - before >= 1 for before, after in pairwise(times))
    told = sum(push.notice.count for _, push in provider.sent)
    assert told == 50
    assert provider.sent[-1][1].notice.seq == 49
    assert worker.stats.paced["apns"] > 0


# ── providers apart ──────────────────────────────────────────────────────────────────────────────
async def test_a_dead_provider_delays_no_other(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Faults 34 and 37: APNs answers nothing, FCM has no token; Web Push goes on as before."""
    apns = Scripted(steered, "apns", reply=lambda _p, _n: never())
    fcm = Scripted(steered, "fcm", reply=lambda _p, _n: NotProcessed("oauth: timeout"))
    web = Scripted(steered, "webpush")
    start(apns, fcm, web)
    for number in range(400):
        shelf.put(number)
        shelf.put(1_000 + number, target=ANDROID)
    await steered.pass_by(1)
    assert apns.in_flight == Limits().in_flight  # all its places hang, and no circuit has opened
    for number in range(100):
        row = shelf.put(5_000 + number, target=BROWSER)
        began = steered.passed
        await steered.pass_by(0.1)
        assert web.times(row) == [began]
    assert apns.in_flight == Limits().in_flight


async def test_a_stranger_s_service_delays_no_other(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Whoever subscribes names the service; one that refuses us opens its own circuit alone."""
    bad = replace(BROWSER, token="https://bad.example.net/s/", app="https://bad.example.net")
    refused = Answer(status=403, reason="made up by a stranger")
    web = Scripted(
        steered, "webpush", reply=lambda p, _n: refused if "bad" in p.target.token else OK
    )
    worker = start(web)
    for number in range(100):
        shelf.put(number, target=bad)
        shelf.put(1_000 + number, target=BROWSER)
    await steered.pass_by(30)
    assert shelf.states() == {"sent": 100, "waits": 100}
    assert set(worker.stats.results) == {("webpush", "200"), ("webpush", "403")}
