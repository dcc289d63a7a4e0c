"""The demo's one page: phone and desk in frames, both real, and what its buttons do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, Frame, expect

from inbox.client import CustomerClient, DeskClient
from inbox.ops.demo.cast import assemble
from inbox.ops.demo.phone import APP, NAME, TOKEN, Phone, environment
from inbox.ops.demo.server import Server
from inbox.ops.demo.stage import StagePage
from inbox.ops.folder import make_folder
from push.simulator.service import Simulator
from tests.desk.stage import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[StagePage]:
    """The stage as it stands after the story, which is told elsewhere."""
    make_folder(folder)
    async with Simulator(folder / "push-simulator", apps=(APP,)) as simulator:
        stage, server = StagePage(Phone(simulator)), Server(folder)
        await stage.start()
        server.environment = environment(simulator.about()) | stage.environment()
        try:
            await server.start()
            cast = await assemble(folder)
            async with CustomerClient(server.url, cast.ana) as ana:
                await ana.devices.register(
                    NAME, "apns", token=TOKEN, app_id=APP, environment="production"
                )
                await ana.send("Hello?")
            await resolve_all(server.url, cast.bo)
            await stage.raise_curtain(server.url, cast, folder)
            yield stage
        finally:
            await server.stop()
            await stage.close()


async def resolve_all(url: str, agent: str) -> None:
    """Bo answers and settles it, as at the end of the story."""
    async with DeskClient(url, agent) as bo:
        (ana,) = (await bo.queue("waiting")).items
        await bo.reply(ana.id, "Hello Ana!", seen_seq=ana.head)
        await bo.resolve(ana.id)


async def test_phone_and_desk_side_by_side(browser: Browser, tmp_path: Path) -> None:
    async with demo(tmp_path / "data") as stage:
        await judge_strangers(stage)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        await page.goto(stage.url)
        phone, desk = page.frame_locator("#phone"), page.frame_locator("#desk")
        await phone.locator('.shell[data-live="live"]').wait_for()
        await phone.locator("textarea").fill("My phone shows ‘no service’.")
        await phone.get_by_role("button", name="Send", exact=True).click()
        # Her conversation is open at the desk from the start: nobody has to look for it.
        await desk.locator("article.said").filter(has_text="no service").wait_for()

        # Mia has seen it, and Ana sees that: a reply that is faster than that is held as stale.
        receipt = phone.locator(".receipt").last
        await expect(receipt).to_have_attribute("data-state", "read")

        # Closed: the answer comes as a push, and a tap on it leads to the answer.
        await page.get_by_role("button", name="Close the app").click()
        await desk.locator("textarea").fill("Your SIM was activated twice. It is mended.")
        await desk.locator("textarea").press("Control+Enter")
        banner = page.locator("#banners button")
        await expect(banner).to_contain_text("You have a new reply")
        await banner.click()
        await phone.locator("article.said").filter(has_text="activated twice").wait_for()

        # No network: what is written, even over the app's end, goes out when it is back.
        worker = "async () => (await navigator.serviceWorker.ready).active.state"
        await frame_of(page.frames, "/app").evaluate(worker)
        await page.get_by_role("button", name="Cut the network").click()
        await expect(page.locator("#signal")).to_have_text("no network")
        await phone.locator("textarea").fill("It works!")
        await phone.get_by_role("button", name="Send", exact=True).click()
        mine = phone.locator("article.said").filter(has_text="It works!")
        await expect(mine).to_have_attribute("data-state", "waits")
        await page.get_by_role("button", name="Close the app").click()
        await expect(banner).to_have_count(0)  # what rang before was seen
        await page.get_by_role("button", name="Open the app").click()
        await expect(mine).to_have_attribute("data-state", "waits")
        await page.get_by_role("button", name="Network back").click()
        await expect(mine).to_have_attribute("data-state", "stored")
        theirs = desk.locator("article.said").filter(has_text="It works!")
        await expect(theirs).to_have_count(1)

        await page.get_by_role("button", name="A storm").click()
        await phone.get_by_text("A storm has cut power").wait_for()
        await expect(desk.locator("a.row")).not_to_have_count(1)
        # The team goes home, and Ana's page knows; who writes then is asked, until it is back.
        state = phone.locator(".head-state .lamp")
        await page.get_by_role("button", name="The team closes").click()
        await expect(state).to_have_attribute("data-state", "closed")
        await phone.locator("textarea").fill("Are you there?")
        await phone.get_by_role("button", name="Send", exact=True).click()
        choice = phone.get_by_role("button", name="Answer me now")
        await choice.wait_for()
        await page.get_by_role("button", name="The team is back").click()
        await expect(choice).to_have_count(0)
        await expect(state).to_have_attribute("data-state", "open")
        await context.close()


def frame_of(frames: list[Frame], path: str) -> Frame:
    """The frame that shows this page now."""
    return next(one for one in frames if path in one.url)


async def judge_strangers(stage: StagePage) -> None:
    """No page of another site can do anything here, and a link is good once."""
    async with aiohttp.ClientSession() as http:
        form = await http.post(f"{stage.url}/do", data={"what": "storm"})
        assert form.status == 415
        host = {"Host": "evil.example"}
        assert (await http.get(f"{stage.url}/state", headers=host)).status == 403
        asked = await http.post(f"{stage.url}/links", json={"place": "phone"})
        link = stage.url + (await asked.json())["url"]
        first = await http.get(link, allow_redirects=False)
        assert (first.status, "#token=" in first.headers["Location"]) == (302, True)
        assert (await http.get(link, allow_redirects=False)).status == 410
        server = stage.environment()["PINBOX_FRAME_ANCESTORS"]
        page = await http.get(first.headers["Location"])
        assert f"frame-ancestors {server};" in page.headers["Content-Security-Policy"] + ";"
