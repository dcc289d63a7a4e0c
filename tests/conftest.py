"""Fixtures for all tests."""

from __future__ import annotations

from tests.engines import (
    bare_database,
    bare_engine,
    database,
    engine,
    postgres,
    postgres_template,
    sqlite_template,
)

__all__ = [
    "bare_database",
    "bare_engine",
    "database",
    "engine",
    "postgres",
    "postgres_template",
    "sqlite_template",
]
