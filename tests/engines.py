"""Fixtures: every store test on both engines, each with a fresh database.

`engine` has Pinbox's schema, `bare_engine` nothing at all; `database` says where a server process
may keep its data. PostgreSQL is started once per run, or PINBOX_TEST_POSTGRES names one (a URL of
a role that may create databases).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from inbox.store.engine import Engine
from inbox.store.postgres import open_postgres
from inbox.store.schema import prepare
from inbox.store.sqlite import open_sqlite
from tests.postgres_server import run_postgres

EPOCH = "0a1b2c3d"
ENGINES = ("sqlite", "postgres")

_made: list[str] = []


class Database(msgspec.Struct, frozen=True):
    """Where data may lie: a file's path for SQLite, a URL for PostgreSQL."""

    kind: str
    place: str

    async def open(self) -> Engine:
        """Open it as it is."""
        if self.kind == "sqlite":
            return await open_sqlite(Path(self.place))
        return await open_postgres(self.place, pool=10)

    async def beside(self) -> Database:
        """A second, empty one, gone with the first's server or folder."""
        if self.kind == "sqlite":
            return Database("sqlite", f"{self.place}.beside")
        return await _new_database(self.place)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server, from which databases are made."""
    given = os.environ.get("PINBOX_TEST_POSTGRES")
    if given:
        yield given
        for name in _made:
            _wait_for(_command(given, f"DROP DATABASE {name} WITH (FORCE)"))
        return
    # A test's server need not survive a power cut; tests of durability start their own.
    with run_postgres(fsync="off", full_page_writes="off") as server:
        yield server.url()


class CleanDatabases:
    """PostgreSQL databases with the schema, emptied and lent again: making one costs far more.

    They are emptied through connections that stay, in a loop of their own, which outlives a test's.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._free: list[str] = []
        self._sweepers: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def take(self) -> str:
        """The URL of one that is as if just prepared."""
        if self._free:
            return self._free.pop()
        url = (await _new_database(self._server)).place
        await load_schema(url)
        await _command(url, _KEEP_FIRST_ROWS)
        return url

    async def give_back(self, url: str) -> None:
        """Bring it back to its first rows, whoever still holds a connection."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._empty(url), self._loop))
        self._free.append(url)

    def close(self) -> None:
        """End what stays open between tests."""
        for sweeper in self._sweepers.values():
            asyncio.run_coroutine_threadsafe(sweeper.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _empty(self, url: str) -> None:
        sweeper = self._sweepers.get(url)
        if sweeper is None:
            sweeper = self._sweepers[url] = await asyncpg.connect(url)
        await sweeper.execute(_EMPTY)


_KEEP_FIRST_ROWS = """
CREATE SCHEMA first_rows;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE first_rows.%1$I AS TABLE public.%1$I', name);
    END LOOP;
END $$
"""
_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;  -- foreign keys in any order
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM first_rows.%1$I', name);
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def clean_databases(postgres: str) -> Iterator[CleanDatabases]:
    """Databases with the schema on the run's server."""
    made = CleanDatabases(postgres)
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
async def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return Database("sqlite", str(tmp_path / "pinbox.db"))
    return await _new_database(request.getfixturevalue("postgres"))


@pytest.fixture(params=ENGINES)
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> AsyncIterator[Database]:
    """A database with Pinbox's schema and no rows; the same files as a server's `--data` holds."""
    if request.param == "sqlite":
        file = shutil.copy(sqlite_template, tmp_path / "pinbox.db")
        yield Database("sqlite", str(file))
    else:
        clean: CleanDatabases = request.getfixturevalue("clean_databases")
        url = await clean.take()
        yield Database("postgres", url)
        await clean.give_back(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema in it, to be copied."""
    file = tmp_path_factory.mktemp("schema") / "pinbox.db"
    _wait_for(load_schema(str(file)))
    return file


@pytest.fixture
async def bare_engine(bare_database: Database) -> AsyncIterator[Engine]:
    """An open engine on an empty database."""
    engine = await bare_database.open()
    yield engine
    await engine.close()


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    """An open engine with Pinbox's schema, fresh for each test."""
    opened = await database.open()
    yield opened
    await opened.close()


async def _new_database(server: str) -> Database:
    """An empty one, which goes with the server (or at the end, from one that stays)."""
    name = f"pinbox_test_{uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name} TEMPLATE template0")
    _made.append(name)
    return Database("postgres", _url(server, name))


async def load_schema(place: str) -> None:
    """Put Pinbox's schema into an empty database."""
    kind = "postgres" if "://" in place else "sqlite"
    engine = await Database(kind, place).open()
    await prepare(engine, epoch=EPOCH)
    await engine.close()


async def _command(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    if sql.startswith("CREATE DATABASE") and connection.get_server_version() >= (15,):
        sql += " STRATEGY FILE_COPY"  # quicker where nothing is fsynced
    await connection.execute(sql)
    await connection.close()


def _url(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _wait_for(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run it beside the test's own loop, which a fixture of the session must not touch."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(coroutine)
        except BaseException as error:  # noqa: BLE001  told on, below
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
