"""The schema: one truth for both engines, and numbers that keep old code from new data."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec
import pytest

from inbox.store.engine import Engine, Tx
from inbox.store.queries import Query, compile_query
from inbox.store.refusal import Refusal
from inbox.store.release import (
    Migration,
    Release,
    State,
    read_migrations,
    refuse_too_new,
    statements,
    this_release,
)
from inbox.store.schema import look_up_state, prepare, renew_epoch, run_script
from tests.engines import EPOCH, Database

BASELINE = Path(__file__).parent / "baseline.sql"
SET_META = compile_query("set_meta", "UPDATE meta SET value = :value WHERE key = :key")


def plain(sqlite: str, postgres: str | None = None) -> Query:
    return Query("plain", "", sqlite, sqlite if postgres is None else postgres, ())


async def shape(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All that the engine knows of tables, columns, keys and indexes, by kind, without order."""
    if engine.dialect == "sqlite":
        looks = {
            "columns": 'SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk '
            "FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'",
            "references": 'SELECT t.name, f."from", f."table", f."to", f.on_delete '
            "FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
            "indexes": 'SELECT t.name, i."unique", i.origin, i.partial, '
            "(SELECT group_concat(name) FROM pragma_index_info(i.name)), "
            "(SELECT sql FROM sqlite_master WHERE name = i.name) "
            "FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table'",
            "checks": "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
        }
    else:
        looks = {
            "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema = 'public'",
            "constraints": "SELECT conrelid::regclass::text, contype::text, "
            "pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace",
            "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes "
            "WHERE schemaname = 'public'",
        }

    async def look(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
        return {
            kind: sorted((tuple(row) for row in await tx.fetch(plain(sql))), key=repr)
            for kind, sql in looks.items()
        }

    found = await engine.read(look)
    if engine.dialect == "sqlite":
        # SQLite keeps CHECKs only as text, and ALTER TABLE writes its own: compare them as sets.
        found["checks"] = [
            (name, tuple(sorted(re.findall(r"CHECK \([^()]*(?:\([^()]*\)[^()]*)*\)", str(sql)))))
            for name, sql in found["checks"]
        ]
    return found


async def load(engine: Engine, script: str) -> None:
    async def work(tx: Tx) -> None:
        await run_script(tx, script)

    await engine.write(work)


async def mark(engine: Engine, key: str, value: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute(SET_META, key=key, value=value)

    await engine.write(work)


def release(schema: str, *migrations: tuple[str, int]) -> Release:
    """A release with these migrations, each (script, compatible), from 0002 on."""
    return Release(
        schema=schema,
        search={"sqlite": "", "postgres": ""},
        migrations=tuple(
            Migration(number, "step", compatible, {"sqlite": script, "postgres": script})
            for number, (script, compatible) in enumerate(migrations, start=2)
        ),
    )


META = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
TEAMS_1 = META + "CREATE TABLE teams (id TEXT PRIMARY KEY);"
TEAMS_2 = META + (
    "CREATE TABLE teams (id TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');"
    "CREATE INDEX teams_name ON teams (name) WHERE name <> 'x';"
)
STEP_2 = (
    "ALTER TABLE teams ADD COLUMN name TEXT NOT NULL DEFAULT 'x';"
    "CREATE INDEX teams_name ON teams (name) WHERE name <> 'x';"
)


async def test_schema_equals_baseline_and_all_migrations(bare_database: Database) -> None:
    """The baseline is the schema of number 1, frozen."""
    new = this_release()
    old = msgspec.structs.replace(new, schema=BASELINE.read_text("utf-8"), migrations=())
    migrated = await bare_database.open()
    await prepare(migrated, epoch=EPOCH, release=old)
    state = await prepare(migrated, epoch=EPOCH)
    assert (state.schema, state.compatible) == (new.number, new.compatible)
    from_migrations = await shape(migrated)
    await migrated.close()
    fresh = await bare_database.beside()
    engine = await fresh.open()
    await prepare(engine, epoch=EPOCH)
    assert await shape(engine) == from_migrations
    assert any(row[0] == "threads" for row in from_migrations["columns"])
    await engine.close()


@pytest.mark.parametrize(
    ("step", "same"),
    [
        (STEP_2, True),
        (STEP_2.replace("NOT NULL ", ""), False),
        (STEP_2.replace("'x';", "'y';", 1), False),
        (STEP_2.replace("(name)", "(id)"), False),
        (STEP_2.replace(" WHERE name <> 'x'", ""), False),
        (STEP_2.replace("CREATE INDEX", "CREATE UNIQUE INDEX"), False),
        (STEP_2.replace("TEXT", "BIGINT").replace("'x'", "0"), False),
    ],
)
async def test_a_migration_that_leads_elsewhere_is_seen(
    bare_database: Database, step: str, *, same: bool
) -> None:
    """The comparison above can fail: it sees columns, defaults, keys and indexes."""
    migrated = await bare_database.open()
    await prepare(migrated, epoch=EPOCH, release=release(TEAMS_1))
    await prepare(migrated, epoch=EPOCH, release=release(TEAMS_2, (step, 1)))
    by_steps = await shape(migrated)
    await migrated.close()
    engine = await (await bare_database.beside()).open()
    await prepare(engine, epoch=EPOCH, release=release(TEAMS_2))
    assert (await shape(engine) == by_steps) is same
    await engine.close()


async def test_a_new_database_is_made_once(bare_engine: Engine) -> None:
    first = await prepare(bare_engine, epoch=EPOCH)
    assert first == State(this_release().number, this_release().compatible, EPOCH)
    assert await prepare(bare_engine, epoch="ffffffff") == first
    assert await look_up_state(bare_engine) == first


async def test_several_nodes_may_prepare_at_once(bare_database: Database) -> None:
    if bare_database.kind == "sqlite":
        pytest.skip("one process at a time: the folder's lock")
    nodes = [await bare_database.open() for _ in range(4)]
    for code in (release(TEAMS_1), release(TEAMS_2, (STEP_2, 1))):
        states = await asyncio.gather(
            *(prepare(node, epoch=f"{n}" * 8, release=code) for n, node in enumerate(nodes))
        )
        assert len(set(states)) == 1
        assert states[0].schema == code.number
    for node in nodes:
        await node.close()


async def test_a_failing_schema_leaves_nothing(bare_engine: Engine) -> None:
    broken = release(TEAMS_1 + "CREATE TABLE teams (id TEXT);")
    with pytest.raises(Exception, match="already exists"):
        await prepare(bare_engine, epoch=EPOCH, release=broken)
    with pytest.raises(Refusal):
        await look_up_state(bare_engine)
    await prepare(bare_engine, epoch=EPOCH, release=release(TEAMS_1))


async def test_epoch_is_renewed(engine: Engine) -> None:
    assert (await look_up_state(engine)).epoch == EPOCH
    await renew_epoch(engine, epoch="99999999")
    assert (await look_up_state(engine)).epoch == "99999999"


async def test_a_too_new_database_is_refused(engine: Engine) -> None:
    number = this_release().number
    await mark(engine, "schema", str(number + 2))
    assert (await prepare(engine, epoch=EPOCH)).schema == number + 2  # but still compatible
    await mark(engine, "compatible", str(number + 1))
    with pytest.raises(Refusal, match=f"schema {number + 2} and needs .* {number + 1} or newer"):
        await prepare(engine, epoch=EPOCH)


@pytest.mark.parametrize(("compatible", "refused"), [(1, False), (2, False), (3, True)])
def test_the_compatible_number_decides(compatible: int, *, refused: bool) -> None:
    code = release("", ("", 1))
    state = State(schema=9, compatible=compatible, epoch=EPOCH)
    if refused:
        with pytest.raises(Refusal):
            refuse_too_new(state, code)
    else:
        refuse_too_new(state, code)


async def test_foreign_tables_are_refused(bare_engine: Engine) -> None:
    await load(bare_engine, "CREATE TABLE invoices (id TEXT);")
    with pytest.raises(Refusal, match="not Pinbox's"):
        await prepare(bare_engine, epoch=EPOCH)


async def test_a_foreign_meta_is_refused(bare_engine: Engine) -> None:
    await load(bare_engine, META)
    with pytest.raises(Refusal, match="meta"):
        await prepare(bare_engine, epoch=EPOCH)


async def test_migrations_are_applied_in_order_each_once(bare_engine: Engine) -> None:
    await prepare(bare_engine, epoch=EPOCH, release=release(TEAMS_1))
    steps = [(STEP_2, 1), ("ALTER TABLE teams ADD COLUMN place TEXT;", 3)]
    newer = release(TEAMS_2, *steps)
    assert await prepare(bare_engine, epoch="ffffffff", release=newer) == State(3, 3, EPOCH)
    assert await prepare(bare_engine, epoch="ffffffff", release=newer) == State(3, 3, EPOCH)
    with pytest.raises(Refusal):
        await prepare(bare_engine, epoch=EPOCH, release=release(TEAMS_2, *steps[:1]))


async def test_a_failing_migration_is_undone_and_the_ones_before_stay(bare_engine: Engine) -> None:
    await prepare(bare_engine, epoch=EPOCH, release=release(TEAMS_1))
    half = "CREATE TABLE half (id TEXT); CREATE TABLE teams (id TEXT);"
    with pytest.raises(Exception, match="already exists"):
        await prepare(bare_engine, epoch=EPOCH, release=release(TEAMS_2, (STEP_2, 1), (half, 3)))
    assert await look_up_state(bare_engine) == State(2, 1, EPOCH)
    assert "half" not in {row[0] for row in (await shape(bare_engine))["columns"]}


async def test_a_sqlite_file_is_saved_before_migrations(tmp_path: Path) -> None:
    database = Database("sqlite", str(tmp_path / "pinbox.db"))
    engine = await database.open()
    steps = [(f"CREATE TABLE t{n} (id TEXT);", 1) for n in range(2, 8)]
    await prepare(engine, epoch=EPOCH, release=release(TEAMS_1))
    assert not (tmp_path / "backups").exists()
    for count in range(1, len(steps) + 1):
        newer = release(TEAMS_1, *steps[:count])
        await prepare(engine, epoch=EPOCH, release=newer, backups=3)
        await prepare(engine, epoch=EPOCH, release=newer, backups=3)
    await engine.close()
    saved = sorted((tmp_path / "backups").iterdir())
    assert [file.name for file in saved] == [f"before-{n:04d}.db" for n in (5, 6, 7)]
    old = await Database("sqlite", str(saved[0])).open()
    assert (await look_up_state(old)).schema == 4
    await old.close()


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        ("", []),
        ("-- only; a comment\n", []),
        ("A; B;", ["A;", "B;"]),
        ("A 'it''s; so';B;\n-- end; of it\n", ["A 'it''s; so';", "B;"]),
        ("-- first; second\nA;", ["-- first; second\nA;"]),
        ('A "odd;name" /* ; */;\n\nB;', ['A "odd;name" /* ; */;', "B;"]),
    ],
)
def test_scripts_are_split_where_statements_end(script: str, parts: list[str]) -> None:
    assert list(statements(script)) == parts


@pytest.mark.parametrize("script", ["A; B", "A 'open; text;", "A /* open; comment;"])
def test_a_script_that_breaks_off_is_an_error(script: str) -> None:
    with pytest.raises(ValueError, match="inside a statement"):
        list(statements(script))


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"0003_late.sql": "-- compatible: 1\n"}, "without a hole"),
        ({"2_short.sql": "-- compatible: 1\n"}, "README"),
        ({"0002_silent.sql": "SELECT 1;"}, "README"),
        ({"0002_half.sqlite.sql": "-- compatible: 1\n"}, "both engines"),
    ],
)
def test_badly_written_migrations_are_seen(
    tmp_path: Path, files: dict[str, str], fault: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=fault):
        read_migrations(tmp_path)


def test_migrations_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "0003_b.sqlite.sql").write_text("-- compatible: 3\nA;")
    (tmp_path / "0003_b.postgres.sql").write_text("-- compatible: 3\nB;")
    (tmp_path / "0002_a.sql").write_text("-- compatible: 1\nC;")
    second, third = read_migrations(tmp_path)
    assert (second.number, second.name, second.compatible) == (2, "a", 1)
    assert second.scripts["sqlite"] == second.scripts["postgres"]
    assert (third.number, third.compatible) == (3, 3)
    assert third.scripts["sqlite"].endswith("A;")
    assert third.scripts["postgres"].endswith("B;")
