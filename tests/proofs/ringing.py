"""A server process that rings, and phones at a simulator of the push services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from inbox.client import CustomerClient, DeskClient
from inbox.ops.simulator import settings_for
from push.simulator.record import Arrived
from push.simulator.service import Simulator
from tests.proofs.sites import PACE, Site

APP = "com.example.care"
PATIENCE_S = 30


def environment(simulator: Simulator) -> dict[str, str]:
    """The settings by which a server sends to it, as variables."""
    return {
        f"PINBOX_{name.upper()}": value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
        for name, value in settings_for(simulator.about()).items()
    }


def phone(number: int = 1) -> str:
    """A device token."""
    return f"{number:064x}"


class Ringing:
    """A site whose server sends to the simulator; customers have phones there."""

    def __init__(self, site: Site, simulator: Simulator) -> None:
        self.site, self.simulator = site, simulator
        self.threads: dict[str, str] = {}
        self._replies = 0

    def customer(self, name: str = "ana") -> CustomerClient:
        """A customer's app."""
        return CustomerClient(self.site.url, self.site.token(name), pace=PACE)

    def bo(self) -> DeskClient:
        """Bo's desk."""
        return DeskClient(self.site.url, self.site.bo, pace=PACE)

    async def register(self, name: str = "ana", *, token: str = "", **more: Any) -> str:
        """A customer's app starts, with a phone; its thread."""
        async with self.customer(name) as app:
            self.threads[name] = (await app.thread()).thread
            facts: dict[str, Any] = {
                "token": token or phone(),
                "app_id": APP,
                "environment": "production",
            }
            await app.devices.register("phone", "apns", **(facts | more))
        return self.threads[name]

    async def reply(self, name: str = "ana", body: str = "Hello") -> int:
        """Bo answers; where in the log."""
        self._replies += 1
        async with self.bo() as bo:
            sent = await bo.reply(self.threads[name], body, seen_seq=10**9, force=True)
        return sent.message.seq

    async def arrival(self, fits: Callable[[Arrived], bool], *, since: int = 0) -> Arrived:
        """The first that fits, of those after a number."""
        records = self.simulator.records
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for one in records.after(since):
                    if fits(one):
                        return one
                await records.wait(records.count + 1)

    def trail(self, name: str = "ana") -> Any:
        """What the operator is told of a customer's pushes."""
        return self.site.inbox.say("push", "trail", name)

    async def until(self, is_so: Callable[[Any], bool], name: str = "ana") -> Any:
        """The trail, once it is so."""
        async with asyncio.timeout(PATIENCE_S), self.bo() as bo:
            while not is_so(trail := await bo.pushes(self.threads[name])):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            return trail


@asynccontextmanager
async def ringing(site: Site, folder: Path, **env: str) -> AsyncIterator[Ringing]:
    """The site's server, started, and the simulator that it sends to."""
    async with Simulator(folder, apps=(APP,)) as simulator:
        site.env |= environment(simulator) | env
        await site.start()
        yield Ringing(site, simulator)
        await site.end()
