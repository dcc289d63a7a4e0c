"""Pushes through kills: two servers on one PostgreSQL, a service with faults, and no push lost."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from inbox.store.engine import Tx
from inbox.store.queries import compile_query
from push.simulator.record import Arrived, Cut, Fault, GoAway, Late, Match
from push.simulator.service import Simulator
from tests.engines import Database
from tests.postgres_server import PostgresServer
from tests.proofs.ringing import APP, environment, phone
from tests.proofs.sites import Site, ask, make_folder

CUSTOMERS = 200
SENDERS = 8
LAST_S = 240
"""A dead worker's lease, the pace of one device, and the pauses of circuits."""
LEFT = (
    compile_query("rows_left", "SELECT COUNT(*) FROM push_outbox WHERE state < 2"),
    compile_query("marks_left", "SELECT COUNT(*) FROM threads WHERE rings_from IS NOT NULL"),
)


@pytest.fixture
async def pair(own_postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[tuple[Site, Site]]:
    """Two places on one database."""
    first = tmp_path / "data"
    bo = make_folder(first, database=own_postgres.url())
    sites = (Site(first, bo=bo), Site(Path(shutil.copytree(first, tmp_path / "twin")), bo=bo))
    yield sites
    for site in sites:
        await site.end()


class Desk:
    """Many answers, each sent until it is acknowledged, by whichever server is there."""

    def __init__(self, sites: tuple[Site, Site], http: aiohttp.ClientSession) -> None:
        self.sites, self.http = sites, http
        self.threads: dict[str, str] = {}
        self.last = Counter[str]()
        """By customer: the place of the newest answer."""
        self.sent = 0

    async def register(self, number: int) -> None:
        """A customer with a phone."""
        name, site = f"customer-{number}", self.sites[0]
        token = site.token(name)
        thread = await ask(self.http, "GET", f"{site.url}/v1/thread", token=token)
        body = {
            "platform": "apns",
            "push_enabled": True,
            "token": phone(number),
            "app_id": APP,
            "environment": "production",
        }
        url = f"{site.url}/v1/devices/phone"
        assert (await ask(self.http, "PUT", url, token=token, body=body)).status == 200
        self.threads[name] = thread.body["thread"]

    async def reply(self, number: int) -> None:
        """One answer to some customer."""
        name = f"customer-{random.randrange(CUSTOMERS)}"
        path = f"/v1/desk/threads/{self.threads[name]}/messages"
        body = {"client_id": f"reply-{number}", "body": "Hi", "seen_seq": 0, "force": True}
        while True:
            site = random.choice(self.sites)
            try:
                answer = await ask(self.http, "POST", site.url + path, token=site.bo, body=body)
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.02)
                continue
            if answer.status in {200, 201}:
                self.last[name] = max(self.last[name], answer.body["message"]["seq"])
                self.sent += 1
                return
            await asyncio.sleep(0.02)

    async def send(self, replies: int) -> None:
        """So many, over several at once."""
        numbers = iter(range(replies))

        async def work() -> None:
            for number in numbers:
                await self.reply(number)

        await asyncio.gather(*(work() for _ in range(SENDERS)))


@pytest.mark.prove
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("replies", "kills"), [(20_000, 60)])
async def test_every_phone_has_its_threads_last_state(
    pair: tuple[Site, Site], own_postgres: PostgresServer, tmp_path: Path, replies: int, kills: int
) -> None:
    async with (
        Simulator(tmp_path / "simulator", apps=(APP,)) as simulator,
        aiohttp.ClientSession() as http,
    ):
        for site in pair:
            site.env |= environment(simulator) | {"PINBOX_POSTGRES_POOL": "8"}
            await site.start()
        desk = Desk(pair, http)
        for number in range(CUSTOMERS):
            await desk.register(number)
        apple = Match(provider="apns")
        for deed, every in ((Cut(), 97), (Late(by=400), 13), (GoAway(reason="Shutdown"), 211)):
            simulator.faults.add(Fault(do=deed, match=apple, times=None, every=every))
        sending = asyncio.create_task(desk.send(replies))
        for kill in range(kills):
            site = random.choice(pair)
            await asyncio.sleep(random.random())
            assert await site.end(signal.SIGKILL) == -signal.SIGKILL, kill
            await site.start()
        await sending
        simulator.faults.clear()
        await _until_nothing_waits(own_postgres.url())
        _judge(desk, simulator.records.after())
        for number in range(CUSTOMERS):
            assert len(simulator.records.lock_screen(phone(number))) <= 1, "one banner"


async def _until_nothing_waits(url: str) -> None:
    engine = await Database("postgres", url).open()

    async def count(tx: Tx) -> int:
        return sum([row[0] for query in LEFT for row in await tx.fetch(query)])

    try:
        async with asyncio.timeout(LAST_S):
            while await engine.read(count):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    finally:
        await engine.close()


def _judge(desk: Desk, arrived: list[Arrived]) -> None:
    """Each phone that is rung has the newest; what came twice came under one collapse key."""
    newest: dict[str, Any] = {}
    collapses: dict[str, set[str]] = {}
    for one in arrived:
        if one.delivered and one.banner:
            newest[one.token] = max(newest.get(one.token, 0), one.body["s"])
            collapses.setdefault(one.push_id, set()).add(one.collapse)
    wanted = {phone(int(name.rpartition("-")[2])): seq for name, seq in desk.last.items()}
    assert newest == wanted
    assert all(len(keys) == 1 for keys in collapses.values())
