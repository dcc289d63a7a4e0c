"""The administration: teams, agents, webhooks, customers' data, the log, settings."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from inbox.flows.endpoints import WebhookDraft, add_webhook
from tests.desk.stage import DeskPage, Stage
from tests.desk.test_access import faults
from tests.servers import OPERATOR


async def tab(desk: DeskPage, name: str) -> None:
    """Go to a part by its link; its heading has the focus then."""
    await desk.page.get_by_role("link", name=name, exact=True).click()
    await expect(desk.page.get_by_role("heading", name=name, exact=True)).to_be_focused()


async def ask(stage: Stage, path: str) -> Any:
    """What the server has now."""
    return (await stage.server.ask("GET", path, token=stage.people.mia)).body["items"]


async def test_an_admin_makes_teams_and_agents_and_ends_what_they_hold(stage: Stage) -> None:
    mia = await stage.desk("mia", "#/mine")
    page = mia.page
    await page.keyboard.press("0")
    await expect(page.get_by_role("heading", name="Administration")).to_be_focused()

    await page.get_by_label("Name", exact=True).fill("Boise")
    await page.get_by_role("textbox", name="Key").fill("Boise!")
    await page.get_by_label("Time zone").fill("America/Boise")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("textbox", name="Key")).to_be_focused()
    await page.get_by_role("textbox", name="Key").fill("boise")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("row", name="Boise")).to_be_visible()
    assert await faults(mia) == [], "teams"

    await tab(mia, "Agents")
    new = page.locator("form").last
    await new.get_by_label("Name", exact=True).fill("bo")
    await new.get_by_label("New password").fill("short")
    await new.get_by_role("button", name="Add").click()
    await expect(new.get_by_label("New password")).to_be_focused()
    await new.get_by_label("New password").fill("a long password of Zoe's")
    await new.get_by_role("button", name="Add").click()
    # The name is taken, which is no field's fault: it stands above the button.
    await expect(new.locator(".finish .wrong")).to_contain_text("named bo already")
    await new.get_by_label("Name", exact=True).fill("Zoe")
    await new.get_by_label("Role").select_option("lead")
    await new.get_by_label("Boise").check()
    await new.get_by_role("button", name="Add").click()
    await mia.hears("Zoe was added.")
    agents = {one["name"]: one for one in await ask(stage, "/v1/admin/agents")}
    (boise,) = [one for one in await ask(stage, "/v1/admin/teams") if one["key"] == "boise"]
    assert (agents["Zoe"]["role"], agents["Zoe"]["teams"]) == ("lead", [boise["id"]])

    await page.locator("summary").filter(has_text="Ravi").click()
    ravi = page.locator("details[open]")
    await ravi.get_by_label("What the token is for").fill("reports")
    await ravi.get_by_role("button", name="Make a token").click()
    await expect(ravi.locator(".secret code")).to_contain_text("pbx_")
    await expect(ravi.get_by_text("Token reports")).to_be_visible()
    assert await faults(mia) == [], "agents"
    await ravi.get_by_label("Disabled").check()
    await ravi.get_by_role("button", name="Save").click()
    await expect(page.locator("summary").filter(has_text="Ravi")).to_contain_text("disabled")
    refused = await stage.server.ask("GET", "/v1/desk/me", token=stage.people.ravi)
    assert refused.status == 401


async def test_an_admin_sees_to_webhooks_customers_log_and_settings(stage: Stage) -> None:
    ctx = stage.server.ctx
    draft = WebhookDraft("https://127.0.0.1/hook", ("message",), label="CRM")
    await add_webhook(ctx, OPERATOR, draft)
    await stage.write("ana", "Is it raining?")
    mia = await stage.desk("mia", "#/admin/webhooks")
    page = mia.page

    new = page.locator("form").last
    await new.get_by_label("Address").fill("not an address")
    await new.get_by_role("button", name="Add").click()
    await expect(new.get_by_label("Address")).to_be_focused()
    await new.get_by_label("Address").fill("https://127.0.0.1/other")
    await new.get_by_role("button", name="Add").click()
    await expect(new.locator(".secret code")).to_contain_text("whsec_")
    await page.locator("summary").filter(has_text="CRM").click()
    hook = page.locator("details[open]")
    await hook.get_by_role("button", name="Try it").click()
    await expect(hook.get_by_role("status")).to_contain_text("It failed")
    await hook.get_by_role("button", name="Waiting").click()
    await expect(hook.get_by_role("row", name="message")).to_be_visible()
    assert await faults(mia) == [], "webhooks"
    await hook.get_by_role("button", name="Remove").click()
    await hook.get_by_role("button", name="Really remove?").click()
    await expect(page.locator("summary").filter(has_text="CRM")).to_have_count(0)

    await tab(mia, "Customers’ data")
    await page.get_by_label("Customer number").fill("ana")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await expect(page.locator(".saved")).to_contain_text("ana is signed out")
    await page.get_by_role("button", name="Erase…").click()
    await page.get_by_label("The number again").fill("an")
    await page.get_by_role("button", name="Erase ana for ever").click()
    await mia.hears("The two numbers differ.")
    await page.get_by_label("The number again").fill("ana")
    assert await faults(mia) == [], "customers"
    await page.get_by_role("button", name="Erase ana for ever").click()
    await expect(page.locator(".saved")).to_contain_text("ana is erased")

    await tab(mia, "Audit log")
    await expect(page.get_by_role("row").nth(1)).to_contain_text("Mia")
    assert await faults(mia) == [], "the log"
    await tab(mia, "Settings in force")
    await expect(page.get_by_role("row", name="token_secret")).to_contain_text("set, not shown")
    assert await faults(mia) == [], "settings"
