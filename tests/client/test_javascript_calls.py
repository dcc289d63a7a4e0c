"""The JavaScript client's calls against a real server: what a customer does beside writing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import hours, rules, states, storms
from tests import pictures
from tests.cast import OPERATOR, Cast, answer
from tests.client.script import Script, script
from tests.live.house import House

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")

PHONE = "+15095550100"


async def set_team(house: House, team: str, *, week: str | None = None, **given: object) -> None:
    """A team's week and rules."""
    change = msgspec.convert(given, RulesChange)
    await rules.set_rules(house.ctx, OPERATOR, team=team, change=change)
    if week is not None:
        await hours.set_weekly(house.ctx, OPERATOR, team=team, weekly=read_weekly(week))


async def heard_of(app: Script, type_: str, number: int = 1) -> dict[str, Any]:
    """The so-maniest event of a type, waited for."""

    def found() -> list[dict[str, Any]]:
        return [event for event in app.events() if event["type"] == type_]

    await app.until(lambda _: len(found()) >= number)
    return found()[number - 1]


async def test_a_picture_goes_up_into_an_empty_message_and_down_again(
    house: House, cast: Cast, tmp_path: Path
) -> None:
    assert cast.spokane
    (tmp_path / "router").write_bytes(pictures.from_phone())
    async with script(house.url, house.customer_token("ana"), tmp_path / "store") as app:
        app.tell(upload=str(tmp_path / "router"), name="Mein Router.jpg")
        file = await app.answered("upload")
        assert (file["name"], file["width"], file["height"]) == ("Mein Router.jpg", 400, 640)
        app.tell(follow=True)
        app.tell(send="", attachments=[file["id"]])
        message = (await heard_of(app, "message"))["message"]
        assert (message["body"], message["files"]) == ("", [file])
        links = await app.ask("file", file["id"])
        async with aiohttp.ClientSession() as browser:
            for name, size in (("url", file["size"]), ("thumbnail_url", None)):
                async with browser.get(links[name]) as got:
                    assert got.status == 200
                    assert len(await got.read()) == size or size is None
        assert await app.refused("file", "nobody's") == "not_found"
        # It went with a message: with another it is refused, and set aside.
        app.tell(send="again", attachments=[file["id"]])
        await app.until(lambda app: {"failed": "bad_request"} in app.heard)
        (set_aside,) = await app.ask("refused")
        assert set_aside["draft"]["attachments"] == [file["id"]]
        await app.close()


async def test_a_conversation_is_rated_and_a_call_booked(
    house: House, cast: Cast, tmp_path: Path
) -> None:
    await set_team(house, cast.spokane, week="daily 00:00-24:00", callback_minutes=30)
    async with script(house.url, house.customer_token("ana"), tmp_path / "store") as app:
        app.tell(follow=True)
        app.tell(send="hello")
        await heard_of(app, "message")
        assert await app.refused("rate", 1, 5) == "conflict"
        thread = (await app.ask("thread"))["thread"]
        await answer(house.ctx, cast.bo, thread, "Done.")
        await states.resolve(house.ctx, cast.bo, thread=thread)
        rated = await app.ask("rate", 1, 4, "Quick")
        assert rated["rating"] == {"conversation": 1, "score": 4, "comment": "Quick"}
        assert (await heard_of(app, "rating"))["seq"] == rated["seq"]

        free = await app.ask("callbacks.slots", {"anyHour": True})
        assert (free["enabled"], free["now"]) == (True, True)
        wish = {"when": free["items"][-1]["starts_at"], "phone": PHONE, "anyHour": True}
        wish["clientId"] = "call-1"
        booked = await app.ask("callbacks.book", "My bill", wish)
        assert (booked["state"], booked["phone"]) == ("booked", PHONE)
        assert await app.ask("callbacks.book", "My bill", wish) == booked
        assert (await heard_of(app, "callback"))["callback"]["id"] == booked["id"]
        assert [one["id"] for one in await app.ask("callbacks.open")] == [booked["id"]]
        assert await app.ask("callbacks.cancel", booked["id"]) is None
        assert (await heard_of(app, "callback", 2))["callback"]["state"] == "canceled"
        assert await app.ask("callbacks.open") == []
        await app.close()


async def test_a_customer_decides_who_answers_and_when_it_rings(
    house: House, cast: Cast, tmp_path: Path
) -> None:
    """At noon of UTC Spokane is asleep and Tampa at work."""
    week = "mon-sun 08:00-20:00"
    await set_team(house, cast.spokane, week=week, cover="ask", cover_by=["tampa"])
    await storms.set_notice(house.ctx, OPERATOR, team=cast.spokane, notice="Our phones are down")
    async with script(house.url, house.customer_token("ana"), tmp_path / "store") as app:
        team = await app.ask("team")
        assert (team["state"], team["notice"]["text"]) == ("closed", "Our phones are down")
        app.tell(follow=True)
        assert await app.refused("cover", "now") == "conflict"
        app.tell(send="hello")
        asked = (await heard_of(app, "choice"))["choice"]
        assert asked == {"state": "open", "until": team["next_open"]}
        assert (await app.ask("thread"))["choice"] == asked
        waits = await app.ask("cover", "wait")
        assert (waits["serving"]["why"], waits["choice"]["state"]) == ("home", "wait")
        covered = await app.ask("cover", "now")
        assert (covered["serving"]["team"]["key"], covered["choice"]) == ("tampa", None)
        assert (await heard_of(app, "choice", 3))["choice"]["state"] == "now"

        assert await app.refused("care", "general") == "conflict"
        await set_team(house, cast.tampa, general=True)
        care = await app.ask("care", "general")
        assert (care["preference"], "general" in care["offers"]) == ("general", True)
        assert (await heard_of(app, "care"))["care"] == {"preference": "general"}

        assert (await app.ask("quiet.get"))["own"] is False
        chosen = await app.ask("quiet.set", "22:00-08:00", "passive")
        assert (chosen["hours"], chosen["mode"], chosen["own"]) == ("22:00-08:00", "passive", True)
        assert await app.ask("quiet.clear") is None
        assert (await app.ask("quiet.get"))["own"] is False
        assert await app.refused("pushKey") == "not_found"
        await app.close()
