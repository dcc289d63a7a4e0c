"""What the announcer says, and what it leaves alone."""

from __future__ import annotations

from tests.desk.stage import Stage


async def test_it_is_silent_on_opening_and_speaks_of_what_arrives(stage: Stage) -> None:
    ana = await stage.write("ana", "Is it raining?")
    await stage.write("luis", "Good day", name="Luis")
    bo = await stage.desk("bo", f"#/waiting/{ana}")
    await bo.said("raining").wait_for()
    await bo.page.wait_for_timeout(500)
    assert await bo.heard() == []

    await stage.write("ana", "Very much?")
    await bo.hears("Ana: Very much?")
    await stage.answer("kim", ana, "Cats and dogs.")
    await bo.hears("Kim: Cats and dogs.")
    await stage.act("kim", ana, "notes", {"client_id": "n1", "body": "Likes weather"})
    await bo.hears("Private note by Kim: Likes weather")
    heard = await bo.heard()
    assert len(heard) == 3, heard
    # Luis is of the queue, neither Bo's nor open.
    await stage.write("luis", "Anybody?", name="Luis")
    await bo.page.wait_for_timeout(500)
    assert await bo.heard() == heard


async def test_what_is_read_stays_where_it_is_while_history_comes_in(stage: Stage) -> None:
    for n in range(60):
        thread = await stage.write("ana", f"Message number {n:02}")
    bo = await stage.desk("bo", f"#/waiting/{thread}")
    await bo.said("Message number 59").wait_for()
    await bo.page.locator("article.said").first.focus()
    await bo.page.evaluate("document.activeElement.dataset.known = 'yes'")
    before = await bo.heard()

    await bo.page.evaluate(
        "[...document.querySelectorAll('.log button')]"
        ".find((one) => one.textContent.includes('earlier')).click()"
    )
    await bo.said("Message number 00").wait_for()

    assert await bo.page.evaluate("document.activeElement.dataset.known") == "yes"
    assert await bo.heard() == before, "what one asked for oneself is not announced"


async def test_the_last_message_and_the_place_are_told_on_demand(stage: Stage) -> None:
    ana = await stage.write("ana", "Is it raining?")
    await stage.answer("kim", ana, "Yes")
    bo = await stage.desk("bo", f"#/team/{ana}")
    await bo.said("Yes").wait_for()

    await bo.page.keyboard.press(".")
    await bo.hears("Is it raining?")
    await bo.page.keyboard.press(",")
    await bo.hears("Team, 1 thread. Ana.")


async def test_the_region_is_emptied_so_that_nothing_is_found_twice(stage: Stage) -> None:
    bo = await stage.desk("bo")
    await bo.page.keyboard.press("d")
    await bo.hears("You are on duty.")

    await bo.page.wait_for_function("() => document.getElementById('voice').textContent === ''")
