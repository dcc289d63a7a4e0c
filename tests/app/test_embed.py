"""The page in a page of a company, as the guide says it: its example is run as it stands."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientConnectionError
from playwright.async_api import Page, Route, expect

from tests.app.stage import AppPage, Stage
from tests.desk.stage import WIDE

GUIDE = Path(__file__).parents[2] / "docs" / "app.md"
LONGEST = 40
PATIENCE_S = 30


def example() -> str:
    """The shop of the guide."""
    (found,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return str(found)


@asynccontextmanager
async def shop(stage: Stage) -> AsyncIterator[str]:
    """It runs, on an origin of another site than the server's."""
    told = {
        "PINBOX": stage.server.url,
        "PINBOX_TOKEN_SECRET": stage.server.ctx.settings.token_secret,
        "PORT": str(stage.shop),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", example()),
        env={**os.environ, **told},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with stage.server.http.get(f"http://localhost:{stage.shop}/"):
                        break
                except ClientConnectionError:
                    await asyncio.sleep(0.1)
        yield f"http://localhost:{stage.shop}/"
    finally:
        process.terminate()
        await process.wait()


async def open_shop(stage: Stage, url: str) -> tuple[AppPage, Page]:
    """A browser at the shop."""
    window = await stage.window(viewport=WIDE)
    await window.page.goto(url)
    return window, window.page


def test_the_example_is_complete_and_short() -> None:
    assert len(example().splitlines()) < LONGEST
    assert "Pinbox.start" in example()


_STRANGER = """() => {
  addEventListener("message", ({ data }) => (globalThis.said ||= data === "said"));
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script>
    const there = parent.frames[0];
    there.postMessage({ pinbox: "theme", color: "#00ff00" }, "*");
    there.postMessage({ pinbox: "token", token: "" }, "*");
    setTimeout(() => parent.postMessage("said", "*"), 100);
  </script>`;
  document.body.append(frame);
}"""

_FAILS_ONCE = """() => {
  globalThis.listens = 0;
  const { addEventListener, removeEventListener } = globalThis;
  globalThis.addEventListener = (...given) => (listens++, addEventListener(...given));
  globalThis.removeEventListener = (...given) => (listens--, removeEventListener(...given));
  let failed = false;
  globalThis.care = Pinbox.start({
    label: "Second",
    token: async () => {
      if (failed) return (await fetch("/pinbox-token")).text();
      failed = true;
      throw new Error("The shop is busy.");
    },
  });
  care.open();
}"""

_AFTER_THE_END = """() => {
  care.remove();
  return globalThis.listens + document.querySelectorAll("iframe").length - 1;
}"""

_INTO = """() => {
  const into = Object.assign(document.createElement("div"), { id: "care" });
  document.body.append(into);
  const token = async () => (await fetch("/pinbox-token")).text();
  addEventListener("message", ({ data }) => (globalThis.counted ||= data?.pinbox === "unread"));
  globalThis.care = Pinbox.start({ token, into });
}"""

_NEXT = """async () => {
  await fetch("/?as=luis");
  care.remove();
  document.getElementById("care").remove();
}"""


async def begin_as_the_next(stage: Stage, page: Page) -> None:
    """The shop signs somebody else in without being loaded anew, and begins the frame again."""
    await page.evaluate(_NEXT)
    await page.evaluate(_INTO)
    inside = page.frame_locator("#care iframe")
    await inside.locator('.shell[data-live="live"]').wait_for()
    await expect(inside.locator("article.said")).to_have_count(0)
    await inside.locator("textarea").fill("And in red?")
    await inside.get_by_role("button", name="Send", exact=True).press("Enter")
    red = inside.locator("article.said").filter(has_text="And in red?")
    await expect(red).to_have_attribute("data-state", "stored")
    assert await stage.log() == ["Do you have it in blue?"]


async def test_a_customer_of_the_shop_writes_in_its_corner(stage: Stage) -> None:
    async with shop(stage) as url:
        _, page = await open_shop(stage, f"{url}?as=ana")
        button = page.get_by_role("button", name="Ask us")
        await expect(button).to_have_attribute("aria-expanded", "false")
        await expect(page.locator("iframe")).to_have_count(0)
        await button.click()
        frame = page.frame_locator("iframe")
        await frame.locator('.shell[data-live="live"]').wait_for()
        fill = "getComputedStyle(document.documentElement).getPropertyValue('--accent-fill')"
        inner = next(one for one in page.frames if "/app" in one.url)
        assert await inner.evaluate(fill) == "#7a1fa2", "the shop's colour"
        assert "token" not in inner.url
        # Another frame of the same page is not the page: neither theme nor token is taken from it.
        await page.evaluate(_STRANGER)
        await page.wait_for_function("globalThis.said === true")
        await page.evaluate("document.querySelector('iframe[srcdoc]').remove()")
        assert await inner.evaluate(fill) == "#7a1fa2"
        await frame.locator("textarea").fill("Do you have it in blue?")
        await frame.get_by_role("button", name="Send", exact=True).click()
        said = frame.locator("article.said").filter(has_text="in blue")
        await expect(said).to_have_attribute("data-state", "stored")
        assert await stage.log() == ["Do you have it in blue?"]

        # It says what it cannot do, and counts what was not seen on the button.
        await frame.get_by_role("button", name="Show my team").click()
        await expect(
            frame.locator("dialog").get_by_text("do not work in this embedded")
        ).to_be_visible()
        await page.keyboard.press("Escape")

        # Escape in the frame closes it, and who had the focus has it again.
        await frame.locator("textarea").press("Escape")
        await expect(page.locator("iframe")).to_be_hidden()
        await expect(button).to_be_focused()
        await expect(button).to_have_attribute("aria-expanded", "false")
        await button.press("Enter")
        await expect(page.locator("iframe")).to_be_visible()
        await page.evaluate(_FAILS_ONCE)
        again = page.frame_locator("iframe").nth(1)
        await again.locator('.shell[data-live="live"]').wait_for()
        assert await page.evaluate(_AFTER_THE_END) == 0, "nothing of it listens any more"

        # In an element of the shop's there is no button to count on.
        await page.evaluate(_INTO)
        inside = page.frame_locator("#care iframe")
        await inside.locator('.shell[data-live="live"]').wait_for()
        await page.wait_for_function("globalThis.counted === true")
        await expect(inside.locator("article.said")).to_have_count(1)

        await begin_as_the_next(stage, page)

        # Without a customer there is nobody to be, and a page of elsewhere is not let in.
        _, other = await open_shop(stage, url)
        await other.get_by_role("button", name="Ask us").click()
        text = other.frame_locator("iframe").get_by_text("Please open this page from our app")
        await expect(text).to_be_visible(timeout=PATIENCE_S * 1000)
        strange, stranger = await open_shop(stage, f"http://127.0.0.1:{stage.shop}/?as=ana")
        await stranger.get_by_role("button", name="Ask us").click()
        await strange.refused()


async def test_the_company_s_backend_gives_the_token_and_a_new_one_when_it_is_time(
    stage: Stage,
) -> None:
    window = await stage.window()
    asked: list[str] = []
    tokens: list[str] = []
    away: list[bool] = []

    async def backend(route: Route) -> None:
        """It knows its customer by a cookie, and lets this page alone ask."""
        if away:
            return await route.abort()
        asked.append(route.request.method)
        headers = {
            "Access-Control-Allow-Origin": stage.server.url,
            "Access-Control-Allow-Credentials": "true",
        }
        if tokens:
            return await route.fulfill(json={"token": tokens.pop(0)}, headers=headers)
        return await route.fulfill(status=401, headers=headers)

    await window.context.route(f"http://localhost:{stage.shop}/pinbox-token.json", backend)
    await window.page.goto(f"{window.url}/app")
    await expect(window.page.get_by_text("Please open this page from our app")).to_be_visible()

    ctx = stage.server.ctx
    # The first one is about to end, so another is asked for before it is used.
    short = ctx.tokens.sign("ana", now_ms=ctx.clock(), ttl_s=20, name="Ana", region="US-WA")
    tokens.extend([short, stage.server.token("ana")])
    await window.open()
    await window.write("Who am I?")
    await window.see("Who am I?")
    assert await stage.log() == ["Who am I?"]
    assert tokens == []

    # Each start asks who is there. A backend that cannot be reached changes nothing.
    tokens.append(stage.server.token("ana"))
    count = len(asked)
    await window.page.reload()
    await window.live()
    assert len(asked) == count + 1
    away.append(True)
    await window.page.reload()
    await window.see("Who am I?")
    away.clear()
    # Who has signed out there is signed out here, and who comes next sees nothing of the last one.
    await window.page.reload()
    await expect(window.page.get_by_text("Please open this page from our app")).to_be_visible()
    tokens.append(stage.server.token("eve"))
    await window.page.reload()
    await window.live()
    await expect(window.page.locator("article.said")).to_have_count(0)
    tokens.append(stage.server.token("ana"))
    await window.page.reload()
    await window.see("Who am I?")
