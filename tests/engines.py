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

_beside: list[str] = []


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
        name = f"pinbox_test_{uuid4().hex}"
        await _command(self.place, f"CREATE DATABASE {name} TEMPLATE template0")
        _beside.append(name)
        return Database("postgres", _url(self.place, name))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server, from which databases are made."""
    given = os.environ.get("PINBOX_TEST_POSTGRES")
    if given:
        yield given
        for name in _beside:
            _wait_for(_command(given, f"DROP DATABASE {name} WITH (FORCE)"))
        return
    # A test's server need not survive a power cut; tests of durability start their own.
    with run_postgres(fsync="off", full_page_writes="off") as server:
        yield server.url()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a database with the schema in it, to be copied."""
    name = f"pinbox_template_{uuid4().hex}"
    _wait_for(_command(postgres, f"CREATE DATABASE {name} TEMPLATE template0"))
    _wait_for(_load_schema(_url(postgres, name)))
    yield name
    _wait_for(_command(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=ENGINES)
async def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield Database("sqlite", str(tmp_path / "pinbox.db"))
    else:
        async for database in _copy_of(request.getfixturevalue("postgres"), "template0"):
            yield database


@pytest.fixture(params=ENGINES)
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> AsyncIterator[Database]:
    """A database with Pinbox's schema and no rows; the same files as a server's `--data` holds."""
    if request.param == "sqlite":
        file = shutil.copy(sqlite_template, tmp_path / "pinbox.db")
        yield Database("sqlite", str(file))
    else:
        template = request.getfixturevalue("postgres_template")
        async for copy in _copy_of(request.getfixturevalue("postgres"), template):
            yield copy


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema in it, to be copied."""
    file = tmp_path_factory.mktemp("schema") / "pinbox.db"
    _wait_for(_load_schema(str(file)))
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


async def _copy_of(server: str, template: str) -> AsyncIterator[Database]:
    name = f"pinbox_test_{uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield Database("postgres", _url(server, name))
    await _command(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _load_schema(place: str) -> None:
    kind = "postgres" if "://" in place else "sqlite"
    engine = await Database(kind, place).open()
    await prepare(engine, epoch=EPOCH)
    await engine.close()


async def _command(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    if sql.startswith("CREATE") and connection.get_server_version() >= (15,):
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
