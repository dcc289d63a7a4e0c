"""GOAWAY: what was accepted is answered, what was not goes elsewhere, and nothing comes twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from push.model import Answer, NotProcessed, Unknown
from push.simulator.record import GoAway, Late
from push.simulator.tls import Certificates
from tests.push.apns.stage import Stage, device, good, push, stage


async def warm(both: Stage) -> None:
    """One push, so that there may be many streams."""
    await both.send(push(device(9999)))
    both.records.clear()


async def test_a_graceful_one_ends_with_all_answers(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await warm(both)
        both.fault(Late(by=300), times=50)
        sending = asyncio.create_task(both.burst(50))
        await both.records.wait(51)
        both.simulator.connections[0].go_away()
        assert good([await both.send(push(device(51)))])
        assert not sending.done()
        assert len(good(await sending)) == 50
        ids = both.delivered()
        assert len(ids) == len(set(ids)) == 51
        assert both.simulator.made == 2
        assert both.apns.counters.goaways == {"code 0": 1}
        assert both.apns.counters.unknown == 0
        assert both.apns.counters.lost_connections == 0


async def test_what_came_back_goes_before_what_waits(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, limit=1) as both:
        both.fault(GoAway(reason="Shutdown", accepted=False))
        assert len(good(await both.burst(3))) == 3
        order = [one.token for one in both.arrived()]
        assert order == [device(1), device(1), device(2), device(3)]


async def test_what_is_beyond_the_last_stream_goes_again_once(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await warm(both)
        both.fault(Late(by=50), times=20)
        both.fault(GoAway(reason="Shutdown", accepted=False))
        assert len(good(await both.burst(60))) == 60
        ids = both.delivered()
        assert len(ids) == len(set(ids)) == 60
        assert both.apns.counters.resent == 40
        assert both.simulator.made == 2
        assert both.apns.counters.goaways == {"Shutdown": 1}


async def test_what_waits_goes_over_the_spare_at_once(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path, spares=1, steered=True) as both:
        assert both.hand is not None
        both.hand.luck = 1.0  # any pause is as long as may be, and time stands still
        await warm(both)
        await both.until(lambda: both.apns.look()[0].connections == 2)
        both.fault(GoAway(reason="Shutdown", accepted=False))
        assert len(good(await both.burst(20))) == 20
        assert both.simulator.made == 2


@pytest.mark.parametrize("reason", ["BadCertificateEnvironment", "InvalidProviderToken"])
async def test_a_reason_that_another_connection_would_meet_too_is_an_answer(
    certificates: Certificates, tmp_path: Path, reason: str
) -> None:
    async with stage(certificates, tmp_path) as both:
        await warm(both)
        both.fault(GoAway(reason=reason, accepted=False))
        outcomes = await both.burst(20)
        assert outcomes == [Answer(status=403, reason=reason, detail="said by GOAWAY")] * 20
        assert both.apns.counters.goaways == {reason: 1}
        assert both.apns.counters.resent == 0


async def test_one_for_an_expired_token_makes_one_new_token(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await warm(both)
        both.fault(GoAway(reason="ExpiredProviderToken", accepted=False))
        assert len(good(await both.burst(20))) == 20
        assert both.apns.counters.tokens == 2
        assert len(both.simulator.tokens) == 2


async def test_an_accepted_push_without_an_answer_is_unknown(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        await warm(both)
        both.fault(GoAway(reason="Shutdown", answers=False), device(1))
        outcomes = await both.burst(10)
        assert outcomes[0] == Unknown("GOAWAY: Shutdown")
        assert len(good(outcomes)) == 9
        assert len(both.arrived(device(1))) == 1


async def test_a_push_that_no_connection_takes_is_given_back(
    certificates: Certificates, tmp_path: Path
) -> None:
    async with stage(certificates, tmp_path) as both:
        both.fault(GoAway(reason="Shutdown", accepted=False), times=None)
        assert await both.send() == NotProcessed("GOAWAY: Shutdown")
        assert both.delivered() == []
        assert both.simulator.made == 8


async def test_many_in_a_row_make_no_storm(certificates: Certificates, tmp_path: Path) -> None:
    async with stage(certificates, tmp_path, steered=True) as both:
        assert both.hand is not None
        both.hand.luck = 0.5
        both.fault(GoAway(reason="Shutdown"), times=None, every=20)
        sending = asyncio.create_task(both.burst(160, timeout=30))
        while not sending.done():
            await both.hand.pass_time(1)
        assert len(good(await sending)) == 160
        ids = both.delivered()
        assert len(ids) == len(set(ids)) == 160
        assert both.simulator.made <= 9
        assert both.hand.slept[:6] == [0.5, 1, 2, 4, 8, 16]
