"""Promises 1–6: a server that is killed at any moment, under load, again and again."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

import pytest

from inbox.client import CustomerClient, DeskClient
from tests.proofs.judge import judge, place, read_team, read_thread, reading, seqs
from tests.proofs.load import Ledger, send_by_http, send_live
from tests.proofs.sites import PACE, Site

LONG = pytest.mark.prove
HTTP = ("ana", "luis", "mei")
LIVE = ("kim", "lea")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=LONG)])
def home(request: pytest.FixtureRequest) -> Site:
    """A place on this engine."""
    name = "site" if request.param == "sqlite" else "postgres_site"
    found: Site = request.getfixturevalue(name)
    return found


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=LONG)])
async def test_kill_9_loses_and_doubles_nothing(
    home: Site, ledger: Ledger, tmp_path: Path, kills: int
) -> None:
    await run_kill_loop(home, ledger, tmp_path / "outbox", kills=kills)


async def run_kill_loop(site: Site, ledger: Ledger, store: Path, *, kills: int) -> None:
    """Load, kills, and then the whole account."""
    await site.start()
    stop = asyncio.Event()
    async with (
        CustomerClient(site.url, site.token("box"), store=store, pace=PACE) as box,
        DeskClient(site.url, site.bo, pace=PACE) as bo,
        CustomerClient(site.url, site.token("ana"), pace=PACE) as watcher,
    ):
        began = place((await bo.me()).teams[0].cursor)
        await bo.follow()
        async with reading(box) as app, reading(bo) as desk, reading(watcher) as other:
            senders = asyncio.gather(
                *(send_by_http(site, name, ledger, stop) for name in HTTP),
                *(send_live(site, name, ledger, stop) for name in LIVE),
            )
            lines: list[str] = []
            for n in range(kills):
                await ledger.more(random.randrange(1, 60))
                for _ in range(5):
                    lines.append(f"Line {len(lines)}")
                    await box.post(lines[-1])
                await asyncio.sleep(random.random() * 0.05)
                assert await site.end(signal.SIGKILL) == -signal.SIGKILL, n
                await site.start()
            stop.set()
            async with asyncio.timeout(60):
                await senders
                await box.flush()
            assert not box.pending()
            assert not box.refused()
            await judge(site, ledger)
            mine, team = await read_thread(site, "box"), await read_team(site)
            stored = [item["message"]["body"] for item in mine if item["type"] == "message"]
            assert stored == lines, "the outbox, in order, each once"
            await app.saw_exactly(seqs(mine))
            assert app.bodies == lines
            await other.saw_exactly(seqs(await read_thread(site, "ana")))
            await desk.saw_exactly(range(began + 1, team[-1]["seq"] + 1))
            assert not app.resets + desk.resets + other.resets
