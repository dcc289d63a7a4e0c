"""The way in and out."""

from __future__ import annotations

from playwright.async_api import expect

from tests.desk.stage import PASSWORD, Stage


async def test_a_name_and_a_password_open_the_desk(stage: Stage) -> None:
    await stage.write("ana", "Is it raining?")
    await stage.sign_in("bo")
    window = await stage.window()
    await window.open()

    await window.page.get_by_label("Name").fill("bo")
    await window.page.get_by_label("Password", exact=True).fill("guessed")
    await window.page.get_by_role("button", name="Sign in").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("do not belong together")
    await window.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await window.page.keyboard.press("Enter")

    await window.page.get_by_role("link", name="Waiting, 1 thread").click()
    await expect(window.row("Ana")).to_be_visible()
