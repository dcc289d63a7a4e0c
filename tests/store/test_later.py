"""Rows that are written later in their transaction: nobody can tell, but by the clock."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.errors import Conflict, NotDurable
from inbox.store.batch import Batch, Job
from inbox.store.engine import Engine, Tx, Work
from inbox.store.queries import compile_query
from inbox.store.sqlite import open_sqlite
from tests.store.test_group_commit import ruin_table

MAKE = [
    compile_query("threads", "CREATE TABLE threads (id TEXT PRIMARY KEY, head BIGINT NOT NULL)"),
    compile_query(
        "items",
        "CREATE TABLE items (thread TEXT NOT NULL, seq BIGINT NOT NULL, key TEXT NOT NULL UNIQUE, "
        "PRIMARY KEY (thread, seq))",
    ),
]
ADD_THREAD = compile_query("add_thread", "INSERT INTO threads (id, head) VALUES (:id, 0)")
LOCK = compile_query("lock", "SELECT head FROM threads WHERE id = :id FOR UPDATE")
MARK = compile_query("mark", "UPDATE threads SET head = :head WHERE id = :id")
ADD = compile_query("add", "INSERT INTO items (thread, seq, key) VALUES (:id, :seq, :key)")
ITEMS = compile_query("items", "SELECT thread, seq, key FROM items ORDER BY thread, seq")
SKIP = compile_query("skip", "UPDATE threads SET head = head + 1 WHERE id = :id")
HEADS = compile_query("heads", "SELECT id, head FROM threads ORDER BY id")
ADD_RUINED = compile_query("add_ruined", "INSERT INTO ruined (id) VALUES (:id)")

THREADS = ("ana", "luis", "mei")
TAKEN = (sqlite3.IntegrityError, asyncpg.UniqueViolationError)


async def make(tx: Tx) -> None:
    for table in MAKE:
        await tx.execute(table)
    for thread in THREADS:
        await tx.execute(ADD_THREAD, id=thread)


@pytest.fixture
async def store(bare_engine: Engine) -> Engine:
    await bare_engine.write(make)
    return bare_engine


async def send(tx: Tx, thread: str, key: str) -> int:
    """As a message is sent: the thread is locked, its next number given, both rows left."""
    row = await tx.fetch_one_of(thread, LOCK, id=thread)
    assert row is not None
    head: int = row[0] + 1
    tx.later(ADD, {"id": thread, "seq": head, "key": key}, of=thread)
    tx.later(MARK, {"id": thread, "head": head}, of=thread)
    return head


def sending(thread: str, key: str) -> Work[int]:
    return lambda tx: send(tx, thread, key)


async def look(tx: Tx) -> tuple[list[Any], list[Any]]:
    """Everything there is: items, and heads."""
    items, heads = await tx.fetch(ITEMS), await tx.fetch(HEADS)
    return [tuple(row) for row in items], [tuple(row) for row in heads]


async def test_it_is_there_when_the_write_is_answered(store: Engine) -> None:
    assert await store.write(sending("ana", "a")) == 1
    items, heads = await store.read(look)
    assert items == [("ana", 1, "a")]
    assert heads == [("ana", 1), ("luis", 0), ("mei", 0)]


Statement = Callable[[Tx], Awaitable[Any]]
_STATEMENTS: dict[str, tuple[Statement, Any]] = {
    "fetch": (lambda tx: tx.fetch(LOCK, id="ana"), [(1,)]),
    "fetch_one": (lambda tx: tx.fetch_one(LOCK, id="ana"), (1,)),
    "fetch_one_of": (lambda tx: tx.fetch_one_of("ana", LOCK, id="ana"), (1,)),
}


@pytest.mark.parametrize("name", _STATEMENTS)
async def test_whoever_looks_sees_it(store: Engine, name: str) -> None:
    """Within the work itself."""
    statement, expected = _STATEMENTS[name]

    async def work(tx: Tx) -> None:
        await send(tx, "ana", "a")
        found = await statement(tx)
        assert [*map(tuple, found)] == expected if name == "fetch" else tuple(found) == expected
        assert (await look(tx))[0] == [("ana", 1, "a")]

    await store.write(work)


_MARKED: dict[str, Callable[[Tx], Awaitable[object]]] = {
    "execute": lambda tx: tx.execute(MARK, id="ana", head=7),
    "execute_many": lambda tx: tx.execute_many(MARK, [{"id": "ana", "head": 7}]),
}


@pytest.mark.parametrize("mark", _MARKED.values(), ids=_MARKED.keys())
async def test_what_is_run_after_it_comes_behind_it(
    store: Engine, mark: Callable[[Tx], Awaitable[object]]
) -> None:
    async def work(tx: Tx) -> None:
        await send(tx, "ana", "a")
        await mark(tx)

    await store.write(work)
    assert (await store.read(look))[1][0] == ("ana", 7)


async def test_the_works_of_a_batch_see_each_others(store: Engine) -> None:
    """Many for each thread at once: the numbers are dense, and each got its own."""
    seqs = await asyncio.gather(*(store.write(sending(THREADS[n % 3], f"{n}")) for n in range(90)))
    items, heads = await store.read(look)
    assert heads == [(thread, 30) for thread in THREADS]
    sent = sorted((THREADS[n % 3], seq, f"{n}") for n, seq in enumerate(seqs))
    assert items == sent
    for place in range(3):
        assert sorted(seqs[place::3]) == list(range(1, 31))


async def test_one_that_fails_leaves_none(store: Engine) -> None:
    async def fail(tx: Tx) -> int:
        await send(tx, "ana", "half")
        raise Conflict("no")

    answers = await asyncio.gather(
        store.write(sending("luis", "l")),
        store.write(fail),
        store.write(sending("ana", "a")),
        return_exceptions=True,
    )
    assert answers[0] == answers[2] == 1
    assert isinstance(answers[1], Conflict)
    assert (await store.read(look))[0] == [("ana", 1, "a"), ("luis", 1, "l")]


async def test_a_row_that_cannot_be_written_fails_its_own_work_alone(store: Engine) -> None:
    """It shows at the end, or in the statement of another work: whose it was is told apart."""

    async def looking(tx: Tx) -> int:
        return len(await tx.fetch(HEADS))

    await store.write(sending("mei", "taken"))
    answers = await asyncio.gather(
        store.write(sending("luis", "l")),
        store.write(sending("ana", "taken")),
        store.write(looking),
        store.write(sending("mei", "m")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], TAKEN)
    assert [answers[0], *answers[2:]] == [1, 3, 2]
    items, heads = await store.read(look)
    assert items == [("luis", 1, "l"), ("mei", 1, "taken"), ("mei", 2, "m")]
    assert heads == [("ana", 0), ("luis", 1), ("mei", 2)]


async def test_a_read_must_not_leave_any(store: Engine) -> None:
    async def work(tx: Tx) -> None:
        tx.later(MARK, {"id": "ana", "head": 7}, of="ana")

    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        await store.read(work)
    assert await store.write(sending("ana", "a")) == 1


async def test_a_rule_that_forbids_has_nobody_run_again(tmp_path: Path) -> None:
    """On SQLite a batch is undone and run anew where a work fails halfway: this one has not."""
    store = await open_sqlite(tmp_path / "pinbox.db")
    await store.write(make)
    ran: list[str] = []

    async def send_once(tx: Tx) -> int:
        ran.append("send")
        return await send(tx, "ana", "a")

    async def forbid(tx: Tx) -> None:
        ran.append("forbid")
        await tx.fetch(HEADS)  # for which the other's rows are written
        raise Conflict("no")

    answers = await asyncio.gather(
        store.write(send_once), store.write(forbid), return_exceptions=True
    )
    assert answers[0] == 1
    assert isinstance(answers[1], Conflict)
    assert ran == ["send", "forbid"]
    await store.close()


async def test_a_damaged_page_is_met_late_and_fails_the_whole_batch(tmp_path: Path) -> None:
    """It may come up in another's statement; nobody is told a success, and the next goes on."""
    file = tmp_path / "pinbox.db"
    await asyncio.to_thread(ruin_table, file)
    store = await open_sqlite(file)
    await store.write(make)

    async def touch(tx: Tx) -> None:
        tx.later(ADD_RUINED, {"id": "1"}, of="ruined")

    for others in ([sending("ana", "a")], [sending("ana", "a"), look]):
        works: list[Work[Any]] = [touch, *others]
        answers = await asyncio.gather(*map(store.write, works), return_exceptions=True)
        assert [type(answer) for answer in answers] == [NotDurable] * len(works)
    assert await store.write(sending("ana", "a")) == 1
    assert (await store.read(look))[0] == [("ana", 1, "a")]
    await store.close()


Step = tuple[Literal["send", "skip", "look", "fail"], str]
_steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(("send", "send", "send", "skip", "look", "fail")), st.sampled_from(THREADS)
)
_works = st.lists(_steps, min_size=1, max_size=5)


@given(batches=st.lists(st.lists(_works, min_size=1, max_size=6), min_size=1, max_size=3))
def test_nobody_can_tell(batches: list[list[list[Step]]]) -> None:
    """Works of any steps, in any batches: each comes to what it would if it were alone."""
    model = Model()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        run(connection, [make])
        for number, works in enumerate(batches):
            named = [(steps, f"{number}.{place}") for place, steps in enumerate(works)]
            expected = [model.take(steps, name) for steps, name in named]
            assert run(connection, [taking(steps, name) for steps, name in named]) == expected
            assert run(connection, [look]) == [model.look()]


def run(connection: sqlite3.Connection, works: list[Work[Any]]) -> list[Any]:
    """One batch as the writer runs it: what each work came to, none where it failed."""
    loop = asyncio.new_event_loop()
    outcomes = Batch(connection).run([Job(work, loop.create_future()) for work in works])
    loop.close()
    if connection.in_transaction:
        connection.execute("COMMIT")
    assert all(outcome.error is None or isinstance(outcome.error, Conflict) for outcome in outcomes)
    return [None if outcome.error else outcome.value for outcome in outcomes]


def taking(steps: list[Step], name: str) -> Work[list[Any]]:
    """A work of these steps; what it saw on its way."""

    async def work(tx: Tx) -> list[Any]:
        saw: list[Any] = []
        for place, (verb, thread) in enumerate(steps):
            match verb:
                case "send":
                    saw.append(await send(tx, thread, f"{name}.{place}"))
                case "skip":
                    await tx.execute(SKIP, id=thread)
                case "look":
                    saw.append(await look(tx))
                case "fail":
                    raise Conflict("no")
        return saw

    return work


class Model:
    """The same in plain lists."""

    def __init__(self) -> None:
        self.heads = dict.fromkeys(THREADS, 0)
        self.items: list[tuple[str, int, str]] = []

    def look(self) -> tuple[list[Any], list[Any]]:
        return sorted(self.items), sorted(self.heads.items())

    def take(self, steps: list[Step], name: str) -> list[Any] | None:
        heads, items, saw = dict(self.heads), list(self.items), list[Any]()
        for place, (verb, thread) in enumerate(steps):
            if verb == "fail":
                self.heads, self.items = heads, items
                return None
            if verb == "look":
                saw.append(self.look())
                continue
            self.heads[thread] += 1
            if verb == "send":
                self.items.append((thread, self.heads[thread], f"{name}.{place}"))
                saw.append(self.heads[thread])
        return saw
