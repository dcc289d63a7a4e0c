"""Reports at the desk: what is asked for, charts with their tables, and the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.desk.stage import PHONE, DeskPage, Stage
from tests.desk.test_access import faults

HOUR = 3_600_000
DAY = 24 * HOUR


async def no_file_is_anothers(stage: Stage, kim: DeskPage) -> None:
    """Who has signed in in this browser meanwhile; this tab has heard nothing of it."""
    await kim.context.add_cookies([await stage.sign_in("mia")])  # type: ignore[list-item]
    saved: list[str] = []
    kim.page.on("download", lambda file: saved.append(file.url))
    await kim.page.get_by_role("link", name="Download CSV").click()
    await expect(kim.page.locator(".signin .told")).to_contain_text("signed in as Mia now")
    assert saved == []


async def test_a_report_is_asked_for_drawn_read_and_downloaded(stage: Stage) -> None:
    clock = stage.server.ctx.clock
    for days, minutes in ((8, 4), (1, 30)):
        clock.now = -days * DAY  # type: ignore[attr-defined]
        thread = await stage.write(f"c{days}", "Is it raining?", region="US-WA")
        clock.now += minutes * 60_000  # type: ignore[attr-defined]
        await stage.answer("bo", thread, "Yes")
    clock.now = 0  # type: ignore[attr-defined]
    last = datetime.now(UTC).date() + timedelta(days=1)
    first = last - timedelta(days=16)
    kim = await stage.desk("kim", f"#/reports/{first}/{last}/day/team/all/all")

    await expect(kim.page.locator(".big").filter(has_text="First answer")).to_contain_text("4 min")
    drawing = kim.page.locator(".chart svg.drawing")
    await expect(drawing).to_have_attribute("aria-hidden", "true")
    # Two days with an answer each, and none between: two marks, no line that never was.
    await expect(drawing.locator(".mark-of")).to_have_count(2)
    table = kim.page.get_by_role("table", name="First answer, median")
    await expect(table.get_by_role("row")).to_have_count(1 + 17)
    await expect(table).to_contain_text("30 min")
    assert await faults(kim) == []
    await kim.page.get_by_role("button", name="As a table").click()
    await expect(drawing).to_have_count(0)
    await expect(table).to_be_visible()

    await kim.page.get_by_role("button", name="Messages", exact=True).click()
    await expect(kim.page.get_by_role("table", name="Messages", exact=True)).to_contain_text(
        "Messages from customers"
    )
    await kim.page.get_by_label("A row for each").select_option("total")
    await kim.page.get_by_label("and each").select_option("market")
    await kim.page.get_by_role("button", name="Show", exact=True).click()
    await expect(drawing.locator(".bar")).to_have_count(1)
    await kim.hears("The report is there.")
    await expect(drawing).to_contain_text("US-WA")
    async with kim.page.expect_download() as coming:
        await kim.page.get_by_role("link", name="Download CSV").click()
    file = await (await coming.value).path()
    assert file.read_text("utf-8").splitlines()[1].split(",")[4] == "US-WA"

    # What is wrong stands at its field, which has the focus; nothing else is lost.
    market = kim.page.get_by_label("Market", exact=True)
    await market.fill("wa")
    await kim.page.keyboard.press("Enter")
    await expect(market).to_be_focused()
    await expect(market).to_have_attribute("aria-invalid", "true")
    assert await faults(kim) == []
    await market.fill("US-FL")
    await kim.page.keyboard.press("Enter")
    await expect(kim.page.get_by_text("Nothing happened in these days.").last).to_be_visible()
    await kim.hears("Nothing happened in these days.")

    await no_file_is_anothers(stage, kim)

    phone = await stage.desk(
        "mia", f"#/reports/{first}/{last}/week/team/all/all", viewport=PHONE, color_scheme="dark"
    )
    await phone.page.locator(".chart svg.drawing").wait_for()
    assert await faults(phone) == []
    wide = "() => document.documentElement.scrollWidth <= innerWidth"
    assert await phone.page.evaluate(wide), "nothing goes out of the screen"
