"""The number of streams is the other side's to say, up and down; each push ends exactly once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from push.apns import Pace
from push.model import Answer, NotProcessed, Unknown
from push.simulator.record import Cut, Hole, Late, Limit, Reply, Reset, Silence
from push.simulator.tls import Certificates, make_certificates
from tests.push.apns.stage import device, good, push, stage


async def test_a_limit_that_falls_to_one_and_rises_again_hurts_nobody(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, limit=50) as both:
        await both.send(push(device(9999)))
        both.fault(Limit(streams=1), device(10))
        both.fault(Limit(streams=50), after=80)
        both.fault(Late(by=5), times=None)
        assert len(good(await both.burst(200))) == 200
        ids = both.delivered()
        assert len(ids) == len(set(ids)) == 201
        assert both.simulator.violations == 0
        assert both.simulator.made == 1


async def test_bad_tokens_slow_down_but_cost_no_good_push(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, throttles=True) as both:
        bad = [device(number) for number in range(10, 201, 10)]
        for token in bad:
            both.fault(Reply(status=400, reason="BadDeviceToken"), token, times=None)
        outcomes = await both.burst(200)
        assert len(good(outcomes)) == 180
        refused = [outcomes[number - 1] for number in range(10, 201, 10)]
        assert {one.reason for one in refused} == {"BadDeviceToken"}
        assert all(len(both.arrived(token)) == 1 for token in bad)
        assert both.simulator.violations == 0


async def test_a_refused_stream_is_sent_again_and_any_other_reset_is_unknown(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(Reset(code=7), device(1), times=3)
        both.fault(Reset(code=2), device(2))
        again, unknown = await asyncio.gather(
            both.send(push(device(1))), both.send(push(device(2)))
        )
        assert good([again])
        assert unknown == Unknown("its stream was reset with code 2")
        assert len(both.arrived(device(1))) == 4
        assert len({one.push_id for one in both.arrived(device(1))}) == 1
        assert len(both.arrived(device(2))) == 1
        assert (both.apns.counters.resent, both.apns.counters.unknown) == (3, 1)


async def test_a_stream_that_is_refused_for_ever_is_given_back(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(Reset(code=7), times=None)
        assert await both.send() == NotProcessed("its stream was refused")
        assert len(both.arrived()) == 8


async def test_a_push_without_an_answer_ends_in_time_and_frees_its_place(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, limit=1) as both:
        assert good([await both.send()])  # the connection is there, so the next one arrives in time
        both.fault(Silence(), device(1))
        silent = asyncio.create_task(both.send(push(device(1)), timeout=1.0))
        await both.records.wait(2)
        assert await both.send(push(device(2)), timeout=0.05) == NotProcessed(
            "there was no room in time"
        )
        assert await silent == Unknown("no answer came in time")
        assert good([await both.send(push(device(3)))])
        assert both.simulator.made == 1
        assert not both.arrived(device(2))


async def test_a_cancelled_push_is_reset_on_the_wire(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, limit=1) as both:
        both.fault(Silence(), device(1))
        flying = asyncio.create_task(both.send(push(device(1))))
        await both.records.wait(1)
        waiting = asyncio.create_task(both.send(push(device(2))))
        await asyncio.sleep(0)
        for one in (waiting, flying):
            one.cancel()
            with pytest.raises(asyncio.CancelledError):
                await one
        assert good([await both.send(push(device(3)))])
        assert not both.arrived(device(2))
        assert both.simulator.violations == 0
        view = both.apns.look()[0]
        assert (view.streams, view.queued) == (0, 0)


async def test_an_answer_that_comes_after_the_end_disturbs_nobody(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send(push(device(9999)))
        both.fault(Reply(status=400, reason="BadTopic", split=True), device(1))
        early, _ = await asyncio.gather(
            both.send(push(device(1)), timeout=0.01), both.send(push(device(2)))
        )
        assert isinstance(early, Unknown | Answer)
        both.fault(Late(by=30), device(3))
        assert await both.send(push(device(3)), timeout=0.01) == Unknown("no answer came in time")
        both.fault(Late(by=60), device(4))
        assert good([await both.send(push(device(4)))])
        assert both.simulator.made == 1


@pytest.mark.parametrize("delivered", [True, False])
async def test_what_was_on_a_cut_connection_is_unknown_and_not_sent_again(
    certificates: Certificates, tmp_path: Path, *, delivered: bool
) -> None:
    async with stage(certificates, tmp_path) as both:
        await both.send(push(device(9999)))
        both.fault(Cut(delivered=delivered), device(1))
        assert isinstance(await both.send(push(device(1))), Unknown)
        assert good([await both.send(push(device(2)))])
        assert len(both.arrived(device(1))) == 1
        assert both.apns.counters.unknown == 1
        assert both.apns.counters.lost_connections == 1
        assert both.simulator.made == 2


async def test_a_hole_is_found_by_a_ping_and_left(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        await both.send(push(device(9999)))
        both.fault(Hole(), device(1))
        lost = asyncio.create_task(both.send(push(device(1))))
        await both.records.wait(2)
        await both.hand.pass_time(4.9)
        assert both.apns.counters.pings == 0
        await both.hand.pass_time(0.2)
        assert both.apns.counters.pings == 1
        assert not lost.done()
        await both.hand.pass_time(5)
        assert await lost == Unknown("nothing came back in time")
        assert good([await both.send(push(device(2)))])
        assert both.simulator.made == 2


async def test_a_slow_answer_is_no_hole(certificates: Certificates, tmp_path: Path) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        both.fault(Silence())
        waiting = asyncio.create_task(both.send(push(device(1)), timeout=20))
        await both.records.wait(1)
        for _ in range(40):
            await both.hand.pass_time(1)
        assert 6 <= both.apns.counters.pings <= 8
        assert both.simulator.pings == both.apns.counters.pings
        assert both.simulator.made == 1
        rtt = both.apns.look()[0].ping_rtt
        assert rtt is not None
        assert rtt < 1
        waiting.cancel()


async def test_an_idle_connection_is_kept_and_asked_every_five_minutes(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        await both.send(push(device(1)))
        for _ in range(3600 // 60):
            await both.hand.pass_time(60)
        assert 11 <= both.simulator.pings <= 12
        assert good([await both.send(push(device(2)))])
        assert both.simulator.made == 1


async def test_refused_connections_are_tried_one_at_a_time_and_slower(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        both.hand.luck = 1.0
        await both.simulator.set_door("closed")
        sending = asyncio.create_task(both.burst(50, timeout=30))
        for _ in range(400):
            await both.hand.pass_time(1)
        assert both.hand.slept[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        assert len(both.hand.slept) == 12
        assert "Connect" in (both.apns.look()[0].broken or "")
        await both.simulator.set_door("open")
        while not sending.done():
            await both.hand.pass_time(10)
        assert len(good(await sending)) == 50
        assert both.simulator.made == 1
        assert both.apns.look()[0].broken is None


@pytest.mark.parametrize("door", ["stalled", "broken"])
async def test_a_door_that_does_not_open_costs_one_attempt_after_the_other(
    certificates: Certificates, tmp_path: Path, door: str
) -> None:
    pace = Pace(connect=0.1, back_off=0.01, back_off_most=0.02)
    async with stage(certificates, tmp_path, pace=pace) as both:
        await both.simulator.set_door("stalled" if door == "stalled" else "broken")
        outcome = await both.send(timeout=0.5)
        assert isinstance(outcome, NotProcessed)
        assert both.apns.counters.failed_connections >= 2
        assert both.apns.look()[0].queued == 0
        await both.simulator.set_door("open")
        assert good([await both.send()])


async def test_a_peer_that_never_says_its_settings_is_given_up(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, pace=Pace(connect=0.1)) as both:
        await both.simulator.set_door("closed")
        held: list[asyncio.StreamWriter] = []
        silent = await asyncio.start_server(
            lambda _, writer: held.append(writer),
            *both.simulator.url.removeprefix("https://").split(":"),
            ssl=certificates.server(alpn=("h2",)),
        )
        outcome = await both.send(timeout=0.5)
        assert isinstance(outcome, NotProcessed)
        assert "Timeout" in outcome.reason
        assert both.apns.counters.failed_connections >= 2
        silent.close()
        for writer in held:
            writer.close()


async def test_a_certificate_by_somebody_else_is_refused(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        other = make_certificates(tmp_path / "other")
        both.simulator._doorway.context = other.server(alpn=("h2",))
        await both.simulator.set_door("open")
        outcome = await both.send(timeout=0.3)
        assert isinstance(outcome, NotProcessed)
        assert "CERTIFICATE_VERIFY_FAILED" in outcome.reason


async def test_a_peer_without_http2_is_refused(certificates: Certificates, tmp_path: Path) -> None:
    async with stage(certificates, tmp_path) as both:
        both.simulator._doorway.context = certificates.server()
        await both.simulator.set_door("open")
        outcome = await both.send(timeout=0.3)
        assert isinstance(outcome, NotProcessed)
        assert "no HTTP/2" in outcome.reason


async def test_closing_lets_answers_come_and_takes_nothing_new(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("push.apns.connection._CLOSE_S", 0.01)
    async with stage(certificates, tmp_path, limit=1) as both:
        both.fault(Late(by=100), device(1))
        flying = asyncio.create_task(both.send(push(device(1))))
        await both.records.wait(1)
        waiting = asyncio.create_task(both.send(push(device(2))))
        await asyncio.sleep(0)
        await both.apns.close()
        assert good([await flying])
        assert await waiting == NotProcessed("the client is closing")
        assert await both.send() == NotProcessed("the client is closing")
        await both.until(lambda: not both.simulator.connections)
