"""Chromium as both pages are measured in: nothing kept, and away from the server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.desk.chromium import ARGUMENTS

AWAY_MS = 50
"""From a request until its answer begins."""

_FAR = {"offline": False, "latency": AWAY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser that is closed in the end."""
    async with async_playwright() as playwright:
        found = shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


async def go_away(page: Page) -> CDPSession:
    """From now on each answer comes `AWAY_MS` later; gives the line to the browser."""
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", _FAR)
    return line


async def painted_ms(page: Page) -> float:
    """When what is there now is painted, in ms since the page was gone to."""
    took: float = await page.evaluate(_PAINTED)
    return took
