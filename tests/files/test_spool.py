"""A part is there while somebody writes it, and never longer."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from inbox.files.spool import GATHERED, Spool

WRITER = """
import asyncio, sys
from pathlib import Path
from inbox.files.spool import Spool

async def main() -> None:
    async with Spool(Path(sys.argv[1])).part() as part:
        await part.write(b"half of it")
        await part.sync()
        print("written", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def lying(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


async def test_a_part_holds_what_was_written_and_goes_with_its_block(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "incoming")
    pieces = [b"a" * 100, b"b" * GATHERED, b"c"]
    async with spool.part() as part:
        for piece in pieces:
            await part.write(piece)
        assert await part.sync() == part.size == sum(map(len, pieces))
        assert part.path.read_bytes() == b"".join(pieces)
        assert part.path.stat().st_mode & 0o777 == 0o600
    assert lying(tmp_path / "incoming") == []


async def test_a_part_that_was_moved_away_stays_where_it_went(tmp_path: Path) -> None:
    async with Spool(tmp_path / "incoming").part() as part:
        await part.write(b"kept")
        await part.sync()
        part.path.replace(tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == b"kept"


async def test_a_part_goes_when_its_block_fails_or_is_cancelled(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "incoming")

    async def hold(inside: asyncio.Event) -> None:
        async with spool.part():
            inside.set()
            await asyncio.Event().wait()

    inside = asyncio.Event()
    task = asyncio.create_task(hold(inside))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(RuntimeError):
        async with spool.part():
            raise RuntimeError
    assert lying(tmp_path / "incoming") == []


async def test_sweeping_takes_what_dead_processes_left_and_nothing_else(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "incoming")
    assert await spool.sweep() == 0, "a folder that is not there yet"
    command = [sys.executable, "-c", WRITER, str(tmp_path / "incoming")]
    other = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert other.stdout is not None
    await other.stdout.readline()
    async with spool.part() as own:
        assert await spool.sweep() == 0, "both are being written"
        other.kill()
        await other.communicate()
        assert len(lying(tmp_path / "incoming")) == 2
        assert await spool.sweep() == 1
        assert lying(tmp_path / "incoming") == [own.path]
