"""What SQLite's errors say of the disk; and the end of the process, where going on is no use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import NoReturn

_LOST_PAGES = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})
_STORAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_storage_fault(error: BaseException) -> bool:
    """Tell whether SQLite failed because of the disk or the file, not because of the statement."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, sqlite3.Error) and (
        getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _STORAGE
    )


def is_busy(error: BaseException) -> bool:
    """Tell whether another connection holds the lock."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF == sqlite3.SQLITE_BUSY


def code_name(error: BaseException) -> str:
    """SQLite's word for it, for the log."""
    return getattr(error, "sqlite_errorname", type(error).__name__)


def end_if_pages_lost(error: BaseException) -> None:
    """End the process after a failed fsync: what it acknowledged is safe, the rest was not told.

    After a failed fsync the kernel may mark the pages clean, so a second one would succeed without
    having written them (as PostgreSQL learned in 2018). Only a fresh start, which reads what is
    really on disk, is honest.
    """
    if getattr(error, "sqlite_errorcode", None) not in _LOST_PAGES:
        return
    end_process(
        os.EX_IOERR,
        f"the disk failed to keep a write ({code_name(error)}: {error}). The process ends now, so "
        "that nothing is acknowledged that is not on disk. Check the disk, then start again: all "
        "that was acknowledged is there.",
    )


def end_process(status: int, why: str) -> NoReturn:
    """End at once, with a word on stderr: no clean-up may write what must not be written."""
    with contextlib.suppress(OSError):  # the log may lie on the same disk
        os.write(2, f"pinbox: {why}\n".encode())
    os._exit(status)
