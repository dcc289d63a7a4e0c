"""Without sight: what is said aloud, once and politely; and which field a fault belongs to."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.app.stage import SMALL, AppPage, Stage
from tests.app.test_page import close_team

# Each text that the one live region held, from the first paint on.
_LISTEN = """addEventListener("DOMContentLoaded", () => {
  globalThis.heard = [];
  const region = document.getElementById("voice");
  const note = () => region.textContent.trim() && heard.push(region.textContent.trim());
  const all = { childList: true, characterData: true, subtree: true };
  new MutationObserver(note).observe(region, all);
});"""


async def heard(ana: AppPage, text: str) -> int:
    """How often something was said since the page came."""
    said = " ".join(await ana.page.evaluate("heard"))
    return said.count(text)


async def test_news_are_said_once_and_history_never(stage: Stage) -> None:
    spokane = stage.people.spokane
    rules = {"cover": "ask", "cover_by": ["tampa"]}
    await stage.admin("PATCH", f"/v1/admin/teams/{spokane}/rules", rules)
    await stage.tell("ana", "Is it raining?")
    thread = await stage.thread()
    await stage.answer("bo", thread, "Yes, a little.")
    ana = await stage.window()
    await ana.page.add_init_script(_LISTEN)
    await ana.open(f"#token={stage.server.token('ana')}")
    await ana.said("Yes, a little.").wait_for()
    voice = ana.page.locator("#voice")
    await expect(voice).to_have_attribute("aria-live", "polite")
    await expect(ana.page.locator("[aria-live], [role=status], [role=log]")).to_have_count(2)

    await stage.answer("bo", thread, "Take a coat.")
    await expect(voice).to_have_text(re.compile("Bo: Take a coat"))
    await stage.answer("bo", thread, "And boots.")
    await expect(voice).to_have_text(re.compile("Bo: And boots"))
    await stage.act("bo", thread, "resolve")
    await expect(voice).to_have_text(re.compile("This matter is settled"))
    await close_team(stage, spokane)
    await ana.write("And tomorrow?")
    await ana.page.get_by_role("button", name="Answer me now").click()
    await expect(voice).to_have_text(re.compile("Tampa answers you now"))
    # The line goes and comes back: what was said is not said again.
    await ana.context.set_offline(True)
    await ana.page.evaluate("dispatchEvent(new Event('offline'))")
    await ana.context.set_offline(False)
    note = {"note": "Told her"}
    await stage.server.ask(
        "DELETE", f"/v1/desk/threads/{thread}/cover", note, token=stage.people.ravi
    )
    await expect(voice).to_have_text(re.compile("Spokane is with you again"))
    for text in ("Take a coat", "And boots", "settled", "Tampa answers", "with you again"):
        assert await heard(ana, text) == 1, text
    for text in ("Yes, a little", "Is it raining", "And tomorrow"):
        assert await heard(ana, text) == 0, text


async def test_faults_are_tied_to_their_fields_and_the_focus_goes_there(stage: Stage) -> None:
    rules = {"callback_minutes": 30, "callback_share": 50}
    await stage.admin("PATCH", f"/v1/admin/teams/{stage.people.spokane}/rules", rules)
    ana = await stage.phone(viewport=SMALL)
    opener = ana.page.get_by_role("button", name="Get a call back")
    await opener.focus()
    await ana.page.keyboard.press("Enter")
    sheet = ana.page.get_by_role("dialog", name="Get a call back")
    topic = sheet.get_by_label("What is it about?")
    await sheet.locator("label.time").first.wait_for()
    await sheet.get_by_role("button", name="Book the call").click()
    await expect(topic).to_be_focused()
    await expect(topic).to_have_attribute("aria-invalid", "true")
    await expect(topic).to_have_accessible_description(re.compile("Say what it is about"))
    await ana.page.keyboard.type("My bill")
    await expect(topic).to_have_attribute("aria-invalid", "false")
    await ana.page.keyboard.press("Enter")
    times = sheet.get_by_role("group", name="Time")
    await expect(times.get_by_role("radio").first).to_be_focused()
    await expect(times).to_have_accessible_description(re.compile("choose a time"))
    await ana.page.keyboard.press("Space")
    phone = sheet.get_by_label("Phone number")
    await phone.fill("12")
    await ana.page.keyboard.press("Enter")
    await expect(phone).to_be_focused()
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_have_accessible_description(re.compile("That did not work: .*phone"))
    assert await ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "320 px"
    await ana.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
