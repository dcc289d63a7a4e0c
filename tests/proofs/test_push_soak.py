"""A hundred thousand pushes through an outage, and a day after it: nothing grows, nothing is lost.

Case 40 of the faults that push must bear. The database, the outbox, the worker and the client are
the real ones; the day is made of the clock that they and the stand-in share.
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from bench.customers import SETTINGS, many_customers, sign_in_bo, thread_of
from inbox.app import open_context
from inbox.core.policy import Agent
from inbox.flows.context import Context
from inbox.flows.send import Draft, send
from inbox.ringing.outbox import PushOutbox
from inbox.store.engine import Tx
from inbox.store.queries import compile_query
from push.apns import Apns
from push.limits import Limits
from push.payload import Forms
from push.simulator.apns import ApnsSimulator
from push.simulator.record import Arrived, Records
from push.surroundings import Surroundings
from push.worker import Worker
from tests.push import stands
from tests.push.apns.stage import Hand, app_for, key_of, simulator

QUEUED = 100_000
OUTAGE_S = 20
RINGING = compile_query("ringing", "SELECT id FROM threads WHERE rings_from IS NOT NULL LIMIT 1")
DAY_S, LOOK_S = 24 * 3_600, 300
REPLIES = 5
"""In each five minutes of the day."""
CACHES_MIB = 192
"""What SQLite's writer and readers may keep of the database, and as much again for the heap."""
LEVEL_MIB = 12
"""What is no growth: the allocator's own give and take."""


class Phones(Records):
    """Counts what each phone got, in a byte each: lists would grow."""

    def __init__(self) -> None:
        super().__init__()
        self.got = bytearray(QUEUED + 1)

    def add(self, arrived: Arrived) -> None:
        """Count it, as what was remembered before."""
        super().add(arrived)
        if arrived.delivered:
            self.got[int(arrived.token, 16)] += 1


class House:
    """One process that sends, and the stand-in, on one clock."""

    def __init__(
        self, ctx: Context, bo: Agent, hand: Hand, apple: ApnsSimulator, apns: Apns, phones: Phones
    ) -> None:
        self.ctx, self.bo, self.hand = ctx, bo, hand
        self.apple, self.apns, self.phones = apple, apns, phones
        self.errors: list[str] = []

    async def reply(self, number: int, turn: int) -> None:
        draft = Draft(f"r-{turn}", "Anything else?", seen_seq=9, force=True)
        await send(self.ctx, self.bo, thread=thread_of(number), draft=draft)

    async def rings(self) -> bool:
        """Whether anything was not brought to its phone's place in the outbox yet."""

        async def look(tx: Tx) -> bool:
            return bool(await tx.fetch(RINGING))

        return await self.ctx.store.read(look)

    async def until_sent(self, number: int) -> None:
        """So many have arrived at the stand-in; a second of the clock goes by with each turn."""
        while self.phones.count < number:
            await self.hand.pass_time(1)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    hand, phones, app = Hand(), Phones(), app_for(folder)
    async with AsyncExitStack() as stack:
        made = many_customers(QUEUED, ringing=True)
        data = await asyncio.to_thread(made.__enter__)  # has a loop of its own
        stack.callback(made.__exit__, None, None, None)
        settings = msgspec.structs.replace(SETTINGS, unread_minutes=0)
        ctx = await stack.enter_async_context(
            open_context(data, settings, clock=lambda: int(hand.wall * 1000))
        )
        ctx = dataclasses.replace(ctx, push=True)
        apple = await stack.enter_async_context(
            simulator(stands.certificates(), [key_of(app)], records=phones, clock=lambda: hand.wall)
        )
        apns = Apns(
            [app],
            form=Forms(now=ctx.clock).apns,
            addresses={"production": apple.url},
            ca_file=stands.certificates().authority,
            spares=0,
            world=hand.world(),
        )
        stack.push_async_callback(apns.close)
        one = House(ctx, await sign_in_bo(ctx), hand, apple, apns, phones)
        outbox = PushOutbox(ctx)
        stack.callback(outbox.close)
        worker = Worker(
            outbox,
            [apns],
            on_error=lambda doing, error: one.errors.append(f"{doing}: {error!r}"),
            limits=Limits(request_s=2.0),
            surroundings=Surroundings(now=ctx.clock),
        )
        await apple.set_door("closed")
        worker.start()
        stack.push_async_callback(worker.stop)
        yield one


def resident_mib() -> float:
    """What this process holds."""
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.prove
@pytest.mark.timeout(1_800)
async def test_an_outage_with_a_long_queue_and_a_day_of_replies_leave_nothing_behind(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as one:
        await _the_service_is_down(one)
        await _all_that_waited_is_sent(one)
        await _a_day_goes_by(one)
        assert one.errors == []


async def _the_service_is_down(one: House) -> None:
    before = resident_mib()
    while await one.rings():
        await one.hand.pass_time(30)
        await asyncio.sleep(1)
    level = resident_mib()
    assert level - before < CACHES_MIB, "a hundred thousand rows lie on the disk"
    for _ in range(OUTAGE_S):
        await one.hand.pass_time(30)
        await asyncio.sleep(1)
    assert resident_mib() - level < LEVEL_MIB
    assert one.phones.count == 0


async def _all_that_waited_is_sent(one: House) -> None:
    await one.apple.set_door("open")
    await one.until_sent(QUEUED // 2)
    half = resident_mib()
    await one.until_sent(QUEUED)
    assert resident_mib() - half < CACHES_MIB / 4
    assert set(one.phones.got[1:]) == {1}, "each phone once"
    assert one.apple.made == 1


async def _a_day_goes_by(one: House) -> None:
    counters, sent, number = one.apns.counters, one.phones.count, 0
    made, tokens, memory, tasks = one.apple.made, counters.tokens, 0.0, 0
    for look in range(DAY_S // LOOK_S):
        for _ in range(REPLIES):
            number += 1
            await one.reply(number, 2)
        sent += REPLIES
        for _ in range(LOOK_S // 60):
            await one.hand.pass_time(60)
        await one.until_sent(sent)
        if look == DAY_S // LOOK_S // 4:
            memory, tasks = resident_mib(), len(asyncio.all_tasks())
    assert resident_mib() - memory < LEVEL_MIB
    assert len(asyncio.all_tasks()) <= tasks + 1
    assert set(one.phones.got[1 : number + 1]) == {2}, "each of them once more"
    assert one.apple.made == made, "the connection lasts"
    assert 27 <= counters.tokens - tokens <= 32, "a provider token lasts fifty minutes"
    assert (counters.lost_connections, counters.unknown) == (0, 0)
