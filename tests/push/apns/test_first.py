"""A push arrives, and what Apple answers comes back."""

from __future__ import annotations

from pathlib import Path

import uvloop

from push.model import Answer, Unknown
from push.simulator.record import Cut, GoAway, Late, Silence
from push.simulator.tls import Certificates
from tests.push.apns.stage import CARE, device, good, push, stage


async def test_a_push_arrives_as_it_was_meant(certificates: Certificates, tmp_path: Path) -> None:
    async with stage(certificates, tmp_path) as both:
        one = push()
        answer = await both.send(one)
        assert answer == Answer(status=200, provider_id=one.push_id)
        (arrived,) = both.arrived()
        assert (arrived.token, arrived.app, arrived.push_id) == (device(), CARE, one.push_id)
        assert arrived.headers["apns-push-type"] == "alert"
        assert arrived.headers["apns-priority"] == "10"
        assert arrived.headers["apns-expiration"] == str(one.expires_at // 1000)
        assert arrived.headers["apns-collapse-id"] == one.collapse
        assert arrived.body["t"] == "thread"
        assert arrived.banner
        assert both.records.lock_screen(device()) == [arrived]


async def test_a_first_burst_obeys_one_stream_and_then_many(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, limit=100) as both:
        both.fault(Late(by=5), times=None)
        outcomes = await both.burst(500)
        assert len(good(outcomes)) == 500
        assert len(set(both.delivered())) == len(both.delivered()) == 500
        assert both.simulator.made == 1
        assert both.simulator.violations == 0
        assert 1 < both.simulator.most_streams <= 100
        assert both.apns.counters.tokens == 1


def test_it_is_the_same_on_the_loop_that_the_server_uses(
    certificates: Certificates, tmp_path: Path
) -> None:
    async def play() -> None:
        async with stage(certificates, tmp_path, spares=1) as both:
            assert len(good(await both.burst(200))) == 200
            both.fault(GoAway(reason="Shutdown", accepted=False))
            assert len(good(await both.burst(50))) == 50
            both.fault(Cut())
            assert isinstance(await both.send(), Unknown)
            both.fault(Silence())
            assert await both.send(timeout=0.05) == Unknown("no answer came in time")
            assert good([await both.send()])
            await both.simulator.set_door("closed")
            both.simulator.cut()
            assert not good([await both.send(timeout=0.1)])

    uvloop.run(play())
