"""What rings is marked with the message itself, and nothing else ever rings."""

from __future__ import annotations

import dataclasses

import pytest

from inbox.core.errors import StaleView
from inbox.core.hints import RINGS, Hint, Moved
from inbox.core.policy import Customer
from inbox.flows import devices, notes, states
from inbox.flows.devices import DeviceDraft
from tests.flows.ledger import read_books
from tests.flows.stage import Stage

PHONE = DeviceDraft(platform="fcm", push_enabled=True, token="a registration token")


@pytest.fixture
def ringing(stage: Stage) -> Stage:
    """A stage with a provider of pushes."""
    stage.ctx = dataclasses.replace(stage.ctx, push=True)
    return stage


async def mark(stage: Stage, who: Customer) -> int | None:
    return (await read_books(stage.ctx)).threads[who.thread].rings_from


async def ana_with(stage: Stage, draft: DeviceDraft | None) -> Customer:
    ana = await stage.ana()
    if draft is not None:
        await devices.register(stage.ctx, ana, device_id="phone", draft=draft)
    return ana


async def test_the_mark_stays_at_the_first_message(ringing: Stage) -> None:
    ana = await ana_with(ringing, PHONE)
    first = await ringing.reply(ringing.bo, ana.thread, "a")
    await ringing.say(ana, "1")
    await ringing.reply(ringing.bo, ana.thread, "b")
    assert await mark(ringing, ana) == first.seq


@pytest.mark.parametrize(
    "draft", [None, DeviceDraft(platform="fcm", push_enabled=False, token="x")], ids=["none", "off"]
)
async def test_who_has_no_device_for_it_is_not_marked(
    ringing: Stage, draft: DeviceDraft | None
) -> None:
    ana = await ana_with(ringing, draft)
    await ringing.reply(ringing.bo, ana.thread, "a")
    assert await mark(ringing, ana) is None


async def test_without_a_provider_nothing_rings(stage: Stage) -> None:
    ana = await ana_with(stage, PHONE)
    await stage.reply(stage.bo, ana.thread, "a")
    assert await mark(stage, ana) is None


async def test_notes_states_and_what_the_customer_writes_never_ring(ringing: Stage) -> None:
    ana = await ana_with(ringing, PHONE)
    await ringing.say(ana, "1")
    await notes.note(ringing.ctx, ringing.bo, thread=ana.thread, client_id="n", body="VIP")
    await states.resolve(ringing.ctx, ringing.bo, thread=ana.thread)
    assert await mark(ringing, ana) is None


async def test_a_reply_that_is_refused_leaves_no_mark(ringing: Stage) -> None:
    ana = await ana_with(ringing, PHONE)
    asked = await ringing.say(ana, "1")
    with pytest.raises(StaleView):
        await ringing.reply(ringing.bo, ana.thread, "a", seen=asked.seq - 1)
    assert await mark(ringing, ana) is None


async def test_a_repeat_does_not_ring_again(ringing: Stage) -> None:
    ana = await ana_with(ringing, PHONE)
    heard: list[Hint] = []
    ringing.ctx.bus.listen(heard.append)
    for _ in range(2):
        await ringing.reply(ringing.bo, ana.thread, "a")
    bells = [hint for hint in heard if isinstance(hint, Moved) and hint.stream == RINGS]
    assert len(bells) == 1
