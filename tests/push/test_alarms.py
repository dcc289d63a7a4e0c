"""Alarms: raised once, counted on, gone with their trouble; each says what to do."""

from __future__ import annotations

from typing import get_args

import pytest

from push.alarms import KEPT_MS, MOST, REMEDIES, REMEDIES_BY_REASON, TEXTS, Alarm, Alarms, Kind
from push.court import Court
from push.model import Again, Answer, Dead, Forget, Hold, ProviderName, Refused, Sent
from push.retry import REASONS
from push.stats import Stats
from push.surroundings import Surroundings
from tests.push.cast import BROWSER, NOW, PHONE, push
from tests.push.steered import Steered


@pytest.fixture
def told() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
def alarms(steered: Steered, told: list[tuple[str, bool]]) -> Alarms:
    def on_change(alarm: Alarm, stands: bool) -> None:  # noqa: FBT001
        told.append((alarm.reason, stands))

    return Alarms(now=steered.now, on_change=on_change)


@pytest.fixture
def court(steered: Steered, alarms: Alarms) -> Court:
    stats = Stats()
    for name in get_args(ProviderName):
        stats.add_provider(name)
    return Court(steered.surroundings(), stats=stats, alarms=alarms)


def test_each_kind_has_a_text_and_a_remedy() -> None:
    assert set(TEXTS) == set(REMEDIES) == set(get_args(Kind))


def test_remedies_are_for_reasons_that_exist() -> None:
    known = {reason for rows in REASONS.values() for _, reason in rows}
    assert set(REMEDIES_BY_REASON) <= known


def test_an_alarm_is_told_once_and_counted_on(alarms: Alarms, told: list[tuple[str, bool]]) -> None:
    for _ in range(3):
        alarms.ring("configuration", "apns", "BadCertificate")
    [alarm] = alarms.standing()
    assert alarm.times == 3
    alarms.clear("fcm", "configuration")
    alarms.clear("apns", "clock")
    assert alarms.standing() == [alarm]
    alarms.clear("apns", "clock", "configuration")
    assert alarms.standing() == []
    assert told == [("BadCertificate", True), ("BadCertificate", False)]


def test_a_fault_that_is_not_seen_again_is_forgotten(alarms: Alarms, steered: Steered) -> None:
    alarms.ring("fault", "apns", "BadPriority")
    alarms.ring("configuration", "apns", "BadCertificate")
    steered.passed += KEPT_MS / 1000 + 1
    assert [alarm.kind for alarm in alarms.standing()] == ["configuration"]


def test_strangers_cannot_fill_the_list(alarms: Alarms) -> None:
    for number in range(MOST + 50):
        alarms.ring("unreachable", f"webpush:{number}", "timeout")
    assert len(alarms.standing()) == MOST
    alarms.ring("configuration", "apns", "BadCertificate")
    assert alarms.standing()[-1].about == "apns"


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────
def test_a_dead_letter_raises_an_alarm(court: Court, alarms: Alarms) -> None:
    assert court.rule(push(), Answer(status=400, reason="BadPriority")) == Dead("BadPriority")
    assert court.rule(push(), Refused("4,097 bytes")) == Dead("4,097 bytes")
    assert [(one.kind, one.reason) for one in alarms.standing()] == [
        ("fault", "BadPriority"),
        ("fault", "Refused"),
    ]


def test_what_we_refuse_says_nothing_of_the_provider(court: Court, steered: Steered) -> None:
    """A probe that never went out closes no circuit."""
    court.rule(push(), Answer(status=403, reason="BadCertificate"))
    steered.passed += 60
    key = court.circuits.troubled()[0].key
    assert court.circuits.admits(key)
    court.rule(push(), Refused("too large"))
    court.left(push())
    assert court.circuits.troubled() != []
    assert court.circuits.admits(key)


def test_an_app_without_a_key_waits_for_one(court: Court, alarms: Alarms) -> None:
    assert court.rule(push(), Refused("no key", keep=True)) == Hold("no key")
    assert [alarm.kind for alarm in alarms.standing()] == ["configuration"]
    assert not court.circuits.admits(court.circuits.troubled()[0].key)


def test_one_dead_address_is_removed_and_counted(court: Court) -> None:
    gone = Answer(status=410, reason="Unregistered", dead_since=5)
    assert court.rule(push(), gone) == Forget("Unregistered", 5)
    assert court.stats.removed == {("apns", "Unregistered"): 1}


def test_what_the_brake_keeps_is_asked_again_later(court: Court, alarms: Alarms) -> None:
    gone = Answer(status=410)
    one = push(target=BROWSER)
    verdicts = [court.rule(one, gone) for _ in range(30)]
    assert [type(verdict) for verdict in verdicts] == [Forget] * 20 + [Again] * 10
    assert verdicts[-1] == Again(NOW + 15 * 60_000, "410", counts=False)
    assert court.circuits.held() == frozenset()  # other services may be well
    assert court.stats.braked == {("webpush", "410"): 10}
    court.release_brakes()
    assert alarms.standing() == []
    assert isinstance(court.rule(one, gone), Forget)


def test_how_long_a_reply_took_is_counted(steered: Steered) -> None:
    stats = Stats()
    stats.add_provider("apns")
    around: Surroundings = steered.surroundings()
    court = Court(around, stats=stats, alarms=Alarms(now=steered.now))
    steered.passed += 0.2
    assert court.rule(push(target=PHONE), Answer(status=200)) == Sent("")
    assert stats.latency["apns"].total == pytest.approx(0.2)
    assert stats.latency["apns"].counts[2] == 1
