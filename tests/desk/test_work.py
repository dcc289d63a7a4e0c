"""What the team's rules ask of an agent at work: promises, covers, limits, duty, calls."""

from __future__ import annotations

import re

from playwright.async_api import Route, expect

from tests.desk.stage import Stage
from tests.flows.night import set_rules


async def test_lists_come_by_promise_and_a_wait_that_begins_shows_its_own(stage: Stage) -> None:
    ctx, spokane = stage.server.ctx, stage.people.spokane
    await set_rules(ctx, spokane, promise_target_minutes=60)
    ana = await stage.write("ana", "I can wait")
    await stage.answer("kim", ana, "Good")
    await stage.write("luis", "Good day", name="Luis")
    bo = await stage.desk("bo", f"#/team/{ana}")
    await expect(bo.row("Luis").locator(".row-age")).to_contain_text("by ")

    # What is promised stands in no item of the stream: it is asked for when a wait begins.
    await set_rules(ctx, spokane, promise_target_minutes=5)
    await stage.write("ana", "Now I cannot")

    await expect(bo.row("Ana").locator(".row-age")).to_have_attribute("data-wait", "soon")
    names = bo.page.locator("a.row .row-name")
    await expect(names).to_have_text(["Ana", "Luis"])
    await expect(bo.page.locator(".thread-head .promised")).to_contain_text("answer by")
    told = await bo.row("Ana").get_attribute("aria-label")
    assert told is not None
    assert "answer promised by" in told


async def test_another_team_covers_and_hands_back_with_a_note(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/team/{thread}")
    ravi = await stage.desk("ravi", "#/team")
    await bo.said("raining").wait_for()

    await bo.page.keyboard.press("v")
    await bo.page.get_by_label("Which team covers").wait_for()
    await expect(bo.page.get_by_label("Which team covers")).to_have_value(stage.people.tampa)
    await bo.page.get_by_label("Why (customers never see this)").fill("All at lunch")
    await bo.page.get_by_label("Note for Spokane when it is back").fill("Look at the sky")
    await bo.page.get_by_role("button", name="Let them cover").click()

    await bo.hears("Tampa covers Ana until")
    await expect(bo.page.locator(".band")).to_contain_text("Tampa covers for Spokane until")
    assert await bo.focus() == "message"
    await expect(ravi.row("Ana")).to_contain_text("covered by Tampa until")
    await ravi.read("Ana")
    await expect(ravi.page.locator(".band")).to_contain_text("You cover for Spokane until")

    await ravi.page.locator("article.said").last.focus()
    await ravi.page.keyboard.press("h")
    await ravi.page.get_by_label("What Spokane should know").fill("It stopped")
    await ravi.page.get_by_role("button", name="Hand back to Spokane").click()

    await ravi.hears("Ana is back with Spokane.")
    await expect(ravi.row("Ana")).to_have_count(0)
    await expect(bo.page.locator(".band")).to_contain_text("It stopped")


async def test_a_lead_may_assign_above_the_limit_and_an_agent_is_told_of_it(stage: Stage) -> None:
    await set_rules(stage.server.ctx, stage.people.spokane, soft_limit=1, hard_limit=1)
    luis = await stage.write("luis", "Good day", name="Luis")
    ana = await stage.write("ana", "Is it raining?")
    await stage.act("bo", luis, "take")
    bo = await stage.desk("bo", f"#/team/{ana}")
    kim = await stage.desk("kim", f"#/team/{ana}")
    for desk in (bo, kim):
        await desk.said("raining").wait_for()
    await expect(bo.page.locator(".rail-entry.load")).to_have_text("1 active, full")

    await bo.page.keyboard.press("m")
    await bo.hears("the team's limit is reached")
    await kim.page.keyboard.press("a")
    await kim.page.get_by_role("option", name="Bo").click()
    await kim.page.get_by_text("Bo has 1 active conversations").wait_for()
    await kim.page.get_by_role("button", name="Assign all the same").click()

    await kim.hears("Ana is with Bo now.")
    await expect(bo.page.locator(".thread-who")).to_contain_text("Yours")
    await bo.hears("Ana was given to you.")
    await bo.page.keyboard.press("w")
    await expect(bo.page.locator("dialog")).to_contain_text("2 active")


async def test_a_call_is_booked_taken_made_and_stands_in_the_thread(stage: Stage) -> None:
    await set_rules(stage.server.ctx, stage.people.spokane, callback_minutes=30)
    thread = await stage.write("ana", "Call me, please", phone="+15095550142")
    bo = await stage.desk("bo", f"#/team/{thread}")
    kim = await stage.desk("kim", "#/callbacks")
    await bo.said("Call me").wait_for()
    await expect(kim.page.get_by_text("Nobody wants to be called.")).to_be_visible()

    await bo.page.keyboard.press("p")
    await bo.page.get_by_label("What about").fill("The bill")
    await bo.page.get_by_label("May be called before 9").check()
    time = bo.page.get_by_label("Time")
    await expect(time.locator("option").first).to_have_text("Now")
    await time.select_option("now")
    await bo.page.get_by_role("button", name="Book the call").click()
    await bo.hears("The callback is booked for")

    await expect(kim.row("Ana")).to_contain_text("The bill")
    await expect(kim.row("Ana")).to_have_attribute(
        "aria-label", re.compile("Ana, call now, nobody")
    )
    await kim.page.keyboard.press("j")
    await kim.said("Call me").wait_for()
    await kim.page.keyboard.press("p")
    dial = kim.page.get_by_role("link", name="Call +15095550142")
    await expect(dial).to_be_focused()
    assert await dial.get_attribute("href") == "tel:+15095550142"
    await kim.page.get_by_role("button", name="I make this call").click()
    await expect(bo.page.locator(".band")).to_contain_text("Kim makes it")

    await kim.page.get_by_label("We spoke").check()
    await kim.page.get_by_label("Remark, for the team only").fill("Paid twice")
    await kim.page.get_by_role("button", name="Record it").click()
    await kim.hears("Recorded: you spoke.")
    await expect(kim.page.get_by_text("Nobody wants to be called.")).to_be_visible()
    mark = bo.page.locator(".mark-line").last
    await expect(mark).to_contain_text("They spoke, Kim called: The bill (Paid twice)")
    await expect(bo.page.locator(".band")).to_have_count(0)


async def test_an_answer_after_the_cover_has_ended_is_kept_and_told(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    cover = {"team": stage.people.tampa, "reason": "All at lunch"}
    await stage.act("kim", thread, "cover", cover)
    await stage.act("ravi", thread, "take")
    ravi = await stage.desk("ravi", f"#/mine/{thread}")
    await ravi.said("raining").wait_for()

    async def end(route: Route) -> None:
        path = f"/v1/desk/threads/{thread}/cover"
        await stage.server.ask("DELETE", path, {}, token=stage.people.kim)
        await stage.act("kim", thread, "take")
        await route.continue_()

    await ravi.context.route("**/messages", end)
    await ravi.reply("Not in Tampa.")

    heading = ravi.page.get_by_role("heading", name="Kim has this conversation now")
    await expect(heading).to_be_visible()
    await expect(ravi.page.locator(".refused")).to_contain_text("Not in Tampa.")
    await ravi.hears("Kim has this conversation. Nothing was sent.")
    assert await stage.log(thread) == ["Is it raining?"]
    await ravi.page.get_by_role("button", name="Discard").click()
    await expect(ravi.page.locator(".refused")).to_have_count(0)
