"""The rooms of leads and admins without sight, each once: every word, compared whole."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.script import sit
from tests.desk.stage import Stage
from tests.flows.night import set_rules

MINUTE = 60_000
SAID = ": "
"""Whatever is said."""
IDLE = "() => document.querySelector('#room[aria-busy=true], #room [aria-busy=true]') === null"


@pytest.mark.prove
async def test_the_board_and_a_storm(at_ten: Stage) -> None:
    stage, clock = at_ten, at_ten.server.ctx.clock
    ana = await stage.write("ana", "Is it raining?")
    await stage.write("tom", "Good day", name="Tom", region="US-FL")
    await stage.server.ask("PUT", "/v1/desk/me/duty", {"on": True}, token=stage.people.bo)
    await stage.act("bo", ana, "take")
    mia = await sit(stage, "mia", "#/mine")
    page = mia.page

    await mia.press("7", "room")
    await page.wait_for_function(IDLE)
    await expect(page.locator(".team-card")).to_have_count(2)
    await mia.reads("the board", "#room")
    await mia.press("Tab")
    await mia.press("Enter")
    await mia.reads("the chart as a table", ".chart")
    await set_rules(stage.server.ctx, stage.people.spokane, promise_target_minutes=1)
    clock.now -= 5 * MINUTE  # type: ignore[attr-defined]
    await stage.write("mei", "Anybody?", name="Mei")
    clock.now += 5 * MINUTE  # type: ignore[attr-defined]
    await mia.happens("a promise is overdue", hears="overdue")
    for _ in range(3):
        async with page.expect_response("**/v1/desk/board"):
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await mia.happens("the board looks three times more")
    await mia.press("1", "row", hears="Mine")
    await mia.press("7", "room")
    async with page.expect_response("**/v1/desk/board"):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await mia.happens("and once more, after a look at a list")
    await page.get_by_role("link", name="Storm mode of Spokane").focus()
    await mia.goes()
    await mia.press("Enter", "room")
    await expect(page.get_by_role("spinbutton", name="Tampa")).to_be_visible()
    await mia.press("Tab")
    await mia.press("Tab")
    await mia.press("Tab")
    await mia.type("140")
    await mia.press("Tab")
    await mia.type("An outage. We work on it.")
    await mia.press("Tab")
    await mia.press("Enter", hears=SAID)
    await page.keyboard.press("Control+a")
    await mia.type("40")
    await mia.reads("what will happen", "section.preview")
    await mia.press("Enter", "room", hears="has begun")
    await mia.reads("the storm", "#room")
    await page.get_by_role("button", name="End storm mode now").focus()
    await mia.goes()
    await mia.press("Enter", "room", hears="has ended")
    mia.is_as("board")


@pytest.mark.prove
async def test_reports(at_ten: Stage) -> None:
    stage, clock = at_ten, at_ten.server.ctx.clock
    thread = await stage.write("ana", "Is it raining?", region="US-WA")
    clock.pass_(4 * MINUTE)  # type: ignore[attr-defined]
    await stage.answer("bo", thread, "Yes")
    kim = await sit(stage, "kim", "#/reports/2026-11-23/2026-11-25/day/team/all/all")
    page = kim.page
    await page.locator(".bigs").wait_for()

    await kim.press("8", "room")
    await page.wait_for_function(IDLE)
    await page.locator(".bigs").wait_for()
    await page.evaluate("location.hash = '#/reports/2026-11-23/2026-11-25/day/team/all/all'")
    await page.locator("table.figures tbody tr").nth(1).wait_for()
    await page.wait_for_function(IDLE)
    await kim.reads("reports", "#room")
    await page.get_by_label("Market", exact=True).focus()
    await kim.goes()
    await kim.type("wa")
    await kim.press("Enter", hears=SAID)
    kim.is_as("reports")


@pytest.mark.prove
async def test_team_pages(at_ten: Stage) -> None:
    kim = await sit(at_ten, "kim", "#/mine")
    page = kim.page

    await kim.press("9", "room")
    await page.get_by_label("Line of the day").wait_for()
    await kim.press("Tab")
    await kim.press("Tab")
    await kim.press("Tab")
    await kim.press("Enter", "tab")
    await page.get_by_label("Always open").wait_for()
    await kim.press("Tab")
    await kim.press("Space")
    await kim.press("Tab")
    await page.get_by_role("button", name="Saturday: add a period").focus()
    await kim.goes()
    await kim.press("Enter", hears="period 1 was added")
    await kim.press("Tab")
    await kim.reads("hours", "#room")
    await page.get_by_label("Saturday, period 1: closes").fill("07:00")
    await page.get_by_role("button", name="Saturday: remove period 1").focus()
    await kim.goes()
    await kim.press("Enter", hears="period 1 was removed")
    await page.get_by_role("button", name="Save").focus()
    await kim.goes()
    await kim.press("Enter", hears="Saved.")
    await page.get_by_role("link", name="Holidays and dates").focus()
    await kim.goes()
    await kim.press("Enter", "tab")
    await page.get_by_label("Subdivision").focus()
    await kim.goes()
    await kim.type("XX")
    await kim.press("Enter", hears=SAID)
    await page.keyboard.press("Control+a")
    await kim.type("WA")
    await kim.press("Enter", hears="were found")
    await page.get_by_label("2027-12-25 Christmas Day").wait_for()
    await kim.reads("holidays", "form.preview")
    await page.get_by_role("button", name="Add the chosen").focus()
    await kim.goes()
    await kim.press("Enter", hears="Save to keep them")
    await page.get_by_role("button", name="Remove 2027-01-01").focus()
    await kim.goes()
    await kim.press("Enter")
    await kim.reads("dates", "ul.dates li:first-child")
    kim.is_as("team")


@pytest.mark.prove
async def test_administration(at_ten: Stage) -> None:
    mia = await sit(at_ten, "mia", "#/mine")
    page = mia.page

    await mia.press("0", "room")
    await page.get_by_role("row", name="Spokane").wait_for()
    await mia.reads("teams", "#room")
    await page.get_by_label("Name", exact=True).focus()
    await mia.goes()
    await mia.type("Boise")
    await mia.press("Enter", hears=SAID)
    await mia.type("boise")
    await mia.press("Enter", hears=SAID)
    await mia.type("America/Boise")
    await mia.press("Enter", hears="was added")
    await page.get_by_role("row", name="Boise").wait_for()
    await page.get_by_role("link", name="Agents").focus()
    await mia.goes()
    await mia.press("Enter", "tab")
    await page.locator("summary").filter(has_text="Bo").first.wait_for()
    await mia.press("Tab")
    await mia.press("Enter")
    await page.get_by_role("button", name="Make a token").wait_for()
    await mia.reads("Bo", "details[open]")
    await page.get_by_role("link", name="Audit log").focus()
    await mia.goes()
    await mia.press("Enter", "tab")
    await page.get_by_role("row").nth(1).wait_for()
    await mia.reads("the log", "#room table")
    mia.is_as("administration")
