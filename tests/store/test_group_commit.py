"""Group commit on SQLite: one fsync for all that wait, and nothing answered before it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inbox.core.errors import Conflict, NotDurable, Overloaded
from inbox.store import group_commit
from inbox.store.engine import Tx, Work
from inbox.store.queries import compile_query
from inbox.store.refusal import Refusal
from inbox.store.sqlite import SqliteEngine, open_sqlite
from tests.store.gate import Gate

MAKE = compile_query("make", "CREATE TABLE items (id TEXT PRIMARY KEY)")
ADD = compile_query("add", "INSERT INTO items (id) VALUES (:id)")
COUNT = compile_query("count", "SELECT count(*) FROM items")
NOTHING = compile_query("nothing", "SELECT 1")


class Commits(list[int]):
    """The sizes of the batches seen."""

    def see(self, works: int, seconds: float) -> None:
        assert seconds > 0
        self.append(works)


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pinbox.db"


@pytest.fixture
async def store(file: Path, commits: Commits) -> AsyncIterator[SqliteEngine]:
    engine = await open_sqlite(file, observe=commits.see)

    await engine.write(create)
    commits.clear()
    yield engine
    await engine.close()


async def create(tx: Tx) -> None:
    await tx.execute(MAKE)


def adding(item: str) -> Work[None]:
    async def work(tx: Tx) -> None:
        await tx.execute(ADD, id=item)

    return work


async def count(tx: Tx) -> int:
    row = await tx.fetch_one(COUNT)
    assert row is not None
    return int(row[0])


async def nothing(tx: Tx) -> None:
    await tx.fetch(NOTHING)


def noting(order: list[int], number: int) -> Work[None]:
    """Notes when it is run."""

    async def work(tx: Tx) -> None:
        order.append(number)
        await tx.fetch(NOTHING)

    return work


async def test_works_that_wait_share_a_commit(store: SqliteEngine, commits: Commits) -> None:
    await asyncio.gather(*(store.write(adding(f"{n}")) for n in range(100)))
    assert commits == [100]
    assert await store.read(count) == 100


async def test_a_batch_is_bounded(store: SqliteEngine, commits: Commits) -> None:
    await asyncio.gather(*(store.write(adding(f"{n}")) for n in range(1_000)))
    assert sum(commits) == 1_000
    assert max(commits) <= group_commit.BATCH_LIMIT


async def test_what_comes_during_a_commit_goes_into_the_next(
    store: SqliteEngine, commits: Commits
) -> None:
    gate = Gate()
    first = asyncio.create_task(store.write(gate.stand, long=True))
    await gate.reached()
    rest = [asyncio.create_task(store.write(adding(f"{n}"))) for n in range(5)]
    for _ in range(5):  # each in its own turn of the loop
        await asyncio.sleep(0)
        rest.append(asyncio.create_task(store.write(adding(f"late {len(rest)}"))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(first, *rest)
    assert commits == [1, 10]


async def test_nothing_is_answered_before_others_can_see_it(
    store: SqliteEngine, file: Path
) -> None:
    """Another connection sees only what is committed; so an answer must come after the commit."""
    with closing(sqlite3.connect(file)) as other:

        async def write(n: int) -> None:
            await store.write(adding(f"{n}"))
            found = other.execute("SELECT 1 FROM items WHERE id = ?", (f"{n}",)).fetchone()
            assert found is not None

        for turn in range(5):
            await asyncio.gather(*(write(turn * 50 + n) for n in range(50)))


async def test_every_commit_is_fsynced(store: SqliteEngine) -> None:
    settings = {}

    async def look(tx: Tx) -> None:
        for name in ("synchronous", "journal_mode", "wal_autocheckpoint", "mmap_size",
                     "foreign_keys"):  # fmt: skip
            row = await tx.fetch_one(compile_query(name, f"PRAGMA {name}"))
            settings[name] = row[0] if row else None

    await store.write(look)
    full = 2
    assert settings == {
        "synchronous": full,
        "journal_mode": "wal",
        "wal_autocheckpoint": 0,
        "mmap_size": 0,
        "foreign_keys": 1,
    }


async def test_a_failing_work_fails_alone_in_its_batch(
    store: SqliteEngine, commits: Commits
) -> None:
    refused = Conflict("no")

    async def fail(tx: Tx) -> None:
        await tx.execute(ADD, id="half")
        raise refused

    answers = await asyncio.gather(
        store.write(adding("1")),
        store.write(fail),
        store.write(adding("2")),
        store.write(adding("2")),
        store.write(adding("3")),
        return_exceptions=True,
    )
    assert commits == [5]
    assert answers[0] is answers[2] is answers[4] is None
    assert answers[1] is refused
    assert isinstance(answers[3], sqlite3.IntegrityError)
    assert await store.read(count) == 3


@pytest.mark.parametrize("long", [False, True])
async def test_a_table_made_by_a_work_that_fails_is_not_there(
    store: SqliteEngine, *, long: bool
) -> None:
    """SQLite counts no change for it, so that it looks as if nothing had been done."""

    async def fail(tx: Tx) -> None:
        await tx.execute(compile_query("half", "CREATE TABLE half (id TEXT)"))
        raise Conflict("no")

    with pytest.raises(Conflict):
        await store.write(fail, long=long)
    await store.write(adding("next"))
    found = compile_query("found", "SELECT count(*) FROM sqlite_master WHERE name = 'half'")

    async def look(tx: Tx) -> Any:
        return await tx.fetch_one(found)

    assert await store.read(look) == (0,)


async def test_a_figure_that_cannot_be_noted_costs_no_answer(file: Path) -> None:
    def fail(works: int, seconds: float) -> None:
        raise ValueError(works, seconds)

    store = await open_sqlite(file, observe=fail)
    async with asyncio.timeout(10):
        await store.write(nothing)
        await store.write(nothing)
        await store.close()


def test_a_writer_that_fails_ends_the_process(file: Path) -> None:
    """Without it nothing would be answered again, and nobody would know."""
    fail = (
        "import asyncio, pathlib, sys\n"
        "from inbox.store.sqlite import open_sqlite\n"
        "async def nothing(tx):\n"
        "    pass\n"
        "async def main():\n"
        "    engine = await open_sqlite(pathlib.Path(sys.argv[1]))\n"
        "    engine._writer._handed.put(lambda: 1 / 0)\n"
        "    await engine.write(nothing)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", fail, str(file)]
    ended = subprocess.run(command, check=False, timeout=20, capture_output=True, text=True)
    assert ended.returncode == os.EX_SOFTWARE
    assert "the writer has failed (ZeroDivisionError" in ended.stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
async def test_no_error_of_a_work_harms_the_writer(
    store: SqliteEngine, error: type[BaseException]
) -> None:
    async def fail(tx: Tx) -> None:
        await tx.execute(ADD, id="half")
        raise error

    with pytest.raises(error):
        await store.write(fail)
    await store.write(adding("whole"))
    assert await store.read(count) == 1


@pytest.mark.parametrize("through", ["write", "read"])
async def test_a_work_that_really_waits_is_a_mistake(store: SqliteEngine, through: str) -> None:
    async def work(tx: Tx) -> None:
        if through == "write":
            await tx.execute(ADD, id="half")
        await asyncio.sleep(0)

    run: Callable[[Work[None]], Awaitable[None]] = getattr(store, through)
    with pytest.raises(RuntimeError, match="must not await anything but the transaction"):
        await run(work)
    await store.write(adding("whole"))
    assert await store.read(count) == 1


async def test_who_went_before_the_work_began_is_passed_over(store: SqliteEngine) -> None:
    ran = threading.Event()

    async def work(tx: Tx) -> None:
        ran.set()
        await tx.execute(ADD, id="gone")

    gate = Gate()
    busy = asyncio.create_task(store.write(gate.stand, long=True))
    await gate.reached()
    gone = asyncio.create_task(store.write(work))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gate.open()
    await busy
    await store.write(adding("next"))
    assert gone.cancelled()
    assert not ran.is_set()
    assert await store.read(count) == 1


async def test_too_many_waiting_is_overloaded(file: Path) -> None:
    store = await open_sqlite(file, waiting_limit=10)
    gate = Gate()
    busy = asyncio.create_task(store.write(gate.stand, long=True))
    await gate.reached()
    waiting = [asyncio.create_task(store.write(nothing)) for _ in range(9)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as caught:
        await store.write(nothing)
    assert caught.value.retry_after
    gate.open()
    await asyncio.gather(busy, *waiting)
    await store.write(nothing)
    await store.close()


async def test_a_database_that_another_process_holds_is_not_durable(
    store: SqliteEngine, file: Path
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotDurable) as caught:
            await store.write(adding("1"))
        assert caught.value.retry_after
        other.execute("ROLLBACK")
    await store.write(adding("1"))
    assert await store.read(count) == 1


async def test_the_loop_waits_for_nobody(store: SqliteEngine, file: Path) -> None:
    """While another process holds the database, or a long work runs, the loop goes on turning."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    turning = asyncio.create_task(turn())
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write(adding("1")))
        while turns < 20:  # noqa: ASYNC110  that it turns is the point
            await asyncio.sleep(0)
        other.execute("ROLLBACK")
    await writing
    gate = Gate()
    long = asyncio.create_task(store.write(gate.stand, long=True))
    await gate.reached()
    waiting = asyncio.create_task(store.write(adding("2")))
    while turns < 40:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert not waiting.done()
    gate.open()
    await asyncio.gather(long, waiting)
    turning.cancel()
    assert await store.read(count) == 2


async def test_works_are_run_in_the_order_they_came(store: SqliteEngine, commits: Commits) -> None:
    order: list[int] = []
    await asyncio.gather(*(store.write(noting(order, n), long=n in {3, 4, 7}) for n in range(10)))
    assert order == list(range(10))
    assert commits == [3, 1, 1, 2, 1, 2]


def ruin_table(file: Path) -> None:
    """Overwrite the page that a table `ruined` begins on."""
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE ruined (id TEXT)")
        (page,) = other.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ruined'"
        ).fetchone()
        (size,) = other.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)


async def test_a_damaged_page_fails_its_batch_and_no_other(file: Path, commits: Commits) -> None:
    await asyncio.to_thread(ruin_table, file)
    store = await open_sqlite(file, observe=commits.see)
    add_ruined = compile_query("add_ruined", "INSERT INTO ruined (id) VALUES ('1')")

    async def make(tx: Tx) -> None:
        await tx.execute(MAKE)

    async def touch(tx: Tx) -> None:
        await tx.execute(ADD, id="half")
        await tx.execute(add_ruined)

    async def touch_and_say_otherwise(tx: Tx) -> None:
        try:
            await touch(tx)
        except sqlite3.DatabaseError:
            raise Conflict("as if it were a rule") from None

    await store.write(make)
    for ruined in (touch, touch_and_say_otherwise):
        answers = await asyncio.gather(
            store.write(adding("1")), store.write(ruined), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [NotDurable, NotDurable]
        assert await store.read(count) == 0
    await store.write(adding("1"))
    assert await store.read(count) == 1
    assert commits == [1, 1], "a batch that failed is no commit"
    await store.close()


async def test_the_log_does_not_grow_without_bound(
    store: SqliteEngine, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what is written from one checkpoint to the next, however much is written and read.

    Reads come in every other turn, beside writes, and checkpoints in the others: on a busy machine
    a read may last as long as it likes, and never puts one off.
    """

    async def largest(engine: SqliteEngine, log: Path) -> int:
        size = 0
        for turn in range(60):
            reads = [engine.read(count) for _ in range(5)] if turn % 2 == 0 else []
            writes = [engine.write(adding(f"{turn}-{n}")) for n in range(100)]
            await asyncio.gather(*writes, *reads)
            size = max(size, log.stat().st_size)  # noqa: ASYNC240
        assert await engine.read(count) == 6_000
        return size

    whole = await open_sqlite(tmp_path / "whole.db")
    await whole.write(create)
    everything = await largest(whole, tmp_path / "whole.db-wal")
    await whole.close()
    monkeypatch.setattr(group_commit, "CHECKPOINT_CHANGES", 200)
    # Two turns of sixty, a thirtieth; pages that a turn touches differ by less than threefold.
    assert await largest(store, file.with_name(f"{file.name}-wal")) < everything / 10


async def test_an_idle_writer_moves_the_log(
    store: SqliteEngine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(group_commit, "LARGE_LOG_BYTES", 0)
    log = file.with_name(f"{file.name}-wal")
    await store.write(adding("1"))
    async with asyncio.timeout(5):
        while log.stat().st_size:  # noqa: ASYNC110  a file tells nobody of its size
            await asyncio.sleep(0.01)
    assert await store.read(count) == 1


async def test_what_a_killed_process_left_in_the_log_is_in_the_database_before_the_first_write(
    store: SqliteEngine, file: Path
) -> None:
    await store.write(adding("1"))
    copy, log = file.with_name("killed.db"), file.with_name("killed.db-wal")
    shutil.copy(file, copy)  # as kill -9 would leave both
    shutil.copy(file.with_name("pinbox.db-wal"), log)
    assert log.stat().st_size
    again = await open_sqlite(copy)
    assert log.stat().st_size == 0
    assert await again.read(count) == 1
    await again.close()


def test_a_process_that_fails_without_closing_ends(file: Path) -> None:
    fail = (
        "import asyncio, pathlib, sys\n"
        "from inbox.store.sqlite import open_sqlite\n"
        "async def main():\n"
        "    engine = await open_sqlite(pathlib.Path(sys.argv[1]))\n"
        "    raise SystemExit(7)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", fail, file], check=False, timeout=20)
    assert ended.returncode == 7


async def test_close_leaves_one_file(file: Path) -> None:
    store = await open_sqlite(file)
    await store.write(nothing)
    await store.close()
    assert [found.name for found in file.parent.iterdir()] == [file.name]


async def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    await asyncio.to_thread(file.write_text, "Dear Ana, this is a letter. " * 100)
    with pytest.raises(Refusal, match="not a database"):
        await open_sqlite(file)


async def test_a_place_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(Refusal, match="unable to open"):
        await open_sqlite(file.parent / "nowhere" / "pinbox.db")
