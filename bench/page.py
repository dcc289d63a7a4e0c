"""The customers' page in a real browser, opened for the first time by somebody who has a thread.

An empty cache and 50 ms from request to answer, that of the company's backend included, which gives
the token; the server has answered somebody before. Usable: the last messages are painted and the
field takes a text. Live: the live line is there as well. Weighed is what the page itself loads, as
it comes over the wire.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from aiohttp import web
from playwright.async_api import Browser

from bench.browser import AWAY_MS, chromium, go_away, painted_ms
from bench.server import Running, serving
from bench.table import print_table, spread
from tests.ports import free_port

ROUNDS = 15
MESSAGES = 60
PHONE: Any = {"width": 390, "height": 844}
NAME = "ana"

_MEASURED = frozenset({"Document", "Script", "Stylesheet"})
_USABLE = """(last) => document.querySelector("textarea")?.disabled === false
  && [...document.querySelectorAll("article.said")].at(-1)?.textContent.includes(last)"""


def main() -> None:
    """One server, one company's backend, one browser."""
    port = free_port()
    backend = {"PINBOX_APP_TOKEN_URL": f"http://127.0.0.1:{port}/token"}
    with serving(settings=backend) as running:
        rows = asyncio.run(_measure(running, port))
    print_table(
        f"The customers' page, opened first, {AWAY_MS} ms away (Chromium, SQLite)",
        ["what", "seen", "goal"],
        rows,
    )


async def _measure(running: Running, port: int) -> list[list[str]]:
    last = await _write(running)
    company = await _open_backend(running, port)
    async with chromium() as browser:
        await _open_cold(browser, running.url, last)
        rounds = [await _open_cold(browser, running.url, last) for _ in range(ROUNDS)]
    await company.cleanup()
    usable, live, weights = zip(*rounds, strict=True)
    return [
        ["usable, ms", spread(usable, digits=0), "< 1,500"],
        ["live, ms", spread(live, digits=0), "–"],
        ["page, scripts and styles, KB packed", spread(weights, digits=1), "≤ 60"],
    ]


async def _write(running: Running) -> str:
    """What the customer wrote before; gives the last text."""
    signed = {"Authorization": f"Bearer {running.customer_token(NAME)}"}
    async with aiohttp.ClientSession(running.url, headers=signed) as http:
        for n in range(MESSAGES):
            body = {"client_id": f"c{n}", "body": f"My line is down, message {n}."}
            async with http.post("/v1/thread/messages", json=body) as answer:
                answer.raise_for_status()
    return f"message {MESSAGES - 1}."


async def _open_backend(running: Running, port: int) -> web.AppRunner:
    async def give(_: web.Request) -> web.Response:
        lent = {
            "Access-Control-Allow-Origin": running.url,
            "Access-Control-Allow-Credentials": "true",
        }
        return web.json_response({"token": running.customer_token(NAME)}, headers=lent)

    app = web.Application()
    app.router.add_get("/token", give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def _open_cold(browser: Browser, url: str, last: str) -> tuple[float, float, float]:
    """A phone that has never been here: usable and live after ms, and KB of what it loaded."""
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    line = await go_away(page)
    asked: set[str] = set()
    weighed: list[float] = []

    def note(event: dict[str, Any]) -> None:
        if event["type"] in _MEASURED:
            asked.add(event["requestId"])

    def weigh(event: dict[str, Any]) -> None:
        if event["requestId"] in asked:
            weighed.append(event["encodedDataLength"])

    line.on("Network.requestWillBeSent", note)
    line.on("Network.loadingFinished", weigh)
    await page.goto(f"{url}/app")
    await page.wait_for_function(_USABLE, arg=last)
    usable = await painted_ms(page)
    await page.locator('.shell[data-live="live"]').wait_for()
    live = await painted_ms(page)
    await context.close()
    return usable, live, sum(weighed) / 1000
