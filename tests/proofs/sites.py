"""A place with a server process that comes back at its address, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import msgspec

from inbox.client import Pace
from tests.cli.processes import TEAM, Inbox, Serving, pinbox
from tests.ports import free_port

PACE = Pace(base_s=0.02, cap_s=0.3, request_s=10)
UNLIMITED = {
    "PINBOX_CUSTOMER_SENDS_PER_MINUTE": "0",
    "PINBOX_CUSTOMER_REQUESTS_PER_MINUTE": "0",
    "PINBOX_AGENT_SENDS_PER_MINUTE": "0",
    "PINBOX_AGENT_REQUESTS_PER_MINUTE": "0",
    "PINBOX_ADMISSIONS_PER_SECOND": "0",
    "PINBOX_CATCH_UP_LIMIT": "100000",
}


class Site:
    """A data folder with team Spokane and Bo in it, and at most one server on it."""

    def __init__(self, folder: Path, *, bo: str, **env: str) -> None:
        self.inbox = Inbox(folder)
        self.bo = bo
        self.env = {**UNLIMITED, **env}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._serving: Serving | None = None
        self._secret = tomllib.loads((folder / "pinbox.toml").read_text())["token_secret"]

    def token(self, customer: str) -> str:
        """A customer's token, as the company's backend signs it."""
        now = int(time.time())
        claims = {"aud": "pinbox", "sub": customer, "iat": now, "exp": now + 86_000}
        return jwt.encode({**claims, "region": "US-WA"}, self._secret, algorithm="HS256")

    async def start(self) -> None:
        """Serve the folder; returns when it answers."""
        self._serving = await asyncio.to_thread(
            lambda: Serving(self.inbox.folder, "--port", str(self.port), **self.env)
        )

    async def end(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """End the server by a signal; the status of its process."""
        if self._serving is None:
            return 0
        return await asyncio.to_thread(self._serving.end, kind)

    async def ended(self) -> int:
        """Wait until the server has ended by itself; its status."""
        await asyncio.to_thread(self._running.process.wait, 30)
        return await self.end()

    def runs(self) -> bool:
        """Whether the process is there."""
        return self._running.process.poll() is None

    def log(self) -> str:
        """All that its servers have said on standard error."""
        return self._running.log.read_text()

    def resident_kib(self) -> int:
        """The memory of the server process."""
        status = Path(f"/proc/{self._running.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def open_files(self) -> int:
        """How many files and sockets the server process holds."""
        return len(os.listdir(f"/proc/{self._running.process.pid}/fd"))  # noqa: PTH208

    def break_by(self, folder: Path, source: str) -> None:
        """Run this Python in the server's process before anything else, from the next start on."""
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(source)
        self.env["PYTHONPATH"] = str(folder)

    @property
    def _running(self) -> Serving:
        assert self._serving is not None
        return self._serving


class Answer(msgspec.Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: Any
    body: Any


async def ask(
    http: aiohttp.ClientSession, method: str, url: str, *, token: str = "", body: object = None
) -> Answer:
    """One request. Raises aiohttp's errors where no answer came."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data = msgspec.json.encode(body)
        headers["Content-Type"] = "application/json"
    async with http.request(method, url, data=data, headers=headers) as answer:
        raw = await answer.read()
        return Answer(answer.status, answer.headers, msgspec.json.decode(raw or b"null"))


def make_folder(folder: Path, *, database: str = "") -> str:
    """A data folder with team Spokane and Bo; Bo's token."""
    inbox = Inbox(folder)
    pinbox("init", "--data", folder)
    if database:
        with (folder / "pinbox.toml").open("a") as file:
            file.write(f'database = "{database}"\n')
        inbox.say("migrate")
    inbox.say(*TEAM)
    token: str = inbox.say("agent", "add", "Bo", "--team", "spokane")["token"]
    return token
