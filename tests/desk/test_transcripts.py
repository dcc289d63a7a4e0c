"""A shift without sight: every key, and every word that is said upon it, compared whole.

What is to be said stands in `transcripts/`, to be read by those who know screen readers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from inbox.flows.search import index_due
from tests.desk.script import Script, sit, window
from tests.desk.stage import PASSWORD, DeskPage, Stage
from tests.flows.night import set_rules

MINUTE = 60_000


async def test_signing_in_and_finding_the_way(at_ten: Stage) -> None:
    stage, clock = at_ten, at_ten.server.ctx.clock
    ana = await stage.write("ana", "Is it raining?")
    await stage.answer("kim", ana, "Not in Spokane.")
    clock.pass_(MINUTE)  # type: ignore[attr-defined]
    await stage.write("ana", "It is here.")
    clock.pass_(MINUTE)  # type: ignore[attr-defined]
    await stage.write("luis", "Good day", name="Luis")
    await stage.sign_in("bo")
    desk = await window(stage)
    await desk.open("#/waiting")
    bo = await Script.of(desk)

    await bo.goes("signin")
    await bo.type("bo")
    await bo.press("Tab")
    await bo.type("wrong")
    await bo.press("Enter", hears="do not belong together")
    await bo.type(PASSWORD)
    await bo.press("Enter", "row")
    await desk.live()
    await expect(desk.row("Luis")).to_be_visible()
    await bo.reads("the whole page", "")
    await bo.press("ArrowDown", "row")
    await bo.press("ArrowUp", "row")
    await bo.press("Enter", "message")
    await bo.press("ArrowUp", "message")
    await bo.press("Home", "message")
    await stage.write("ana", "And it does not stop.")
    await bo.happens("Ana writes one more message", hears="does not stop")
    await bo.press("End", "message")
    await bo.reads("the conversation", "#conversation")
    await expect(desk.row("Ana")).to_have_attribute("data-unread", "false")
    for _ in range(4):
        await bo.press("F6")
    await bo.press(",", hears="Ana")
    await bo.press(".", hears="Ana")
    bo.is_as("arriving")


async def test_answering_and_what_comes_between(at_ten: Stage) -> None:
    stage = at_ten
    ana = await stage.write("ana", "Is it raining?")
    canned = {
        "shortcut": "coat",
        "title": "Coat",
        "text": "Take a coat, {customer.name}.",
        "team": None,
    }
    token = stage.people.mia
    made = await stage.server.ask("PUT", "/v1/desk/canned", canned, token=token)
    assert made.status == 200, made.body
    bo = await sit(stage, "bo", "#/waiting")
    desk = bo.desk

    await bo.press("n", "message")
    await bo.press("r", "composer")
    await bo.type("Yes, it is.")
    await bo.press("Control+Enter", "composer", hears="Sent to Ana.")
    await bo.press(";", "canned")
    await expect(desk.page.get_by_role("option")).to_have_count(1)
    await bo.type("co")
    await bo.press("Enter", "composer")
    held = _held(stage, desk, "Never mind, I stay at home.")
    await desk.context.route("**/messages", held)
    await bo.press("Control+Enter", "composer", hears="Not sent.")
    await bo.press("Escape", "message")
    await bo.press("f", "composer", hears="Sent to Ana.")
    await bo.press("Escape", "message")
    await bo.press("i", "composer")
    await bo.type("Asks every day.")
    await bo.press("Control+Enter", "composer", hears="Private note added.")
    await bo.press("Escape", "message")
    await stage.act("kim", ana, "notes", {"client_id": "n1", "body": "Of us all."})
    await bo.happens("Kim adds a private note", hears="Of us all.")
    await bo.press("Home", "message")
    for _ in range(4):
        await bo.press("ArrowDown", "message")
    bo.is_as("answering")


def _held(stage: Stage, desk: DeskPage, text: str) -> Callable[[Route], Awaitable[None]]:
    """Let the customer write, and the agent hear of it, before the first request goes on."""
    told: list[str] = []

    async def handle(route: Route) -> None:
        if not told:
            told.append(await stage.write("ana", text))
            await desk.hears(text)
        await route.continue_()

    return handle


async def test_what_is_done_with_a_conversation(at_ten: Stage) -> None:
    stage = at_ten
    ana = await stage.write("ana", "Is it raining?")
    await stage.write("luis", "Good day", name="Luis")
    bo = await sit(stage, "bo", f"#/waiting/{ana}")
    desk = bo.desk
    await expect(desk.page.locator("a.row[data-unread=true]")).to_have_count(1)

    async def quicker(route: Route) -> None:
        await stage.act("kim", ana, "take")
        await route.continue_()

    await bo.press("2", "row", hears="2 threads")
    await desk.context.route("**/take", quicker)
    await bo.press("m", "row", hears="Kim was quicker")
    await desk.context.unroute("**/take")
    await bo.press("Enter", "message")
    await bo.press("Control+k", "palette")
    await bo.type("take")
    await bo.press("Enter", "message", hears="Luis is yours.")
    await bo.press("Control+k", "palette")
    await bo.type("give")
    await bo.press("Enter", "message", hears="back in the queue")
    await bo.press("z", "message", hears="Undone.")
    await bo.press("Control+k", "palette")
    await bo.type("snooze")
    await bo.press("ArrowDown", "palette")
    await bo.press("ArrowUp", "palette")
    await bo.press("Enter", "snooze")
    await bo.press("Tab")
    await bo.press("Shift+Tab", "snooze")
    await bo.press("Enter", "message", hears="snoozed until")
    await bo.press("Control+k", "palette")
    await bo.type("resolve")
    await bo.press("Enter", "message", hears="Resolved")
    await bo.press("a", "assign")
    await expect(desk.page.get_by_role("option")).to_have_count(3)
    await stage.write("ana", "Who is this?")
    await stage.write("luis", "It is me again", name="Luis")
    await bo.happens("Luis writes while the dialog is open", hears="It is me again")
    await bo.press("Escape", "message")
    bo.is_as("acts")


@pytest.mark.prove
async def test_search_customer_and_calls(at_ten: Stage) -> None:
    stage = at_ten
    await set_rules(stage.server.ctx, stage.people.spokane, callback_minutes=30)
    ana = await stage.write("ana", "Is it raining?", phone="+15095550142", locale="en-US")
    stage.server.ctx.clock.pass_(MINUTE)  # type: ignore[attr-defined]
    await stage.answer("kim", ana, "It is raining cats and dogs.")
    await index_due(stage.server.ctx)
    bo = await sit(stage, "bo", "#/waiting")
    desk = bo.desk

    await bo.press("/", "search")
    await bo.type("raining")
    await bo.press("Enter", hears="places found")
    await bo.press("Tab")
    await bo.press("Tab")
    await bo.press("Tab")
    await bo.press("Enter", "message")
    await bo.press("c", "customer")
    await bo.reads("the customer", "aside.customer")
    await bo.press("p", "callback")
    await expect(desk.page.get_by_label("Time").locator("option").first).to_have_text("Now")
    await bo.type("The bill")
    for _ in range(4):
        await bo.press("Tab")
    await bo.reads("the dialog", "dialog")
    await desk.page.get_by_label("Time").select_option("now")
    await bo.press("Enter", "message", hears="is booked")
    await bo.press("6", "row", hears="1 callback")
    await bo.press("Enter", "message")
    await expect(desk.page.locator(".band")).to_contain_text("The bill")
    await bo.press("p", "callback")
    await bo.press("Tab")
    await bo.press("Enter", hears="You make this call.")
    await bo.press("Tab")
    await bo.press("Space")
    await bo.press("Tab")
    await bo.press("Tab")
    await bo.press("Enter", "message", hears="Recorded")
    bo.is_as("calls")


async def test_history_comes_in_and_the_place_stays(at_ten: Stage) -> None:
    for n in range(53):
        thread = await at_ten.write("ana", f"Message number {n:02}")
    bo = await sit(at_ten, "bo", f"#/waiting/{thread}")
    await bo.desk.said("Message number 52").wait_for()
    await bo.desk.page.locator("article.said").first.focus()
    await bo.page.evaluate("document.activeElement.dataset.known = 'yes'")

    await bo.goes("message")
    await bo.press("Shift+Tab")
    await bo.press("Enter", "message")
    await expect(bo.desk.said("Message number 00")).to_have_count(1)
    assert await bo.page.evaluate("document.activeElement.dataset.known") == "yes"
    await bo.press("ArrowUp", "message")
    bo.is_as("history")
