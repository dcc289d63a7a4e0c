"""Backup and restore of a SQLite database, while it serves or stands still.

A PostgreSQL database has its own tools: `pg_dump` and `pg_restore`, or a base backup with its log,
and after a restore `pinbox epoch renew`, so that no client keeps a cursor from the lost future.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from inbox.store.lock import hold_folder
from inbox.store.refusal import Refusal
from inbox.store.release import read_state, refuse_too_new

_BACKUPS = "backups"


async def back_up(database: Path, target: Path) -> None:
    """Copy the database as it is at one moment into one file, while others go on writing.

    The copy is checked and fsynced under another name and then renamed, so `target` is either
    whole or not there; an older file of that name is replaced. The log of the database grows while
    the copy runs. Raises Refusal when the copy is damaged or cannot be written.
    """
    await asyncio.to_thread(_back_up, database, target)


async def back_up_before_migration(database: Path, *, number: int, keep: int) -> Path:
    """Save the file before a migration, and keep so many of these."""
    folder = database.parent / _BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"before-{number:04d}.db"
    await back_up(database, target)
    saved = sorted(folder.glob("before-*.db"), key=lambda file: file.stat().st_mtime_ns)
    for old in saved[: max(len(saved) - keep, 0)]:
        old.unlink()
    return target


def restore(source: Path, database: Path, *, epoch: str) -> None:
    """Put a backup in the place of the database, with a new epoch; takes the folder's lock.

    The file that was there stays beside it as `….before-restore`. Nothing is touched before the
    backup is checked. Raises Refusal when it is damaged, not Pinbox's, too new for this code, or
    the folder is in use.
    """
    with hold_folder(database.parent), _written_whole(database) as fresh:
        _copy(source, fresh)
        _renew(fresh, source=source, epoch=epoch)
        _set_aside(database)


def _back_up(database: Path, target: Path) -> None:
    if not database.is_file():
        raise Refusal(f"There is no database at {database}")
    with _written_whole(target) as fresh:
        _copy(database, fresh)


@contextlib.contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """A name to write to, which becomes the target when all is on disk, and else is gone."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        yield fresh
        _sync(fresh)
        fresh.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error}") from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """Copy all pages under one read snapshot, and check what came out."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as old,
            closing(sqlite3.connect(target, isolation_level=None)) as new,
        ):
            old.execute("PRAGMA wal_autocheckpoint = 0")
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            (verdict,) = new.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise Refusal(f"{source} cannot be copied: {error}") from error
    if verdict != "ok":
        raise Refusal(f"{source} is damaged: {verdict}")


def _renew(fresh: Path, *, source: Path, epoch: str) -> None:
    """Check that the copy is Pinbox's and not too new, and write the new epoch into it."""
    with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
        try:
            state = read_state(copy.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.Error as error:
            raise Refusal(f"{source} is no backup of Pinbox: {error}") from error
        refuse_too_new(state)
        copy.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))


def _set_aside(database: Path) -> None:
    """Keep the old database under another name, and leave no log that a new one would read."""
    if not database.exists():
        return
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(database)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # may be too damaged for that
    aside = database.with_name(f"{database.name}.before-restore")
    for suffix in ("", "-wal"):
        aside.with_name(aside.name + suffix).unlink(missing_ok=True)
    try:
        aside.hardlink_to(database)  # the old one stays in place until the new one takes it
    except OSError:
        shutil.copy2(database, aside)
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        log.replace(aside.with_name(f"{aside.name}-wal"))
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    _sync(database.parent)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
