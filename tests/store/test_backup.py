"""Backups: whole while others write, checked before they are trusted, a new epoch after."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from inbox.store.backup import back_up, restore
from inbox.store.engine import Engine, Tx
from inbox.store.lock import hold_folder
from inbox.store.queries import compile_query
from inbox.store.refusal import Refusal
from inbox.store.schema import look_up_state, prepare
from inbox.store.sqlite import open_sqlite
from tests.engines import EPOCH

COUNT_UP = compile_query(
    "count_up",
    "INSERT INTO meta (key, value) VALUES (:key, '1') "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)",
)
READ = compile_query("read", "SELECT value FROM meta WHERE key = :key")


async def count_both(tx: Tx) -> None:
    """Two rows that are equal at every moment."""
    await tx.execute(COUNT_UP, key="left")
    await tx.execute(COUNT_UP, key="right")


async def counts(engine: Engine) -> tuple[int, int]:
    async def look(tx: Tx) -> tuple[int, int]:
        left = await tx.fetch_one(READ, key="left")
        right = await tx.fetch_one(READ, key="right")
        return (int(left[0]) if left else 0), (int(right[0]) if right else 0)

    return await engine.read(look)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_and_die(file: Path) -> None:
    """Leave a log behind, as a killed process does."""
    die = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute('PRAGMA journal_mode = WAL')\n"
        "c.execute(\"UPDATE meta SET value = 'lost' WHERE key = 'left'\")\n"
        "c.commit()\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", die, file], check=True)


def damage(file: Path) -> None:
    with file.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(b"\xff" * 4096 * 8)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "pinbox.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Engine]:
    engine = await open_sqlite(file)
    await prepare(engine, epoch=EPOCH)
    yield engine
    await engine.close()


async def test_a_backup_under_load_is_one_moment(store: Engine, file: Path, tmp_path: Path) -> None:
    done = asyncio.Event()

    async def write() -> None:
        while not done.is_set():
            await store.write(count_both)

    writers = [asyncio.create_task(write()) for _ in range(8)]
    found = []
    for n in range(5):
        await store.write(count_both)
        before, _ = await counts(store)
        await back_up(file, tmp_path / f"{n}.db")
        found.append((before, n))
    done.set()
    await asyncio.gather(*writers)
    assert found[0][0] < found[-1][0], "nothing was written meanwhile"
    for before, n in found:
        saved = await open_sqlite(tmp_path / f"{n}.db")
        left, right = await counts(saved)
        await saved.close()
        assert left == right
        assert left >= before, "what was answered before the backup began is in it"
    assert names(tmp_path) == [*(f"{n}.db" for n in range(5)), "data"]


async def test_a_backup_is_for_its_owner_only(store: Engine, file: Path, tmp_path: Path) -> None:
    await store.write(count_both)
    await back_up(file, tmp_path / "saved.db")
    assert (tmp_path / "saved.db").stat().st_mode & 0o777 == 0o600


async def test_a_backup_replaces_an_older_one(store: Engine, file: Path, tmp_path: Path) -> None:
    for _ in range(3):
        await store.write(count_both)
        await back_up(file, tmp_path / "saved.db")
    saved = await open_sqlite(tmp_path / "saved.db")
    assert await counts(saved) == (3, 3)
    await saved.close()


async def test_a_damaged_database_makes_no_backup(file: Path, tmp_path: Path) -> None:
    engine = await open_sqlite(file)
    await prepare(engine, epoch=EPOCH)
    await engine.close()
    await back_up(file, tmp_path / "saved.db")
    before = (tmp_path / "saved.db").read_bytes()
    damage(file)
    with pytest.raises(Refusal, match=r"damaged|cannot be copied"):
        await back_up(file, tmp_path / "saved.db")
    assert (tmp_path / "saved.db").read_bytes() == before
    assert names(tmp_path) == ["data", "saved.db"]


async def test_a_backup_to_nowhere_is_refused(store: Engine, file: Path, tmp_path: Path) -> None:
    await store.write(count_both)
    with pytest.raises(Refusal, match="There is no folder"):
        await back_up(file, tmp_path / "nowhere" / "saved.db")


OWN = (
    *("pinbox.db", "pinbox.db-wal", "pinbox.db-shm", "pinbox.db-journal"),
    *("pinbox.toml", "lock", "control.sock"),
)


@pytest.mark.parametrize("way", ["straight", "around", "symlink", "folder link", "hard link"])
@pytest.mark.parametrize("name", OWN)
async def test_no_backup_takes_the_place_of_what_the_folder_needs(
    store: Engine, file: Path, tmp_path: Path, name: str, way: str
) -> None:
    await store.write(count_both)
    real = file.parent / name
    target = real
    if way == "around":
        target = file.parent / ".." / "data" / name
    elif way == "symlink":
        target = tmp_path / "link.db"
        target.symlink_to(real)
    elif way == "folder link":
        (tmp_path / "elsewhere").symlink_to(file.parent)
        target = tmp_path / "elsewhere" / name
    elif way == "hard link":
        real.touch()
        target = tmp_path / "hard.db"
        target.hardlink_to(real)
    before = {path.name: path.stat().st_ino for path in file.parent.iterdir()}
    with pytest.raises(Refusal, match="name another file"):
        await back_up(file, target)
    assert {path.name: path.stat().st_ino for path in file.parent.iterdir()} == before
    assert target.is_symlink() is (way == "symlink")


@pytest.mark.parametrize("what", ["notes", "nothing in it", "another inbox", "another program's"])
async def test_a_backup_replaces_nothing_but_a_backup(
    store: Engine, file: Path, tmp_path: Path, what: str
) -> None:
    await store.write(count_both)
    target = tmp_path / "there"
    if what == "another inbox":
        other = await open_sqlite(target)
        await prepare(other, epoch=EPOCH)
        await other.close()
    elif what == "another program's":
        with closing(sqlite3.connect(target)) as raw:
            raw.execute("CREATE TABLE meta (a)")
    else:
        target.write_text("Dear Ana" if what == "notes" else "")
    before = target.read_bytes()
    with pytest.raises(Refusal, match="there is there and is no backup of Pinbox; name another"):
        await back_up(file, target)
    assert target.read_bytes() == before


async def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no database"):
        await back_up(tmp_path / "none.db", tmp_path / "saved.db")
    assert names(tmp_path) == []


async def save_then_go_on(file: Path, saved: Path) -> None:
    """A backup at (1, 1), the database at (2, 2)."""
    engine = await open_sqlite(file)
    await prepare(engine, epoch=EPOCH)
    await engine.write(count_both)
    await back_up(file, saved)
    await engine.write(count_both)
    await engine.close()


async def test_restore_brings_back_that_moment_in_a_new_epoch(file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    aside = restore(saved, file, epoch="11112222")
    engine = await open_sqlite(file)
    assert await counts(engine) == (1, 1)
    assert (await look_up_state(engine)).epoch == "11112222"
    await engine.close()
    assert aside is not None
    old = await open_sqlite(aside)
    assert await counts(old) == (2, 2)
    assert (await look_up_state(old)).epoch == EPOCH
    await old.close()


async def test_restore_leaves_no_log_of_the_old_database(file: Path, tmp_path: Path) -> None:
    """A log left from a killed process would be read into the restored file and ruin it."""
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    write_and_die(file)
    assert file.with_name("pinbox.db-wal").stat().st_size
    aside = restore(saved, file, epoch="11112222")
    engine = await open_sqlite(file)
    assert await counts(engine) == (1, 1)
    await engine.close()
    assert aside is not None
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("SELECT value FROM meta WHERE key = 'left'").fetchone() == ("lost",)


async def test_every_restore_keeps_what_was_there(file: Path, tmp_path: Path) -> None:
    """The second must not take the place of the first: it may be the one that is needed."""
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    asides = [restore(saved, file, epoch=f"1111222{number}") for number in range(3)]
    assert len({aside for aside in asides if aside is not None and aside.exists()}) == 3
    assert asides[0] is not None
    assert "pinbox.db.before-restore-2" in asides[0].name
    first = await open_sqlite(asides[0])
    assert await counts(first) == (2, 2)
    await first.close()
    assert restore(asides[0], file, epoch="11112229") is not None
    engine = await open_sqlite(file)
    assert await counts(engine) == (2, 2)
    await engine.close()


async def test_another_secret_is_noticed(file: Path, tmp_path: Path) -> None:
    """With another one, a message that is sent again would be stored a second time."""
    saved = tmp_path / "saved.db"
    engine = await open_sqlite(file)
    assert (await prepare(engine, epoch=EPOCH)).secret is None
    assert (await prepare(engine, epoch=EPOCH, secret="ours")).secret == "ours"
    assert (await prepare(engine, epoch=EPOCH, secret="ours")).secret == "ours"
    await back_up(file, saved)
    with pytest.raises(Refusal, match=r"another server_secret.*migrate --new-secret"):
        await prepare(engine, epoch=EPOCH, secret="other")
    assert (await look_up_state(engine)).secret == "ours"
    assert (await prepare(engine, epoch=EPOCH, secret="other", new_secret=True)).secret == "other"
    await engine.close()
    before = names(file.parent)
    with pytest.raises(Refusal, match=r"saved\.db was written with another server_secret"):
        restore(saved, file, epoch="11112222", secret="other")
    assert names(file.parent) == ["lock", *before]
    restore(saved, file, epoch="11112222", secret="ours")


async def test_restore_into_an_empty_folder(file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    (tmp_path / "new").mkdir()
    restore(saved, tmp_path / "new" / "pinbox.db", epoch="11112222")
    engine = await open_sqlite(tmp_path / "new" / "pinbox.db")
    assert await counts(engine) == (1, 1)
    await engine.close()


@pytest.mark.parametrize("fault", ["damaged", "letter", "foreign", "too new", "absent"])
async def test_a_bad_backup_changes_nothing(file: Path, tmp_path: Path, fault: str) -> None:
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    if fault == "damaged":
        damage(saved)
    elif fault == "letter":
        saved.write_text("Dear Ana")
    elif fault == "absent":
        saved.unlink()
    else:
        with closing(sqlite3.connect(saved)) as raw_db, raw_db:
            raw_db.execute(
                "DROP TABLE meta"
                if fault == "foreign"
                else "UPDATE meta SET value = '999' WHERE key = 'compatible'"
            )
    with pytest.raises(Refusal):
        restore(saved, file, epoch="11112222")
    assert names(file.parent) == ["lock", "pinbox.db"]
    engine = await open_sqlite(file)
    assert await counts(engine) == (2, 2)
    assert (await look_up_state(engine)).epoch == EPOCH
    await engine.close()


async def test_restore_refuses_while_a_server_holds_the_folder(file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    await save_then_go_on(file, saved)
    with hold_folder(file.parent), pytest.raises(Refusal, match="in use by process"):
        restore(saved, file, epoch="11112222")
    restore(saved, file, epoch="11112222")


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    hold = (
        "import sys, pathlib\n"
        "from inbox.store.lock import hold_folder\n"
        "with hold_folder(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Refusal, match=f"process {other.pid}"), hold_folder(tmp_path):
            pass
        other.kill()  # the lock goes with the process, whatever end it had
        other.wait()
        with hold_folder(tmp_path):
            pass
