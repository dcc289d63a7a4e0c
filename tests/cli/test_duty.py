"""A real server hands out, takes back when its owner goes, and keeps duty through a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from inbox.client import CustomerClient, DeskClient
from tests.cli.processes import Inbox

WITHIN_S = 20


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until it is so."""
    async with asyncio.timeout(WITHIN_S):
        while not await holds():  # noqa: ASYNC110 - it is another process that changes it
            await asyncio.sleep(0.05)


def test_a_server_hands_out_and_takes_back(inbox: Inbox) -> None:
    inbox.run("team", "rules", "spokane", "--set", "handing=push")
    tokens = {
        name: inbox.say("agent", "add", name, "--team", "spokane")["token"]
        for name in ("Bo", "Mia")
    }
    ana = inbox.say("token", "customer", "ana", "--region", "US-WA")["token"]

    async def story(url: str) -> None:
        async with (
            CustomerClient(url, ana) as customer,
            DeskClient(url, tokens["Bo"]) as bo,
            DeskClient(url, tokens["Mia"]) as mia,
        ):

            async def is_mine(desk: DeskClient) -> bool:
                return len((await desk.queue("mine")).items) == 1

            await customer.send("Hello?")
            assert not await is_mine(bo)
            assert (await bo.duty(on=True)).since is not None
            await until(lambda: is_mine(bo))
            (sheet,) = await mia.team()
            assert [(one.name, one.on_duty, one.active) for one in sheet.members] == [
                ("Bo", True, 1),
                ("Mia", False, 0),
            ]
            await mia.duty(on=True)
            await bo.duty(on=False)
            await until(lambda: is_mine(mia))

    async def afterwards(url: str) -> None:
        async with DeskClient(url, tokens["Mia"]) as mia:
            me = await mia.me()
            assert (me.duty.on, me.duty.active) == (True, 1)

    with inbox.served() as server:
        asyncio.run(story(server.url))
    with inbox.served() as server:
        asyncio.run(afterwards(server.url))
