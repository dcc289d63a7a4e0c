"""Whoever sees a message gets no push of it, and devices that did get one are told the count."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from inbox.core.policy import Customer
from inbox.flows import receipts
from inbox.flows.in_front import LASTS_MS, note_in_front, renew_in_front
from inbox.ringing.outbox import PushOutbox
from tests.cast import look
from tests.ringing.phones import Phones, told

GRACE = 2_500


async def comes_to_front(phones: Phones, who: Customer, *, on: bool = True) -> None:
    await note_in_front(phones.ctx, who, connection="socket-1", on=on)


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_app_in_front_that_acknowledges_gets_no_push(phones: Phones) -> None:
    ana = await phones.ana()
    await comes_to_front(phones, ana)
    seq = await phones.reply(ana)
    assert await phones.claim() == []
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq, in_front=True)
    phones.pass_(GRACE)
    assert await phones.claim() == []
    assert await phones.rows() == [("phone", "SUPPRESSED", seq, "acknowledged in front")]


async def test_an_app_in_front_that_says_nothing_is_pushed_to_after_the_grace(
    phones: Phones,
) -> None:
    """A socket that took the frame and never acknowledged, or died in the grace."""
    ana = await phones.ana()
    await comes_to_front(phones, ana)
    await phones.reply(ana)
    phones.pass_(GRACE - 1)
    assert await phones.claim() == []
    await comes_to_front(phones, ana, on=False)
    phones.pass_(1)
    assert len(await phones.claim()) == 1


async def test_an_acknowledgement_from_behind_stops_nothing(phones: Phones) -> None:
    ana = await phones.ana()
    await comes_to_front(phones, ana)
    seq = await phones.reply(ana)
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq)
    phones.pass_(GRACE)
    (push,) = await phones.claim()
    assert await phones.outbox.wanted([push]) == {push.id}


async def test_one_in_front_after_one_from_behind_counts(phones: Phones) -> None:
    ana = await phones.ana()
    seq = await phones.reply(ana)
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq)
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq, in_front=True)
    assert await phones.claim() == []
    assert await phones.states() == ["SUPPRESSED"]


@pytest.mark.parametrize("by", ["ack", "read"])
async def test_what_is_seen_between_claim_and_send_is_not_sent(phones: Phones, by: str) -> None:
    ana = await phones.ana("phone", "tablet")
    seq = await phones.reply(ana)
    pushes = await phones.claim()
    if by == "ack":
        await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq, in_front=True)
    else:
        await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    assert await phones.outbox.wanted(pushes) == set()
    why = {"ack": "acknowledged in front", "read": "read"}[by]
    found = [row for row in await phones.rows() if row[1] == "SUPPRESSED"]
    assert [row[3] for row in found] == [why, why]


async def test_what_comes_after_what_was_seen_counts_from_there(phones: Phones) -> None:
    ana = await phones.ana()
    first = await phones.reply(ana)
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=first, in_front=True)
    second = await phones.reply(ana)
    # One message is news; both are unread.
    assert told(await phones.claim()) == [("phone", second, 1, 2)]


async def test_the_grace_is_for_those_in_front_alone(phones: Phones) -> None:
    ana = await phones.ana()
    luis = await phones.stage.arrive("luis")
    await phones.register(luis, "phone")
    await comes_to_front(phones, luis)
    for who in (ana, luis):
        await phones.reply(who)
    assert [push.notice.thread for push in await phones.claim()] == [ana.thread]


async def test_who_is_in_front_is_known_to_other_processes_and_forgotten_when_they_die(
    phones: Phones,
) -> None:
    ana = await phones.ana()
    await comes_to_front(phones, ana)
    phones.pass_(LASTS_MS - 1)
    await renew_in_front(phones.ctx)
    phones.pass_(LASTS_MS - 1)
    await phones.stage.reopen()
    after = Phones(phones.stage)
    ana = await after.ana()
    await after.reply(ana)
    assert await after.claim() == []  # as far as the others know she is in front
    after.pass_(2)
    await renew_in_front(after.ctx)
    assert await look(after.ctx, "SELECT connection FROM apps_in_front") == []


async def test_two_apps_in_front_and_one_goes(phones: Phones) -> None:
    ana = await phones.ana()
    await comes_to_front(phones, ana)
    await note_in_front(phones.ctx, ana, connection="socket-2", on=True)
    await comes_to_front(phones, ana, on=False)
    await phones.reply(ana)
    assert await phones.claim() == []


async def test_without_pushes_nothing_is_kept_of_it(phones: Phones) -> None:
    ana = await phones.ana()
    quiet = dataclasses.replace(phones.ctx, push=False)
    await note_in_front(quiet, ana, connection="socket-1", on=True)
    seq = await phones.reply(ana)
    await receipts.ack(quiet, ana, thread=ana.thread, upto=seq, in_front=True)
    assert await look(quiet, "SELECT connection FROM apps_in_front") == []
    assert await look(quiet, "SELECT customer_seen FROM threads") == [(0,)]


# ── badges ───────────────────────────────────────────────────────────────────────────────────────


async def pushed(phones: Phones, *names: str) -> tuple[Customer, int]:
    """Ana, to whose devices a push went; and of what."""
    ana = await phones.ana(*names)
    seq = await phones.reply(ana)
    await phones.settle(await phones.claim())
    return ana, seq


async def test_what_is_read_on_one_device_clears_the_badge_of_the_others(phones: Phones) -> None:
    ana, seq = await pushed(phones, "phone", "tablet", "watch")
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq, device="tablet")
    pushes = await phones.claim()
    assert {push.notice.kind for push in pushes} == {"badge"}
    assert [(row[0], row[3]) for row in told(pushes)] == [("phone", 0), ("watch", 0)]
    await phones.settle(pushes)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    assert await phones.claim() == []


async def test_read_by_http_every_device_is_told(phones: Phones) -> None:
    ana, seq = await pushed(phones, "phone", "tablet")
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    assert [row[0] for row in told(await phones.claim())] == ["phone", "tablet"]


async def test_a_browser_gets_no_badge_of_its_own(phones: Phones) -> None:
    """It takes the permission to push back for a push that shows nothing."""
    ana = await phones.ana()
    await phones.subscribe(ana, "laptop")
    seq = await phones.reply(ana)
    for provider in ("fcm", "webpush"):
        sent = await phones.claim(provider)
        assert [push.notice.kind for push in sent] == ["message"]
        await phones.settle(sent)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    assert [row[0] for row in told(await phones.claim())] == ["phone"]
    assert await phones.claim("webpush") == []


async def test_where_nothing_was_shown_nothing_is_cleared(phones: Phones) -> None:
    ana = await phones.ana()
    seq = await phones.reply(ana)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    assert await phones.claim() == []
    assert await phones.rows() == [("phone", "SUPPRESSED", seq, "read")]


async def test_a_badge_comes_once_in_ten_seconds_and_the_last_value_wins(phones: Phones) -> None:
    ana = await phones.ana()
    seqs = [await phones.reply(ana) for _ in range(4)]
    await phones.settle(await phones.claim())
    values = []
    for seq in seqs:
        await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
        pushes = await phones.claim()
        values.append([push.notice.badge for push in pushes])
        await phones.settle(pushes)
        phones.pass_(1_000)
    assert values == [[3], [], [], []]
    phones.pass_(6_000)
    assert [push.notice.badge for push in await phones.claim()] == [0]
    assert await phones.states() == ["SENT", "SENT", "LEASED"]


async def test_an_alert_takes_the_place_of_a_badge_that_waits(phones: Phones) -> None:
    ana, seq = await pushed(phones)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    await phones.put_off(await phones.claim(), 5_000)
    last = await phones.reply(ana)
    assert told(await phones.claim()) == [("phone", last, 1, 1)]
    assert await phones.states() == ["SENT", "COLLAPSED", "LEASED"]


async def test_badges_stand_behind_alerts(phones: Phones) -> None:
    ana, seq = await pushed(phones)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    luis = await phones.stage.arrive("luis")
    await phones.register(luis, "phone")
    assert await phones.claim("apns") == []  # brings both to the devices
    phones.pass_(1_000)
    await phones.reply(luis)
    assert await phones.claim("apns") == []
    kinds = [(await phones.claim(limit=1))[0].notice.kind for _ in range(2)]
    assert kinds == ["message", "badge"]


async def test_what_is_read_before_it_was_sent_is_suppressed_and_the_badge_is_told(
    phones: Phones,
) -> None:
    ana, _ = await pushed(phones, "phone", "tablet")
    second = await phones.reply(ana)
    await phones.put_off(await phones.claim(), 60_000)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=second, device="tablet")
    assert told(await phones.claim()) == [("phone", second, 1, 0)]
    phones.pass_(60_000)
    assert await phones.claim() == []
    assert sorted(await phones.states()) == [
        "LEASED",
        "SENT",
        "SENT",
        "SUPPRESSED",
        "SUPPRESSED",
    ]


async def test_a_reader_wakes_whoever_waits(phones: Phones) -> None:
    ana, seq = await pushed(phones)
    box: PushOutbox = phones.outbox
    assert await phones.claim() == []
    waiting = asyncio.create_task(box.wait("fcm", timeout=60))
    await asyncio.sleep(0)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=seq)
    async with asyncio.timeout(5):
        await waiting
    assert len(await phones.claim()) == 1
