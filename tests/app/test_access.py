"""Every screen judged by axe-core, light and dark, small and wide; and the keyboard's way."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.app.stage import SMALL, AppPage, Stage
from tests.app.test_page import close_team
from tests.desk.stage import WIDE
from tests.desk.test_access import RULES, SETTLED

LOOKS = [
    pytest.param({"color_scheme": "light", "viewport": SMALL}, id="light-320"),
    # The other corner of the matrix, whole, is for `make prove`.
    pytest.param(
        {"color_scheme": "dark", "viewport": WIDE}, id="dark-1280", marks=[pytest.mark.prove]
    ),
]


async def faults(ana: AppPage, *, dark: bool = False) -> list[str]:
    """What axe-core finds wrong with the screen as it is, and with its colours in the dark."""
    found = await judge(ana, {"runOnly": {"type": "tag", "values": RULES}})
    if dark:
        await ana.page.emulate_media(color_scheme="dark")
        colours = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found += [f"dark: {one}" for one in await judge(ana, colours)]
        await ana.page.emulate_media(color_scheme="light")
    return found


async def judge(ana: AppPage, told: dict[str, Any]) -> list[str]:
    """What axe-core finds by these rules."""
    await ana.page.evaluate(SETTLED)
    found = await Axe().run(ana.page, options=told)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen(stage: Stage, look: dict[str, Any]) -> None:
    spokane = stage.people.spokane
    nobody = await stage.window(**look)
    await nobody.page.goto(f"{nobody.url}/app")
    await expect(nobody.page.get_by_text("Please open this page from our app")).to_be_visible()
    assert await faults(nobody) == [], "nobody is signed in"

    rules = {"cover": "ask", "cover_by": ["tampa"], "callback_minutes": 30}
    await stage.admin("PATCH", f"/v1/admin/teams/{spokane}/rules", rules)
    await stage.admin("PATCH", f"/v1/admin/teams/{stage.people.tampa}/rules", {"general": True})
    await stage.admin("PUT", f"/v1/desk/team/{spokane}/notice", {"notice": "An outage."})
    await stage.tell("ana", "Is it raining? https://weather.example.com")
    thread = await stage.thread()
    await stage.answer("bo", thread, "Yes, https://rain.example.com")
    ana = await stage.phone(**look)
    await ana.said("rain.example").wait_for()
    assert await faults(ana) == [], "the thread"
    await ana.write("a bell \u0007 rings")
    await ana.said("rings").get_by_role("alert").wait_for()
    assert await faults(ana, dark=True) == [], "refused"
    await stage.act("bo", thread, "resolve")
    await ana.page.locator(".stars label").nth(2).click()
    assert await faults(ana, dark=True) == [], "the rating"
    for button in ("Show my team", "Get a call back"):
        await ana.page.get_by_role("button", name=button).first.click()
        await ana.page.locator("dialog[open]").wait_for()
        assert await faults(ana) == [], button
        await ana.page.keyboard.press("Escape")
        await ana.page.locator("dialog").wait_for(state="detached")
    await ana.page.get_by_role("button", name="Show my team").click()
    await ana.page.locator("dialog").get_by_role("button", name="How we care").click()
    assert await faults(ana) == [], "care"
    await ana.page.keyboard.press("Escape")
    await close_team(stage, spokane)
    await ana.page.reload()
    await ana.live()
    await ana.write("And now?")
    await ana.page.get_by_role("group", name="Who should answer?").wait_for()
    assert await faults(ana, dark=True) == [], "asked"


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
        if "head-team" in reached[-1]:
            break
    assert [one for one in reached if "attach" in one or "file" in one], reached
    assert any(one.startswith("log") for one in reached), "the thread can be scrolled by keys"
    await ana.page.keyboard.press("Enter")
    await ana.page.get_by_role("dialog", name="My team").wait_for()
    await ana.page.keyboard.press("Escape")
    assert "head-team" in await ana.page.evaluate(_NAME)


_NAME = """() => {
  const here = document.activeElement;
  return `${here.className} ${here.getAttribute("aria-label") ?? here.textContent.slice(0, 40)}`;
}"""
