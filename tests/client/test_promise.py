"""What a client is told of a promise, over the live socket and over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from inbox.client import CustomerClient, DeskClient, Pace
from inbox.client.answers import Promise
from inbox.client.asked import Asked
from inbox.core.frames import Ok
from inbox.core.rules import RulesChange
from inbox.flows import rules
from tests.cast import NOON, OPERATOR, Cast
from tests.live.house import House

PACE = Pace(base_s=0.01, cap_s=0.05, request_s=5, socket_again_s=0.5)
TEXT = "Target: an answer within 20 minutes"


@pytest.fixture(autouse=True)
async def target(house: House, cast: Cast) -> None:
    wanted = RulesChange(promise_target_minutes=20)
    await rules.set_rules(house.ctx, OPERATOR, team=cast.spokane, change=wanted)


async def test_a_promise_comes_with_the_answer_to_a_send(house: House, cast: Cast) -> None:
    async with CustomerClient(house.url, house.customer_token("ana"), pace=PACE) as ana:
        page = await ana.team()
        told = (await ana.send("Is it raining?")).promise
        thread = await ana.thread()
    assert told is not None
    assert (told.kind, told.basis, told.minutes, told.opens_at) == ("target", "first", 20, None)
    assert told.expect_by == datetime.fromtimestamp(NOON / 1000, UTC) + timedelta(minutes=20)
    assert (told.text, page.promise, page.kept_rate) == (TEXT, told, None)
    assert thread.promise is not None
    assert thread.promise.expect_by == told.expect_by
    async with DeskClient(house.url, await house.agent_token(cast.bo), pace=PACE) as bo:
        [one] = (await bo.queue(view="waiting")).items
        [sheet] = await bo.team()
    assert one.promise == told
    assert sheet.kept_rate is None


async def test_live_says_it_in_ok(house: House) -> None:
    ana = await house.customer("ana")
    await ana.until("live")
    await ana.say({"type": "send", "id": "s1", "client_id": "c1", "body": "Is it raining?"})
    ok = await ana.until("ok", id="s1")
    assert ok["promise"]["text"] == TEXT
    asked = Asked()
    with asked.open() as (name, answer):
        asked.answer(msgspec.convert({**ok, "id": name} | _raw(ok), Ok))
        told = (await answer).promise
    assert told == msgspec.convert(ok["promise"], Promise, strict=False)


def _raw(ok: dict[str, object]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(ok[name])) for name in ("message", "promise")}


async def test_where_nothing_is_known_live_leaves_it_out(house: House, cast: Cast) -> None:
    nothing = RulesChange(promise_target_minutes=0)
    await rules.set_rules(house.ctx, OPERATOR, team=cast.spokane, change=nothing)
    ana = await house.customer("ana")
    await ana.until("live")
    await ana.say({"type": "send", "id": "s1", "client_id": "c1", "body": "Is it raining?"})
    assert "promise" not in await ana.until("ok", id="s1")
