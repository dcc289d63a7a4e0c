"""Fixtures for all tests."""

from __future__ import annotations

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
