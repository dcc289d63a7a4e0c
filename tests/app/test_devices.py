"""One customer on two devices: what was before, what the other did, and the page's language."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.app.stage import Stage

LINES = 40

KEPT = """async () => {
  const request = indexedDB.open("pinbox-app");
  const base = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const keys = base.transaction("kept").objectStore("kept").getAllKeys();
  await new Promise((resolve) => (keys.onsuccess = resolve));
  base.close();
  return keys.result;
}"""


async def test_a_new_device_knows_what_was_and_both_are_in_step(stage: Stage) -> None:
    for number in range(LINES):
        await stage.tell("ana", f"line {number:02}")
    thread = await stage.thread()
    await stage.act("bo", thread, "read", {"upto": 10 * LINES})
    ana = await stage.phone()
    # Read by the team before this device was there; not one word was answered.
    await expect(ana.page.locator(".receipt").last).to_have_text("Read")

    tablet = await stage.desktop()
    await tablet.page.locator(".log").evaluate("box => { box.scrollTop = 300; }")
    newest = tablet.page.get_by_role("button", name="Go to the newest message")
    await expect(newest).to_be_visible()
    await ana.page.locator(".log").evaluate("box => { box.scrollTop = 300; }")
    await expect(ana.page.get_by_role("button", name="Go to the newest message")).to_be_visible()
    await stage.answer("bo", thread, "An answer.")
    # Nobody has it before the eyes, so both count it; looked at on one it is read on both.
    for device in (ana, tablet):
        await expect(device.page).to_have_title("(1) Spokane")
    await ana.page.get_by_role("button", name="Go to the newest message").click()
    for device in (ana, tablet):
        await expect(device.page).to_have_title("Spokane")
    # One's own words are no news, wherever they were written.
    await ana.write("Thanks!")
    await tablet.said("Thanks!").wait_for(state="attached")
    await expect(newest).to_be_visible()
    await expect(tablet.page).to_have_title("Spokane")

    await stage.act("bo", thread, "resolve")
    await tablet.page.get_by_role("radio", name="5 stars of 5").check()
    await tablet.page.get_by_role("button", name="Send rating").click()
    for device in (ana, tablet):
        await expect(device.page.get_by_text("You gave 5 stars.")).to_have_count(1)
        await expect(device.page.locator(".stars")).to_have_count(0)
    late = await stage.phone()
    await expect(late.said("An answer.")).to_be_visible()
    await expect(late.page.locator(".stars")).to_have_count(0)


async def test_the_promise_is_told_in_the_language_of_the_page(stage: Stage) -> None:
    rules = f"/v1/admin/teams/{stage.people.spokane}/rules"
    await stage.admin("PATCH", rules, {"promise_target_minutes": 120})
    # Her token says Spanish, her browser English.
    window = await stage.window()
    await window.open(f"#token={stage.server.token('ana', locale='es')}")
    welcome = window.page.locator(".welcome .promise")
    await expect(welcome).to_have_text("Target: an answer within 2 hours")
    await window.write("Hola?")
    await window.see("Hola?")
    told = window.page.locator(".log .promise")
    await expect(told).to_have_text(re.compile(r"^Target: an answer by .*\d:\d\d [AP]M$"))
    await window.page.get_by_role("button", name="Show my team").click()
    sheet = window.page.get_by_role("dialog")
    await sheet.get_by_label("Language").select_option("ja")
    await expect(sheet).to_contain_text("目標：2 時間以内に返信")
    await expect(told).to_have_text(re.compile(r"^目標：.*\d:\d\dまでに返信$"))
    # What the server says of a fault is English; elsewhere its code is told.
    await window.page.keyboard.press("Escape")
    await window.field.fill("a bell \u0007 rings")
    await window.page.get_by_role("button", name="送信").click()
    alert = window.said("rings").get_by_role("alert")
    await expect(alert).to_contain_text("このままでは受け付けられません。")
    await stage.act("bo", await stage.thread(), "resolve")
    await expect(told).to_have_count(0)


async def test_who_signs_out_leaves_nothing_for_the_next_one(stage: Stage) -> None:
    ana = await stage.phone()
    await ana.write("My number is 42.")
    await ana.see("My number is 42.")
    await ana.field.fill("And my mother's is")
    await ana.page.get_by_role("button", name="Show my team").click()
    sheet = ana.page.get_by_role("dialog")
    # A second window of hers, and a message that is no further than `localStorage`.
    other = await ana.beside()
    await other.locator("article.said").filter(has_text="number is 42").wait_for()
    await ana.page.bring_to_front()
    await ana.page.evaluate("localStorage.setItem('pinbox-app/ana/sending', '[]')")
    await sheet.get_by_role("button", name="Sign out of this browser").click()
    for page in (ana.page, other):
        await expect(page.get_by_text("Please open this page from our app")).to_be_visible()
        # What a page keeps as it goes is no more kept.
        assert await page.evaluate(KEPT) == ["device"]
    assert await ana.page.evaluate("JSON.stringify(localStorage)") == "{}"
    await other.close()
    await ana.again()
    await ana.open(f"#token={stage.server.token('eve')}")
    await expect(ana.field).to_have_value("")
    await expect(ana.page.locator("article.said")).to_have_count(0)
    kept = "async () => (await indexedDB.databases()).map(({ name }) => name)"
    assert "pinbox-app/ana" not in await ana.page.evaluate(kept)
