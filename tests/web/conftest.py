"""A server with its people, on both engines."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inbox.flows.context import Context
from tests.cast import clock, ctx
from tests.engines import Database
from tests.servers import People, Server, make_people, serve

__all__ = ["clock", "ctx", "people", "server"]


@pytest.fixture
async def server(ctx: Context, people: People) -> AsyncIterator[Server]:  # noqa: ARG001
    """A running server with its people in it."""
    async with serve(ctx) as running:
        yield running


@pytest.fixture
async def people(ctx: Context) -> People:
    """Its teams and agents."""
    return await make_people(ctx)


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Database:
    """A fresh database for what does not depend on the engine."""
    return Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "pinbox.db")))
