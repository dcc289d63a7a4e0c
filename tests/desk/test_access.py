"""Every screen judged by axe-core, light and dark, wide and narrow, with every dialog."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.desk.stage import PHONE, WIDE, DeskPage, Stage
from tests.desk.test_files import choose, picture, text
from tests.flows.night import set_rules

KEYS = {
    "palette": "Control+k",
    "help": "?",
    "settings": "g",
    "assign": "a",
    "snooze": "s",
    "canned": ";",
    "transfer": "t",
    "cover": "v",
    "handback": "h",
    "callback": "p",
    "load": "w",
}
LOOKS = [
    pytest.param(
        {"color_scheme": scheme, "viewport": size},
        id=f"{scheme}-{size['width']}",
        # The other two corners of the matrix are for `make prove`.
        marks=[pytest.mark.prove] if (scheme == "light") == (size is PHONE) else [],
    )
    for scheme in ("light", "dark")
    for size in (WIDE, PHONE)
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
  .map((one) => one.finished))"""


async def faults(desk: DeskPage) -> list[str]:
    """What axe-core finds wrong with the screen as it is, once its colours have come."""
    await desk.page.evaluate(SETTLED)
    told: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}}
    found = await Axe().run(desk.page, options=told)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


async def set_scene(stage: Stage) -> str:
    """Something of everything: threads, an answer, a note, marks, a promise, a cover, a call."""
    rules = {"promise_target_minutes": 10, "callback_minutes": 30}
    await set_rules(stage.server.ctx, stage.people.spokane, **rules)
    await stage.write("luis", "Good day", name="Luis")
    thread = await stage.write("ana", "Is it raining?", phone="+15095550142")
    await stage.answer("kim", thread, "Yes")
    await stage.act("kim", thread, "notes", {"client_id": "n1", "body": "Asks every day"})
    await stage.act("kim", thread, "resolve")
    await stage.write("ana", "And now?")
    call = {"client_id": "c1", "when": "now", "topic": "Rain", "any_hour": True}
    await stage.act("kim", thread, "callbacks", call)
    cover = {"team": stage.people.tampa, "reason": "All at lunch", "note": "Look at the sky"}
    await stage.act("kim", thread, "cover", cover)
    return thread


@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen(stage: Stage, look: dict[str, Any]) -> None:
    thread = await set_scene(stage)
    window = await stage.window(**look)
    await window.open()
    assert await faults(window) == [], "the sign-in page"

    desk = await stage.desk("bo", "#/waiting", **look)
    await desk.row("Luis").wait_for()
    assert await faults(desk) == [], "a list"
    await desk.open(f"#/team/{thread}")
    await desk.said("And now?").wait_for()
    await choose(desk, picture("sky.png"), text("page.txt", "<html>"))
    await desk.page.locator('.attached .file[data-state="failed"]').wait_for()
    assert await faults(desk) == [], "a conversation, and what is attached"
    await desk.page.get_by_role("button", name="Remove page.txt").click()
    await desk.reply("Like this.")
    await desk.see("Like this.")
    await desk.said("Like this.").locator("img").wait_for()
    assert await faults(desk) == [], "a picture"
    await desk.composer.press("Escape")
    await expect(desk.composer).not_to_be_focused()
    await desk.page.keyboard.press("i")
    assert await faults(desk) == [], "a private note"
    await desk.page.keyboard.press("Escape")
    await expect(desk.composer).not_to_be_focused()
    await desk.page.keyboard.press("c")
    await desk.page.get_by_text("Devices and pushes").click()
    assert await faults(desk) == [], "the customer"
    await desk.page.keyboard.press("/")
    await desk.page.locator("#search-field").fill("raining")
    await desk.page.keyboard.press("Enter")
    assert await faults(desk) == [], "the search"
    await desk.page.keyboard.press("Escape")
    await desk.open(f"#/callbacks/{thread}")
    await desk.row("Ana").wait_for(state="attached")
    await desk.page.locator(".band").first.wait_for(state="attached")
    assert await faults(desk) == [], "callbacks, and what is to be known of a thread"


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]])
async def test_every_dialog(stage: Stage, look: dict[str, Any]) -> None:
    thread = await set_scene(stage)
    desk = await stage.desk("bo", f"#/team/{thread}", **look)
    await desk.said("And now?").wait_for()
    for dialog, key in KEYS.items():
        await desk.page.keyboard.press(key)
        await desk.page.locator("dialog[open]").wait_for()
        assert await faults(desk) == [], dialog
        await desk.page.keyboard.press("Escape")
        await desk.page.locator("dialog").wait_for(state="detached")
