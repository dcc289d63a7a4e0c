"""Over a live socket: what an app in front acknowledges needs no push; from behind it does."""

from __future__ import annotations

import dataclasses

from inbox.core.policy import Customer
from inbox.flows import devices
from inbox.flows.context import Context
from inbox.flows.devices import DeviceDraft
from tests.cast import Cast, answer, arrive, look, say
from tests.live.house import Client, open_house

PHONE = DeviceDraft(platform="fcm", push_enabled=True, token="a registration token")


async def answered_and_acknowledged(ctx: Context, cast: Cast, who: Customer, ana: Client) -> int:
    """Bo answers, Ana's app acknowledges, and that is stored; where in the log."""
    seq = (await answer(ctx, cast.bo, who.thread, "Hello Ana")).seq
    await ana.until_item("thread", type="message", seq=seq)
    await ana.say({"type": "ack", "upto": seq})
    await ana.until_item("thread", type="delivered", upto=seq)
    return seq


async def test_acknowledged_in_front_and_from_behind(ctx: Context, cast: Cast) -> None:
    ctx = dataclasses.replace(ctx, push=True)
    who = await arrive(ctx, "ana")
    await say(ctx, who, "Hello")
    await devices.register(ctx, who, device_id="phone", draft=PHONE)
    async with open_house(ctx) as house:
        ana, bo = await house.customer("ana"), await house.desk(cast.bo)
        await ana.until("live")
        await bo.until("live")
        await answered_and_acknowledged(ctx, cast, who, ana)
        assert await look(ctx, "SELECT customer_seen FROM threads") == [(0,)]

        await ana.say({"type": "visible", "on": True})
        await bo.until("presence", on=True)
        rows = await look(ctx, "SELECT thread_id, until - :now FROM apps_in_front", now=ctx.clock())
        assert rows == [(who.thread, 900_000)]
        seq = await answered_and_acknowledged(ctx, cast, who, ana)
        assert await look(ctx, "SELECT customer_seen FROM threads") == [(seq,)]

        await ana.leave()
        await bo.until("presence", on=False)
        assert await look(ctx, "SELECT connection FROM apps_in_front") == []


async def test_the_device_of_hello_is_where_it_was_read(ctx: Context, cast: Cast) -> None:
    ctx = dataclasses.replace(ctx, push=True)
    who = await arrive(ctx, "ana")
    await devices.register(ctx, who, device_id="phone", draft=PHONE)
    seq = (await answer(ctx, cast.bo, who.thread, "Hello Ana")).seq
    async with open_house(ctx) as house:
        ana = Client(await house.knock())
        token = house.customer_token("ana")
        streams = [{"stream": "thread"}]
        await ana.say({"type": "hello", "token": token, "device": "phone", "streams": streams})
        await ana.until("live")
        await ana.say({"type": "read", "upto": seq})
        await ana.until_item("thread", type="read", upto=seq)
        assert await look(ctx, "SELECT read_on FROM threads") == [("phone",)]
