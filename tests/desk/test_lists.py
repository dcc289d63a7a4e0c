"""The lists: who is in which, in what order, page by page, and what changes them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.stage import Stage


async def test_a_list_shows_whatever_happens_at_once(stage: Stage) -> None:
    ana = await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", "#/waiting")
    await expect(bo.row("Ana")).to_be_visible()

    await stage.write("luis", "Good day", name="Luis")
    await expect(bo.row("Luis")).to_be_visible()
    names = await bo.page.locator("a.row .row-name").all_inner_texts()
    assert names == ["Ana", "Luis"], "who waits longest comes first"

    await stage.act("kim", ana, "take")
    await expect(bo.row("Ana")).to_have_count(0)
    await bo.page.get_by_role("link", name="Team").click()
    await expect(bo.row("Ana")).to_contain_text("Kim")


async def test_a_row_says_everything_in_words(stage: Stage) -> None:
    await stage.write("ana", "Is it raining?")
    bo = await stage.desk("bo", "#/waiting")

    name = await bo.row("Ana").get_attribute("aria-label")

    assert name is not None
    assert name.startswith("Ana, 1 unread message, waits for 0 min, nobody has it, Is it raining?")


async def test_pages_come_on_request_and_a_new_thread_does_not_shift_them(stage: Stage) -> None:
    for n in range(55):
        await stage.write(f"c{n:02}", f"Number {n}", name=f"Customer {n:02}")
    bo = await stage.desk("bo", "#/waiting")
    rows = bo.page.locator("a.row")
    await expect(rows).to_have_count(50)

    await stage.write("late", "I am the last", name="Late")
    await expect(bo.page.get_by_text("50 threads, and more")).to_be_visible()
    await expect(rows).to_have_count(50)

    await bo.page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(56)
    await expect(rows.last).to_contain_text("Late")


async def test_a_focused_row_is_never_made_anew(stage: Stage) -> None:
    await stage.write("ana", "First")
    luis = await stage.write("luis", "Second", name="Luis")
    bo = await stage.desk("bo", "#/waiting")
    await bo.row("Luis").focus()
    await bo.page.evaluate("document.activeElement.dataset.known = 'yes'")

    await stage.act("kim", luis, "notes", {"client_id": "n1", "body": "A note"})
    await stage.write("mei", "Third", name="Mei")
    await stage.write("luis", "More", name="Luis")
    await expect(bo.row("Luis")).to_contain_text("More")
    await expect(bo.row("Mei")).to_be_visible()

    assert await bo.page.evaluate("document.activeElement.dataset.known") == "yes"


@pytest.mark.parametrize("key", ["ArrowDown", "End"])
async def test_arrows_move_in_the_list(stage: Stage, key: str) -> None:
    await stage.write("ana", "First")
    await stage.write("luis", "Second", name="Luis")
    bo = await stage.desk("bo", "#/waiting")
    await bo.row("Ana").focus()

    await bo.page.keyboard.press(key)

    await expect(bo.row("Luis")).to_be_focused()
