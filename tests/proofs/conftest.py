"""Fixtures: places for servers, each with a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engines import Database
from tests.postgres_server import PostgresServer, run_postgres
from tests.proofs.load import Ledger
from tests.proofs.sites import Site, make_folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with team Spokane and Bo, to be copied, and Bo's token."""
    folder = tmp_path_factory.mktemp("made") / "data"
    return folder, make_folder(folder)


@pytest.fixture
async def site(made: tuple[Path, str], tmp_path: Path) -> AsyncIterator[Site]:
    """A place on SQLite; nothing runs there yet."""
    folder, bo = made
    place = Site(Path(shutil.copytree(folder, tmp_path / "data")), bo=bo)
    yield place
    await place.end()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that is durable, and that the test may stop."""
    with run_postgres() as server:
        yield server


@pytest.fixture
async def postgres_site(own_postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Site]:
    """A place on PostgreSQL; nothing runs there yet."""
    folder = tmp_path / "data"
    bo = make_folder(folder, database=own_postgres.url())
    place = Site(folder, bo=bo)
    yield place
    await place.end()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """The outside log."""
    book = Ledger(tmp_path / "acknowledged")
    yield book
    book.close()


@pytest.fixture
async def shared_site(postgres: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A place on a database of the run's own PostgreSQL, which no test stops."""
    folder = tmp_path / "data"
    bo = make_folder(folder, database=(await Database("postgres", postgres).beside()).place)
    place = Site(folder, bo=bo)
    yield place
    await place.end()
