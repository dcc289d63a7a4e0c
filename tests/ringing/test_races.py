"""Two processes at the same rows at the same moment: each step stops where the other begins.

PostgreSQL lets both in; a work is held up right before a query, while the other goes on, or until
the server says that the other waits for its locks.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from inbox.core.pushes import Over, PushState
from inbox.flows.context import Writing, roster, write
from inbox.ringing.claim import claim, end_pushes
from inbox.ringing.hush import Hushes
from inbox.ringing.lease import LEASE_MS, Lease
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Query, Value
from push.model import Push
from tests.cast import look
from tests.ringing.phones import Phones

PATIENCE_S = 20
WAITERS = """SELECT COUNT(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


class Held:
    """A transaction that stops before a query until it may go on."""

    def __init__(self, before: Query) -> None:
        self._before = before
        self._tx: Any = None
        self.reached, self.goes_on = asyncio.Event(), asyncio.Event()

    def around(self, tx: Tx) -> Any:
        """The transaction with its stop."""
        self._tx = tx
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def fetch(self, query: Query, **params: Value) -> list[Row]:
        await self._stop(query)
        found: list[Row] = await self._tx.fetch(query, **params)
        return found

    async def execute_many(self, query: Query, rows: Sequence[dict[str, Value]]) -> None:
        await self._stop(query)
        await self._tx.execute_many(query, rows)

    async def _stop(self, query: Query) -> None:
        if query is self._before:
            self.reached.set()
            async with asyncio.timeout(PATIENCE_S):
                await self.goes_on.wait()


async def begin_claim(phones: Phones, held: Held) -> asyncio.Task[list[Push]]:
    """A claim of another process, which has come to its stop."""
    ctx = dataclasses.replace(await phones.stage.beside(), push=True)
    hushes = Hushes(ctx.settings, await roster(ctx))

    async def work(writing: Writing) -> list[Push]:
        slow = dataclasses.replace(writing, tx=held.around(writing.tx))
        lease = Lease(
            claim=ctx.ids(),
            until=writing.at + LEASE_MS,
            provider="fcm",
            room=50,
            hold=frozenset(),
            hushes=hushes,
        )
        return (await claim(ctx, slow, lease)).pushes

    claiming = asyncio.create_task(write(ctx, work))
    async with asyncio.timeout(PATIENCE_S):
        await held.reached.wait()
    return claiming


async def until_somebody_waits(phones: Phones) -> None:
    """Until a session in this database waits for a lock of another."""
    async with asyncio.timeout(PATIENCE_S):
        while await look(phones.ctx, WAITERS) == [(0,)]:  # noqa: ASYNC110  the server's to tell
            await asyncio.sleep(0.01)


def demand_two_processes(phones: Phones) -> None:
    if phones.ctx.store.dialect == "sqlite":
        pytest.skip("one process at a time: the folder's lock")


async def test_what_is_being_claimed_is_not_claimed_beside(phones: Phones) -> None:
    """The second chose the same rows before the first had committed."""
    demand_two_processes(phones)
    await phones.reply(await phones.ana("phone", "tablet"))
    await phones.put_off(await phones.claim(), 5)
    phones.pass_(10)
    held = Held(before=Q.claimed_pushes)
    first = await begin_claim(phones, held)
    second = asyncio.create_task(phones.claim())
    await until_somebody_waits(phones)
    held.goes_on.set()
    assert len(await first) == 2
    assert await second == []
    leases = await look(phones.ctx, "SELECT DISTINCT lease_by, state FROM push_outbox")
    assert leases == [((await first)[0].lease, PushState.LEASED)]


async def test_what_is_being_brought_to_devices_is_brought_there_once(phones: Phones) -> None:
    demand_two_processes(phones)
    await phones.reply(await phones.ana("phone", "tablet"))
    held = Held(before=Q.clear_ringing)
    first = await begin_claim(phones, held)
    second = asyncio.create_task(phones.claim())
    await until_somebody_waits(phones)
    held.goes_on.set()
    assert len(await first) == 2
    assert await second == []
    assert await phones.states() == ["LEASED", "LEASED"]


async def test_what_another_took_meanwhile_is_not_gathered(phones: Phones) -> None:
    """Another server, whose clock is ahead, takes what was seen to wait beside the newer."""
    demand_two_processes(phones)
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.put_off(await phones.claim(), 1_000)
    phones.pass_(1_000)
    held = Held(before=Q.claimed_pushes)
    first = await begin_claim(phones, held)
    phones.pass_(-1_000)
    newer = await phones.reply(ana)
    second = asyncio.create_task(phones.claim())
    await until_somebody_waits(phones)
    held.goes_on.set()
    assert [push.notice.seq for push in await second] == [newer]
    assert await phones.states() == ["LEASED", "LEASED"]
    await phones.settle(await first)
    assert await phones.states() == ["SENT", "LEASED"]


@pytest.mark.parametrize("by_another", [True, False])
async def test_who_lost_its_lease_ends_what_waits_and_nothing_of_others(
    phones: Phones, *, by_another: bool
) -> None:
    """The second look found that it was seen, and meanwhile the lease went."""
    await phones.reply(await phones.ana())
    (late,) = await phones.claim()
    phones.pass_(LEASE_MS + 1)
    await phones.outbox.sweep()
    if by_another:
        await phones.claim()
    await phones.ctx.store.write(_ending(phones, late))
    assert await phones.states() == (["LEASED"] if by_another else ["SUPPRESSED"])


def _ending(phones: Phones, push: Push) -> Callable[[Tx], Coroutine[Any, Any, None]]:
    async def work(tx: Tx) -> None:
        writing = Writing(phones.ctx, tx, phones.stage.clock.now)
        over = Over(PushState.SUPPRESSED, "read")
        await end_pushes(writing, {push.id: (push.lease, over)})

    return work
