"""Fixtures for all tests."""

from __future__ import annotations

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
