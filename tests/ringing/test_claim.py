"""What rings is brought to devices once, claimed once, and gathered into the newest."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.pushes import LIFE_MS
from inbox.flows import agents
from inbox.ringing.lease import LEASE_MS
from tests.cast import OPERATOR, change, look
from tests.ringing.phones import Phones, told


async def test_each_device_gets_one_push_with_the_counts_of_now(phones: Phones) -> None:
    ana = await phones.ana("phone", "tablet")
    seqs = [await phones.reply(ana) for _ in range(3)]
    assert told(await phones.claim()) == [("phone", seqs[-1], 3, 3), ("tablet", seqs[-1], 3, 3)]
    assert await phones.claim() == []
    first = await look(phones.ctx, "SELECT DISTINCT first_seq, seq FROM push_outbox")
    assert first == [(seqs[0], seqs[-1])]


async def test_a_push_says_where_it_goes_and_until_when(phones: Phones) -> None:
    ana = await phones.ana()
    written = phones.stage.clock.now
    await phones.reply(ana)
    phones.pass_(5_000)
    (push,) = await phones.claim()
    assert push.push_id == push.id
    assert (push.target.provider, push.target.token) == ("fcm", "ana phone")
    assert (push.target.app, push.target.registered_at) == ("com.example", written)
    assert (push.created_at, push.expires_at) == (written, written + LIFE_MS)
    assert len(push.collapse) == 22
    assert push.notice.thread == ana.thread


async def test_a_provider_claims_its_own_and_the_others_hear_of_theirs(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    assert await phones.claim("apns") == []
    async with asyncio.timeout(5):
        await phones.outbox.wait("fcm", timeout=60)
    assert len(await phones.claim("fcm")) == 1


async def test_a_banner_that_replaces_another_tells_of_what_that_told(phones: Phones) -> None:
    """50 replies in 10 seconds to one device: the last push has the right count and badge."""
    ana = await phones.ana()
    sent = []
    for n in range(50):
        await phones.reply(ana)
        phones.pass_(200)
        if n % 10 == 9:
            sent += (pushes := await phones.claim())
            await phones.settle(pushes)
    assert [push.notice.count for push in sent] == [10, 20, 30, 40, 50]
    assert sent[-1].notice.badge == 50
    assert len({push.collapse for push in sent}) == 1


async def test_what_waits_for_another_try_goes_into_the_newer_one(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), 900_000)
    second = await phones.reply(ana)
    (push,) = await phones.claim()
    assert told([push]) == [("phone", second, 2, 2)]
    assert await phones.states() == ["COLLAPSED", "LEASED"]
    into = await look(phones.ctx, "SELECT collapsed_into FROM push_outbox ORDER BY id")
    assert into[0] == (push.id,)


async def test_none_overtakes_the_one_that_is_under_way(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    first = await phones.claim()
    await phones.reply(ana)
    assert await phones.claim() == []
    await phones.settle(first)
    phones.pass_(1_000)
    assert len(await phones.claim()) == 1


async def test_what_the_database_has_at_a_start_is_brought_to_devices(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.stage.reopen()
    again = Phones(phones.stage)
    async with asyncio.timeout(5):
        await again.outbox.wait("fcm", timeout=60)
    assert len(await again.claim()) == 1


async def test_circuits_that_are_open_keep_their_rows_and_hold_back_no_others(
    phones: Phones,
) -> None:
    ana = await phones.ana()
    await change(phones.ctx, "UPDATE devices SET app_id = 'com.held'")
    await phones.register(ana, "tablet")
    await phones.reply(ana)
    hold = frozenset({"fcm:com.held:"})
    assert [push.target.app for push in await phones.claim(hold=hold)] == ["com.example"]
    assert await phones.claim(hold=hold) == []
    assert [push.target.app for push in await phones.claim()] == ["com.held"]


async def test_an_expired_push_is_never_sent(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), LIFE_MS - 1)
    phones.pass_(LIFE_MS)
    assert await phones.claim() == []
    assert await phones.states() == ["EXPIRED"]


async def test_what_rings_long_after_it_was_written_has_expired(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    phones.pass_(LIFE_MS)
    assert await phones.claim() == []
    assert await phones.states() == ["EXPIRED"]


async def test_a_device_that_has_gone_gets_nothing(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), 1_000)
    await agents.sign_out_customer(phones.ctx, OPERATOR, customer="ana")
    phones.pass_(1_000)
    assert await phones.claim() == []
    assert await phones.states() == ["GONE"]


async def test_who_has_no_device_left_rings_once_more_for_nobody_and_then_not(
    phones: Phones,
) -> None:
    ana = await phones.ana()
    await agents.sign_out_customer(phones.ctx, OPERATOR, customer="ana")
    reachable = "SELECT reachable, rings_from IS NULL FROM threads"
    await phones.reply(ana)
    assert await look(phones.ctx, reachable) == [(1, 0)]
    assert await phones.claim() == []
    assert await look(phones.ctx, reachable) == [(0, 1)]
    phones.pass_(1_000)
    ana = await phones.ana()
    await phones.reply(ana)
    assert len(await phones.claim()) == 1


# ── leases ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_lease_that_lapses_is_sent_by_another_with_the_same_id(phones: Phones) -> None:
    """Kill -9 between claim and send, or between the answer and its storing."""
    ana = await phones.ana()
    await phones.reply(ana)
    (first,) = await phones.claim()
    phones.pass_(LEASE_MS)
    assert await phones.outbox.sweep() == 0
    phones.pass_(1)
    assert await phones.outbox.sweep() == 1
    (second,) = await phones.claim()
    assert (second.push_id, second.collapse) == (first.push_id, first.collapse)
    assert second.attempts == 1


async def test_who_stalled_past_its_lease_changes_nothing(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    late = await phones.claim()
    phones.pass_(LEASE_MS + 1)
    await phones.outbox.sweep()
    assert await phones.claim(limit=0) == []
    assert await phones.outbox.wanted(late) == set()
    (now,) = await phones.claim()
    before = await look(phones.ctx, "SELECT * FROM push_outbox")
    await phones.settle(late)
    await phones.put_off(late, 5)
    await phones.outbox.release(late)
    assert await phones.outbox.wanted(late) == set()
    assert await look(phones.ctx, "SELECT * FROM push_outbox") == before
    await phones.settle([now])
    assert await phones.states() == ["SENT"]


async def test_two_workers_never_have_the_same_push(phones: Phones) -> None:
    """On PostgreSQL, in two processes, with what rings and with what waits."""
    if phones.ctx.store.dialect == "sqlite":
        pytest.skip("one process at a time: the folder's lock")
    other = await phones.beside()
    people = [await phones.stage.arrive(f"c{n}") for n in range(40)]
    for who in people:
        await phones.register(who, "phone")
        await phones.register(who, "tablet")
    for round_ in range(3):
        await asyncio.gather(*(phones.reply(who) for who in people))
        claimed = []
        for _ in range(20):
            found = await asyncio.gather(
                *(phones.claim(limit=9, outbox=box) for box in (phones.outbox, other) * 2)
            )
            claimed += [push for pushes in found for push in pushes]
            if len(claimed) == 80:
                break
        assert sorted({push.device for push in claimed}) == sorted(p.device for p in claimed)
        assert len(claimed) == 80, round_
        if round_ < 2:
            await phones.put_off(claimed, 0)  # now they wait, and are claimed the other way
            phones.pass_(1)
            found = await asyncio.gather(
                *(phones.claim(limit=30, outbox=box) for box in (phones.outbox, other) * 3)
            )
            again = [push for pushes in found for push in pushes]
            assert len({push.id for push in again}) == len(again)
            await phones.settle(again)
            while more := await phones.claim():
                await phones.settle(more)


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_waits_is_woken_by_a_reply(phones: Phones) -> None:
    ana = await phones.ana()
    assert await phones.claim() == []
    waiting = asyncio.create_task(phones.outbox.wait("fcm", timeout=60))
    await asyncio.sleep(0)
    await phones.reply(ana)
    async with asyncio.timeout(5):
        await waiting
    assert len(await phones.claim()) == 1


async def test_whoever_waits_is_woken_when_the_next_is_due(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), 30)
    assert await phones.claim() == []
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(5):
        await phones.outbox.wait("fcm", timeout=60)
    assert loop.time() - began < 5
    phones.pass_(30)
    assert len(await phones.claim()) == 1


async def test_whoever_left_a_rest_does_not_wait(phones: Phones) -> None:
    for name in ("c1", "c2", "c3"):
        who = await phones.stage.arrive(name)
        await phones.register(who, "phone")
        await phones.reply(who)
    for left in (2, 1):
        assert len(await phones.claim(limit=1)) == 1, left
        async with asyncio.timeout(0.9):  # sooner than the look of once a second
            await phones.outbox.wait("fcm", timeout=60)
    assert len(await phones.claim(limit=1)) == 1


async def test_what_an_open_circuit_holds_wakes_nobody(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    hold = frozenset({"fcm:com.example:"})
    assert await phones.claim(hold=hold) == []
    if phones.ctx.store.dialect == "sqlite":  # on PostgreSQL it looks once a second
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await phones.outbox.wait("fcm", timeout=60)
