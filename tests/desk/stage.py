"""A server with two teams, and desks of their agents in a real browser.

async with set_stage(ctx, browser) as stage:
    await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo")
    await bo.page.get_by_role("link", name="Ana").click()
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from inbox.flows import agents
from inbox.flows.context import Context
from tests.cast import SetClock
from tests.servers import OPERATOR, People, Reply, Server, make_people, serve

PASSWORD = "a long password of theirs"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}

PATIENCE_MS = 30_000
"""For a machine with a lot to do."""

_numbers = count(1)


class RealClock(SetClock):
    """The time as a browser beside us has it."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.now


class DeskPage:
    """One agent's desk in a window of its own."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text and "WebSocket" not in text:
            self.faults.append(text)

    async def open(self, place: str = "") -> None:
        """Open the desk, and wait until it is there."""
        await self.page.goto(f"{self.url}/desk{place}")
        await self.page.locator(".shell, .signin").first.wait_for()

    async def live(self) -> None:
        """Wait until the live line is there."""
        await self.page.locator('.line[data-live="true"]').wait_for(state="attached")

    def row(self, name: str) -> Locator:
        """A row of the list."""
        return self.page.locator("a.row").filter(has_text=name)

    async def read(self, name: str) -> None:
        """Open a thread from the list."""
        await self.row(name).click()
        await self.page.get_by_role("heading", name=name, exact=True).first.wait_for()
        await self.page.locator("article.said").first.wait_for()

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.locator("textarea")

    async def reply(self, text: str) -> None:
        """Write and send."""
        await self.composer.fill(text)
        await self.composer.press("Control+Enter")

    def said(self, text: str) -> Locator:
        """A message of the open thread."""
        return self.page.locator("article.said").filter(has_text=text)

    async def see(self, text: str, *, state: str = "stored") -> None:
        """Wait until a message is shown in that state, once."""
        shown = self.said(text)
        await expect(shown).to_have_attribute("data-state", state)

    async def heard(self) -> list[str]:
        """Everything that the announcer has said, in order."""
        said: list[str] = await self.page.evaluate("() => window.transcript ?? []")
        return said

    async def hears(self, text: str) -> None:
        """Wait until the announcer has said something with this in it."""
        said = "text => window.transcript.some((one) => one.includes(text))"
        await self.page.wait_for_function(said, arg=text)

    async def focus(self) -> str:
        """What has the focus: its target's name, else what it is."""
        found: str = await self.page.evaluate(_FOCUS)
        return found


_FOCUS = """() => {
  const here = document.activeElement;
  return here?.dataset.focus ?? here?.tagName.toLowerCase() ?? "";
}"""
_TRANSCRIPT = """
window.transcript = [];
addEventListener("DOMContentLoaded", () => {
  new MutationObserver((records) => {
    const voices = records.map(({ target }) => target.parentElement?.closest("[data-voice]")
      ?? (target.matches?.("[data-voice]") ? target : null));
    for (const voice of new Set(voices)) {
      if (voice && voice.textContent !== "") window.transcript.push(voice.textContent);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
});
"""


class Stage:
    """The server with its people, and the browser."""

    def __init__(self, server: Server, people: People, browser: Browser) -> None:
        self.server = server
        self.people = people
        self._browser = browser
        self._desks: list[DeskPage] = []
        self._signed: set[str] = set()
        self.patience_ms = PATIENCE_MS

    async def write(self, sub: str, text: str, **claims: Any) -> str:
        """A customer writes; gives the thread."""
        token = self.server.token(sub, **claims)
        body = {"client_id": f"c{next(_numbers)}", "body": text}
        sent = await self.server.ask("POST", "/v1/thread/messages", body, token=token)
        assert sent.status == 201, sent.body
        mine = await self.server.ask("GET", "/v1/thread", token=token)
        return str(mine.body["thread"])

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

    async def log(self, thread: str) -> list[str]:
        """The texts of a thread's messages as the server has them, the oldest first."""
        path = f"/v1/desk/threads/{thread}/timeline?limit=100"
        page = await self.server.ask("GET", path, token=self.people.bo)
        return [one["message"]["body"] for one in page.body["items"][::-1] if "message" in one]

    async def sign_in(self, who: str) -> dict[str, str]:
        """A session's cookie."""
        if who not in self._signed:
            # A new password ends every token.
            self._signed.add(who)
            ctx, agent = self.server.ctx, self.people.ids[who]
            await agents.set_password(ctx, OPERATOR, agent=agent, password=PASSWORD)
            token = await agents.add_token(ctx, OPERATOR, agent=agent)
            self.people = msgspec.structs.replace(self.people, **{who: token.token})
        return await open_session(self.server, who)

    async def window(self, **options: Any) -> DeskPage:
        """A browser's window in which nobody is signed in."""
        told: dict[str, Any] = {"viewport": WIDE, "locale": "en-US", **options}
        context = await self._browser.new_context(**told)
        context.set_default_timeout(self.patience_ms)
        await context.add_init_script(_TRANSCRIPT)
        desk = DeskPage(context, await context.new_page(), self.server.url)
        self._desks.append(desk)
        return desk

    async def tab(self, desk: DeskPage, place: str = "") -> DeskPage:
        """One more tab of the same browser, with the same session."""
        other = DeskPage(desk.context, await desk.context.new_page(), desk.url)
        self._desks.append(other)
        await other.open(place)
        return other

    async def desk(self, who: str, place: str = "", **options: Any) -> DeskPage:
        """An agent's desk, signed in and live."""
        desk = await self.window(**options)
        await desk.context.add_cookies([await self.sign_in(who)])  # type: ignore[list-item]
        await desk.open(place)
        await desk.live()
        return desk

    async def close(self) -> None:
        """Close all windows; nothing may have gone wrong in them unseen."""
        for desk in self._desks:
            await desk.context.close()
        assert [fault for desk in self._desks for fault in desk.faults] == []


@asynccontextmanager
async def set_stage(ctx: Context, browser: Browser) -> AsyncIterator[Stage]:
    """A running server with its people."""
    people = await make_people(ctx)
    async with serve(ctx) as server:
        stage = Stage(server, people, browser)
        yield stage
        await stage.close()


async def open_session(server: Server, who: str) -> dict[str, str]:
    """Sign in by name and `PASSWORD`; gives the session's cookie."""
    body = {"name": who, "password": PASSWORD}
    reply = await server.ask("POST", "/v1/desk/session", body)
    name, _, value = reply.headers["Set-Cookie"].partition(";")[0].partition("=")
    return {"name": name, "value": value, "url": server.url}
