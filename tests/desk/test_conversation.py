"""Reading and answering a thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Route, expect

from tests.desk.stage import Stage


async def test_a_reply_is_there_at_once_and_reaches_the_customer(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await expect(bo.page.get_by_role("button", name="Send to Ana")).to_be_visible()

    await bo.reply("Yes, take a coat.")

    await bo.see("Yes, take a coat.")
    assert await stage.log(thread) == ["Is it raining?", "Yes, take a coat."]
    assert await bo.focus() == "composer"
    await expect(bo.composer).to_have_value("")
    await bo.hears("Sent to Ana.")


async def test_a_private_note_cannot_be_taken_for_a_reply(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()

    await bo.page.keyboard.press("i")
    await expect(bo.page.get_by_label("Private note, for your team only")).to_be_focused()
    await expect(bo.page.get_by_text("Only your team reads this. Ana never does.")).to_be_visible()
    await bo.page.keyboard.type("Asks every day")
    await bo.page.get_by_role("button", name="Add private note").click()

    await bo.see("Asks every day")
    await expect(bo.said("Asks every day")).to_have_attribute("data-kind", "note")
    assert await stage.log(thread) == ["Is it raining?"]

    # From reply to note and back while the focus is in the field, where letters are text.
    await bo.page.get_by_role("button", name="Reply", exact=True).click()
    await bo.reply("Yes.")
    await bo.see("Yes.")
    await bo.page.keyboard.press("F2")
    await bo.hears("Private note, for your team only")
    await expect(bo.page.get_by_text("Ctrl+Enter adds the private note")).to_be_visible()
    await bo.page.keyboard.type("is it?")
    await bo.page.keyboard.press("Control+Enter")
    await bo.see("is it?")
    await expect(bo.said("is it?")).to_have_attribute("data-kind", "note")
    assert await stage.log(thread) == ["Is it raining?", "Yes."]
    await bo.page.keyboard.press("F2")
    await expect(bo.page.get_by_label("Reply to Ana")).to_be_focused()


async def test_drafts_are_kept_for_each_thread_and_kind(stage: Stage) -> None:
    ana = await stage.write("ana", "First")
    await stage.write("luis", "Second", name="Luis")
    bo = await stage.desk("bo", f"#/waiting/{ana}")
    await bo.composer.fill("To Ana, unfinished")
    await bo.page.get_by_role("button", name="Private note").click()
    await bo.composer.fill("A note on Ana")
    await bo.read("Luis")
    await bo.composer.fill("To Luis")

    await bo.page.reload()
    await expect(bo.composer).to_have_value("To Luis")
    await bo.read("Ana")
    await expect(bo.composer).to_have_value("A note on Ana")
    await bo.page.get_by_role("button", name="Reply", exact=True).click()
    await expect(bo.composer).to_have_value("To Ana, unfinished")


async def test_history_comes_in_above_without_moving_what_is_read(stage: Stage) -> None:
    for n in range(70):
        thread = await stage.write("ana", f"Message number {n:02}")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    earlier = bo.page.get_by_role("button", name="Show earlier messages")
    await earlier.scroll_into_view_if_needed()
    first = bo.page.locator("article.said").first
    text = await first.locator(".said-body").inner_text()
    before = await bo.said(text).bounding_box()

    await earlier.click()

    await expect(bo.said("Message number 00")).to_have_count(1)
    after = await bo.said(text).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 40
    await expect(bo.page.locator("article.said")).to_have_count(70)


GROW = """() => {
  const log = document.querySelector(".log");
  log.lastElementChild.style.paddingBlockEnd = "200px";
  log.dispatchEvent(new Event("scroll"));
}"""
LEAVE = """() => new Promise((left) => {
  const log = document.querySelector(".log");
  log.addEventListener("scroll", left, { once: true });
  log.scrollTop -= 600;
})"""
REST = """() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".log");
  return scrollHeight - scrollTop - clientHeight;
}"""


async def test_only_the_reader_leaves_the_end(stage: Stage) -> None:
    """What grows there before the browser tells of its last scrolling leads nobody away."""
    thread = await stage.write("ana", "Is it raining?")
    for number in range(20):
        await stage.write("ana", f"Still {number:02}")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("Still 19").wait_for()
    await bo.page.evaluate(GROW)
    assert await bo.page.evaluate(REST) < 1
    await bo.reply("A little.")
    await bo.see("A little.")

    await bo.page.evaluate(LEAVE)
    await stage.write("ana", "And now?")
    await bo.page.get_by_role("button", name="New messages").click()
    await expect(bo.said("And now?")).to_be_focused()
    await expect(bo.said("And now?")).to_be_in_viewport()
    await bo.reply("No more.")
    await bo.see("No more.")


async def test_a_reply_to_what_was_not_seen_waits_until_one_has_looked(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()
    await bo.composer.fill("Yes, take a coat.")
    await bo.page.wait_for_timeout(100)
    # What Ana says now is on its way to the desk while the reply is on its way from it.
    await bo.context.route("**/messages", _held(stage, "Never mind, I stay at home."))
    await bo.composer.press("Control+Enter")

    await bo.see("Yes, take a coat.", state="refused")
    await expect(bo.said("Yes, take a coat.")).to_contain_text("Ana wrote before this was sent")
    await expect(bo.said("Yes, take a coat.").locator("blockquote")).to_have_text(
        "Never mind, I stay at home."
    )
    assert await stage.log(thread) == ["Is it raining?", "Never mind, I stay at home."]
    await bo.page.keyboard.press("Escape")
    await expect(bo.composer).not_to_be_focused()
    await bo.page.keyboard.press("f")

    await bo.see("Yes, take a coat.")
    assert (await stage.log(thread))[-1] == "Yes, take a coat."
    assert len(await stage.log(thread)) == 3


def _held(stage: Stage, text: str) -> Callable[[Route], Awaitable[None]]:
    """Let the customer write before the first request goes on."""
    told: list[str] = []

    async def handle(route: Route) -> None:
        if not told:
            told.append(await stage.write("ana", text))
        await route.continue_()

    return handle


async def test_of_two_who_take_it_one_has_it_and_the_other_is_told(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    kim = await stage.desk("kim", f"#/waiting/{thread}")
    for desk in (bo, kim):
        await desk.said("raining").wait_for()

    # Both press before either hears of the other.
    await kim.context.route("**/take", lambda route: _after(stage, thread, route))
    await kim.page.keyboard.press("m")

    # By its place: for a moment the announcer has the same words.
    await expect(kim.page.locator(".toast")).to_have_text("Bo was quicker and has Ana.")
    await kim.hears("Bo was quicker")
    await expect(bo.page.locator(".thread-who")).to_contain_text("Yours")
    await expect(kim.page.locator(".thread-who")).to_contain_text("With Bo")

    # Who has said something writes no more, also where nothing else tells of it.
    await kim.composer.fill("I take the next")
    await expect(bo.page.get_by_text("Kim is writing")).to_be_visible()
    await stage.act("kim", thread, "notes", {"client_id": "n1", "body": "Next one is mine"})
    await bo.see("Next one is mine")
    await expect(bo.page.get_by_text("Kim is writing")).to_have_count(0, timeout=2_000)


async def _after(stage: Stage, thread: str, route: Route) -> None:
    await stage.act("bo", thread, "take")
    await route.continue_()
