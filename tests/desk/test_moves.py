"""Agents who are moved to another team, or into one more, while they sit at the desk."""

from __future__ import annotations

import pytest
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


@pytest.mark.prove
async def test_who_comes_into_one_more_team_has_it_at_once(stage: Stage) -> None:
    people = stage.people
    await stage.write("ana", "Is it raining?")
    await stage.write("luis", "Good day", name="Luis", region="US-FL")
    bo = await stage.desk("bo", "#/waiting")
    await bo.read("Ana")
    await bo.composer.fill("Not yet sent")

    path, mia = f"/v1/admin/agents/{people.ids['bo']}", people.mia
    both = {"teams": [people.spokane, people.tampa]}
    assert (await stage.server.ask("PATCH", path, both, token=mia)).status == 200

    await expect(bo.row("Luis")).to_be_visible()
    await bo.hears("You are in Spokane and Tampa now.")
    await expect(bo.row("Ana")).to_have_count(1)
    await expect(bo.composer).to_have_value("Not yet sent")
    # The new team's stream is followed from then on.
    await bo.live()
    await stage.write("tim", "Any news?", name="Tim", region="US-FL")
    await expect(bo.row("Tim")).to_be_visible()
    assert not any("offline" in one for one in await bo.heard()), "a moment is no loss"
