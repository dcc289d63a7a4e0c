"""The agents' desk in a real browser, with 10,000 open threads.

Cold: an empty cache, 50 ms from request to answer, until the first list stands on the screen. Acts:
from the key or click until what it asked for is painted, with the server beside. A shift: 5,000
messages come in while a thread is open; what the tab holds is counted after its garbage is gone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, CDPSession, Page

from bench.browser import AWAY_MS, chromium, go_away, painted_ms
from bench.server import Running, serving
from bench.table import print_table, spread

THREADS = 10_000
ROUNDS = 7
EVENTS = 5_000
WRITERS = 500
PASSWORD = "a long password of Bo's"

_PAINTED = """async (act) => {
  const began = performance.now();
  if (act.key) {
    const how = { key: act.key, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", how));
  } else document.querySelector(act.click).click();
  while (!(FOUND)) await new Promise((next) => setTimeout(next, 1));
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return performance.now() - began;
}"""
_ROWS = "document.querySelectorAll('a.row').length"


def main() -> None:
    """One server, one browser."""
    with serving() as running:
        bo = running.run("agent", "add", "Bo", "--team", "spokane")
        mia = running.run("agent", "add", "Mia", "--team", "spokane", "--role", "admin")
        running.run("import", str(_write_import(running.folder)))
        rows = asyncio.run(_measure(running, bo["id"], admin=mia["token"]))
    print_table(
        f"The desk with {THREADS:,} open threads (Chromium, SQLite)", ["what", "seen", "goal"], rows
    )


def _write_import(folder: Path) -> Path:
    """Customers who wait, a second apart."""
    now = time.time()
    file = folder / "customers.jsonl"
    with file.open("w") as out:
        for n in range(THREADS):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - THREADS + n))
            said = {"client_id": f"c{n}", "author": "customer", "sent_at": at}
            body = f"My line {n} is down, can somebody look?"
            customer = {"id": f"c{n:05}", "name": f"Customer {n:05}", "region": "US-WA"}
            line = {"customer": customer, "messages": [{**said, "body": body}]}
            out.write(json.dumps(line) + "\n")
    return file


async def _measure(running: Running, bo: str, *, admin: str) -> list[list[str]]:
    async with aiohttp.ClientSession(running.url) as http, chromium() as browser:
        cookie = await _sign_in(http, bo, admin=admin)
        cold = [await _open_cold(browser, running.url, cookie) for _ in range(ROUNDS)]
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        await _open(page, running.url)
        acts = await _act(page)
        grown, held = await _work_a_shift(running, http, page)
    return [
        [f"cold start at {AWAY_MS} ms, ms", spread(cold, digits=0), "< 1,500"],
        *([f"{name}, ms", spread(times, digits=0), "< 100"] for name, times in acts),
        ["the tab holds after opening, MB", f"{held:.1f}", "–"],
        [f"it grows by in {EVENTS:,} events, MB", f"{grown:.1f}", "< 30"],
    ]


async def _sign_in(http: aiohttp.ClientSession, bo: str, *, admin: str) -> dict[str, str]:
    path, signed = f"/v1/admin/agents/{bo}/password", {"Authorization": f"Bearer {admin}"}
    async with http.put(path, json={"password": PASSWORD}, headers=signed) as answer:
        answer.raise_for_status()
    body = {"name": "Bo", "password": PASSWORD}
    async with http.post("/v1/desk/session", json=body) as answer:
        answer.raise_for_status()
        (cookie,) = answer.cookies.values()
    return {"name": cookie.key, "value": cookie.value, "url": str(answer.url.origin())}


async def _open(page: Page, url: str) -> None:
    await page.goto(f"{url}/desk#/waiting")
    await page.locator("a.row").first.wait_for()


async def _open_cold(browser: Browser, url: str, cookie: dict[str, str]) -> float:
    """A browser that has never been here, far from the server."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await go_away(page)
    await _open(page, url)
    took = await painted_ms(page)
    await context.close()
    return took


async def _act(page: Page) -> list[tuple[str, Sequence[float]]]:
    """Each act several times; a list's first opening asks the server, going back does not."""
    times: dict[str, list[float]] = {}

    async def act(name: str, how: dict[str, str], found: str) -> None:
        times.setdefault(name, []).append(
            await page.evaluate(_PAINTED.replace("FOUND", found), how)
        )

    await act("a list that was not open before", {"key": "3"}, _shown("team"))
    await act("a list that was not open before", {"key": "4"}, _shown("all"))
    for _ in range(ROUNDS):
        await act("back to a list", {"key": "2"}, _shown("waiting"))
        await act("back to a list", {"key": "4"}, _shown("all"))
    for _ in range(19):
        count = await page.evaluate(_ROWS)
        more = {"click": ".list .scroll .center button"}
        await act("the next 50 of a list", more, f"{_ROWS} > {count}")
    for _ in range(ROUNDS):
        before = await page.evaluate("location.hash")
        opened = f"location.hash !== {json.dumps(before)} && document.querySelector('article.said')"
        await act("the next thread", {"key": "j"}, opened)
    await page.keyboard.press("/")
    for n in range(ROUNDS):
        await page.locator("#search-field").fill(f"line {100 * n + 77}")
        asked = f"document.querySelector('a.hit .row-text')?.textContent.includes('{100 * n + 77}')"
        await act("search", {"click": ".search-form button"}, asked)
    return list(times.items())


def _shown(view: str) -> str:
    return f"location.hash.startsWith('#/{view}') && {_ROWS} > 0"


async def _work_a_shift(
    running: Running, http: aiohttp.ClientSession, page: Page
) -> tuple[float, float]:
    """By how many MB the tab has grown, and what it held before."""
    await page.keyboard.press("Escape")
    await page.goto(f"{running.url}/desk#/waiting")
    await page.reload()
    await page.locator("a.row").first.click()
    await page.locator("article.said").first.wait_for()
    line = await page.context.new_cdp_session(page)
    await line.send("Performance.enable")
    before = await _held(line)
    names = [f"c{n:05}" for n in range(WRITERS)]
    tokens = {name: running.customer_token(name) for name in names}

    async def write(name: str) -> None:
        for n in range(EVENTS // WRITERS):
            body = {"client_id": f"s{n}", "body": f"Still nothing, message {n}."}
            signed = {"Authorization": f"Bearer {tokens[name]}"}
            async with http.post("/v1/thread/messages", json=body, headers=signed) as answer:
                answer.raise_for_status()

    for first in range(0, WRITERS, 20):
        await asyncio.gather(*(write(name) for name in names[first : first + 20]))
    last = f"message {EVENTS // WRITERS - 1}."
    told = "(text) => [...document.querySelectorAll('a.row .row-text')]"
    await page.wait_for_function(f"{told}.some((one) => one.textContent.includes(text))", arg=last)
    return await _held(line) - before, before


async def _held(line: CDPSession) -> float:
    """What the tab's scripts hold, in MB, after its garbage is gone."""
    await line.send("HeapProfiler.collectGarbage")
    metrics: Any = await line.send("Performance.getMetrics")
    found = {one["name"]: one["value"] for one in metrics["metrics"]}
    return float(found["JSHeapUsedSize"]) / 1e6
