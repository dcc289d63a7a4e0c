"""What only PostgreSQL can do to us: settings of others, errors by code, no connection free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from inbox.core.errors import NotDurable, Overloaded
from inbox.store import postgres as module
from inbox.store.engine import Tx
from inbox.store.postgres import PostgresEngine, open_postgres
from inbox.store.queries import Query, compile_query
from inbox.store.refusal import Refusal
from tests.engines import CleanDatabases

SHOW = compile_query("show", "SHOW synchronous_commit")
ISOLATION = compile_query("isolation", "SHOW transaction_isolation")
READ_ONLY = compile_query("read_only", "SELECT set_config('transaction_read_only', 'on', true)")
ADD = compile_query("add", "INSERT INTO meta (key, value) VALUES ('x', 'y')")
GET = compile_query("get", "SELECT value FROM meta WHERE key = 'x'")


def raising(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{code}'; END $$"


@pytest.fixture
async def url(clean_databases: CleanDatabases) -> AsyncIterator[str]:
    taken = await clean_databases.take()
    yield taken
    await clean_databases.give_back(taken)


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresEngine]:
    engine = await open_postgres(url, pool=2)
    yield engine
    await engine.close()


async def test_commits_are_synchronous_whatever_the_server_says(url: str) -> None:
    admin = await asyncpg.connect(url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    store = await open_postgres(url, pool=1)

    async def look(tx: Tx) -> list[str]:
        return [(await tx.fetch(query))[0][0] for query in (SHOW, ISOLATION)]

    assert await store.write(look) == ["on", "read committed"]
    assert await store.read(look) == ["on", "repeatable read"]
    await store.close()
    await admin.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
    await admin.close()


@pytest.mark.parametrize(
    "code",
    [
        "53100",  # disk full
        "53200",  # out of memory
        "57014",  # cancelled: statement_timeout
        "57P01",  # admin shutdown
        "57P02",  # crash shutdown
        "57P03",  # cannot connect now
        "58030",  # I/O error
        "08006",  # connection failure
        "25006",  # read only: a standby
        "XX001",  # data corrupted
    ],
)
async def test_a_server_in_trouble_is_not_durable(store: PostgresEngine, code: str) -> None:
    fail = compile_query("fail", raising(code))

    async def work(tx: Tx) -> None:
        await tx.execute(ADD)
        await tx.execute(fail)

    with pytest.raises(NotDurable) as caught:
        await store.write(work)
    assert caught.value.retry_after

    async def look(tx: Tx) -> object:
        return await tx.fetch_one(GET)

    assert await store.read(look) is None
    if code != "25006":  # in a read it says that the work is wrong, not the server

        async def read(tx: Tx) -> None:
            await tx.execute(fail)

        with pytest.raises(Overloaded):
            await store.read(read)


async def test_a_works_own_mistake_comes_out_unchanged(store: PostgresEngine) -> None:
    for code, error in {
        "23514": asyncpg.CheckViolationError,
        "42601": asyncpg.PostgresSyntaxError,
        "22012": asyncpg.DivisionByZeroError,
    }.items():
        fail = compile_query("fail", raising(code))

        async def work(tx: Tx, fail: Query = fail) -> None:
            await tx.execute(fail)

        with pytest.raises(error):
            await store.write(work)

    async def own(tx: Tx) -> None:
        await tx.fetch(SHOW)
        raise TimeoutError("of the work's own making")

    with pytest.raises(TimeoutError, match="own making"):
        await store.write(own)


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
async def test_races_that_never_end_are_given_up(store: PostgresEngine, code: str) -> None:
    tries = 0
    fail = compile_query("fail", raising(code))

    async def work(tx: Tx) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(fail)

    with pytest.raises(Overloaded):
        await store.write(work)
    assert 2 < tries < 10


async def test_no_free_connection_is_overloaded(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await open_postgres(url, pool=1)
    inside, go = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        await tx.fetch(SHOW)
        inside.set()
        await go.wait()

    holding = asyncio.create_task(store.write(hold))
    await inside.wait()
    monkeypatch.setattr(module, "_ACQUIRE_SECONDS", 0.05)

    async def look(tx: Tx) -> object:
        return await tx.fetch_one(SHOW)

    for run in (store.write, store.read):
        with pytest.raises(Overloaded, match="No database connection"):
            await run(look)
    go.set()
    await holding
    assert await store.read(look)
    await store.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://postgres@/postgres?host=/nowhere",
        "postgresql://postgres@127.0.0.1:1/postgres",
        "postgresql://[",
    ],
)
async def test_a_server_that_is_not_there_is_refused(wrong: str) -> None:
    with pytest.raises(Refusal, match="cannot be reached"):
        await open_postgres(wrong)


async def test_a_database_that_is_not_there_is_refused(url: str) -> None:
    nobody = urlsplit(url)._replace(path="/nobody").geturl()
    with pytest.raises(Refusal, match='database "nobody" does not exist'):
        await open_postgres(nobody)
