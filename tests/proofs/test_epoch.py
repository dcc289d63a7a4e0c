"""Promise 10: after a restore nobody keeps a cursor from the future that was lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from inbox.client import CustomerClient, DeskClient
from tests.proofs.judge import Reader, place, read_team, read_thread, reading, seqs
from tests.proofs.sites import PACE, Site, ask


async def test_a_lost_future_is_forgotten_by_everybody(site: Site, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    await site.start()
    async with (
        CustomerClient(site.url, site.token("ana"), store=tmp_path / "ana", pace=PACE) as ana,
        DeskClient(site.url, site.bo, pace=PACE) as bo,
    ):
        await bo.follow()
        async with reading(ana) as app, reading(bo) as desk:
            for line in ("One", "Two"):
                await ana.send(line)
            await asyncio.to_thread(site.inbox.say, "backup", saved)
            for line in ("Lost one", "Lost two"):
                await ana.send(line)
            await app.saw_exactly(seqs(await read_thread(site, "ana")))
            lost = ana.cursor()
            assert lost is not None
            await site.end()
            epoch = (await asyncio.to_thread(site.inbox.say, "restore", saved))["epoch"]
            await site.start()
            # What is written before they have reloaded comes with the reload, not as an event.
            async with asyncio.timeout(20):
                while not (app.resets and desk.resets):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            # The numbers of the lost future are given out again, to other messages.
            for line in ("New one", "New two", "New three"):
                await ana.send(line)
            await wait_for(app, "New three")
            await wait_for(desk, "New three")
    async with aiohttp.ClientSession() as http:
        path = f"{site.url}/v1/thread/events?since={lost}"
        refused = await ask(http, "GET", path, token=site.token("ana"))
    assert (refused.status, refused.body["reason"]) == (410, "stale_epoch")
    assert lost.partition(":")[0] != epoch == refused.body["cursor"].partition(":")[0]

    thread = await read_thread(site, "ana")
    stored = [item["message"]["body"] for item in thread if item["type"] == "message"]
    assert stored == ["One", "Two", "New one", "New two", "New three"]
    (reset,) = app.resets
    assert reset.reason == "stale_epoch"
    known = [message.body for message in reversed(reset.messages or ())]
    after = app.bodies[app.bodies.index("Lost two") + 1 :]
    assert list(dict.fromkeys([*known, *after])) == stored, "reloaded, then each once"
    assert len(set(after)) == len(after)
    assert [one.reason for one in desk.resets] == ["stale_epoch"]
    team = await read_team(site)
    assert place(ana.cursor() or "") == thread[-1]["seq"]
    assert sum(item["type"] == "message" for item in team) == len(stored)


async def wait_for(reader: Reader, last: str) -> None:
    """Wait until this message came."""
    async with asyncio.timeout(20):
        while last not in reader.bodies:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
