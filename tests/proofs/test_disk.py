"""Promise 1 where the disk fails: full is an error that passes, a lost fsync ends the process."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp

from tests.faults.disk import build_disk
from tests.proofs.judge import judge
from tests.proofs.load import Ledger, send_by_http, send_live
from tests.proofs.sites import Answer, Site, ask


async def get(site: Site, path: str) -> Answer:
    """A question without a sign-in."""
    async with aiohttp.ClientSession() as http:
        return await ask(http, "GET", site.url + path)


async def test_a_full_disk_is_an_error_and_passes(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    disk = build_disk(tmp_path, under=site.inbox.folder)
    site.env |= disk.environment
    await site.start()
    stop = asyncio.Event()
    senders = asyncio.gather(
        send_by_http(site, "ana", ledger, stop), send_live(site, "luis", ledger, stop)
    )
    await ledger.more(20)
    with disk.failing("write"):
        ready = await get(site, "/readyz")
        before = ledger.count
        async with aiohttp.ClientSession() as http:
            refused = await ask(
                http,
                "POST",
                f"{site.url}/v1/thread/messages",
                token=site.token("mei"),
                body={"client_id": "m", "body": "Is there room?"},
            )
        assert (ready.status, ready.body["code"]) == (503, "not_durable")
        assert (refused.status, refused.body["code"]) == (503, "not_durable")
        assert int(refused.headers["Retry-After"]) > 0
        assert (await get(site, "/healthz")).status == 200
        await asyncio.sleep(0.3)
        assert ledger.count <= before + 2, "what was answered before it filled, and no more"
    await ledger.more(20)
    assert (await get(site, "/readyz")).status == 200
    assert set(ledger.refused) == {503}
    stop.set()
    await senders
    assert site.runs()
    await judge(site, ledger)


async def test_a_failed_fsync_ends_the_process_and_loses_nothing(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    disk = build_disk(tmp_path, under=site.inbox.folder)
    site.env |= disk.environment
    await site.start()
    stop = asyncio.Event()
    senders = asyncio.gather(
        send_by_http(site, "ana", ledger, stop), send_live(site, "luis", ledger, stop)
    )
    await ledger.more(20)
    with disk.failing("sync"):
        assert await site.ended() == os.EX_IOERR
    assert "the disk failed to keep a write" in site.log()
    await site.start()
    await ledger.more(20)
    stop.set()
    await senders
    await judge(site, ledger)
