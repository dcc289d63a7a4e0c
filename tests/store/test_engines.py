"""What an engine promises, on both: transactions that are whole, alone, and answered when kept."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter

import asyncpg
import pytest

from inbox.core.errors import Conflict, Overloaded
from inbox.store.engine import Engine, Tx, Work
from inbox.store.queries import compile_query
from tests.engines import Database
from tests.store.gate import Gate

TABLES = [
    compile_query("counters", "CREATE TABLE counters (id TEXT PRIMARY KEY, n BIGINT NOT NULL)"),
    compile_query(
        "items",
        "CREATE TABLE items (counter TEXT NOT NULL, n BIGINT NOT NULL, body TEXT NOT NULL, "
        "loud BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (counter, n))",
    ),
    compile_query("keys", "CREATE TABLE keys (id TEXT PRIMARY KEY, holder TEXT NOT NULL)"),
]
ADD_COUNTER = compile_query("add_counter", "INSERT INTO counters (id, n) VALUES (:id, 0)")
COUNT_UP = compile_query("count_up", "UPDATE counters SET n = n + 1 WHERE id = :id RETURNING n")
ADD_ITEM = compile_query(
    "add_item", "INSERT INTO items (counter, n, body, loud) VALUES (:id, :n, :body, :loud)"
)
ITEMS = compile_query("items", "SELECT n, body, loud FROM items WHERE counter = :id ORDER BY n")
HEAD = compile_query("head", "SELECT n FROM counters WHERE id = :id")
HEAD_LOCKED = compile_query("head_locked", "SELECT n FROM counters WHERE id = :id FOR UPDATE")
EMPTY = compile_query("empty", "DELETE FROM items WHERE counter = :id")
FIND_KEY = compile_query("find_key", "SELECT holder FROM keys WHERE id = :id")
ADD_KEY = compile_query("add_key", "INSERT INTO keys (id, holder) VALUES (:id, :holder)")


@pytest.fixture
async def store(bare_engine: Engine) -> Engine:
    async def make(tx: Tx) -> None:
        for table in TABLES:
            await tx.execute(table)
        for name in ("ana", "luis", "mei"):
            await tx.execute(ADD_COUNTER, id=name)

    await bare_engine.write(make)
    return bare_engine


async def add(store: Engine, counter: str, body: str) -> int:
    async def work(tx: Tx) -> int:
        row = await tx.fetch_one(COUNT_UP, id=counter)
        assert row is not None
        await tx.execute(ADD_ITEM, id=counter, n=row[0], body=body, loud=body.isupper())
        return int(row[0])

    return await store.write(work)


async def items(store: Engine, counter: str) -> list[tuple[int, str, bool]]:
    async def work(tx: Tx) -> list[tuple[int, str, bool]]:
        return [(n, body, bool(loud)) for n, body, loud in await tx.fetch(ITEMS, id=counter)]

    return await store.read(work)


async def test_what_was_written_is_read(store: Engine) -> None:
    assert await add(store, "ana", "hello") == 1
    assert await add(store, "ana", "HELLO") == 2
    assert await items(store, "ana") == [(1, "hello", False), (2, "HELLO", True)]


async def test_values_come_back_as_they_went(store: Engine) -> None:
    hard = "ä🙂'\"; DROP TABLE items; --\n\\%_ :id ?1 $1"
    await add(store, "mei", hard)
    assert [body for _, body, _ in await items(store, "mei")] == [hard]


async def test_execute_counts_rows(store: Engine) -> None:
    for _ in range(3):
        await add(store, "ana", "x")

    async def empty(tx: Tx) -> tuple[int, int]:
        return await tx.execute(EMPTY, id="ana"), await tx.execute(EMPTY, id="nobody")

    assert await store.write(empty) == (3, 0)


async def test_no_row_is_none(store: Engine) -> None:
    async def look(tx: Tx) -> object:
        return await tx.fetch_one(HEAD, id="nobody")

    assert await store.read(look) is None


@pytest.mark.parametrize("params", [{}, {"who": "ana"}, {"id": "ana", "who": "ana"}])
async def test_wrong_parameters_are_an_error(store: Engine, params: dict[str, str]) -> None:
    async def look(tx: Tx) -> object:
        return await tx.fetch(HEAD, **params)

    with pytest.raises((TypeError, KeyError)):
        await store.read(look)


async def test_a_failing_work_leaves_nothing_and_comes_out_unchanged(store: Engine) -> None:
    refused = Conflict("held by somebody")

    async def work(tx: Tx) -> None:
        await tx.fetch_one(COUNT_UP, id="ana")
        await tx.execute(ADD_ITEM, id="ana", n=1, body="half", loud=False)
        raise refused

    with pytest.raises(Conflict) as caught:
        await store.write(work)
    assert caught.value is refused
    assert await items(store, "ana") == []
    assert await add(store, "ana", "whole") == 1


async def test_a_failing_work_fails_alone(store: Engine) -> None:
    async def fail(n: int) -> None:
        async def work(tx: Tx) -> None:
            await tx.fetch_one(COUNT_UP, id="ana")
            await tx.execute(ADD_ITEM, id="luis", n=1_000 + n, body="half", loud=False)
            raise Conflict(str(n))

        await store.write(work)

    answers = await asyncio.gather(
        *(fail(n) if n % 3 == 0 else add(store, "ana", str(n)) for n in range(60)),
        return_exceptions=True,
    )
    for n, answer in enumerate(answers):
        assert isinstance(answer, Conflict if n % 3 == 0 else int), answer
        if isinstance(answer, Conflict):
            assert answer.detail == str(n)
    assert sorted(answer for answer in answers if isinstance(answer, int)) == [*range(1, 41)]
    assert [n for n, _, _ in await items(store, "ana")] == [*range(1, 41)]
    assert await items(store, "luis") == []


async def test_a_swallowed_database_error_fails_the_work(store: Engine) -> None:
    await add(store, "ana", "first")

    async def work(tx: Tx) -> str:
        await tx.execute(ADD_ITEM, id="luis", n=7, body="before", loud=False)
        try:
            await tx.execute(ADD_ITEM, id="ana", n=1, body="again", loud=False)
        except Exception:  # noqa: BLE001  what the engine must see through
            return "all is well"
        return "not reached"

    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await store.write(work)
    assert await items(store, "luis") == []


async def test_counters_are_dense_under_concurrency(store: Engine) -> None:
    names = ("ana", "luis", "mei")
    given = await asyncio.gather(
        *(add(store, names[n % 3], f"{n}") for n in range(150)), return_exceptions=True
    )
    assert not [answer for answer in given if isinstance(answer, BaseException)]
    for place, name in enumerate(names):
        numbers = given[place::3]
        assert sorted(numbers) == [*range(1, 51)]  # type: ignore[type-var]
        told = {numbers[turn]: f"{turn * 3 + place}" for turn in range(50)}
        assert {n: body for n, body, _ in await items(store, name)} == told


async def test_a_deadlock_is_sorted_out(store: Engine) -> None:
    tries: Counter[str] = Counter()
    both_hold = asyncio.Barrier(2)

    async def lock_both(tx: Tx, first: str, second: str) -> None:
        tries[first] += 1
        await tx.fetch_one(HEAD_LOCKED, id=first)
        if tx.dialect == "postgres" and tries[first] == 1:
            await both_hold.wait()  # a work must not do this; here it makes the deadlock sure
        await tx.fetch_one(COUNT_UP, id=second)
        await tx.fetch_one(COUNT_UP, id=first)

    async def both(first: str, second: str) -> None:
        async def work(tx: Tx) -> None:
            try:
                await lock_both(tx, first, second)
            except Exception:  # noqa: BLE001  whatever a work makes of it, it is run again
                raise Conflict("as if it were a rule") from None

        await store.write(work)

    await asyncio.gather(both("ana", "luis"), both("luis", "ana"))

    async def heads(tx: Tx) -> list[int]:
        return [(await tx.fetch(HEAD, id=name))[0][0] for name in ("ana", "luis")]

    assert await store.read(heads) == [2, 2]
    if store.dialect == "sqlite":
        assert tries.total() == 2
    else:
        assert tries.total() >= 3, "there was none"


async def test_a_lost_race_for_a_key_is_run_again(store: Engine) -> None:
    tries: Counter[str] = Counter()
    both_looked = asyncio.Barrier(2)

    async def claim(who: str) -> str:
        async def work(tx: Tx) -> str:
            tries[who] += 1
            row = await tx.fetch_one(FIND_KEY, id="pin")
            if tx.dialect == "postgres" and tries[who] == 1:
                await both_looked.wait()  # a work must not do this; it makes the race sure
            if row is not None:
                return str(row[0])
            await tx.execute(ADD_KEY, id="pin", holder=who)
            return who

        return await store.write(work)

    bo, mia = await asyncio.gather(claim("bo"), claim("mia"))
    assert bo == mia
    if store.dialect == "sqlite":
        assert tries.total() == 2
    else:
        assert tries.total() >= 3, "there was none"


async def test_a_key_that_is_taken_for_good_is_an_error(store: Engine) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute(ADD_KEY, id="pin", holder="bo")

    await store.write(work)
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await store.write(work)


async def test_a_read_sees_one_moment(store: Engine) -> None:
    gate = Gate()
    await add(store, "ana", "before")

    async def look(tx: Tx) -> list[object]:
        seen: list[object] = [await tx.fetch_one(HEAD, id="ana")]
        await gate.stand(tx)
        seen.append(await tx.fetch_one(HEAD, id="ana"))
        seen.append(len(await tx.fetch(ITEMS, id="ana")))
        return [seen[0] == seen[1], seen[2]]

    reading = asyncio.create_task(store.read(look))
    await gate.reached()
    await add(store, "ana", "meanwhile")
    gate.open()
    assert await reading == [True, 1]
    assert len(await items(store, "ana")) == 2


async def test_a_work_that_began_is_finished_though_its_caller_went(store: Engine) -> None:
    gate = Gate()

    async def work(tx: Tx) -> None:
        await tx.execute(ADD_ITEM, id="ana", n=1, body="first", loud=False)
        await gate.stand(tx)
        await tx.execute(ADD_ITEM, id="ana", n=2, body="second", loud=False)

    writing = asyncio.create_task(store.write(work, long=True))
    await gate.reached()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    gate.open()
    async with asyncio.timeout(10):
        while len(await items(store, "ana")) < 2:
            await add(store, "luis", "another")


async def test_what_is_left_for_the_end_is_done_once_in_order_before_the_answer(
    store: Engine,
) -> None:
    """And only for works that are stored: one that fails takes its entries with it."""
    closed: list[list[int]] = []

    async def close(tx: Tx, entries: list[int]) -> None:
        closed.append(entries)
        await tx.execute_many(
            ADD_ITEM, [{"id": "ana", "n": n, "body": "x", "loud": False} for n in entries]
        )

    def leaving(n: int, *, fail: bool = False) -> Work[None]:
        async def work(tx: Tx) -> None:
            tx.at_end(close, n)
            if fail:
                raise Conflict("no")

        return work

    await asyncio.gather(*(store.write(leaving(n)) for n in range(5)))
    assert sorted(n for entries in closed for n in entries) == list(range(5))
    assert store.dialect == "postgres" or closed == [list(range(5))]
    closed.clear()
    answers = await asyncio.gather(
        *(store.write(leaving(n, fail=n == 7)) for n in range(5, 10)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(Conflict) == 1
    twice = await asyncio.gather(
        store.write(leaving(10)), store.write(leaving(3)), return_exceptions=True
    )
    assert twice[0] is None
    assert isinstance(twice[1], sqlite3.IntegrityError | asyncpg.UniqueViolationError)
    assert [row[0] for row in await items(store, "ana")] == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]


async def test_a_read_sees_what_was_answered_before(store: Engine) -> None:
    for n in range(1, 30):
        await add(store, "ana", "x")
        assert len(await items(store, "ana")) == n


async def test_a_read_must_not_write(store: Engine) -> None:
    async def work(tx: Tx) -> None:
        await tx.fetch(COUNT_UP, id="ana")

    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        await store.read(work)
    assert await add(store, "ana", "x") == 1


async def test_a_read_that_fails_leaves_the_reader_well(store: Engine) -> None:
    async def work(tx: Tx) -> None:
        await tx.fetch(HEAD, id="ana")
        raise Conflict("no")

    for _ in range(30):
        with pytest.raises(Conflict):
            await store.read(work)
    assert await items(store, "ana") == []


async def test_a_caller_that_goes_does_not_break_the_others(store: Engine) -> None:
    tasks = [asyncio.create_task(add(store, "ana", str(n))) for n in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])
    told = {answer: str(2 * n + 1) for n, answer in enumerate(answers[1::2])}
    kept = await items(store, "ana")
    assert [n for n, _, _ in kept] == [*range(1, len(kept) + 1)]
    assert told.items() <= {n: body for n, body, _ in kept}.items()


async def test_close_finishes_what_was_accepted(bare_database: Database) -> None:
    store = await bare_database.open()

    async def make(tx: Tx) -> None:
        for table in TABLES:
            await tx.execute(table)
        await tx.execute(ADD_COUNTER, id="ana")

    await store.write(make)
    waiting = [asyncio.create_task(add(store, "ana", str(n))) for n in range(30)]
    await asyncio.sleep(0)
    await store.close()
    assert sorted(await asyncio.gather(*waiting)) == [*range(1, 31)]
    with pytest.raises(Overloaded):
        await add(store, "ana", "too late")
    with pytest.raises(Overloaded):
        await items(store, "ana")
    await store.close()
    again = await bare_database.open()
    assert len(await items(again, "ana")) == 30
    await again.close()
