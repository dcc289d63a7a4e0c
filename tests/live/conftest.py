"""The cast and a Context on both engines, and a house with its doors open."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inbox.flows.context import Context
from tests.cast import cast, clock, ctx
from tests.engines import Database
from tests.live.house import House, open_house

__all__ = ["cast", "clock", "ctx", "house"]


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Database:
    """For what does not depend on the engine."""
    return Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "pinbox.db")))


@pytest.fixture
async def house(ctx: Context) -> AsyncIterator[House]:
    """A running server on `ctx`."""
    async with open_house(ctx) as opened:
        yield opened
