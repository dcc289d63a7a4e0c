"""Agents who are moved to another team while they sit at the desk."""

from __future__ import annotations

from playwright.async_api import expect

from tests.desk.stage import Stage


async def test_who_is_moved_to_another_team_goes_on_there_and_loses_nothing(stage: Stage) -> None:
    people = stage.people
    await stage.write("ana", "Is it raining?")
    theirs = await stage.write("luis", "Good day", name="Luis", region="US-FL")
    bo = await stage.desk("bo", "#/waiting")
    await bo.row("Ana").wait_for()
    await bo.page.evaluate("thread => { location.hash = `#/team/${thread}`; }", theirs)

    path, mia = f"/v1/admin/agents/{people.ids['bo']}", people.mia
    moved = await stage.server.ask("PATCH", path, {"teams": [people.tampa]}, token=mia)
    assert moved.status == 200, moved.body
    await expect(bo.row("Luis")).to_be_visible(timeout=20_000)
    await expect(bo.row("Ana")).to_have_count(0)
    await bo.live()
    await bo.said("Good day").wait_for()
    # What happens from now on is shown in the conversation that was open all the while.
    await stage.act("ravi", theirs, "take")
    await expect(bo.page.get_by_text("Ravi has this conversation").first).to_be_visible()
    await stage.act("ravi", theirs, "release")
    await bo.reply("Good day to you.")
    await bo.see("Good day to you.")
    await expect(bo.row("Luis")).to_have_count(1)
