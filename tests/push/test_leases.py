"""The worker and its outbox: failing calls, leases that end, and an end within ten seconds."""

from __future__ import annotations

import asyncio
from typing import Any

from push.limits import Limits
from push.model import Answer, NotProcessed, Outcome, Push
from tests.push.cast import DAY_MS
from tests.push.conftest import StartWorker
from tests.push.scripted import OK, Scripted, never
from tests.push.shelf import Shelf
from tests.push.steered import Steered


# ── faults of the outbox ─────────────────────────────────────────────────────────────────────────
async def test_an_outbox_that_fails_ends_no_loop(
    start: StartWorker, steered: Steered, shelf: Shelf, errors: list[str]
) -> None:
    provider = Scripted(steered)
    start(provider)
    for call in ("claim", "wanted", "settle", "release", "wait"):
        shelf.failing.add(call)
        row = shelf.put(len(shelf.rows))
        await steered.pass_by(20)
        shelf.failing.clear()
        await steered.pass_by(61)  # a pause of the loop, or a lease
        assert shelf.state(row) == "sent"
        assert len(provider.times(row)) == 1
    assert {error.split(":")[0] for error in errors} == {
        "push claims apns",
        "push settling apns",
    }
    assert len(errors) < 60


async def test_what_cannot_be_settled_takes_no_more_places_than_there_are(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Backpressure: while verdicts cannot be stored, no more is claimed."""
    shelf.failing.add("settle")
    provider = Scripted(steered)
    start(provider, limits=Limits(in_flight=25, batch=10))
    for number in range(100):
        shelf.put(number)
    await steered.pass_by(30)
    assert len(provider.sent) == shelf.claimed_most == 25
    shelf.failing.clear()
    await steered.pass_by(30)
    assert shelf.states() == {"sent": 100}
    assert len(provider.sent) == 100


async def test_a_worker_that_stalled_past_its_lease_changes_nothing(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 25: two workers; the verdict of the one that slept is fenced off."""
    slow = Scripted(steered, reply=lambda _p, _n: Answer(status=410, reason="Unregistered"))
    slow.takes_s = 62.0
    start(slow, name="slow", limits=Limits(in_flight=1, request_s=70, lease_s=60 + 71))
    row = shelf.put(1)
    await steered.pass_by(1)
    quick = Scripted(steered)
    start(quick, name="quick")
    await steered.pass_by(120)
    assert len(slow.sent) == 1
    assert len(quick.sent) == 1
    assert shelf.state(row) == "sent"
    assert "phone-1" in shelf.registered


async def test_nothing_is_sent_when_the_lease_is_nearly_over(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """A process that was frozen between claim and request gives the row back."""
    provider = Scripted(steered, takes_s=0.5)
    start(provider, limits=Limits(in_flight=1, batch=1, request_s=20, lease_s=20.4))
    row = shelf.put(1)

    def freeze(_push: Push, number: int) -> Outcome:
        return NotProcessed("frozen") if number == 1 else OK

    provider.reply = freeze
    await steered.pass_by(0.55)
    assert len(provider.sent) == 1
    await steered.pass_by(5)
    assert shelf.calls["release"] == 1
    assert shelf.state(row) == "sent"


# ── the end ──────────────────────────────────────────────────────────────────────────────────────
async def test_a_stop_lets_requests_end_and_gives_back_the_rest(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    """Fault 39: a hundred in flight, most answered in time; all is stored within ten seconds."""

    def reply(push: Push, _number: int) -> Any:
        return never() if push.notice.seq < 10 else OK

    provider = Scripted(steered, reply=reply, takes_s=2.0)
    worker = start(provider)
    for number in range(1_000):
        shelf.put(number)
    await steered.pass_by(0.5)
    assert provider.in_flight == 200
    ended = asyncio.ensure_future(worker.stop(within_s=10))
    await steered.pass_by(10)
    assert ended.done()
    await ended
    assert shelf.states() == {"sent": 190, "waits": 810}
    assert provider.in_flight == 0
    cut = [row for row in shelf.rows.values() if row.last and row.state == "waits"]
    assert {str(row.last and row.last.outcome) for row in cut} == {
        "Unknown(reason='the worker stops')"
    }
    assert len(provider.sent) == 200


async def test_what_is_claimed_while_it_stops_is_given_back(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    shelf.takes_s = {"claim": 0.5, "wanted": 0.5}
    provider = Scripted(steered)
    worker = start(provider)
    rows = [shelf.put(number) for number in range(3)]
    await steered.pass_by(0.25)
    assert shelf.states() == {"leased": 3}
    ended = asyncio.ensure_future(worker.stop())
    await steered.pass_by(1)
    assert ended.done()
    assert shelf.states() == {"waits": len(rows)}
    assert provider.sent == []


async def test_a_stop_at_rest_takes_no_time(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    provider = Scripted(steered)
    worker = start(provider)
    shelf.put(1)
    await steered.pass_by(100)
    await worker.stop()
    shelf.put(2)
    await steered.pass_by(100)
    assert shelf.states() == {"sent": 1, "waits": 1}


async def test_a_stop_does_not_wait_for_an_outbox_that_hangs(
    start: StartWorker, steered: Steered, shelf: Shelf
) -> None:
    shelf.failing.add("settle")
    provider = Scripted(steered)
    worker = start(provider)
    shelf.put(1)
    await steered.pass_by(1)
    ended = asyncio.ensure_future(worker.stop(within_s=10))
    await steered.pass_by(10.1)
    assert ended.done()
    shelf.failing.clear()
    start(Scripted(steered), name="next")
    await steered.pass_by(DAY_MS / 1000 / 24)
    assert shelf.states() == {"sent": 1}
