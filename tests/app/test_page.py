"""What a customer sees and does, from the first word to the rating."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import FilePayload, expect

from tests.app.stage import SMALL, Stage, until
from tests.app.test_close import PHOTO, attach
from tests.cast import change
from tests.web.test_uploads import uploaded

LONG = 120


async def test_a_conversation_from_the_first_word_to_the_rating(stage: Stage) -> None:
    ana = await stage.phone()
    assert "token" not in ana.page.url, "out of the address, and out of the history"
    await expect(ana.page.get_by_text("Hello from Spokane")).to_be_visible()

    await ana.write("My phone shows ‘no service’.")
    await ana.see("no service")
    await expect(ana.said("no service").locator(".receipt")).to_have_text("Sent")
    thread = await stage.thread()
    await stage.act("bo", thread, "read", {"upto": 3})
    await expect(ana.said("no service").locator(".receipt")).to_have_text("Read")

    await stage.answer("bo", thread, "See https://help.example.com/sim. (Two minutes.)")
    answer = ana.said("Two minutes")
    await expect(answer).to_contain_text("Bo")
    link = answer.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://help.example.com/sim")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))
    await expect(ana.page.locator("#voice")).to_have_text(re.compile("Bo: See"))

    # What was shown here in front counts as read at the desk.
    await expect_read(stage, thread)

    await stage.act("bo", thread, "resolve")
    await expect(ana.page.locator(".told", has_text="This matter is settled")).to_be_visible()
    await ana.page.get_by_role("radio", name="4 stars of 5").check()
    await ana.page.get_by_label("What should we know").fill("Quick and kind")
    await ana.page.get_by_role("button", name="Send rating").click()
    await expect(ana.page.get_by_text("You gave 4 stars.")).to_be_visible()
    await expect(ana.page.locator(".stars")).to_have_count(0)
    path = f"/v1/desk/threads/{thread}/timeline?limit=100"
    line = await stage.server.ask("GET", path, token=stage.people.bo)
    (rating,) = [one["rating"] for one in line.body["items"] if one["type"] == "rating"]
    assert (rating["score"], rating["comment"]) == (4, "Quick and kind")

    # A new window begins with what stands, and knows that it was rated.
    await until(ana.page, _RATED)
    await ana.again()
    await ana.open()
    await expect(ana.said("no service")).to_have_count(1)
    await expect(ana.page.locator(".stars")).to_have_count(0)


_RATED = """() => new Promise((done) => {
  const opening = indexedDB.open("pinbox-app");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("kept").objectStore("kept").get("shown/ana");
    asked.onsuccess = () => {
      opening.result.close();
      done(asked.result?.log.rated.length > 0);
    };
  };
})"""


async def expect_read(stage: Stage, thread: str) -> None:
    """Wait until the desk knows that the customer has read everything of Bo's."""
    path = f"/v1/desk/events?stream=team:{stage.people.spokane}&wait=5&since="
    since = ""
    for _ in range(20):
        asked = path + since if since else path.removesuffix("&since=")
        page = (await stage.server.ask("GET", asked, token=stage.people.bo)).body
        mine = [one for one in page["items"] if one["thread"] == thread]
        if any(one["type"] == "read" and one["who"] == "customer" for one in mine):
            return
        since = page["until"]
    raise AssertionError("nobody told the desk")


async def test_history_comes_in_by_scrolling_up_and_nothing_jumps(stage: Stage) -> None:
    for number in range(LONG):
        await stage.tell("ana", f"line {number:03}")
    ana = await stage.phone()
    log = ana.page.locator(".log")
    await expect(ana.said("line 119")).to_be_in_viewport()
    assert await ana.page.locator("article.said").count() == 50

    await log.evaluate("box => { box.scrollTop = 300; }")
    first = ana.said("line 074")
    before = await first.evaluate("one => one.getBoundingClientRect().top")
    moved = await log.evaluate("box => box.scrollTop")
    await log.evaluate("box => { box.scrollTop = 100; }")
    await ana.said("line 030").wait_for(state="attached")
    after = await first.evaluate("one => one.getBoundingClientRect().top")
    assert abs(after - before - (moved - 100)) < 3, "only the scrolling itself moved it"

    # What arrives meanwhile does not tear the reader away, and is a tap away.
    await stage.answer("bo", await stage.thread(), "An answer below")
    await ana.said("An answer below").wait_for(state="attached")
    await expect(ana.said("An answer below")).not_to_be_in_viewport()
    await ana.page.get_by_role("button", name="Go to the newest message").click()
    await expect(ana.said("An answer below")).to_be_in_viewport()


# What is below grows, and then the browser tells of a scroll of before.
GROWN = """() => {
  const log = document.querySelector("section.log");
  log.firstElementChild.style.paddingBlockEnd = "300px";
  log.dispatchEvent(new Event("scroll"));
  return log.scrollHeight - log.scrollTop - log.clientHeight;
}"""
LEFT = """() => new Promise((left) => {
  const log = document.querySelector("section.log");
  log.addEventListener("scroll", () => left(), { once: true });
  log.scrollTop -= 400;
})"""


async def test_only_the_reader_leaves_the_end(stage: Stage) -> None:
    for number in range(30):
        await stage.tell("ana", f"word {number:02}")
    ana = await stage.phone()
    await ana.see("word 29")
    assert await ana.page.evaluate(GROWN) < 1
    to_end = ana.page.get_by_role("button", name="Go to the newest message")
    await expect(to_end).to_have_count(0)
    await ana.page.evaluate(LEFT)
    await to_end.click()
    await expect(to_end).to_have_count(0)


async def test_my_team_care_and_a_call(stage: Stage) -> None:
    team = f"/v1/admin/teams/{stage.people.spokane}"
    await stage.admin("PATCH", f"{team}/rules", {"callback_minutes": 30, "callback_share": 50})
    far = f"/v1/admin/teams/{stage.people.tampa}"
    await stage.admin("PATCH", f"{far}/rules", {"general": True})
    notice = {"notice": "An outage near the bay. We are on it."}
    await stage.admin("PUT", f"/v1/desk/team/{stage.people.spokane}/notice", notice)
    await with_a_face(stage)
    ana = await stage.phone(viewport=SMALL)
    page = ana.page
    await expect(page.get_by_text("An outage near the bay")).to_be_visible()
    # It goes as it came, without a reload.
    await stage.admin("PUT", f"/v1/desk/team/{stage.people.spokane}/notice", {"notice": None})
    await expect(page.get_by_text("An outage near the bay")).to_have_count(0)

    await page.get_by_role("button", name="Show my team").click()
    sheet = page.get_by_role("dialog", name="My team")
    for name in ("Bo", "Kim", "Mia"):
        await expect(sheet.get_by_text(name, exact=True)).to_be_visible()
    await expect(sheet.get_by_text("Around the clock")).to_be_visible()
    await expect(sheet.get_by_role("heading", level=2)).to_have_text(["My team", "Spokane"])
    await expect(sheet.get_by_text("At the falls")).to_be_visible()
    await expect(sheet.get_by_text("Coffee first")).to_be_visible()
    kept = sheet.locator("dl.facts div").filter(has_text="Promises kept").locator("dd")
    await expect(kept).to_have_text("95% in the last 28 days")
    # The names stand beside their pictures, which have nothing to add to them.
    faces = sheet.locator("img")
    await expect(faces).to_have_count(2)
    for face in await faces.all():
        await expect(face).to_have_attribute("alt", "")
        await expect(face).not_to_have_js_property("naturalWidth", 0)
    for text in ("Spokane", "At the falls", "Bo", "Coffee first"):
        assert text in await sheet.aria_snapshot()
    help_ = sheet.get_by_role("link", name="Help yourself")
    await expect(help_).to_have_attribute("href", "https://help.example.com/start")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Show my team")).to_be_focused()

    await page.get_by_role("button", name="Get a call back").click()
    await page.get_by_label("What is it about?").fill("My bill")
    await page.get_by_label("Day").select_option(index=2)
    await page.locator("label.time").first.click()
    await page.get_by_label("Phone number").fill("+1 509 555 0142")
    await page.get_by_role("button", name="Book the call").click()
    booked = page.get_by_role("group", name="Get a call back")
    await expect(booked).to_contain_text("+15095550142")
    await booked.get_by_role("button", name="Cancel the call").click()
    await expect(booked).to_have_count(0)
    await expect(page.get_by_text("Call cancelled.")).to_be_visible()

    await page.get_by_role("button", name="Show my team").click()
    await page.get_by_role("button", name="How we care for you").click()
    await page.get_by_role("radio", name="General care").check()
    await expect(page.get_by_text("You chose general care.")).to_be_attached()
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "320 px"


async def with_a_face(stage: Stage) -> None:
    """Spokane has a place, a photo, a line of Bo's, and has kept 19 promises of 20."""
    photo = await uploaded(stage.server, stage.people.kim)
    mine = f"/v1/desk/team/{stage.people.spokane}"
    shown = {"photo_url": f"/v1/photos/{photo}"}
    for path, more in (
        (f"{mine}/page", {"place": "At the falls"}),
        (f"{mine}/people/{stage.people.ids['bo']}", {"line": "Coffee first"}),
    ):
        body = {**shown, **more}
        reply = await stage.server.ask("PATCH", path, body, token=stage.people.kim)
        assert reply.status == 200, reply.body
    today = datetime.now(UTC).date().toordinal()
    for kind, count in (("kept", 19), ("broken", 1)):
        team = stage.people.spokane
        await change(stage.server.ctx, _COUNTED, team=team, kind=kind, day=today, count=count)


_COUNTED = """INSERT INTO promise_counts (team_id, kind, hour, day, bucket, count)
VALUES (:team, :kind, 0, :day, 0, :count)"""


async def test_a_closed_team_asks_and_another_covers(stage: Stage) -> None:
    spokane, tampa = stage.people.spokane, stage.people.tampa
    rules = {"cover": "ask", "cover_by": ["tampa"]}
    await stage.admin("PATCH", f"/v1/admin/teams/{spokane}/rules", rules)
    await close_team(stage, spokane)
    ana = await stage.phone()
    await expect(ana.page.locator(".head-state")).to_contain_text("Closed")
    await ana.write("What will roaming cost me?")
    card = ana.page.get_by_role("group", name="Who should answer?")
    await expect(card).to_contain_text("Spokane is closed")
    await card.get_by_role("button", name="Wait for my team").click()
    await expect(card).to_contain_text("You wait for Spokane")
    await card.get_by_role("button", name="Answer me now").click()
    await expect(ana.page.locator(".told.strong")).to_contain_text("Tampa answers you now")
    thread = await stage.thread()
    await stage.answer("ravi", thread, "Nothing, it is in your plan.")
    await expect(ana.said("in your plan")).to_contain_text("Ravi")
    note = {"note": "Told her"}
    await stage.server.ask(
        "DELETE", f"/v1/desk/threads/{thread}/cover", note, token=stage.people.ravi
    )
    await expect(ana.page.locator(".told", has_text="Spokane is with you again.")).to_be_visible()
    await expect(ana.page.locator(".told.strong")).to_have_count(0)
    assert tampa


async def close_team(stage: Stage, team: str) -> None:
    """It has days off."""
    today = datetime.now(UTC).date()
    days = [{"date": str(today + timedelta(days=n)), "state": "closed"} for n in (-1, 0, 1)]
    await stage.admin("PUT", f"/v1/admin/teams/{team}/holidays", {"days": days})


async def test_a_picture_and_what_the_server_will_not_take(stage: Stage) -> None:
    ana = await stage.phone()
    chooser = ana.page.locator("input[type=file]")
    await attach(ana, PHOTO, state="ready")
    await ana.write("")
    picture = ana.page.get_by_role("button", name="Picture: router.jpg")
    await expect(picture.locator("img")).to_have_js_property("complete", value=True)
    await picture.click()
    whole = ana.page.get_by_role("dialog", name="router.jpg")
    await expect(whole.get_by_role("img")).to_be_visible()
    await ana.page.keyboard.press("Escape")

    html: FilePayload = {
        "name": "page.html",
        "mimeType": "text/html",
        "buffer": b"<script>1</script>",
    }
    await chooser.set_input_files(html)
    failed = ana.page.locator('.chosen li[data-state="failed"]')
    await expect(failed.locator(".wrong")).not_to_be_empty()
    await failed.get_by_role("button", name="Remove page.html").click()
    await expect(ana.page.locator(".chosen")).to_have_count(0)
    await expect(ana.field).to_be_focused()


async def test_typing_is_seen_on_both_sides_and_languages_change_at_once(stage: Stage) -> None:
    await stage.tell("ana", "Is it raining?")
    ana = await stage.desktop(reduced_motion="reduce")
    async with stage.server.http.ws_connect(
        f"{stage.server.url}/v1/desk/live", protocols=("pinbox.v1",)
    ) as desk:
        stream = {"stream": f"team:{stage.people.spokane}"}
        await desk.send_json({"type": "hello", "token": stage.people.bo, "streams": [stream]})
        while (await desk.receive_json())["type"] != "live":
            pass
        thread = await stage.thread()
        await desk.send_json({"type": "typing", "thread": thread, "on": True})
        await expect(ana.page.locator(".typing")).to_contain_text("Bo is writing")
        assert await ana.page.evaluate("document.getAnimations().length") == 0, "reduced motion"
        await ana.field.press_sequentially("Tell")
        while (frame := await desk.receive_json())["type"] != "typing":
            pass
        assert (frame["who"]["kind"], frame["on"]) == ("customer", True)
        # Whoever has answered writes no more, though the desk has not said so.
        await stage.answer("bo", thread, "Yes.")
        await ana.said("Yes.").wait_for()
        await expect(ana.page.locator(".typing")).to_have_count(0, timeout=1_000)

    await ana.page.get_by_label("Language").first.select_option("ja")
    await expect(ana.page.get_by_label("担当チーム").first).to_be_visible()
    await expect(ana.page.locator("html")).to_have_attribute("lang", "ja")
    await expect(ana.field).to_have_value("Tell")
    await ana.page.reload()
    await expect(ana.page.get_by_label("担当チーム").first).to_be_visible()
    await expect(ana.field).to_have_value("Tell")
