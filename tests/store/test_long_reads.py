"""Long reads on both engines: apart from all others, a few at a time, and not for ever."""

from __future__ import annotations

import asyncio
import threading

import pytest

from inbox.core.errors import Overloaded
from inbox.store import engine as engine_module
from inbox.store import postgres, sqlite
from inbox.store.engine import Engine, TookTooLong, Tx, Work
from inbox.store.queries import compile_query
from tests.store.gate import Gate

ONE = compile_query("one", "SELECT 1")
ENDLESS = compile_query(
    "endless",
    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT 1 - n FROM n) SELECT COUNT(*) FROM n",
)
MORE_THAN_WAIT = engine_module.LONG_READS_WAITING + 20


async def glance(tx: Tx) -> int:
    rows = await tx.fetch(ONE)
    return int(rows[0][0])


async def last_for_ever(tx: Tx) -> None:
    await tx.fetch(ENDLESS)


def hurried(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "LONG_READ_SECONDS", seconds)


def started(engine: Engine, work: Work[int], number: int) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(engine.read(work, long=True)) for _ in range(number)]


async def test_others_do_not_wait_for_them_and_too_many_are_refused(engine: Engine) -> None:
    gate = Gate()

    async def linger(tx: Tx) -> int:
        await gate.stand(tx)
        return await glance(tx)

    reads = started(engine, linger, MORE_THAN_WAIT)
    await gate.reached()
    async with asyncio.timeout(20):
        assert await asyncio.gather(*(engine.read(glance) for _ in range(50))) == [1] * 50
        assert await engine.write(glance) == 1
    done = [read for read in reads if read.done()]
    assert all(isinstance(read.exception(), Overloaded) for read in done)
    assert 0 < len(done) <= MORE_THAN_WAIT - engine_module.LONG_READS_WAITING
    with pytest.raises(Overloaded, match="wait already"):
        await engine.read(glance, long=True)
    gate.open()
    waited = [read for read in reads if read not in done]
    assert await asyncio.gather(*waited) == [1] * len(waited)
    assert await engine.read(glance, long=True) == 1


async def test_one_that_takes_too_long_is_ended_and_leaves_all_well(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, 0.1)
    for _ in range(4):
        with pytest.raises(TookTooLong) as caught:
            await engine.read(last_for_ever, long=True)
        assert caught.value.retry_after
        assert caught.value.code == "overloaded"
        assert await engine.read(glance, long=True) == 1
    assert await asyncio.gather(*(engine.read(glance) for _ in range(20))) == [1] * 20
    assert await engine.write(glance) == 1


async def test_a_work_that_swallows_its_end_ends_all_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, 0.1)

    async def stubborn(tx: Tx) -> str:
        try:
            await tx.fetch(ENDLESS)
        except Exception:  # noqa: BLE001  a work may make of it what it wants
            return "nothing found"
        return "found"

    with pytest.raises(TookTooLong):
        await engine.read(stubborn, long=True)


async def test_no_limit_of_one_reaches_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's connections are shared: the limit goes with its transaction."""
    if engine.dialect == "sqlite":
        pytest.skip("its long reads have a connection of their own")
    show = compile_query("show", "SHOW statement_timeout")

    async def limit(tx: Tx) -> str:
        return str((await tx.fetch(show))[0][0])

    hurried(monkeypatch, 0.7)
    assert await engine.read(limit, long=True) == "700ms"
    assert await engine.read(limit) == "0"


async def test_who_closes_does_not_wait_for_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, 600.0 if engine.dialect == "sqlite" else 0.3)
    begun = threading.Event()

    async def begin(tx: Tx) -> int:
        begun.set()
        await tx.fetch(ENDLESS)
        return 0

    reads = started(engine, begin, 10)
    assert await asyncio.to_thread(begun.wait, 20)
    async with asyncio.timeout(20):
        await engine.close()
        answers = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(answer, Overloaded) for answer in answers)
