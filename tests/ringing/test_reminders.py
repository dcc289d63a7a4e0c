"""Ten minutes before a call the customer's phone says so, once, in quiet hours too."""

from __future__ import annotations

import msgspec

from inbox.core.instant import to_ms
from inbox.core.policy import Customer
from inbox.core.rules import RulesChange
from inbox.flows import rules
from inbox.flows.callbacks import booking
from inbox.flows.callbacks.booking import CallbackDraft
from inbox.ringing.reminders import remind
from tests.cast import OPERATOR
from tests.flows.stage import Stage
from tests.ringing.phones import Phones

WHEN = "2026-11-23T18:00:00.000Z"
MINUTE = 60_000


async def _booked(stage: Stage, phones: Phones) -> tuple[Customer, str]:
    change = msgspec.convert({"callback_minutes": 30}, RulesChange)
    await rules.set_rules(stage.ctx, OPERATOR, team=stage.spokane, change=change)
    stage.clock.now = to_ms(WHEN) - 60 * MINUTE
    ana = await stage.arrive("ana", region="US-WA", time_zone="America/Los_Angeles")
    await phones.register(ana, "phone")
    await phones.register(ana, "tablet")
    draft = CallbackDraft("c1", WHEN, "My bill", "+15095550100")
    booked = await booking.book(stage.ctx, ana, thread=ana.thread, draft=draft)
    return ana, booked.card.id


async def test_each_device_is_reminded_once(stage: Stage, phones: Phones) -> None:
    await _booked(stage, phones)
    stage.clock.now = to_ms(WHEN) - 10 * MINUTE - 1
    assert not await remind(stage.ctx)
    assert await phones.states() == []

    stage.clock.pass_(1)
    await remind(await stage.beside())
    await remind(stage.ctx)
    assert await phones.states() == ["WAITS", "WAITS"]

    claimed = await phones.claim()
    assert sorted(push.notice.kind for push in claimed) == ["callback", "callback"]
    assert {push.expires_at for push in claimed} == {to_ms(WHEN)}
    assert len({push.collapse for push in claimed}) == 1


async def test_quiet_hours_do_not_hold_it_back(stage: Stage) -> None:
    await stage.reopen(quiet_hours="00:00-23:59")
    phones = Phones(stage)
    ana, _ = await _booked(stage, phones)
    stage.clock.now = to_ms(WHEN) - 10 * MINUTE
    await phones.reply(ana)
    await remind(stage.ctx)
    claimed = await phones.claim()
    assert {push.notice.kind for push in claimed} == {"callback"}


async def test_who_called_it_off_is_not_reminded(stage: Stage, phones: Phones) -> None:
    ana, callback = await _booked(stage, phones)
    await booking.cancel(stage.ctx, ana, callback=callback)
    stage.clock.now = to_ms(WHEN) - 10 * MINUTE
    await remind(stage.ctx)
    assert await phones.states() == []


async def test_after_a_long_stop_nobody_is_reminded_of_what_is_past(
    stage: Stage, phones: Phones
) -> None:
    await _booked(stage, phones)
    stage.clock.now = to_ms(WHEN) + 1
    await remind(stage.ctx)
    assert await phones.states() == []
    stage.clock.now = to_ms(WHEN) - MINUTE  # a clock that steps back rings nobody twice
    await remind(stage.ctx)
    assert await phones.states() == []
