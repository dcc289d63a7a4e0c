"""Everything by keyboard: where commands put the focus, the parts of the screen, the Tab key."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Route, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.desk.commands import Command, commands, texts
from tests.desk.stage import DeskPage, Stage

AROUND = {"regions": "composer", "regions.back": "row"}
DIALOGS = {
    *("assign", "transfer", "cover", "handback", "callback", "snooze", "canned"),
    *("palette", "help", "settings", "load"),
}


async def set_scene(stage: Stage, who: str = "bo") -> DeskPage:
    """Two who wait, the first of them open, and the focus on her last message."""
    await stage.write("ana", "First")
    await stage.write("luis", "Second", name="Luis")
    bo = await stage.desk(who, "#/waiting")
    await bo.read("Ana")
    await bo.page.locator("article.said").last.focus()
    return bo


def key_of(command: Command) -> str:
    """A key as Playwright presses it."""
    return command.keys[0].replace("Ctrl+", "Control+")


async def refuse(stage: Stage, desk: DeskPage) -> None:
    """Have something refused in the open thread, and the focus on the last message."""

    async def meanwhile(route: Route) -> None:
        await stage.write("ana", "Wait!")
        await route.continue_()

    await desk.context.route("**/messages", meanwhile, times=1)
    await desk.reply("Too late")
    await desk.see("Too late", state="refused")
    await desk.page.locator("article.said").last.focus()


async def by_palette(desk: DeskPage, command: Command) -> None:
    """Run a command that has no key."""
    await desk.page.keyboard.press("Control+k")
    await desk.page.keyboard.type(json.loads(texts("en")[f"command.{command.id}"]))
    await desk.page.keyboard.press("Enter")


async def test_each_command_puts_the_focus_where_the_table_says(stage: Stage) -> None:
    # Mia is an admin, so every command is hers.
    bo = await set_scene(stage, "mia")
    found = {}
    for command in commands():
        await bo.page.locator("article.said").last.focus()
        if command.id == "force":
            await refuse(stage, bo)
        if command.keys:
            await bo.page.keyboard.press(key_of(command))
        else:
            await by_palette(bo, command)
        expected = {"stay": "message", "region": AROUND.get(command.id)}.get(
            command.focus, command.focus
        )
        target = "(name) => document.activeElement?.dataset.focus === name"
        try:
            await bo.page.wait_for_function(target, arg=expected, timeout=5_000)
        except PlaywrightTimeout:
            found[command.id] = await bo.focus()
        if command.focus in DIALOGS:
            await bo.page.keyboard.press("Escape")
            await bo.page.locator("dialog").wait_for(state="detached")
            assert await bo.focus() == "message", "a dialog gives the focus back"
        elif command.focus == "search":
            await bo.page.get_by_role("link", name="Waiting").click()
        elif command.focus == "room":
            await bo.page.go_back()
            await bo.said("First").wait_for()
        elif command.focus == "composer":
            await bo.page.keyboard.press("Escape")
    assert found == {}


async def test_f6_goes_round_at_most_five_parts(stage: Stage) -> None:
    bo = await set_scene(stage)
    parts = []
    for _ in range(8):
        await bo.page.keyboard.press("F6")
        parts.append(
            await bo.page.evaluate(
                "document.activeElement.closest('[data-region]')?.dataset.region"
            )
        )
    around = ["composer", "lists", "list", "conversation"]
    assert parts == around * 2
    await bo.page.keyboard.press("Shift+F6")
    assert (
        await bo.page.evaluate("document.activeElement.closest('[data-region]').dataset.region")
        == "list"
    )


async def test_everything_is_reached_by_tab_and_is_seen_when_it_is(stage: Stage) -> None:
    bo = await set_scene(stage)
    await bo.page.evaluate("document.activeElement.blur()")
    seen = await bo.page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, textarea")]
          .filter((one) => one.checkVisibility() && one.tabIndex >= 0).length"""
    )
    reached: set[str] = set()
    for _ in range(seen + 10):
        await bo.page.keyboard.press("Tab")
        reached.add(
            await bo.page.evaluate(
                """() => {
                  const here = document.activeElement;
                  const style = getComputedStyle(here);
                  const area = here.closest(".composer, .skip");
                  if (style.outlineStyle === "none" && area === null && here !== document.body)
                    return `no outline: ${here.outerHTML.slice(0, 90)}`;
                  const size = here.getBoundingClientRect();
                  if (here !== document.body && (size.width < 24 || size.height < 24))
                    return `too small: ${here.outerHTML.slice(0, 90)}`;
                  return here.outerHTML.slice(0, 200);
                }"""
            )
        )
    assert {one for one in reached if one.startswith(("no outline", "too small"))} == set()
    assert len(reached) >= seen


@pytest.mark.parametrize("choice", ["off", "remapped"])
async def test_letters_can_be_switched_off_and_remapped(stage: Stage, choice: str) -> None:
    bo = await set_scene(stage)
    await bo.page.keyboard.press("g")
    if choice == "off":
        await bo.page.get_by_label("Single letters are commands").uncheck()
    else:
        letter = bo.page.get_by_label("Reply", exact=True)
        await letter.fill("x")
        await letter.press("Tab")
    await bo.page.keyboard.press("Escape")
    await bo.page.locator("dialog").wait_for(state="detached")

    await bo.page.keyboard.press("r")
    await bo.page.wait_for_timeout(200)
    assert await bo.focus() == "message"
    if choice == "remapped":
        await bo.page.keyboard.press("x")
        await expect(bo.composer).to_be_focused()
    else:
        await bo.page.keyboard.press("Control+k")
        await expect(bo.page.get_by_role("combobox")).to_be_focused()


async def test_acts_are_taken_back_with_one_key(stage: Stage) -> None:
    bo = await set_scene(stage)
    state = bo.page.locator(".thread-who .hint")
    for key, then, back in (
        ("m", "Yours", "Nobody has it"),
        ("e", "Resolved", "Open"),
    ):
        await bo.page.keyboard.press(key)
        await expect(state).to_contain_text(then)
        # The stream may tell of it before the answer that offers to take it back.
        await expect(bo.page.locator(".toast button").first).to_be_visible()
        await bo.page.keyboard.press("z")
        await expect(state).to_contain_text(back)
        await bo.hears("Undone.")
        await bo.hears("Z takes it back.")


async def test_a_dialog_has_the_focus_before_the_next_key(stage: Stage) -> None:
    bo = await set_scene(stage)

    focused = await bo.page.evaluate(
        """async () => {
          const how = { key: "k", ctrlKey: true, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new KeyboardEvent("keydown", how));
          for (let turn = 0; turn < 20; turn++) await null;
          return document.activeElement.dataset.focus;
        }"""
    )

    assert focused == "palette"


async def test_commands_are_found_in_the_palette(stage: Stage) -> None:
    bo = await set_scene(stage)
    await bo.page.keyboard.press("Control+k")
    await bo.page.keyboard.type("priv")
    await bo.page.keyboard.press("Enter")

    await expect(bo.composer).to_be_focused()
    await expect(bo.page.get_by_role("button", name="Add private note")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "field"), [("r", "textarea"), ("i", "textarea"), ("/", "#search-field")]
)
async def test_what_is_typed_on_at_once_is_text_and_no_command(
    stage: Stage, key: str, field: str
) -> None:
    bo = await set_scene(stage)
    asked: list[str] = []
    bo.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))

    # In one go, as a fast typist does: each letter would be a command.
    await bo.page.evaluate(
        """(keys) => {
          for (const key of keys) {
            const target = document.activeElement;
            const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
            target.dispatchEvent(press);
          }
        }""",
        [key, *"meeuzd"],
    )
    await expect(bo.page.locator(field)).to_be_focused()
    assert [one for one in asked if one.startswith(("POST", "PUT"))] == []
    if key == "/":
        await bo.page.keyboard.type("rain")
        await bo.page.keyboard.press("Escape")
        await expect(bo.page.locator(field)).to_have_value("")
        await expect(bo.page.locator(field)).to_be_focused()
        await bo.page.keyboard.press("Escape")
        await expect(bo.page.get_by_role("heading", name="Search")).to_be_focused()
        await bo.page.keyboard.press("2")
        await expect(bo.row("Luis")).to_be_visible()
