"""The team pages: what customers see of a team, hours, dates, canned responses, rules, shifts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.desk.stage import PHONE, DeskPage, Stage
from tests.desk.test_access import faults
from tests.pictures import picture


async def ask(stage: Stage, path: str) -> Any:
    """What the server has now."""
    return (await stage.server.ask("GET", path, token=stage.people.mia)).body


async def tab(desk: DeskPage, name: str) -> None:
    """Go to a part of the page by its link; its heading has the focus then."""
    await desk.page.get_by_role("link", name=name, exact=True).click()
    await expect(desk.page.get_by_role("heading", name=f"Spokane: {name}")).to_be_focused()


async def saved(desk: DeskPage) -> None:
    """Wait until what was just written is kept."""
    await expect(desk.page.locator(".saved").last).to_have_text("Saved.")


async def test_a_lead_keeps_the_line_and_hours(stage: Stage) -> None:
    hours = f"/v1/admin/teams/{stage.people.spokane}/hours"
    kim = await stage.desk("kim", "#/mine")
    page = kim.page

    await page.keyboard.press("9")
    await expect(page.get_by_role("heading", name="Team pages")).to_be_focused()
    line = page.get_by_label("Line of the day")
    await line.fill("Bo and Mia are in until six")
    await page.get_by_role("button", name="Save").first.click()
    await saved(kim)
    (sheet,) = (await ask(stage, "/v1/desk/team"))["items"]
    assert sheet["line"] == "Bo and Mia are in until six"
    await expect(page.get_by_text("set by admins")).to_be_visible()
    await page.get_by_label("Place").fill("Spokane, Washington")
    async with page.expect_response(f"**/v1/desk/team/{stage.people.spokane}/page"):
        await page.get_by_role("button", name="Save").last.click()
    assert (await ask(stage, f"/v1/admin/teams/{stage.people.spokane}"))["place"] == (
        "Spokane, Washington"
    )
    await expect(page.get_by_label("Time zone")).to_have_count(0)
    assert await faults(kim) == [], "the page"

    await tab(kim, "Hours")
    await page.get_by_label("Always open").uncheck()
    # Who unticks it has a week to begin with, and not a team that is closed on every day.
    await expect(page.get_by_label("Friday, period 1: opens")).to_have_value("09:00")
    await expect(page.get_by_label("Saturday, period 1: opens")).to_have_count(0)
    await page.get_by_role("button", name="Monday: add a period").click()
    await kim.hears("Monday: period 2 was added.")
    await page.get_by_label("Monday, period 1: opens").fill("08:00")
    await page.get_by_label("Monday, period 1: closes").fill("12:30")
    await page.get_by_label("Monday, period 2: opens").fill("12:00")
    await page.get_by_label("Monday, period 2: closes").fill("00:00")
    await page.get_by_role("button", name="Save").click()
    # Overlapping periods are refused, at the day that they are of.
    await expect(page.get_by_label("Monday, period 1: opens")).to_be_focused()
    await expect(page.locator(".week-day").first).to_contain_text("begins before")
    assert await faults(kim) == [], "hours, with what is wrong"
    await page.get_by_label("Monday, period 2: opens").fill("13:00")
    await page.get_by_role("button", name="Tuesday to Friday like Monday").click()
    await page.get_by_role("button", name="Friday: remove period 1").click()
    await page.get_by_label("Friday, period 1: closes").fill("02:00")
    await expect(page.locator(".week-day").nth(4)).to_contain_text("next day")
    await page.get_by_role("button", name="Save").click()
    await saved(kim)
    weekly = (await ask(stage, hours))["weekly"]
    both = [{"opens": "08:00", "closes": "12:30"}, {"opens": "13:00", "closes": "24:00"}]
    assert [weekly[day] for day in ("mon", "thu")] == [both, both]
    assert (weekly["fri"], weekly["sun"]) == ([{"opens": "13:00", "closes": "02:00"}], [])


async def test_holidays_are_looked_at_before_they_are_kept(stage: Stage) -> None:
    hours = f"/v1/admin/teams/{stage.people.spokane}/hours"
    kim = await stage.desk("kim", f"#/teams/{stage.people.spokane}/hours")
    page = kim.page
    await tab(kim, "Holidays and dates")
    await page.get_by_label("Subdivision").fill("XX")
    await page.get_by_role("button", name="Look them up").click()
    await expect(page.get_by_label("Subdivision")).to_be_focused()
    await page.get_by_label("Subdivision").fill("WA")
    await page.get_by_label("Year").fill("2027")
    await page.get_by_role("button", name="Look them up").click()
    await page.get_by_label("2027-12-25 Christmas Day").wait_for()
    assert (await ask(stage, hours))["days"] == [], "looked at, and nothing kept"
    await page.get_by_label("Veterans Day").uncheck()
    await page.get_by_role("button", name="Add the chosen").click()
    await kim.hears("Save to keep them.")
    assert await faults(kim) == [], "dates"
    await page.get_by_role("button", name="Save", exact=True).click()
    await saved(kim)
    names = [day["name"] for day in (await ask(stage, hours))["days"]]
    assert "Christmas Day" in names
    assert "Veterans Day" not in names


async def test_a_lead_keeps_words_and_rules(stage: Stage) -> None:
    kim = await stage.desk("kim", f"#/teams/{stage.people.spokane}/hours")
    page = kim.page
    await tab(kim, "Canned responses")
    await expect(page.get_by_text("There are none yet.")).to_be_visible()
    await page.get_by_label("Shortcut").fill("hi")
    await page.get_by_label("Title").fill("Greeting")
    await page.get_by_label("Text", exact=True).fill("Hi {customer.nam}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Text", exact=True)).to_be_focused()
    await page.get_by_label("Text", exact=True).fill("Hi {customer.name|there}")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="hi Greeting")).to_be_visible()
    assert await faults(kim) == [], "canned responses"
    await page.get_by_role("button", name="Remove hi").click()
    assert len((await ask(stage, "/v1/desk/canned"))["items"]) == 1, "asked first"
    await page.get_by_role("button", name="Really remove hi?").click()
    await expect(page.get_by_role("row", name="hi Greeting")).to_have_count(0)

    await tab(kim, "Rules")
    await page.get_by_label("Soft limit").fill("5000")
    await page.get_by_label("Teams that cover").fill("tampa")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Soft limit")).to_be_focused()
    await page.get_by_label("Soft limit").fill("5")
    await page.get_by_label("How conversations reach agents").select_option("push")
    await page.get_by_label("It is general care").check()
    assert await faults(kim) == [], "rules"
    await page.get_by_role("button", name="Save").click()
    await saved(kim)
    rules = (await ask(stage, f"/v1/admin/teams/{stage.people.spokane}/rules"))["rules"]
    assert (rules["soft_limit"], rules["cover_by"], rules["handing"]) == (5, ["tampa"], "push")
    assert rules["general"]
    # What was said in one language does not stand there in another.
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Language").select_option("es")
    await expect(page.locator(".saved")).to_have_count(0)


async def test_a_lead_keeps_photos_lines_and_shifts(stage: Stage) -> None:
    kim = await stage.desk("kim", f"#/teams/{stage.people.spokane}/people")
    page = kim.page

    await page.get_by_text("Bo", exact=True).click()
    await page.get_by_label("Choose a photo…").set_input_files(
        {"name": "bo.png", "mimeType": "image/png", "buffer": picture("PNG")}
    )
    await expect(page.locator(".photo img")).to_be_visible()
    await page.get_by_label("Line under the name").fill("Coffee first")
    async with page.expect_response("**/people/*"):
        await page.get_by_role("button", name="Save").first.click()
    await page.get_by_label("No shift is set").uncheck()
    async with page.expect_response("**/shift"):
        await page.get_by_role("button", name="Save").last.click()
    members = (await ask(stage, "/v1/desk/team"))["items"][0]["members"]
    (shown,) = (one for one in members if one["name"] == "Bo")
    assert shown["line"] == "Coffee first"
    assert shown["photo_url"].startswith("/v1/photos/")
    bo = stage.people.ids["bo"]
    shift = await ask(stage, f"/v1/admin/agents/{bo}/shift")
    assert shift["weekly"]["mon"] == [{"opens": "09:00", "closes": "17:00"}]
    assert shift["time_zone"] == "America/Los_Angeles"
    assert await faults(kim) == [], "people"


@pytest.mark.prove
async def test_an_admin_keeps_name_photo_and_markets_on_a_phone(stage: Stage) -> None:
    spokane = stage.people.spokane
    mia = await stage.desk("mia", f"#/teams/{spokane}/page", viewport=PHONE, color_scheme="dark")
    page = mia.page

    await page.get_by_label("Place").fill("Spokane, Washington")
    await page.get_by_label("Markets").fill("US-WA, us")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_label("Markets")).to_be_focused()
    await page.get_by_label("Markets").fill("US-WA US-ID")
    await page.get_by_role("button", name="Save").last.click()
    await saved(mia)
    await page.get_by_label("Choose a photo…").set_input_files(
        {"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    await expect(page.locator(".photo .wrong")).not_to_be_empty()
    assert await faults(mia) == []
    await page.get_by_label("Choose a photo…").set_input_files(
        {"name": "us.png", "mimeType": "image/png", "buffer": picture("PNG")}
    )
    await expect(page.locator(".photo img")).to_be_visible()
    team = await ask(stage, f"/v1/admin/teams/{spokane}")
    assert (team["place"], team["regions"]) == ("Spokane, Washington", ["US-ID", "US-WA"])
    assert team["photo_url"].startswith("/v1/photos/")
    wide = "() => document.documentElement.scrollWidth <= innerWidth"
    assert await page.evaluate(wide), "nothing goes out of the screen"
