"""While the team is away, by both clients against the real server, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest

from inbox.client import CareChosen, Choice, DeskClient, Notice, NoticeChanged, Serving
from inbox.client.asked import Asked
from inbox.client.hours import Period, Weekly
from inbox.core.errors import Conflict, Forbidden
from inbox.core.frames import Ok
from tests.cast import NOON, Cast
from tests.client.test_story import PACE, customer, first
from tests.live.house import House

EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)
OPENS = datetime(2026, 11, 23, 16, tzinfo=UTC)
SINCE = datetime.fromtimestamp(NOON / 1000, UTC)


@pytest.fixture
async def mia(house: House, cast: Cast) -> AsyncIterator[DeskClient]:
    """The admin of Spokane, who sees Tampa's threads as well."""
    async with DeskClient(house.url, await house.agent_token(cast.mia), pace=PACE) as client:
        yield client


async def test_the_customer_chooses_to_wait_and_then_not_to(
    house: House, cast: Cast, mia: DeskClient
) -> None:
    await mia.admin.set_hours(cast.spokane, Weekly(mon=(Period("08:00", "20:00"),)))
    await mia.admin.set_rules(cast.spokane, cover="ask", cover_by=["tampa"])
    async with customer(house) as ana:
        with pytest.raises(Conflict):
            await ana.choose_cover("now")
        assert (await ana.send("Is anybody there?")).choice == Choice("open", OPENS)
        assert (await ana.thread()).choice == Choice("open", OPENS)
        waits = await ana.choose_cover("wait")
        assert (waits.serving.team.key, waits.choice) == ("spokane", Choice("wait", OPENS))
        answered = await ana.choose_cover("now")
        assert (answered.serving.team.key, answered.serving.why) == ("tampa", "cover")
        seen = await first(ana.events(), lambda event: isinstance(event.what, Serving))
        said = [event.what.state for event in seen if isinstance(event.what, Choice)]
        assert said == ["open", "wait", "now"]


async def test_the_question_comes_with_ok_and_only_where_it_is_asked(
    house: House, cast: Cast, mia: DeskClient
) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    send = {"type": "send", "body": "Is anybody there?"}
    await ana.say({**send, "id": "s1", "client_id": "c1"})
    assert "choice" not in await ana.until("ok", id="s1")
    await mia.admin.set_hours(cast.spokane, Weekly(mon=(Period("08:00", "20:00"),)))
    await mia.admin.set_rules(cast.spokane, cover="ask", cover_by=["tampa"])
    await ana.say({**send, "id": "s2", "client_id": "c2"})
    asked = await ana.until("ok", id="s2")
    assert asked["choice"] == {"state": "open", "until": "2026-11-23T16:00:00.000Z"}
    client = Asked()
    with client.open() as (name, answer):
        raw = {key: msgspec.Raw(msgspec.json.encode(asked[key])) for key in ("message", "choice")}
        client.answer(Ok(id=name, duplicate=False, **raw))
        assert (await answer).choice == Choice("open", OPENS)


async def test_the_customer_chooses_general_care(house: House, cast: Cast, mia: DeskClient) -> None:
    async with customer(house) as ana:
        with pytest.raises(Conflict):
            await ana.set_care("general")
        await mia.admin.set_rules(cast.tampa, general=True)
        care = await ana.set_care("general")
        assert (care.preference, care.offers) == ("general", ("team", "general"))
        assert (await ana.thread()).care == care
        await first(ana.events(), lambda event: event.what == CareChosen("general"))


async def test_a_person_begins_extends_and_ends_a_cover(
    house: House, cast: Cast, mia: DeskClient
) -> None:
    async with customer(house) as ana:
        await ana.send("Hello")
        thread = (await ana.thread()).thread
        given = await mia.cover.begin(thread, team=cast.tampa, reason="the dentist")
        assert given.serving is not None
        assert (given.serving.team.key, given.serving.why) == ("tampa", "cover")
        longer = await mia.cover.begin(thread, team=cast.tampa, reason="late", until=EVENING)
        assert longer.serving is not None
        assert longer.serving.until == EVENING
        back = await mia.cover.end(thread, note="nothing to do")
        assert back.serving is not None
        assert back.serving.why == "home"
        events = (await mia.timeline(thread)).items
        notes = [event.what.note for event in events if isinstance(event.what, Serving)]
        assert notes[0] == "nothing to do"
        with pytest.raises(Conflict):
            await mia.cover.end(thread)


async def test_a_lead_tells_everybody_and_begins_and_ends_a_storm(
    house: House, cast: Cast, mia: DeskClient
) -> None:
    async with (
        customer(house) as ana,
        DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo,
    ):
        told = await mia.cover.set_notice(cast.spokane, "Our phones are down")
        assert told.notice is not None
        assert (await ana.team()).notice == told.notice
        assert (told.notice.text, told.notice.since) == ("Our phones are down", SINCE)
        storm = await mia.cover.begin_storm(
            cast.spokane, shares={cast.tampa: 100}, notice="Outage", until=EVENING, widen=2
        )
        assert [(one.team.key, one.share) for one in storm.teams] == [("tampa", 100)]
        (sheet,) = await bo.team()
        assert sheet.storm == storm
        assert sheet.notice is not None
        assert (sheet.notice.text, sheet.notice.until) == ("Outage", EVENING)
        await ana.send("Hello")
        serving = (await ana.thread()).serving
        assert serving is not None
        assert serving.team.key == "tampa"
        with pytest.raises(Forbidden):
            await bo.cover.end_storm(cast.spokane)
        await mia.cover.end_storm(cast.spokane)
        assert (await mia.cover.set_notice(cast.spokane, None)).notice is None
        assert (await ana.team()).notice is None


async def test_an_app_hears_what_its_team_tells_everybody(
    house: House, cast: Cast, mia: DeskClient
) -> None:
    async with customer(house) as ana:
        await mia.cover.set_notice(cast.spokane, "Our phones are down")
        told = Notice("Our phones are down", SINCE)
        await first(
            ana.events(), lambda event: event.what == NoticeChanged(cast.spokane, told, "open")
        )
        await mia.cover.set_notice(cast.spokane, None)
        await first(
            ana.events(), lambda event: event.what == NoticeChanged(cast.spokane, None, "open")
        )
