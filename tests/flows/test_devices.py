"""A customer's devices at the store: what a sign-out leaves, and how many there may be."""

from __future__ import annotations

import pytest

from inbox.core.errors import Unauthorized
from inbox.core.policy import Customer
from inbox.flows import agents, devices
from inbox.flows.devices import MOST_DEVICES, DeviceDraft
from tests.cast import OPERATOR, look
from tests.flows.stage import Stage

PHONE = DeviceDraft(platform="fcm", push_enabled=True, token="a registration token")


async def register(stage: Stage, who: Customer, device: str) -> str:
    made = await devices.register(stage.ctx, who, device_id=device, draft=PHONE)
    return made.fetch_token


async def kept(stage: Stage) -> set[str]:
    return {row[0] for row in await look(stage.ctx, "SELECT device_id FROM devices")}


async def test_who_was_signed_out_meanwhile_registers_nothing(stage: Stage) -> None:
    """Whatever the door believed: another process may have signed the customer out just now."""
    ana = await stage.ana()
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    with pytest.raises(Unauthorized):
        await register(stage, ana, "phone")
    assert await kept(stage) == set()
    stage.clock.pass_(1_000)
    await register(stage, await stage.ana(), "phone")
    assert await kept(stage) == {"phone"}


async def test_a_fetch_token_stands_after_a_sign_out_before_it(stage: Stage) -> None:
    await stage.ana()
    await agents.sign_out_customer(stage.ctx, OPERATOR, customer="ana")
    stage.clock.pass_(1_000)
    ana = await stage.ana()
    first = await devices.fetcher(stage.ctx, await register(stage, ana, "phone"))
    await devices.demand_kept(stage.ctx, first)
    second = await devices.fetcher(stage.ctx, await register(stage, ana, "phone"))
    with pytest.raises(Unauthorized):
        await devices.demand_kept(stage.ctx, first)
    await devices.remove(stage.ctx, ana, device_id="phone")
    with pytest.raises(Unauthorized):
        await devices.demand_kept(stage.ctx, second)


async def test_the_device_seen_longest_ago_makes_room(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    await register(stage, luis, "tablet")
    names = [f"phone-{n}" for n in range(MOST_DEVICES)]
    for name in names:
        await register(stage, ana, name)
        stage.clock.pass_(1_000)
    await register(stage, ana, names[0])  # seen anew: now the second is the oldest
    assert await kept(stage) == {*names, "tablet"}
    stage.clock.pass_(-3_600_000)  # the clock steps back, and the newest stays all the same
    await register(stage, ana, "new")
    assert await kept(stage) == {*names, "new", "tablet"} - {names[1]}
