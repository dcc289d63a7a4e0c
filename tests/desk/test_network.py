"""What is written arrives once and in order, whatever becomes of the network and the page."""

from __future__ import annotations

from playwright.async_api import Route, expect

from tests.desk.stage import Stage


async def test_a_time_without_network_loses_and_doubles_nothing(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()

    await bo.context.set_offline(True)
    await bo.reply("Yes.")
    await bo.see("Yes.", state="waits")
    await bo.reply("Take a coat.")
    await stage.write("luis", "Good day", name="Luis")
    await stage.write("ana", "Thanks!")
    await bo.context.set_offline(False)

    # Ana wrote meanwhile, so the first waits to be looked at, and the second with it.
    await bo.see("Yes.", state="refused")
    await bo.see("Take a coat.", state="refused")
    await expect(bo.row("Luis")).to_be_visible()
    await expect(bo.said("Thanks!").first).to_be_visible()
    for text in ("Yes.", "Take a coat."):
        await bo.said(text).get_by_role("button", name="Send anyway").click()
        await bo.see(text)
    said = await stage.log(thread)
    assert sorted(said) == ["Is it raining?", "Take a coat.", "Thanks!", "Yes."]


async def test_two_sends_without_network_go_out_in_order(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()

    await bo.context.set_offline(True)
    for text in ("First.", "Second.", "Third."):
        await bo.reply(text)
    await bo.context.set_offline(False)

    for text in ("First.", "Second.", "Third."):
        await bo.see(text)
    assert await stage.log(thread) == ["Is it raining?", "First.", "Second.", "Third."]


async def test_a_minute_without_network_loses_and_doubles_nothing_in_either_direction(
    stage: Stage,
) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.window()
    await bo.context.add_cookies([await stage.sign_in("bo")])  # type: ignore[list-item]
    # The minute passes in the page alone: pings stay away, timers run, tries fail.
    await bo.page.clock.install()
    await bo.open(f"#/waiting/{thread}")
    await bo.live()
    await bo.said("raining").wait_for()

    await bo.context.set_offline(True)
    await bo.reply("First.")
    await bo.see("First.", state="waits")
    await bo.page.clock.run_for(30_000)
    await bo.reply("Second.")
    await stage.act("kim", thread, "notes", {"client_id": "n1", "body": "Asks every day"})
    await stage.write("luis", "Good day", name="Luis")
    await bo.page.clock.run_for(31_000)
    await expect(bo.page.locator('.line[data-live="false"]')).to_be_attached()
    await bo.see("Second.", state="waits")
    assert await stage.log(thread) == ["Is it raining?"]

    await bo.context.set_offline(False)
    await bo.live()
    for text in ("First.", "Second."):
        await bo.see(text)
    await expect(bo.said("Asks every day")).to_have_count(1)
    await expect(bo.row("Luis")).to_have_count(1)
    assert await stage.log(thread) == ["Is it raining?", "First.", "Second."]
    assert any("You are offline" in one for one in await bo.heard())
    await bo.hears("You are online again.")


async def test_a_reload_in_the_middle_of_a_send_loses_and_doubles_nothing(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()
    told: list[str] = []

    async def cut(route: Route) -> None:
        """The server has it, and its answer never comes."""
        if not told:
            told.append("cut")
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await bo.context.route("**/messages", cut)
    await bo.reply("Yes, take a coat.")
    await bo.said("Yes, take a coat.").wait_for()
    await bo.page.reload()

    await bo.see("Yes, take a coat.")
    assert await stage.log(thread) == ["Is it raining?", "Yes, take a coat."]
    await bo.page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('pinbox.out.'))"
    )


async def test_a_session_that_ends_keeps_what_was_written(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("raining").wait_for()
    await bo.context.set_offline(True)
    await bo.reply("Yes, take a coat.")
    await bo.see("Yes, take a coat.", state="waits")

    await bo.context.clear_cookies()
    await bo.context.set_offline(False)
    await bo.page.get_by_text("Your session has ended").wait_for()
    await bo.context.add_cookies([await stage.sign_in("bo")])  # type: ignore[list-item]
    await bo.page.reload()

    await bo.see("Yes, take a coat.")
    assert await stage.log(thread) == ["Is it raining?", "Yes, take a coat."]
