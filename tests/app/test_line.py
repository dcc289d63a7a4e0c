"""A minute without a line, in each direction: what was said meanwhile arrives once, and in order.

The line is cut for real, sockets and all; the minute is the browser's clock, which is moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import expect

from tests.app.stage import AppPage, Stage
from tests.app.test_close import arrived
from tests.client.tunnel import Tunnel

STEP_MS = 5_000
STEPS = 12


class Line(Tunnel):
    """A line to the server that can be down: then nobody even listens."""

    _server: asyncio.Server

    async def up(self) -> None:
        """Let everybody through, at the address of before."""
        port = int(self.url.rpartition(":")[2] or 0) if self.url else 0
        self._server = await asyncio.start_server(self.carry, "127.0.0.1", port)
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname()[:2])

    async def down(self) -> None:
        """Cut everybody off, and listen to nobody."""
        self._server.close()
        self.cut()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A line to a server's address, up."""
    host, _, port = url.removeprefix("http://").partition(":")
    line = Line(host, int(port), length=lambda: 1 << 60)
    await line.up()
    try:
        yield line
    finally:
        await line.down()


async def pass_until_live(ana: AppPage) -> None:
    """Let the browser's time pass until it has the line again."""
    live = ana.page.locator('.shell[data-live="live"]')
    async with asyncio.timeout(20):
        while not await live.count():
            await ana.page.clock.run_for(1_000)
            await asyncio.sleep(0.05)


async def test_a_minute_without_a_line_in_each_direction(stage: Stage) -> None:
    place = f"/v1/desk/team/{stage.people.spokane}/notice"
    await stage.admin("PUT", place, {"notice": "An outage near the bay."})
    async with line_to(stage.server.url) as line:
        ana = await stage.window()
        ana.url = line.url
        await ana.page.clock.install()
        await ana.open(f"#token={stage.server.token('ana')}")
        await ana.write("Before.")
        await ana.see("Before.")
        thread = await stage.thread()
        notice = ana.page.get_by_text("An outage near the bay.")
        await expect(notice).to_be_visible()

        await line.down()
        told = ana.page.get_by_text("You are offline")
        await expect(told).to_be_visible()
        await ana.write("From the tunnel.")
        await ana.see("From the tunnel.", state="waits")
        for step in range(STEPS):
            await ana.page.clock.run_for(STEP_MS)
            if step == STEPS // 2:
                await stage.answer("bo", thread, "To the tunnel.")
                await stage.admin("PUT", place, {"notice": None})
                await ana.write("Still in it.")
        await ana.see("Still in it.", state="waits")
        await expect(told).to_be_visible()
        await expect(ana.said("To the tunnel.")).to_have_count(0)

        await line.up()
        await pass_until_live(ana)
        await expect(told).to_have_count(0)
        await expect(notice).to_have_count(0)
        texts = ["Before.", "To the tunnel.", "From the tunnel.", "Still in it."]
        for text in texts:
            await ana.see(text)
        await arrived(stage, texts)
        await expect(ana.page.locator("article.said")).to_have_count(len(texts))
        await expect(ana.page.locator("article.said .said-body")).to_have_text(texts)
        # Both lines work again: each sees the next word of the other without any more ado.
        await stage.answer("bo", thread, "There you are.")
        await ana.see("There you are.")
