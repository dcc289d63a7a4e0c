"""Every room of leads and admins judged by axe-core, light and dark, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.core.storm import Helper
from inbox.flows import storms
from inbox.flows.endpoints import WebhookDraft, add_webhook
from tests.desk.stage import Stage
from tests.desk.test_access import LOOKS, faults
from tests.servers import OPERATOR

TABS = ("page", "people", "hours", "dates", "canned", "rules")
PARTS = ("teams", "agents", "webhooks", "customers", "audit", "settings")
IDLE = "() => document.querySelector('#room[aria-busy=true], #room [aria-busy=true]') === null"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.prove
@pytest.mark.parametrize("look", LOOKS)
async def test_every_room(stage: Stage, look: dict[str, Any]) -> None:
    ctx, people = stage.server.ctx, stage.people
    await stage.write("ana", "Is it raining?")
    hook = WebhookDraft("https://127.0.0.1/hook", ("message",), label="CRM")
    await add_webhook(ctx, OPERATOR, hook)
    draft = storms.StormDraft((Helper(people.tampa, 40),), notice="An outage. We work on it.")
    await storms.begin(ctx, OPERATOR, team=people.spokane, draft=draft)
    mia = await stage.desk("mia", "#/board", **look)
    places = [
        "board",
        f"board/storm/{people.spokane}",
        f"board/storm/{people.tampa}",
        "reports",
        *(f"teams/{people.spokane}/{tab}" for tab in TABS),
        *(f"admin/{part}" for part in PARTS),
    ]
    found = {}
    for place in places:
        await mia.page.evaluate("place => { location.hash = `#/${place}`; }", place)
        await mia.page.wait_for_function("place => location.hash === `#/${place}`", arg=place)
        await mia.page.locator("#room h2").wait_for()
        await mia.page.wait_for_function(IDLE)
        for summary in (await mia.page.locator("details.person summary").all())[:1]:
            await summary.click()
            await mia.page.wait_for_function(IDLE)
        found[place] = await faults(mia)
        if not await mia.page.evaluate(FITS):
            found[place].append("it goes out of the screen")
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
