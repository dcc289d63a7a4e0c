"""Backup and restore of a SQLite database, while it serves or stands still.

A PostgreSQL database has its own tools: `pg_dump` and `pg_restore`, or a base backup with its log,
and after a restore `pinbox epoch renew`, so that no client keeps a cursor from the lost future.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from inbox.settings import FILENAME
from inbox.store.lock import LOCK_NAME, hold_folder
from inbox.store.refusal import Refusal
from inbox.store.release import read_state, refuse_other_secret, refuse_too_new

_BACKUPS = "backups"
_AT_REST = (18, 20)
"""Where a SQLite file says how it is written; 1, 1: without a write-ahead log, as a backup is."""
_OWN = frozenset(
    {FILENAME, LOCK_NAME, "control.sock", "pinbox.db"}
    | {f"pinbox.db-{kind}" for kind in ("wal", "shm", "journal")}
)
"""What the data folder itself needs; a backup in its place would be the end of it."""


async def back_up(database: Path, target: Path) -> None:
    """Copy the database as it is at one moment into one file, while others go on writing.

    The copy is checked and fsynced under another name and then renamed, so `target` is either
    whole or not there; an older backup of that name is replaced. The log of the database grows
    while the copy runs. Raises Refusal when the copy is damaged or cannot be written, and before
    anything is read when `target` is one of the data folder's own files or no backup of Pinbox.
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


def restore(source: Path, database: Path, *, epoch: str, secret: str | None = None) -> Path | None:
    """Put a backup in the place of the database, with a new epoch; takes the folder's lock.

    The file that was there stays beside it under a name with the time, `….before-restore-…`, which
    is returned. Nothing is touched before the backup is checked. Raises Refusal when it is damaged,
    not Pinbox's, too new for this code, or the folder is in use; and, where `secret` is given, when
    that is not the fingerprint of the secret by which it was written.
    """
    with hold_folder(database.parent), _written_whole(database) as fresh:
        _copy(source, fresh)
        _renew(fresh, source=source, epoch=epoch, secret=secret)
        return _set_aside(database)


def refuse_own_files(folder: Path, target: Path) -> None:
    """Raise Refusal when a path, by whatever way it leads there, is a file that the folder needs.

    Also of one that is not there at the moment: a stray log would be read into the database.
    """
    real = target.resolve()
    own = real.parent == folder.resolve() and real.name.casefold() in _OWN
    if own or any(_is_same(real, folder / name) for name in _OWN):
        raise Refusal(f"{target} is what Pinbox itself works with in {folder}; name another file")


def _back_up(database: Path, target: Path) -> None:
    if not database.is_file():
        raise Refusal(f"There is no database at {database}")
    refuse_own_files(database.parent, target)
    if not target.parent.is_dir():
        raise Refusal(f"There is no folder {target.parent}; make it first, or name another file")
    if os.path.lexists(target) and not _is_backup(target):
        raise Refusal(f"{target} is there and is no backup of Pinbox; name another file")
    with _written_whole(target) as fresh:
        _copy(database, fresh)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _is_backup(file: Path) -> bool:
    """Whether a file may be replaced: Pinbox's, and at rest, unlike the database of an inbox."""
    try:
        with file.open("rb") as raw:
            if not file.is_file() or raw.read(_AT_REST[1])[_AT_REST[0] :] != b"\x01\x01":
                return False
        place = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(place, uri=True)) as saved:
            read_state(saved.execute("SELECT key, value FROM meta").fetchall())
    except (OSError, sqlite3.Error, Refusal):
        return False
    return True


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


def _renew(fresh: Path, *, source: Path, epoch: str, secret: str | None) -> None:
    """Check that the copy is Pinbox's, not too new and ours, and write the new epoch into it."""
    with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
        try:
            state = read_state(copy.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.Error as error:
            raise Refusal(f"{source} is no backup of Pinbox: {error}") from error
        refuse_too_new(state)
        refuse_other_secret(state, secret, what=str(source), lost="add --new-secret")
        copy.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (epoch,))


def _set_aside(database: Path) -> Path | None:
    """Keep the old database under another name, and leave no log that a new one would read."""
    if not database.exists():
        return None
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(database)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # may be too damaged for that
    aside = _new_name(database)
    try:
        aside.hardlink_to(database)  # the old one stays in place until the new one takes it
    except OSError:
        shutil.copy2(database, aside)
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        log.replace(aside.with_name(f"{aside.name}-wal"))
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    _sync(database.parent)
    return aside


def _new_name(database: Path) -> Path:
    """A name with the time (UTC) that nobody has yet: what was set aside before stays."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    name = f"{database.name}.before-restore-{now}"
    for number in itertools.count(2):
        if not os.path.lexists(database.with_name(name)):
            break
        name = f"{database.name}.before-restore-{now}-{number}"
    return database.with_name(name)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
