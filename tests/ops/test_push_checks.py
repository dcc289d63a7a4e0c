"""What the doctor makes of keys, clocks and alarms of pushes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.flows.ringer import Lane, Line, OpenCircuit, Ringing
from inbox.ops.push_checks import check_push_keys, check_ringing
from inbox.settings import ApnsApp, FcmProject, Settings
from push.alarms import Alarms
from push.simulator.apns import make_key
from push.simulator.google import make_account

QUIET = Ringing(lanes=(), circuits=(), alarms=(), braked={}, lines=())
LANE = Lane(
    provider="apns",
    waiting=3,
    oldest_ms=0,
    in_flight=0,
    attempts=40,
    results={"200": 40},
    duplicates_risked=0,
)
LINE = Line(
    key_id="K", environment="production", connections=1, token_age_s=1.0, skew_s=None, broken=None
)


def states(**changes: Any) -> list[tuple[str, str]]:
    found = list(check_ringing(msgspec.structs.replace(QUIET, **changes)))
    assert all(one.remedy for one in found if one.state != "ok")
    return [(one.what, one.state) for one in found]


@pytest.mark.parametrize(
    ("oldest_s", "state"), [(0, "ok"), (59, "ok"), (61, "warn"), (899, "warn"), (900, "fail")]
)
def test_what_waits_for_long_is_told(oldest_s: int, state: str) -> None:
    lane = msgspec.structs.replace(LANE, oldest_ms=oldest_s * 1000)
    assert states(lanes=(lane,)) == [("push, apns", state)]


def test_an_open_circuit_is_pointed_to_rather_than_the_log() -> None:
    lane = msgspec.structs.replace(LANE, oldest_ms=10**9)
    held = (OpenCircuit("apns:com.example.care:production", "open", "InvalidProviderToken"),)
    (alone,) = check_ringing(msgspec.structs.replace(QUIET, lanes=(lane,)))
    (beside,) = check_ringing(msgspec.structs.replace(QUIET, lanes=(lane,), circuits=held))
    assert "log" in alone.remedy
    assert "alarm" in beside.remedy


def test_answers_that_speak_of_another_environment_are_told_from_the_first() -> None:
    lane = msgspec.structs.replace(LANE, results={"200": 39, "BadDeviceToken": 1})
    found = list(check_ringing(msgspec.structs.replace(QUIET, lanes=(lane,))))
    assert [one.state for one in found] == ["ok", "warn"]
    assert "1 of 40 requests" in found[1].says
    assert "sandbox or production" in found[1].remedy


@pytest.mark.parametrize(("skew", "state"), [(None, ""), (3.0, "ok"), (-61.0, "fail")])
def test_a_clock_that_differs_is_told(skew: float | None, state: str) -> None:
    line = msgspec.structs.replace(LINE, skew_s=skew)
    assert [one[1] for one in states(lines=(line,))] == ([state] if state else [])


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("configuration", "fail"),
        ("clock", "fail"),
        ("removal", "fail"),
        ("unreachable", "warn"),
        ("fault", "warn"),
    ],
)
def test_each_alarm_is_a_finding_with_its_remedy(kind: Any, state: str) -> None:
    alarms = Alarms(now=lambda: 1)
    alarms.ring(kind, "apns:com.example.care:production", "Why", "a detail")
    (found,) = check_ringing(msgspec.structs.replace(QUIET, alarms=tuple(alarms.standing())))
    assert found.state == state
    assert found.remedy == alarms.standing()[0].remedy
    assert "Why a detail" in found.says


def keys(settings: Settings) -> dict[str, tuple[str, str]]:
    return {one.what: (one.state, one.says) for one in check_push_keys(settings)}


def test_keys_are_looked_at_one_by_one(tmp_path: Path) -> None:
    good, open_, none = (tmp_path / name for name in ("good.p8", "open.p8", "none.p8"))
    make_key(good)
    make_key(open_)
    open_.chmod(0o644)
    account, rotten = tmp_path / "account.json", tmp_path / "rotten.json"
    account.touch(mode=0o600)
    account.write_bytes(make_account("care", token_uri="https://127.0.0.1/token")[1])
    rotten.write_text("{}")
    apps = [
        ApnsApp(app=f"a.{file.stem}", team_id="T" * 10, key_id="K" * 10, key_file=str(file))
        for file in (good, open_, none, rotten)
    ]
    projects = [FcmProject(app=file.stem, account_file=str(file)) for file in (account, rotten)]
    found = keys(Settings(apns_apps=tuple(apps), fcm_projects=tuple(projects)))
    assert [state for state, _ in found.values()] == ["ok", "warn", "fail", "fail", "ok", "fail"]
    assert "others may read" in found["push, key for a.open"][1]
    assert "No such file" in found["push, key for a.none"][1]
    assert "no private key in PEM" in found["push, key for a.rotten"][1]
    assert "project care" in found["push, service account for account"][1]


def test_an_authority_for_stand_ins_is_worth_a_thought(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    settings = Settings(webpush_contact="mailto:push@example.com", push_ca_file=str(file))
    assert keys(settings)["push_ca_file"][0] == "fail"
    file.write_text("no certificate")
    assert keys(settings)["push_ca_file"][0] == "fail"
    assert keys(settings)["push, webpush_key"][0] == "fail"


def test_no_service_is_no_fault() -> None:
    assert keys(Settings()) == {
        "push": ("ok", "no service is set up; apps hear of replies when they are open")
    }
