"""What the stand-ins remember, and when a fault meets a request."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from push.simulator.record import (
    KEPT,
    Arrived,
    Cut,
    Deed,
    Fault,
    Faults,
    GoAway,
    Late,
    Limit,
    Match,
    Records,
    Reply,
    Silence,
)


def arrival(records: Records, **changes: Any) -> Arrived:
    facts: dict[str, Any] = {
        "number": records.next_number(),
        "at": 1000,
        "provider": "apns",
        "app": "com.example.care",
        "token": "aa",
        "headers": {},
        "body": {},
        "connection": 1,
        "outcome": "200",
        "delivered": True,
        "banner": True,
    }
    one = Arrived(**(facts | changes))
    records.add(one)
    return one


def met(faults: Faults, count: int, **request: Any) -> list[Deed | None]:
    asked: dict[str, Any] = {"app": "com.example.care", "token": "aa", **request}
    return [faults.meet("apns", **asked) for _ in range(count)]


def test_a_lock_screen_has_the_newest_banner_of_each_collapse_id() -> None:
    records = Records()
    first = arrival(records, collapse="one")
    arrival(records, collapse="two", token="bb")
    second = arrival(records, collapse="two")
    newest = arrival(records, collapse="one")
    arrival(records, collapse="one", delivered=False)
    arrival(records, collapse="two", banner=False)
    alone, other = arrival(records), arrival(records)
    assert records.lock_screen("aa") == [other, alone, newest, second]
    assert first in records.after()


async def test_who_waits_for_an_arrival_is_woken_by_it() -> None:
    records = Records()
    waiting = asyncio.create_task(records.wait(2))
    arrival(records)
    await asyncio.sleep(0)
    assert not waiting.done()
    arrival(records)
    await waiting
    assert [one.number for one in records.after(1)] == [2]


def test_only_so_many_are_kept_and_numbers_go_on() -> None:
    records = Records()
    for _ in range(KEPT + 1):
        arrival(records)
    assert len(records.after()) == KEPT
    records.clear()
    assert records.after() == []
    assert arrival(records).number == KEPT + 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(do=Silence()), "x....."),
        (Fault(do=Silence(), times=2), "xx...."),
        (Fault(do=Silence(), times=None), "xxxxxx"),
        (Fault(do=Silence(), after=2), "..x..."),
        (Fault(do=Silence(), times=None, every=2), ".x.x.x"),
        (Fault(do=Silence(), times=2, every=2, after=1), "..x.x."),
        (Fault(do=Silence(), match=Match(token="bb"), times=None), "......"),
        (Fault(do=Silence(), match=Match(provider="fcm"), times=None), "......"),
        (Fault(do=Silence(), match=Match(app="com.example.care", token="aa")), "x....."),
    ],
)
def test_a_fault_meets_what_it_is_for(fault: Fault, expected: str) -> None:
    faults = Faults()
    faults.add(fault)
    assert "".join("x" if one else "." for one in met(faults, 6)) == expected


def test_the_oldest_fault_that_fits_comes_first_and_faults_can_be_taken_away() -> None:
    faults = Faults()
    first = faults.add(Fault(do=Cut(), times=None))
    second = faults.add(Fault(do=Silence()))
    assert met(faults, 1) == [Cut()]
    assert faults.remove(first)
    assert not faults.remove(first)
    assert list(faults.standing()) == [second]
    assert met(faults, 2) == [Silence(), None]
    faults.add(Fault(do=Cut()))
    faults.clear()
    assert met(faults, 1) == [None]


@pytest.mark.parametrize(
    "do",
    [
        Reply(status=410, reason="Unregistered", timestamp=1),
        Late(by=20),
        GoAway(reason="Shutdown"),
        Limit(streams=1),
    ],
)
def test_a_fault_can_be_said_in_json(do: Deed) -> None:
    fault = Fault(do=do, match=Match(token="aa"), times=None)
    assert msgspec.json.decode(msgspec.json.encode(fault), type=Fault) == fault


def test_json_of_an_unknown_deed_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"do": {"type": "explode"}}', type=Fault)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"do": {"type": "late", "by": 1, "at": 2}}', type=Fault)
