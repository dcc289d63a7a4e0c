"""The schema: made in a new database, checked in an old one, brought up to date where needed."""

from __future__ import annotations

from inbox.store.backup import back_up_before_migration
from inbox.store.engine import Engine, Tx
from inbox.store.queries import Query
from inbox.store.refusal import Refusal
from inbox.store.release import (
    Migration,
    Release,
    State,
    read_state,
    refuse_other_secret,
    refuse_too_new,
    statements,
    this_release,
)
from inbox.store.sqlite import SqliteEngine

_LOCK_NUMBER = 7_367_022  # "pin" in ASCII: any fixed number that others do not use


async def prepare(
    engine: Engine,
    *,
    epoch: str,
    secret: str | None = None,
    new_secret: bool = False,
    release: Release | None = None,
    backups: int = 3,
) -> State:
    """Make the database ready for this code, and say what it is now.

    A new one gets the schema and this epoch, at once and whole. An older one is migrated, each
    step in its own transaction; a SQLite file is saved under `backups/` beside it first, and so
    many of these are kept. `secret` is the fingerprint of our `server_secret`; the first one given
    stands in the database from then on, or this one with `new_secret`. Safe to call on every start
    and by several nodes at a time. Raises Refusal when the database is too new for this code, holds
    something else, or was written with another secret.
    """
    release = release or this_release()

    async def begin(tx: Tx) -> State:
        await _lock(tx)
        if await tx.fetch_one(_HAS_META) is None:
            await _make(tx, release, epoch)
        return await _read_state(tx)

    state = await engine.write(begin, long=True)
    refuse_too_new(state, release)
    if not new_secret:
        refuse_other_secret(state, secret)
    due = [step for step in release.migrations if step.number > state.schema]
    if due and isinstance(engine, SqliteEngine):
        await back_up_before_migration(engine.path, number=due[0].number, keep=backups)
    for migration in due:
        state = await _apply(engine, migration)
    if secret is None or secret == state.secret:
        return state
    return await _mark(engine, secret, over=new_secret)


async def look_up_state(engine: Engine) -> State:
    """What the database says of itself; Refusal when it is not Pinbox's or not prepared."""

    async def look(tx: Tx) -> State:
        if await tx.fetch_one(_HAS_META) is None:
            raise Refusal("This database has not been prepared by Pinbox")
        return await _read_state(tx)

    return await engine.read(look)


async def renew_epoch(engine: Engine, *, epoch: str) -> None:
    """Begin a new epoch: every cursor given so far becomes void (after a restore)."""

    async def renew(tx: Tx) -> None:
        await tx.execute(_SET_META, key="epoch", value=epoch)

    await engine.write(renew)


async def run_script(tx: Tx, script: str) -> None:
    """Run all statements of a script, in order."""
    for statement in statements(script):
        await tx.execute(_query(statement))


async def _lock(tx: Tx) -> None:
    """Let one node at a time look and change; SQLite's one writer is alone anyway."""
    if tx.dialect == "postgres":
        await tx.fetch(_LOCK)


async def _make(tx: Tx, release: Release, epoch: str) -> None:
    if await tx.fetch_one(_HAS_TABLES) is not None:
        raise Refusal("This database holds tables that are not Pinbox's; give it an empty one")
    await run_script(tx, release.schema)
    await run_script(tx, release.search[tx.dialect])
    await _write_numbers(tx, schema=release.number, compatible=release.compatible)
    await tx.execute(_SET_META, key="epoch", value=epoch)


async def _apply(engine: Engine, migration: Migration) -> State:
    async def apply(tx: Tx) -> State:
        await _lock(tx)
        state = await _read_state(tx)
        if state.schema < migration.number:  # or another node was first
            await run_script(tx, migration.scripts[tx.dialect])
            await _write_numbers(tx, schema=migration.number, compatible=migration.compatible)
        return await _read_state(tx)

    return await engine.write(apply, long=True)


async def _mark(engine: Engine, secret: str, *, over: bool) -> State:
    """Write our secret's fingerprint; where another node was first, that one must be the same."""

    async def mark(tx: Tx) -> State:
        await _lock(tx)
        state = await _read_state(tx)
        if not over:
            refuse_other_secret(state, secret)
        await tx.execute(_SET_META, key="secret", value=secret)
        return await _read_state(tx)

    return await engine.write(mark)


async def _read_state(tx: Tx) -> State:
    return read_state(await tx.fetch(_READ_META))


async def _write_numbers(tx: Tx, *, schema: int, compatible: int) -> None:
    await tx.execute(_SET_META, key="schema", value=str(schema))
    await tx.execute(_SET_META, key="compatible", value=str(compatible))


def _query(sqlite: str, postgres: str | None = None, params: tuple[str, ...] = ()) -> Query:
    return Query("schema", "", sqlite, sqlite if postgres is None else postgres, params)


_LOCK = _query("", f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})")
_HAS_META = _query(
    "SELECT 1 FROM sqlite_master WHERE name = 'meta'",
    "SELECT 1 WHERE to_regclass('meta') IS NOT NULL",
)
_HAS_TABLES = _query(
    "SELECT 1 FROM sqlite_master LIMIT 1",
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1",
)
_READ_META = _query(
    "SELECT key, value FROM meta WHERE key IN ('schema', 'compatible', 'epoch', 'secret')"
)
_SET_META = _query(
    "INSERT INTO meta (key, value) VALUES (?1, ?2) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    "INSERT INTO meta (key, value) VALUES ($1, $2) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ("key", "value"),
)
