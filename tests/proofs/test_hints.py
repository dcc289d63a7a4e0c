"""Promise 9: with the bus dead everything arrives within about a second, and all else holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from inbox.client import CustomerClient, DeskClient
from tests.proofs.judge import judge, place, read_team, read_thread, reading, seqs
from tests.proofs.load import Ledger, send_by_http
from tests.proofs.sites import PACE, Site

DEAD_BUS = """
from inbox.bus.local import LocalBus

LocalBus.ring = lambda self, hint: None
"""
LINES = [f"Answer {n}" for n in range(4)]


async def test_a_dead_bus_costs_a_second_and_no_message(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    site.break_by(tmp_path / "broken", DEAD_BUS)
    await site.start()
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    took = []
    async with (
        CustomerClient(site.url, site.token("ana"), pace=PACE) as ana,
        DeskClient(site.url, site.bo, pace=PACE) as bo,
    ):
        began = place((await bo.me()).teams[0].cursor)
        await bo.follow()
        seen = (await ana.send("Hello")).message.seq
        thread = (await ana.thread()).thread
        async with reading(ana) as app, reading(bo) as desk:
            sender = asyncio.create_task(send_by_http(site, "luis", ledger, stop))
            await ledger.more(5)
            for line in LINES:
                at = loop.time()
                await bo.reply(thread, line, seen_seq=seen)
                while line not in app.bodies or line not in desk.bodies:
                    await asyncio.sleep(0.01)
                    assert loop.time() < at + 10
                took.append(loop.time() - at)
            stop.set()
            await sender
            await judge(site, ledger)
            await app.saw_exactly(seqs(await read_thread(site, "ana")))
            team = await read_team(site)
            await desk.saw_exactly(range(began + 1, team[-1]["seq"] + 1))
    assert sorted(took)[len(took) // 2] < 2, took
    assert max(took) > 0.1, "hints were lost: the bus was dead"
