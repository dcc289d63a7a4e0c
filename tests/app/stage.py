"""A server with two teams, and customers' pages in a real browser.

async with set_stage(ctx, browser) as stage:
    ana = await stage.phone("ana")
    await ana.write("Is it raining?")
    await stage.answer("bo", await stage.thread("ana"), "Yes")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from inbox.flows.context import Context
from tests.desk.stage import PATIENCE_MS, WIDE
from tests.servers import People, Reply, Server, make_people, serve

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}

_numbers = count(1)


async def until(page: Page, promise: str) -> None:
    """Wait until a promise brings true; `wait_for_function` takes any promise for true."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate(promise):  # noqa: ASYNC110  browsers have no event for it
            await asyncio.sleep(0.05)


class AppPage:
    """One customer's page in a window of its own."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.faults: list[str] = []
        self.watch(page)

    def watch(self, page: Page) -> None:
        """Nothing may go wrong in it unseen."""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        known = ("Failed to load resource", "WebSocket", "net::ERR", "incognito mode")
        if kind == "error" and not any(one in text for one in known):
            self.faults.append(text)

    async def refused(self) -> None:
        """Wait until the browser has refused to show it in this page's frame."""
        if not self.faults:
            await self.page.wait_for_event("console", lambda said: said.type == "error")
        assert "frame-ancestors" in self.faults.pop()
        assert self.faults == []

    async def open(self, place: str = "") -> None:
        """Open the page, and wait until everything that stands now has come."""
        await self.page.goto(f"{self.url}/app{place}")
        await self.live()

    async def live(self) -> None:
        """Wait until the live line is there."""
        await self.page.locator('.shell[data-live="live"]').wait_for()

    async def again(self) -> None:
        """Close the window, and open the page in a new one of the same browser."""
        if not self.page.is_closed():
            await self.page.close()
        self.page = await self.context.new_page()
        self.watch(self.page)

    async def beside(self) -> Page:
        """A second window of the same browser, at the same page."""
        page = await self.context.new_page()
        self.watch(page)
        await page.goto(f"{self.url}/app")
        return page

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.locator("textarea")

    async def write(self, text: str) -> None:
        """Write and send."""
        await self.field.fill(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    def said(self, text: str) -> Locator:
        """A message of the thread."""
        return self.page.locator("article.said").filter(has_text=text)

    async def see(self, text: str, *, state: str = "stored") -> None:
        """Wait until a message is shown in that state, once."""
        await expect(self.said(text)).to_have_attribute("data-state", state)


class Stage:
    """The server with its people, and the browser."""

    def __init__(self, server: Server, people: People, browser: Browser) -> None:
        self.server = server
        self.people = people
        self._browser = browser
        self.shop = 0
        """The port of a company's own page, which may embed ours."""
        self._pages: list[AppPage] = []

    async def window(self, **options: Any) -> AppPage:
        """A browser's window in which nobody is signed in."""
        told: dict[str, Any] = {"viewport": PHONE, "locale": "en-US", **options}
        context = await self._browser.new_context(**told)
        context.set_default_timeout(PATIENCE_MS)
        page = AppPage(context, await context.new_page(), self.server.url)
        self._pages.append(page)
        return page

    async def phone(self, sub: str = "ana", **options: Any) -> AppPage:
        """A customer's page, signed in and live."""
        page = await self.window(**options)
        await page.open(f"#token={self.server.token(sub)}")
        return page

    async def desktop(self, sub: str = "ana", **options: Any) -> AppPage:
        """The same on a wide screen."""
        return await self.phone(sub, viewport=WIDE, **options)

    async def thread(self, sub: str = "ana") -> str:
        """A customer's thread."""
        mine = await self.server.ask("GET", "/v1/thread", token=self.server.token(sub))
        return str(mine.body["thread"])

    async def tell(self, sub: str, text: str) -> None:
        """A customer writes by the API."""
        body = {"client_id": f"c{next(_numbers)}", "body": text}
        sent = await self.server.ask(
            "POST", "/v1/thread/messages", body, token=self.server.token(sub)
        )
        assert sent.status == 201, sent.body

    async def act(self, who: str, thread: str, what: str, body: object = None) -> Reply:
        """An agent does something by the API."""
        path = f"/v1/desk/threads/{thread}/{what}"
        reply = await self.server.ask("POST", path, body, token=getattr(self.people, who))
        assert reply.status < 300, reply.body
        return reply

    async def answer(self, who: str, thread: str, text: str) -> Reply:
        """An agent answers by the API, whatever was unseen."""
        body = {"client_id": f"a{next(_numbers)}", "body": text, "seen_seq": 0, "force": True}
        return await self.act(who, thread, "messages", body)

    async def admin(self, method: str, path: str, body: object = None) -> Reply:
        """Mia, the admin, sets something."""
        reply = await self.server.ask(method, path, body, token=self.people.mia)
        assert reply.status < 300, reply.body
        return reply

    async def log(self, sub: str = "ana") -> list[str]:
        """The texts of a customer's messages as the server has them, the oldest first."""
        token = self.server.token(sub)
        page = await self.server.ask("GET", "/v1/thread/messages?limit=100", token=token)
        return [one["body"] for one in page.body["items"][::-1]]

    async def close(self) -> None:
        """Close all windows; nothing may have gone wrong in them unseen."""
        for page in self._pages:
            await page.context.close()
        faults = [fault for page in self._pages for fault in page.faults]
        assert not faults, faults


@asynccontextmanager
async def set_stage(ctx: Context, browser: Browser) -> AsyncIterator[Stage]:
    """A running server with its people."""
    people = await make_people(ctx)
    async with serve(ctx) as server:
        stage = Stage(server, people, browser)
        yield stage
        await stage.close()
