"""PostgreSQL that crashes and comes back under load: errors while it is away, and nothing lost."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.postgres_server import PostgresServer
from tests.proofs.judge import judge
from tests.proofs.load import Ledger, send_by_http, send_live
from tests.proofs.sites import Site, ask


@pytest.mark.parametrize("crashes", [1, pytest.param(30, marks=pytest.mark.prove)])
async def test_a_crash_of_postgresql_passes(
    postgres_site: Site, own_postgres: PostgresServer, ledger: Ledger, crashes: int
) -> None:
    site = postgres_site
    await site.start()
    stop = asyncio.Event()
    senders = asyncio.gather(
        send_by_http(site, "ana", ledger, stop),
        send_by_http(site, "luis", ledger, stop),
        send_live(site, "mei", ledger, stop),
    )
    async with aiohttp.ClientSession() as http:
        for _ in range(crashes):
            await ledger.more(30)
            refused = len(ledger.refused)
            await asyncio.to_thread(own_postgres.stop, "immediate")
            before = ledger.count
            ready = await ask(http, "GET", f"{site.url}/readyz")
            assert ready.status == 503, ready
            assert (await ask(http, "GET", f"{site.url}/healthz")).status == 200
            async with asyncio.timeout(10):
                while len(ledger.refused) < refused + 4:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert ledger.count <= before + 3, "what was answered at the very end, and no more"
            await asyncio.to_thread(own_postgres.start)
        await ledger.more(30)
        assert (await ask(http, "GET", f"{site.url}/readyz")).status == 200
    stop.set()
    async with asyncio.timeout(20):
        await senders
    assert site.runs()
    await judge(site, ledger)
