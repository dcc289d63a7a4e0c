"""Several tabs of one browser: of one agent, and of two who sign in one after the other."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.desk.stage import PASSWORD, Stage
from tests.flows.night import set_rules

KEPT = "(prefix) => Object.keys(localStorage).filter((name) => name.startsWith(prefix)).length"


async def test_a_tab_of_one_agent_does_nothing_as_the_next_who_signs_in(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()
    await bo.context.set_offline(True)
    await bo.reply("Yes.")
    await bo.see("Yes.", state="waits")
    await bo.composer.fill("And take")

    # Another has signed in while this tab slept: it heard nothing of it but from the server.
    await bo.context.add_cookies([await stage.sign_in("kim")])  # type: ignore[list-item]
    await bo.context.set_offline(False)

    taken = bo.page.locator(".signin .told")
    await expect(taken).to_contain_text(
        "This browser is signed in as Kim now. Nothing more goes out as Bo from here."
    )
    await bo.hears("This browser is signed in as Kim now.")
    assert await stage.log(thread) == ["Is it raining?"]
    of_bo = f"pinbox.out.{stage.people.ids['bo']}."
    assert await bo.page.evaluate(KEPT, of_bo) == 1

    await bo.page.get_by_label("Name").fill("bo")
    await bo.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await bo.page.keyboard.press("Enter")
    await bo.see("Yes.")
    await expect(bo.composer).to_have_value("And take")
    assert await stage.log(thread) == ["Is it raining?", "Yes."]

    # Tabs that are awake tell each other, and who signs in anew goes on where they were.
    await bo.context.add_cookies([await stage.sign_in("kim")])  # type: ignore[list-item]
    kim = await stage.tab(bo, f"#/mine/{thread}")
    await kim.live()
    await taken.wait_for()
    await expect(kim.page.locator("nav.rail")).to_contain_text("Kim")
    await kim.page.keyboard.press("Control+k")
    await kim.page.keyboard.type("Sign out")
    await kim.page.keyboard.press("Enter")
    await kim.page.get_by_label("Name").fill("bo")
    await kim.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await kim.page.keyboard.press("Enter")
    await kim.live()
    for one in (bo, kim):
        await expect(one.page.locator("nav.rail")).to_contain_text("Bo")
    await expect(bo.composer).to_have_value("And take")


@pytest.mark.prove
async def test_going_on_as_who_is_signed_in_by_now(stage: Stage) -> None:
    await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", "#/waiting")
    await bo.row("Ana").wait_for()
    await bo.context.add_cookies([await stage.sign_in("ravi")])  # type: ignore[list-item]
    async with bo.page.expect_response("**/v1/desk/me/duty") as coming:
        await bo.page.keyboard.press("d")
    assert (await coming.value).status == 401

    await bo.page.get_by_role("button", name="Go on as Ravi").click()

    await bo.live()
    await expect(bo.page.locator("nav.rail")).to_contain_text("Ravi")
    await expect(bo.row("Ana")).to_have_count(0)
    me = await stage.server.ask("GET", "/v1/desk/me", token=stage.people.ravi)
    assert not me.body["duty"]["on"]


@pytest.mark.prove
async def test_an_agent_who_is_disabled_in_the_middle_loses_nothing(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    other = await stage.tab(bo, f"#/waiting/{thread}")
    for tab in (bo, other):
        await tab.said("raining").wait_for()
    path, mia = f"/v1/admin/agents/{stage.people.ids['bo']}", stage.people.mia
    # The other tab may hear of the draft and of the end in any order: it takes nothing away.
    await bo.composer.fill("Half a sentence")
    await stage.server.ask("PATCH", path, {"disabled": True}, token=mia)
    for tab in (bo, other):
        await tab.page.get_by_text("Your session has ended").wait_for()

    await bo.page.get_by_label("Name").fill("bo")
    await bo.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await bo.page.keyboard.press("Enter")
    await expect(bo.page.get_by_role("alert")).to_contain_text("do not belong together")
    await stage.server.ask("PATCH", path, {"disabled": False}, token=mia)
    await bo.page.keyboard.press("Enter")
    # Who signs in anew in one tab goes on in all.
    for tab in (bo, other):
        await expect(tab.composer).to_have_value("Half a sentence")


async def test_what_one_tab_has_sent_or_dealt_with_is_gone_in_the_other(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    one = await stage.desk("bo", f"#/mine/{thread}")
    await one.said("raining").wait_for()
    other = await stage.tab(one, f"#/mine/{thread}")
    await other.said("raining").wait_for()

    await one.composer.fill("Yes, take a coat.")
    await expect(other.composer).to_have_value("Yes, take a coat.")
    await one.composer.press("Control+Enter")
    await one.see("Yes, take a coat.")
    await expect(other.composer).to_have_value("")
    # What is left there, by going elsewhere or away, does not come back.
    await other.page.keyboard.press("Escape")
    await other.page.evaluate("location.hash = '#/all'")
    await other.page.reload()
    await other.row("Ana").wait_for()
    await other.read("Ana")
    await expect(other.composer).to_have_value("")
    await expect(one.composer).to_have_value("")

    async def meanwhile(route: Route) -> None:
        await stage.write("ana", "Wait!")
        await route.continue_()

    for deal in ("Discard", "Send anyway"):
        await one.page.route("**/messages", meanwhile, times=1)
        await one.reply(f"Too late: {deal}")
        await one.see(f"Too late: {deal}", state="refused")
        await other.see(f"Too late: {deal}", state="refused")
        await other.said(f"Too late: {deal}").get_by_role("button", name=deal).click()
        for tab in (one, other):
            await expect(tab.page.locator(".refused")).to_have_count(0)
    for tab in (one, other):
        await tab.see("Too late: Send anyway")
    said = await stage.log(thread)
    assert said.count("Too late: Send anyway") == 1
    assert "Too late: Discard" not in said


@pytest.mark.prove
async def test_a_language_that_cannot_be_had_is_told_and_the_old_one_stays(stage: Stage) -> None:
    bo = await stage.desk("bo")
    await bo.page.route("**/words/es.js", lambda route: route.abort())
    await bo.page.keyboard.press("g")
    language = bo.page.get_by_label("Language")

    await language.select_option("es")

    await bo.hears("Español could not be loaded. The language stays as it is.")
    await expect(bo.page.locator("dialog .wrong").first).to_contain_text("Español could not")
    await expect(language).to_have_value("auto")
    assert await bo.page.evaluate("document.documentElement.lang") == "en"
    await bo.page.unroute("**/words/es.js")
    await language.select_option("es")
    await expect(bo.page.get_by_label("Idioma")).to_have_value("es")
    await expect(bo.page.locator("dialog")).not_to_contain_text("could not")


async def test_a_promise_of_ones_own_that_lapses_is_said_once(stage: Stage) -> None:
    await set_rules(stage.server.ctx, stage.people.spokane, promise_target_minutes=5)
    ana = await stage.write("ana", "Is it raining?")
    await stage.write("luis", "Good day", name="Luis")
    await stage.act("bo", ana, "take")
    bo = await stage.window()
    await bo.context.add_cookies([await stage.sign_in("bo")])  # type: ignore[list-item]
    await bo.page.clock.install()
    await bo.open("#/team")
    await bo.live()
    await bo.row("Ana").wait_for()
    assert not any("overdue" in one for one in await bo.heard())

    for _ in range(3):
        await bo.page.clock.fast_forward(24 * 3_600_000)
        await expect(bo.row("Ana").locator(".row-age")).to_have_attribute("data-wait", "late")

    await bo.page.clock.run_for(10_000)
    await bo.hears("The answer that Ana was promised is overdue.")
    told = [one for one in await bo.heard() if "overdue" in one]
    assert len(told) == 1, told
    assert "Luis" not in told[0], "whose is nobody's"
