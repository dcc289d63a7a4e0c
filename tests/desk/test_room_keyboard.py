"""The rooms of leads and admins by keyboard: all is reached by Tab, and seen when it is."""

from __future__ import annotations

import pytest

from inbox.flows.endpoints import WebhookDraft, add_webhook
from tests.desk.stage import Stage
from tests.desk.test_rooms import IDLE, PARTS, TABS
from tests.servers import OPERATOR

REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.disabled)"""
COUNT = f"() => ({REACHABLE})().length"
LEFT = f"""() => ({REACHABLE})().filter((one) => one.dataset.crawled === undefined)
  .map((one) => one.outerHTML.slice(0, 120))"""
STEP = """() => {
  const here = document.activeElement;
  if (here === document.body) return "";
  here.dataset.crawled = "yes";
  const shown = here.matches(".unseen") ? (here.labels?.[0] ?? here) : here;
  const style = getComputedStyle(here);
  const told = here.outerHTML.slice(0, 120);
  if (style.outlineStyle === "none" && here === shown) return `no outline: ${told}`;
  const { width, height } = (here.closest("label") ?? shown).getBoundingClientRect();
  return width < 24 || height < 24 ? `too small: ${told}` : "";
}"""
PARTS_OF_DATES = 7


@pytest.mark.prove
async def test_all_of_every_room_is_reached_by_tab(stage: Stage) -> None:
    await stage.write("ana", "Is it raining?")
    hook = WebhookDraft("https://127.0.0.1/hook", ("message",), label="CRM")
    await add_webhook(stage.server.ctx, OPERATOR, hook)
    mia = await stage.desk("mia", "#/board")
    spokane = stage.people.spokane
    places = [
        *("board", f"board/storm/{spokane}", "reports"),
        *(f"teams/{spokane}/{tab}" for tab in TABS),
        *(f"admin/{part}" for part in PARTS),
    ]
    found: dict[str, list[str]] = {}
    for place in places:
        await mia.open(f"#/{place}")
        await mia.page.reload()
        await mia.page.locator("#room h2").wait_for()
        await mia.page.wait_for_function(IDLE)
        for summary in (await mia.page.locator("details summary").all())[:1]:
            await summary.click()
            await mia.page.wait_for_function(IDLE)
        for always in await mia.page.get_by_label("Always open").all():
            await always.uncheck()
        await mia.page.evaluate("document.activeElement.blur()")
        steps = await mia.page.evaluate(COUNT) + 10
        steps += (
            PARTS_OF_DATES * await mia.page.locator("input[type=date], input[type=time]").count()
        )
        wrong = set()
        for _ in range(steps):
            await mia.page.keyboard.press("Tab")
            wrong.add(await mia.page.evaluate(STEP))
        found[place] = [*sorted(wrong - {""}), *await mia.page.evaluate(LEFT)]
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
