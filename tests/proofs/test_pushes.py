"""A real server and a simulator of the push services: what arrives, and what survives."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inbox.client import Event
from push.simulator.record import Fault, Match, Silence
from tests.faults.disk import build_disk
from tests.proofs.ringing import APP, Ringing, phone, ringing
from tests.proofs.sites import Site

WORDS = "Your SIM was activated twice"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.prove)])
def place(request: pytest.FixtureRequest) -> Site:
    """A place on this engine."""
    name = "site" if request.param == "sqlite" else "shared_site"
    found: Site = request.getfixturevalue(name)
    return found


async def test_the_phone_rings_as_it_should_through_outages_stops_and_kills(
    place: Site, tmp_path: Path
) -> None:
    async with ringing(place, tmp_path / "simulator") as house:
        await house.register()
        await _a_reply_arrives(house)
        await _nobody_is_rung_for_what_they_see(house)
        await _an_outage_ends_in_one_push(house)
        await _a_stop_loses_nothing(house)
        if place.inbox.folder.joinpath("pinbox.db").exists():
            # On PostgreSQL the dead one's lease must end first, for it might be alive.
            await _a_kill_loses_nothing(house)


async def _a_reply_arrives(house: Ringing) -> None:
    seq = await house.reply(body=WORDS)
    came = await house.arrival(lambda one: one.body["s"] == seq)
    assert (came.app, came.token, came.outcome) == (APP, phone(), "200")
    assert WORDS not in str(came.body)
    trail = await house.until(lambda told: told.pushes[0].state == "sent")
    assert trail.pushes[0].provider_id == came.push_id
    told = house.trail()
    assert told["pushes"][0]["status"] == 200


async def _nobody_is_rung_for_what_they_see(house: Ringing) -> None:
    async with house.customer() as app:
        app.connect()
        events = app.events()
        await app.visible(on=True)
        while not app.connected:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        before = house.simulator.records.count
        seq = await _reply_and_hear(house, events)
        await app.ack(seq)
        trail = await house.until(lambda told: told.pushes[0].state == "suppressed")
    assert trail.pushes[0].reason == "acknowledged in front"
    assert [one for one in house.simulator.records.after(before) if one.body["s"] == seq] == []


async def _reply_and_hear(house: Ringing, events: AsyncIterator[Event]) -> int:
    seq = await house.reply()
    async with asyncio.timeout(20):
        async for event in events:
            if event.seq == seq:
                break
    return seq


async def _an_outage_ends_in_one_push(house: Ringing) -> None:
    await house.simulator.set_door("apns", "closed", cut=True)
    seqs = [await house.reply() for _ in range(3)]
    await house.until(lambda told: told.pushes[0].seq == seqs[-1])
    before = house.simulator.records.count
    await house.simulator.set_door("apns", "open", cut=False)
    await house.arrival(lambda one: one.body["s"] == seqs[-1], since=before)
    trail = await house.until(lambda told: told.pushes[0].state == "sent")
    told = [one for one in house.simulator.records.after(before) if one.delivered]
    assert told[-1].body["s"] == seqs[-1]
    assert trail.pushes[0].attempts >= 1
    assert len(house.simulator.records.lock_screen(phone())) == 1


async def _a_stop_loses_nothing(house: Ringing) -> None:
    fault = Fault(do=Silence(), match=Match(provider="apns"), times=None)
    number = house.simulator.faults.add(fault)
    before = house.simulator.records.count
    seq = await house.reply()
    first = await house.arrival(lambda one: one.body["s"] == seq, since=before)
    assert await house.site.end() == 0
    house.simulator.faults.remove(number)
    await house.site.start()
    again = await house.arrival(lambda one: one.body["s"] == seq, since=first.number)
    assert (again.push_id, again.collapse) == (first.push_id, first.collapse)
    assert len(house.simulator.records.lock_screen(phone())) == 1


async def _a_kill_loses_nothing(house: Ringing) -> None:
    fault = Fault(do=Silence(), match=Match(provider="apns"), times=None)
    number = house.simulator.faults.add(fault)
    before = house.simulator.records.count
    seq = await house.reply()
    first = await house.arrival(lambda one: one.body["s"] == seq, since=before)
    assert await house.site.end(signal.SIGKILL) == -signal.SIGKILL
    house.simulator.faults.remove(number)
    await house.site.start()
    again = await house.arrival(lambda one: one.body["s"] == seq, since=first.number)
    assert again.push_id == first.push_id
    await house.until(lambda told: told.pushes[0].state == "sent")
    assert len(house.simulator.records.lock_screen(phone())) == 1


async def test_a_full_disk_holds_pushes_and_loses_none(site: Site, tmp_path: Path) -> None:
    disk = build_disk(tmp_path, under=site.inbox.folder)
    site.env |= disk.environment
    async with ringing(site, tmp_path / "simulator") as house:
        await house.register()
        await house.simulator.set_door("apns", "closed", cut=True)
        seq = await house.reply()
        with disk.failing("write"):
            await house.simulator.set_door("apns", "open", cut=False)
            await asyncio.sleep(1.5)
        await house.arrival(lambda one: one.body["s"] == seq)
        await house.until(lambda told: told.pushes[0].state == "sent")
        assert len(house.simulator.records.lock_screen(phone())) == 1
