"""Commands on the database as a whole: backup, restore, migrate, epoch."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.settings import Settings
    from inbox.store.engine import Engine

FILE = click.Path(path_type=Path, dir_okay=False)
new_secret_option = click.option(
    "--new-secret",
    is_flag=True,
    help="The old server_secret is lost: go on with this one. Messages that were sent before and "
    "are sent again will be stored twice.",
)


class Saved(msgspec.Struct, frozen=True):
    """A backup that is whole and on disk."""

    file: str
    bytes: int


class Restored(msgspec.Struct, frozen=True):
    """What stands in the folder now, and what the database that was there is called."""

    epoch: str
    schema: int
    before: str | None


class Migrated(msgspec.Struct, frozen=True):
    """The schema number before and after; 0 before: the database is new."""

    before: int
    after: int


@click.command()
@click.argument("file", type=FILE)
@with_out
def backup(out: Out, *, file: Path) -> None:
    """Copy the database into FILE.

    As it is at one moment, while it serves or stands still. An earlier backup of that name is
    replaced, any other file is not. Keep `pinbox.toml` as well, in another place: its secrets are
    not in FILE, and without them it cannot be restored whole. Nor are the files that people sent:
    copy the folder `uploads` after this (docs/uploads.md).
    """
    database = _find_sqlite(out.data, instead="use `pg_dump`")
    from inbox.store.backup import back_up

    async def work() -> None:
        with _held_unless_served(out.data):
            await back_up(database, file)

    asyncio.run(work())
    saved = Saved(str(file), file.stat().st_size)
    out.say(
        saved,
        f"Saved {saved.bytes:,} bytes in {file}. Keep pinbox.toml too, and copy uploads/",
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@new_secret_option
@with_out
def restore(out: Out, *, file: Path, new_secret: bool) -> None:
    """Put a backup in the database's place.

    It gets a new epoch, so that clients load afresh. Refused while it serves, and where
    `server_secret` is not the one that the backup was written with. The database that was there
    stays beside it as `pinbox.db.before-restore-TIME`; each takes its room on the disk.
    """
    from inbox.store import backup as store

    database = _find_sqlite(out.data, instead="use `pg_restore`, then `pinbox epoch renew`")
    space, size = shutil.disk_usage(out.data).free, file.stat().st_size
    if space < size:
        raise click.ClickException(
            f"the copy needs {size:,} bytes and {out.data} has {space:,} free; make room first"
        )
    epoch = secrets.token_hex(4)
    secret = None if new_secret else _find_fingerprint(out.data)
    before = store.restore(file, database, epoch=epoch, secret=secret)
    schema = asyncio.run(_migrate(out.data, new_secret=new_secret)).after
    words = f"Restored from {file}. Clients will load afresh (epoch {epoch})"
    if before is not None:
        words += f"\nThe database that was here is {before}"
    out.say(Restored(epoch, schema, None if before is None else str(before)), words)


@click.command()
@new_secret_option
@with_out
def migrate(out: Out, *, new_secret: bool) -> None:
    """Bring the database up to date.

    Refused while it serves. `pinbox serve` does the same at its start; a SQLite database is saved
    under `backups/` first.
    """
    from inbox.cli.folder import demand_folder

    demand_folder(out.data)
    done = asyncio.run(_migrate(out.data, new_secret=new_secret))
    words = (
        f"Nothing to do: the schema is {done.after}"
        if done.before == done.after
        else f"The schema was {done.before} and is {done.after}"
    )
    out.say(done, words)


@click.group()
def epoch() -> None:
    """What makes old cursors void."""


@epoch.command("renew")
@with_out
def renew(out: Out) -> None:
    """Void every cursor, so that clients load afresh.

    For PostgreSQL after `pg_restore`, a point-in-time recovery, or a failover that lost writes:
    without it, clients would hold on to places that mean something else now. `restore` does it.
    """
    from inbox.ops.operation import Nothing
    from inbox.ops.upkeep import Renewed

    renewed = out.ask("epoch.renew", Nothing(), Renewed)
    out.say(renewed, f"The epoch is {renewed.epoch}; clients will load afresh")


def _find_fingerprint(data: Path) -> str:
    from inbox.auth.keys import Keys
    from inbox.settings import load

    return Keys(load(data, os.environ).server_secret).fingerprint()


async def _migrate(data: Path, *, new_secret: bool) -> Migrated:
    from inbox.store.refusal import Refusal
    from inbox.store.schema import look_up_state, prepare

    async with _held_engine(data) as (engine, settings):
        before = 0
        with contextlib.suppress(Refusal):
            before = (await look_up_state(engine)).schema
        state = await prepare(
            engine,
            epoch=secrets.token_hex(4),
            secret=_find_fingerprint(data),
            new_secret=new_secret,
            backups=settings.backups_kept,
        )
        return Migrated(before, state.schema)


@contextlib.asynccontextmanager
async def _held_engine(data: Path) -> AsyncIterator[tuple[Engine, Settings]]:
    """The database as it is, with the folder held: nobody serves meanwhile."""
    from inbox.app import open_engine
    from inbox.settings import load
    from inbox.store.lock import hold_folder
    from inbox.telemetry import Metrics

    settings = load(data, os.environ)
    os.umask(0o077)  # a new database is for this user alone
    with hold_folder(data):
        engine = await open_engine(data, settings, metrics=Metrics())
        try:
            yield engine, settings
        finally:
            await engine.close()


@contextlib.contextmanager
def _held_unless_served(data: Path) -> Iterator[None]:
    """Hold the folder where nobody does. Beside a server a copy is safe, since it only reads."""
    from inbox.store.lock import hold_folder
    from inbox.store.refusal import Refusal

    with contextlib.ExitStack() as held:
        with contextlib.suppress(Refusal):
            held.enter_context(hold_folder(data))
        yield


def _find_sqlite(data: Path, *, instead: str) -> Path:
    """The database file; refuses where the settings name PostgreSQL, and says what to do there."""
    from inbox.cli.folder import demand_folder

    demand_folder(data)
    from inbox.app import DATABASE
    from inbox.settings import load

    if load(data, os.environ).database:
        raise click.ClickException(f"this inbox lives in PostgreSQL: {instead}")
    return data / DATABASE
