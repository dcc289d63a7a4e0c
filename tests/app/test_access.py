"""Every screen and state judged by axe-core, light and dark, phone and desktop; and by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Frame, Page, expect

from tests.app.stage import PHONE, SMALL, AppPage, Stage
from tests.app.test_close import PHOTO, attach
from tests.app.test_embed import shop
from tests.app.test_page import close_team
from tests.app.test_waiting_files import PAGE
from tests.desk.stage import PATIENCE_MS, WIDE
from tests.desk.test_access import RULES, SETTLED

Look = dict[str, Any]
Scenes = AsyncIterator[tuple[str, AppPage]]

CORE: Look = {"color_scheme": "light", "viewport": SMALL}
LOOKS = [
    pytest.param({"color_scheme": scheme, "viewport": size}, id=f"{scheme}-{size['width']}")
    for scheme in ("light", "dark")
    for size in (SMALL, PHONE, WIDE)
]


async def faults(ana: AppPage, *, dark: bool = False) -> list[str]:
    """What axe-core finds wrong with the screen as it is, and with its colours in the dark."""
    found = await judge(ana.page, {"runOnly": {"type": "tag", "values": RULES}})
    if dark:
        await ana.page.emulate_media(color_scheme="dark")
        colours = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found += [f"dark: {one}" for one in await judge(ana.page, colours)]
        await ana.page.emulate_media(color_scheme="light")
    return found


async def judge(shown: Page | Frame, told: dict[str, Any]) -> list[str]:
    """What axe-core finds by these rules; and whether anything is wider than the window."""
    await shown.evaluate(SETTLED)
    found = await Axe().run(shown, options=told)
    wide = await shown.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ] + ["wider than the window"] * wide


async def core(stage: Stage, look: Look) -> Scenes:
    """Each screen once."""
    spokane = stage.people.spokane
    nobody = await stage.window(**look)
    await nobody.page.goto(f"{nobody.url}/app")
    await expect(nobody.page.get_by_text("Please open this page from our app")).to_be_visible()
    yield "nobody is signed in", nobody

    rules = {"cover": "ask", "cover_by": ["tampa"], "callback_minutes": 30}
    await stage.admin("PATCH", f"/v1/admin/teams/{spokane}/rules", rules)
    await stage.admin("PATCH", f"/v1/admin/teams/{stage.people.tampa}/rules", {"general": True})
    await stage.admin("PUT", f"/v1/desk/team/{spokane}/notice", {"notice": "An outage."})
    await stage.tell("ana", "Is it raining? https://weather.example.com")
    thread = await stage.thread()
    await stage.answer("bo", thread, "Yes, https://rain.example.com")
    ana = await stage.phone(**look)
    await ana.said("rain.example").wait_for()
    yield "the thread", ana
    await ana.write("a bell \u0007 rings")
    await ana.said("rings").get_by_role("alert").wait_for()
    yield "refused, dark", ana
    await stage.act("bo", thread, "resolve")
    await ana.page.locator(".stars label").nth(2).click()
    yield "the rating, dark", ana
    for button in ("Show my team", "Get a call back"):
        await ana.page.get_by_role("button", name=button).first.click()
        await ana.page.locator("dialog[open]").wait_for()
        yield button, ana
        await ana.page.keyboard.press("Escape")
        await ana.page.locator("dialog").wait_for(state="detached")
    await ana.page.get_by_role("button", name="Show my team").click()
    await ana.page.locator("dialog").get_by_role("button", name="How we care").click()
    yield "care", ana
    await ana.page.keyboard.press("Escape")
    await close_team(stage, spokane)
    await ana.page.reload()
    await ana.live()
    await ana.write("And now?")
    await ana.page.get_by_role("group", name="Who should answer?").wait_for()
    yield "asked, dark", ana


async def more(stage: Stage, look: Look) -> Scenes:
    """What stands on those screens at times."""
    spokane = f"/v1/admin/teams/{stage.people.spokane}"
    rules = {"promise_target_minutes": 30, "callback_share": 50}
    await stage.admin("PATCH", f"{spokane}/rules", rules)
    eve = await stage.phone("eve", permissions=["notifications"], **look)
    page = eve.page
    yield "closed, and nothing written yet", eve
    await eve.field.fill("It burns")
    await page.get_by_label("This cannot wait").check()
    yield "urgent", eve
    await page.get_by_label("This cannot wait").uncheck()
    await eve.write("What will roaming cost me?")
    card = page.get_by_role("group", name="Who should answer?")
    await card.get_by_role("button", name="Wait for my team").click()
    await expect(card).to_contain_text("You wait for Spokane")
    yield "waits", eve
    await card.get_by_role("button", name="Answer me now").click()
    await page.get_by_text("Tampa answers you now").first.wait_for()
    yield "covered", eve
    await stage.admin("PUT", f"{spokane}/holidays", {"days": []})
    thread = await stage.thread("eve")
    await stage.server.ask(
        "DELETE", f"/v1/desk/threads/{thread}/cover", {"note": "x"}, token=stage.people.ravi
    )
    await page.locator(".told", has_text="Spokane is with you again").wait_for()
    yield "home again", eve

    async for scene in on_the_phone(stage, eve):
        yield scene
    async for scene in with_files(eve):
        yield scene
    for number in range(60):
        await stage.answer("bo", thread, f"line {number}")
    await eve.said("line 59").wait_for()
    await page.locator(".log").evaluate("box => { box.scrollTop = 300; }")
    await page.get_by_role("button", name="Go to the newest message").wait_for()
    yield "far from the end", eve
    for language in ("es", "ja"):
        await page.evaluate(f"localStorage.setItem('pinbox-app/language', '{language}')")
        await page.reload()
        await eve.live()
        yield f"in {language}", eve
    await page.evaluate("localStorage.clear()")
    await stage.admin("POST", "/v1/admin/customers/eve/sign-out")
    await page.locator(".line.bad").wait_for()
    yield "the sign-in has ended", eve


async def on_the_phone(stage: Stage, eve: AppPage) -> Scenes:
    """A call, a fault in its form, who writes, the bell."""
    page = eve.page
    await page.reload()
    await eve.live()
    await page.get_by_role("button", name="Get a call back").first.click()
    await page.locator("dialog label.time").first.wait_for()
    await page.get_by_role("button", name="Book the call").click()
    await expect(page.get_by_text("Say what it is about")).to_be_visible()
    yield "a fault in the form", eve
    await page.get_by_label("What is it about?").fill("My bill")
    await page.get_by_label("Day").select_option(index=2)
    await page.locator("label.time").first.click()
    await page.get_by_label("Phone number").fill("+1 509 555 0142")
    await page.get_by_role("button", name="Book the call").click()
    await page.get_by_role("group", name="Get a call back").wait_for()
    yield "booked", eve
    await page.get_by_role("button", name="Show my team").click()
    await page.get_by_role("dialog").get_by_role("switch").wait_for()
    yield "the bell", eve
    await page.keyboard.press("Escape")
    async with stage.server.http.ws_connect(
        f"{stage.server.url}/v1/desk/live", protocols=("pinbox.v1",)
    ) as desk:
        stream = {"stream": f"team:{stage.people.spokane}"}
        await desk.send_json({"type": "hello", "token": stage.people.bo, "streams": [stream]})
        while (await desk.receive_json())["type"] != "live":
            pass
        thread = await stage.thread("eve")
        await desk.send_json({"type": "typing", "thread": thread, "on": True})
        await page.locator(".typing").wait_for()
        yield "somebody writes", eve


async def with_files(eve: AppPage) -> Scenes:
    """Pictures, files that are refused or wait, and no network."""
    page = eve.page
    await attach(eve, PHOTO, state="ready")
    await attach(eve, PAGE, state="failed")
    yield "files chosen", eve
    await eve.write("See.")
    await eve.see("See.")
    picture = page.get_by_role("button", name="Picture: router.jpg")
    await expect(picture.locator("img")).to_have_js_property("complete", value=True)
    yield "a picture", eve
    await picture.click()
    await page.get_by_role("dialog", name="router.jpg").get_by_role("img").wait_for()
    yield "the whole picture", eve
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove page.html").click()
    await eve.context.set_offline(True)
    await page.get_by_text("You are offline").wait_for()
    await attach(eve, PHOTO, state="waits")
    yield "a file that waits", eve
    await eve.write("Later.")
    await eve.see("Later.", state="waits")
    yield "a message that waits", eve
    await eve.context.set_offline(False)
    await eve.see("Later.")


async def embedded(stage: Stage, look: Look) -> AsyncIterator[tuple[str, Page | Frame]]:
    """The page in a frame of a company's page, and the button that opens it."""
    async with shop(stage) as url:
        for who, text in (("?as=zoe", "Hello from"), ("", "Please open this page from")):
            # Each in a browser of its own: the shop knows who was there by a cookie.
            page = (await stage.window(**look)).page
            inside = page.frame_locator("iframe")
            await page.goto(url + who)
            await page.get_by_role("button", name="Ask us").click()
            await expect(inside.get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)
            frame = next(one for one in page.frames if "/app" in one.url)
            yield f"in a frame: {text}", frame
            if not who:
                break
            await inside.locator("textarea").fill("Do you have it in blue?")
            await inside.get_by_role("button", name="Send", exact=True).click()
            sent = inside.locator('article.said[data-state="stored"]', has_text="in blue")
            await sent.wait_for()
            yield "in a frame: the thread", frame
            await inside.get_by_role("button", name="Show my team").click()
            await inside.get_by_role("dialog", name="My team").wait_for()
            yield "in a frame: my team", frame


async def test_every_screen(stage: Stage) -> None:
    async for name, ana in core(stage, CORE):
        assert await faults(ana, dark=name.endswith("dark")) == [], name


@pytest.mark.prove
@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen_in_every_state_and_look(stage: Stage, look: Look) -> None:
    names: list[str] = []
    found: dict[str, list[str]] = {}
    for scenes in (core, more):
        async for name, ana in scenes(stage, look):
            names.append(name)
            if wrong := await faults(ana):
                found[name] = wrong
    async for name, frame in embedded(stage, look):
        names.append(name)
        if wrong := await judge(frame, {"runOnly": {"type": "tag", "values": RULES}}):
            found[name] = wrong
    assert found == {}
    assert len(names) > 28


async def test_a_conversation_by_keyboard_alone(stage: Stage) -> None:
    await stage.tell("ana", "Is it raining?")
    ana = await stage.desktop(forced_colors="active", reduced_motion="reduce")
    await ana.field.focus()
    await ana.page.keyboard.type("And tomorrow?")
    await ana.page.keyboard.press("Shift+Enter")
    await ana.page.keyboard.type("I ask for a friend.")
    await ana.page.keyboard.press("Enter")
    await ana.see("And tomorrow?\nI ask for a friend.")
    await expect(ana.field).to_be_focused()
    # Back from the field: everything before it can be reached, and nothing holds the focus.
    reached: list[str] = []
    for _ in range(20):
        await ana.page.keyboard.press("Shift+Tab")
        reached.append(await ana.page.evaluate(_NAME))
        assert await ana.page.evaluate(_RINGED), f"nobody sees where the focus is: {reached[-1]}"
        if "head-team" in reached[-1]:
            break
    stops = ("Add a photo", "log", "head-team")
    order = [n for name in stops for n, one in enumerate(reached) if name in one]
    assert order == sorted(order), reached
    assert len(order) >= len(stops), "the thread can be scrolled by keys, too"
    await ana.page.keyboard.press("Enter")
    await ana.page.get_by_role("dialog", name="My team").wait_for()
    await ana.page.keyboard.press("Escape")
    assert "head-team" in await ana.page.evaluate(_NAME)


_NAME = """() => {
  const here = document.activeElement;
  return `${here.className} ${here.getAttribute("aria-label") ?? here.textContent.slice(0, 40)}`;
}"""

_RINGED = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
}"""
