"""What reached nobody is told to the company once, and what reached somebody never."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.flows import receipts
from inbox.flows.endpoints import WebhookDraft, add_webhook
from inbox.flows.erasure import erase
from inbox.flows.retention import retention
from inbox.flows.unread import tell_unread
from push.model import Dead, Refused
from tests.cast import DAY, OPERATOR, look
from tests.flows.stage import Stage
from tests.ringing.phones import Phones

MINUTE = 60_000
HALF_AN_HOUR = 30 * MINUTE


@pytest.fixture
async def phones(stage: Stage) -> Phones:
    """A company that wants to know after half an hour."""
    await stage.reopen(unread_minutes=30)
    draft = WebhookDraft("https://care.example.com/hook", ("message.unread",))
    await add_webhook(stage.ctx, OPERATOR, draft)
    return Phones(stage)


async def told(phones: Phones) -> list[dict[str, Any]]:
    await tell_unread(phones.ctx)
    rows = await look(phones.ctx, "SELECT payload FROM outbox WHERE kind <> 'unread' ORDER BY id")
    events = [json.loads(row[0]) for row in rows]
    assert {event["type"] for event in events} <= {"message.unread"}
    return [event["data"] for event in events]


async def watches(phones: Phones) -> int:
    return len(await look(phones.ctx, "SELECT id FROM outbox WHERE kind = 'unread'"))


async def ana_without_a_phone(phones: Phones) -> Customer:
    return await phones.stage.ana()


async def test_who_has_no_device_is_told_of_once(phones: Phones) -> None:
    ana = await ana_without_a_phone(phones)
    since = phones.stage.clock.now
    await phones.reply(ana)
    phones.pass_(10 * MINUTE)
    upto = await phones.reply(ana)
    assert await watches(phones) == 1
    phones.pass_(20 * MINUTE - 1)
    assert await told(phones) == []
    phones.pass_(1)
    job = {
        "thread": ana.thread,
        "customer": "ana",
        "upto": upto,
        "count": 2,
        "since": to_text(since),
    }
    assert await told(phones) == [job]
    phones.pass_(DAY)
    assert await told(phones) == [job]
    assert await watches(phones) == 0


@pytest.mark.parametrize("mark", ["ack", "read"])
async def test_what_arrived_or_was_read_is_not(phones: Phones, mark: str) -> None:
    ana = await ana_without_a_phone(phones)
    upto = await phones.reply(ana)
    await getattr(receipts, mark)(phones.ctx, ana, thread=ana.thread, upto=upto)
    phones.pass_(HALF_AN_HOUR)
    assert await told(phones) == []
    assert await watches(phones) == 0


async def test_what_was_sent_is_not(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.settle(await phones.claim())
    phones.pass_(HALF_AN_HOUR)
    assert await told(phones) == []
    assert await watches(phones) == 0


async def test_what_is_still_on_its_way_waits(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    phones.pass_(HALF_AN_HOUR)
    assert await told(phones) == []  # it was not even brought to the devices
    await phones.put_off(await phones.claim(), 2 * HALF_AN_HOUR)
    phones.pass_(HALF_AN_HOUR)
    assert await told(phones) == []
    phones.pass_(HALF_AN_HOUR)
    await phones.settle(await phones.claim(), Dead("too large"), Refused("too large"))
    assert len(await told(phones)) == 1


async def test_a_later_message_is_watched_from_its_own_time(phones: Phones) -> None:
    ana = await ana_without_a_phone(phones)
    first = await phones.reply(ana)
    phones.pass_(20 * MINUTE)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=first)
    second = await phones.reply(ana)
    phones.pass_(10 * MINUTE)
    assert await told(phones) == []
    phones.pass_(20 * MINUTE)
    assert [job["upto"] for job in await told(phones)] == [second]


async def test_without_the_setting_nothing_is_watched(stage: Stage) -> None:
    phones = Phones(stage)
    await phones.reply(await ana_without_a_phone(phones))
    assert await watches(phones) == 0


async def test_it_goes_with_the_customer_and_with_time(phones: Phones) -> None:
    ana = await ana_without_a_phone(phones)
    luis = await phones.stage.arrive("luis")
    for who in (ana, luis):
        await phones.reply(who)
    phones.pass_(HALF_AN_HOUR)
    assert len(await told(phones)) == 2
    await phones.reply(ana)
    await erase(phones.ctx, OPERATOR, customer="ana")
    assert [job["customer"] for job in await told(phones)] == ["luis"]
    assert await watches(phones) == 0


async def test_a_watch_that_nobody_looks_after_goes_with_time(phones: Phones) -> None:
    await phones.reply(await ana_without_a_phone(phones))
    phones.pass_(7 * DAY + 1)
    await retention(phones.ctx)
    assert await watches(phones) == 0
