"""What leads see and do on the board: who waits, who is there, and storm mode from end to end."""

from __future__ import annotations

from playwright.async_api import Locator, Route, expect

from agents_ui.files import _read as read_files
from agents_ui.files import make_desk
from tests.desk.stage import DeskPage, Stage
from tests.desk.test_access import faults


def big(desk: DeskPage, label: str) -> Locator:
    """A large figure by what it is called."""
    return desk.page.locator(".big").filter(has_text=label).locator(".big-value").first


async def test_the_board_follows_what_happens_and_is_a_leads_alone(stage: Stage) -> None:
    ana = await stage.write("ana", "Is it raining?")
    await stage.write("luis", "Good day", name="Luis")
    kim = await stage.desk("kim", "#/mine")

    await kim.page.keyboard.press("7")

    await expect(kim.page.get_by_role("heading", name="Board")).to_be_focused()
    await expect(big(kim, "Waiting")).to_have_text("2")
    await expect(kim.page.get_by_text("2 nobody has")).to_be_visible()
    await expect(big(kim, "On duty")).to_have_text("0 of 3")
    assert await faults(kim) == []
    heard = await kim.heard()
    duty = {"on": True}
    await stage.server.ask("PUT", "/v1/desk/me/duty", duty, token=stage.people.bo)
    await stage.act("bo", ana, "take")
    await expect(big(kim, "On duty")).to_have_text("1 of 3")
    await expect(kim.page.get_by_role("row", name="Bo")).to_contain_text("1")
    assert await kim.heard() == heard, "numbers are not read out"

    # An overdue promise is, once.
    rules = f"/v1/admin/teams/{stage.people.spokane}/rules"
    await stage.server.ask("PATCH", rules, {"promise_target_minutes": 1}, token=stage.people.kim)
    stage.server.ctx.clock.now -= 5 * 60_000  # type: ignore[attr-defined]
    await stage.write("mei", "Anybody?", name="Mei")
    stage.server.ctx.clock.now = 0  # type: ignore[attr-defined]
    await kim.hears("Spokane: 1 promise is overdue.")
    await expect(big(kim, "Overdue")).to_have_text("1")
    assert len([one for one in await kim.heard() if "overdue" in one]) == 1

    bo = await stage.desk("bo", "#/board")
    await expect(bo.page.get_by_text("This is for leads and admins.")).to_be_visible()
    await expect(bo.page.get_by_role("link", name="Board")).to_have_count(0)
    await bo.page.keyboard.press("7")
    await bo.page.keyboard.press("?")
    await expect(bo.page.locator("dialog")).not_to_contain_text("Reports")


async def test_a_storm_is_looked_at_begun_seen_by_all_and_ended(stage: Stage) -> None:
    spokane, tampa = stage.people.spokane, stage.people.tampa
    ravi = await stage.desk("ravi", "#/waiting")
    kim = await stage.desk("kim", f"#/board/storm/{spokane}")
    share = kim.page.get_by_role("spinbutton", name="Tampa")

    await share.fill("140")
    preview = kim.page.get_by_role("region", name="What will happen")
    await expect(preview).to_contain_text("40 more than 100")
    await kim.page.get_by_role("button", name="Begin storm mode").click()
    await expect(share).to_be_focused()
    await expect(share).to_have_attribute("aria-invalid", "true")
    await expect(kim.page.locator("p.wrong", has_text="must be 1 to 100")).to_be_visible()
    assert await faults(kim) == [], "with what is wrong named"

    await share.fill("40")
    notice = kim.page.get_by_label("What all customers of the team read")
    await kim.page.get_by_role("button", name="Begin storm mode").click()
    await expect(notice).to_be_focused()
    await notice.fill("An outage. We work on it.")
    await kim.page.get_by_label("Promised times grow by").fill("2")
    await expect(preview).to_contain_text("Of 100 new conversations 40 go to Tampa.")
    await expect(preview).to_contain_text("60 stay with Spokane.")
    await expect(preview).to_contain_text("2 times as long")
    await expect(preview.locator("blockquote")).to_have_text("An outage. We work on it.")
    await kim.page.keyboard.press("Enter")  # in the field of the factor: sends the form

    banner = kim.page.get_by_role("complementary", name="Storm mode")
    await expect(banner).to_contain_text("New conversations go to Tampa 40 %")
    await kim.hears("Storm mode has begun for Spokane")
    await ravi.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    helped = ravi.page.get_by_role("complementary", name="Storm mode")
    await expect(helped).to_contain_text("You help: Tampa 40 % of their new conversations")
    await ravi.hears("Storm mode has begun for Spokane")
    await stage.write("bea", "No signal")
    assert await faults(kim) == [], "while it rages"
    known = await stage.server.ask("GET", "/v1/desk/teams", token=stage.people.ravi)
    (storm,) = [one["storm"] for one in known.body["items"] if one["storm"] is not None]
    assert [(one["team"]["id"], one["share"]) for one in storm["teams"]] == [(tampa, 40)]
    assert storm["widen"] == 2

    await kim.page.get_by_role("button", name="End storm mode now").click()
    await expect(banner).to_have_count(0)
    await kim.hears("Storm mode has ended for Spokane.")
    await expect(kim.page.get_by_role("heading", name="Storm mode")).to_be_focused()


async def test_a_room_of_another_release_is_told_and_the_desk_loads_itself_again(
    stage: Stage,
) -> None:
    kim = await stage.desk("kim")
    await kim.live()

    # A server that was renewed: all that its rooms need is in the open desk, too, but its release.
    board = {
        path: text + b"\nexport const tomorrow = true;\n" * (path == "screens/board.js")
        for path, text in read_files()
    }
    body = make_desk(board, page="").files["rooms.js"].plain.decode()
    assert "tomorrow" in body

    async def newer(route: Route) -> None:
        await route.fulfill(body=body, content_type="text/javascript")

    await kim.context.route("**/rooms.js", newer)
    await kim.page.keyboard.press("7")
    await expect(kim.page.get_by_role("alert")).to_contain_text("may have been renewed")
    await kim.context.unroute("**/rooms.js")
    await kim.page.get_by_role("button", name="Try again").click()
    await kim.page.get_by_role("heading", name="Spokane").first.wait_for()
