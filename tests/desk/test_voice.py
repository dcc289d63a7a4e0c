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


async def test_the_region_is_emptied_so_that_nothing_is_found_twice(stage: Stage) -> None:
    bo = await stage.desk("bo")
    await bo.page.keyboard.press("d")
    await bo.hears("You are on duty.")

    await bo.page.wait_for_function("() => document.getElementById('voice').textContent === ''")
