"""A PostgreSQL whose disk is full while pushes go out: errors that pass, no phone forgotten."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from push.simulator.service import Simulator
from tests.postgres_server import PostgresServer
from tests.proofs.ringing import APP, environment, phone
from tests.proofs.sites import Answer, Site, ask, make_folder

SIZE = "160m"
CUSTOMERS = 20
LONG = "Your SIM was activated twice. " * 60
PATIENCE_S = 60


class SmallDisk:
    """A file system of its own that holds a server's data, and can be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not a page free."""
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while file.write(b"\0" * 4_096):
                pass

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()


@pytest.fixture
def small() -> Iterator[tuple[PostgresServer, SmallDisk]]:
    """A durable PostgreSQL on a small file system in memory; only root can have one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or mount is None or umount is None:
        pytest.skip("only root can mount a small file system")
    with tempfile.TemporaryDirectory(prefix="pinbox-pg-") as name:
        disk = SmallDisk(Path(name) / "data")
        disk.folder.mkdir()
        options = f"size={SIZE},mode=700,uid={pwd.getpwnam('nobody').pw_uid}"
        command = [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(disk.folder)]
        if subprocess.run(command, check=False).returncode:
            pytest.skip("no file system may be mounted here")
        try:
            server = PostgresServer(Path(name), {})
            server.start()
            yield server, disk
            if server.runs():
                server.stop("immediate")
        finally:
            subprocess.run([umount, "-l", str(disk.folder)], check=True)


@pytest.fixture
async def site(small: tuple[PostgresServer, SmallDisk], tmp_path: Path) -> AsyncIterator[Site]:
    """A place on that server."""
    folder = tmp_path / "data"
    place = Site(folder, bo=make_folder(folder, database=small[0].url()))
    yield place
    await place.end()


class Desk:
    """Bo, who answers one customer after the other and notes what was stored."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self.site, self.http = site, http
        self.threads: list[str] = []
        self.newest: dict[str, int] = {}
        self._replies = 0

    async def register(self, number: int) -> None:
        """A customer with a phone."""
        token = self.site.token(f"customer-{number}")
        thread = await ask(self.http, "GET", f"{self.site.url}/v1/thread", token=token)
        body = {
            "platform": "apns",
            "push_enabled": True,
            "token": phone(number),
            "app_id": APP,
            "environment": "production",
        }
        url = f"{self.site.url}/v1/devices/phone"
        assert (await ask(self.http, "PUT", url, token=token, body=body)).status == 200
        self.threads.append(thread.body["thread"])

    async def reply(self) -> Answer:
        """One more."""
        self._replies += 1
        number = self._replies % CUSTOMERS
        url = f"{self.site.url}/v1/desk/threads/{self.threads[number]}/messages"
        body = {"client_id": f"r-{self._replies}", "body": LONG, "seen_seq": 0, "force": True}
        answer = await ask(self.http, "POST", url, token=self.site.bo, body=body)
        if answer.status == 201:
            self.newest[phone(number)] = answer.body["message"]["seq"]
        return answer

    async def round(self) -> None:
        """One to each."""
        for _ in self.threads:
            assert (await self.reply()).status == 201


async def test_a_full_disk_of_postgres_refuses_replies_and_forgets_no_phone(
    site: Site, small: tuple[PostgresServer, SmallDisk], tmp_path: Path
) -> None:
    _, disk = small
    async with (
        Simulator(tmp_path / "simulator", apps=(APP,)) as simulator,
        aiohttp.ClientSession() as http,
    ):
        site.env |= environment(simulator)
        await site.start()
        desk = Desk(site, http)
        for number in range(CUSTOMERS):
            await desk.register(number)
        await desk.round()
        disk.fill()
        refused = await _until_refused(desk)
        assert (refused.status, refused.body["code"]) == (503, "not_durable")
        assert int(refused.headers["Retry-After"]) > 0
        await asyncio.sleep(2)
        assert site.runs()
        disk.free()
        await desk.round()
        await _until_all_rang(desk, simulator)


async def _until_refused(desk: Desk) -> Answer:
    """Pages that are half empty take some replies more."""
    while (answer := await desk.reply()).status == 201:
        pass
    return answer


async def _until_all_rang(desk: Desk, simulator: Simulator) -> None:
    """Each phone was told of the newest reply that was stored."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            count = simulator.records.count
            rang = dict[str, int]()
            for one in simulator.records.after():
                rang[one.token] = max(rang.get(one.token, 0), one.body["s"])
            if rang == desk.newest:
                return
            await simulator.records.wait(count + 1)
