"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from hypothesis import settings

from tests.engines import (
    bare_database,
    bare_engine,
    clean_databases,
    database,
    engine,
    postgres,
    sqlite_template,
)

__all__ = [
    "bare_database",
    "bare_engine",
    "clean_databases",
    "database",
    "engine",
    "postgres",
    "sqlite_template",
]

# A slow machine breaks no promise: how long one example takes is never what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30


def pytest_configure() -> None:
    """Have the tests' files in memory where there is plenty: a commit of SQLite waits for the disk.

    A process that is killed loses nothing of them there either, and disks that fail are made by
    `tests.faults`. `PYTEST_DEBUG_TEMPROOT` and `--basetemp` say another place.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
