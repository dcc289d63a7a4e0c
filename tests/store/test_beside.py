"""Works of heavy statements on SQLite: off the event loop, and in the commit of the others."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inbox.core.errors import Conflict, NotDurable
from inbox.store.engine import Tx, Work
from inbox.store.queries import compile_query
from inbox.store.sqlite import SqliteEngine, open_sqlite
from tests.store.gate import Gate
from tests.store.test_group_commit import (
    ADD,
    MAKE,
    Commits,
    adding,
    commits,
    count,
    file,
    noting,
    ruin_table,
    store,
)

__all__ = ["commits", "file", "store"]


def failing(item: str) -> Work[None]:
    """Writes, and then finds that a rule forbids it."""

    async def work(tx: Tx) -> None:
        await tx.execute(ADD, id=item)
        raise Conflict("a rule")

    return work


async def kinds(*answers: Any) -> list[type]:
    """What each came to."""
    found = await asyncio.gather(*answers, return_exceptions=True)
    return [type(answer) for answer in found]


async def test_it_shares_the_commit_and_leaves_the_loop_alone(
    store: SqliteEngine, commits: Commits
) -> None:
    ran_on: list[threading.Thread] = []

    async def heavy(tx: Tx) -> int:
        ran_on.append(threading.current_thread())
        await tx.execute(ADD, id="heavy")
        return await count(tx)

    seen, *_ = await asyncio.gather(
        store.write(heavy, beside=True), *(store.write(adding(f"{n}")) for n in range(5))
    )

    assert seen == 6, "it goes after the others of its commit"
    assert commits == [6]
    assert ran_on != [threading.current_thread()]


async def test_nobody_is_answered_while_it_runs_and_the_loop_turns(store: SqliteEngine) -> None:
    gate = Gate()
    heavy = asyncio.create_task(store.write(gate.stand, beside=True))
    short = asyncio.create_task(store.write(adding("1")))
    await gate.reached()
    assert not short.done(), "its commit has not come"
    gate.open()
    await asyncio.gather(heavy, short)
    assert await store.read(count) == 1


async def test_it_fails_alone(store: SqliteEngine, commits: Commits) -> None:
    got = await kinds(
        store.write(adding("1")), store.write(failing("2"), beside=True), store.write(adding("3"))
    )

    assert got == [type(None), Conflict, type(None)]
    assert commits == [3]
    assert await store.read(count) == 2


async def test_it_is_run_where_all_others_fail(store: SqliteEngine) -> None:
    got = await kinds(store.write(failing("1")), store.write(adding("2"), beside=True))

    assert got == [Conflict, type(None)]
    assert await store.read(count) == 1


async def test_a_damaged_page_fails_all_that_share_its_commit(file: Path) -> None:
    await asyncio.to_thread(ruin_table, file)
    store = await open_sqlite(file)
    add_ruined = compile_query("add_ruined", "INSERT INTO ruined (id) VALUES ('1')")

    async def make(tx: Tx) -> None:
        await tx.execute(MAKE)

    async def touch(tx: Tx) -> None:
        await tx.execute(add_ruined)

    await store.write(make)
    got = await kinds(store.write(adding("1")), store.write(touch, beside=True))
    assert got == [NotDurable, NotDurable]
    got = await kinds(store.write(touch), store.write(adding("1"), beside=True))
    assert got == [NotDurable, type(None)], "its own commit had no fault"
    assert await store.read(count) == 1
    await store.close()


async def test_it_waits_for_a_database_that_another_process_holds(
    store: SqliteEngine, file: Path, commits: Commits
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.gather(store.write(adding("1")), store.write(adding("2"), beside=True))
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await writing
    assert sum(commits) == 2
    assert await store.read(count) == 2


async def test_it_waits_for_another_process_that_came_in_between(
    store: SqliteEngine, file: Path
) -> None:
    """The work before it fails alone, and leaves the database to whoever asks first."""
    begun, started = 0, threading.Event()
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:

        def hear(statement: str) -> None:
            nonlocal begun
            begun += statement == "BEGIN IMMEDIATE"
            if begun == 3 and not started.is_set():  # on the loop, on the writer thread, and now
                started.set()
                other.execute("BEGIN IMMEDIATE")
                threading.Timer(0.1, other.execute, ["ROLLBACK"]).start()

        store._writer._connection.set_trace_callback(hear)
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.1, other.execute, "ROLLBACK")
        got = await kinds(store.write(failing("1")), store.write(adding("2"), beside=True))
        store._writer._connection.set_trace_callback(None)

    assert started.is_set()
    assert got == [Conflict, type(None)]
    assert await store.read(count) == 1


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with others"])
async def test_who_went_before_it_began_is_passed_over(store: SqliteEngine, *, alone: bool) -> None:
    gate = Gate()
    busy = asyncio.create_task(store.write(gate.stand, long=True))
    await gate.reached()
    gone = asyncio.create_task(store.write(adding("gone"), beside=True))
    others = [] if alone else [asyncio.create_task(store.write(adding("1")))]
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(busy, *others)
    await store.write(adding("next"))
    assert gone.cancelled()
    assert await store.read(count) == 1 + len(others)


async def test_works_begin_in_the_order_they_came(store: SqliteEngine, commits: Commits) -> None:
    """One is run beside in each commit, and neither it nor a long one is overtaken for ever."""
    order: list[int] = []
    beside, long = {1, 4, 6, 9}, {5}
    await asyncio.gather(
        *(store.write(noting(order, n), beside=n in beside, long=n in long) for n in range(10))
    )

    assert order == [0, 2, 3, 1, 4, 5, 7, 8, 6, 9]
    assert commits == [4, 1, 1, 3, 1]


async def test_what_it_leaves_for_the_end_is_done(store: SqliteEngine) -> None:
    async def end(tx: Tx, entries: list[str]) -> None:
        for entry in entries:
            await tx.execute(ADD, id=entry)

    async def leave(tx: Tx) -> None:
        tx.at_end(end, "late")

    await store.write(leave, beside=True)
    await asyncio.gather(store.write(leave_more(end)), store.write(leave_more(end), beside=True))
    assert await store.read(count) == 3


def leave_more(end: Any) -> Work[None]:
    """Leaves one more for the end, each another."""

    async def work(tx: Tx) -> None:
        tx.at_end(end, f"late {id(work)}")

    return work


async def test_close_waits_for_it(store: SqliteEngine, file: Path) -> None:
    gate = Gate()

    async def heavy(tx: Tx) -> None:
        await gate.stand(tx)
        await tx.execute(ADD, id="heavy")

    writing = asyncio.create_task(store.write(heavy, beside=True))
    await gate.reached()
    closing_ = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing_.done()
    gate.open()
    await asyncio.gather(writing, closing_)
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM items").fetchone() == (1,)
