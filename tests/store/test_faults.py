"""Kills, full disks, broken disks, a database server that goes: what was answered is there."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inbox.store.engine import Tx
from tests.engines import Database
from tests.faults import writer
from tests.faults.disk import Fault, build_disk
from tests.postgres_server import run_postgres

ROOT = Path(__file__).parents[2]


class WriterProcess:
    """The writing process and the outside log of what it was answered."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.answered: list[str] = []
        self.failed: Counter[str] = Counter()
        self.reads: list[str] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def until(self, seen: Callable[[WriterProcess], bool]) -> None:
        """Wait until this can be said of the log."""
        async with self._news, asyncio.timeout(20):
            await self._news.wait_for(lambda: seen(self) or self._reading.done())
        assert seen(self), f"{self.process.returncode} {self.failed} {await self.errors()}"

    async def until_more_answers(self, more: int = 20) -> None:
        """Wait for that many more answered writes."""
        before = len(self.answered)
        await self.until(lambda log: len(log.answered) >= before + more)

    async def end(self, number: signal.Signals) -> int:
        """Send the signal, wait for the end, read the rest of the log; the exit status."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the exit status."""
        async with asyncio.timeout(30):
            await self._reading
            return await self.process.wait()

    async def errors(self) -> str:
        """What the process said on standard error, once it has ended."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            text = line.decode().strip()
            match text[:1]:
                case "+":
                    self.answered.append(text[1:])
                case "-":
                    self.failed[text[1:]] += 1
                case "=":
                    self.reads.append(text[1:])
            async with self._news:
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def writing(
    place: str, *, writers: int = 24, environment: dict[str, str] | None = None
) -> AsyncIterator[WriterProcess]:
    """Start the writing process and wait for its first answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.writer", place, str(writers),
        cwd=ROOT, env={**os.environ, **(environment or {})},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    log = WriterProcess(process)
    try:
        await log.until_more_answers()
        yield log
    finally:
        if process.returncode is None:
            await log.end(signal.SIGKILL)


async def check(database: Database, answered: list[str]) -> None:
    """All that was answered is there, once, and every counter is dense up to its head."""

    async def look(tx: Tx) -> tuple[dict[str, int], dict[str, list[int]], set[str]]:
        heads = {name: head for name, head in await tx.fetch(writer.HEADS)}  # noqa: C416
        numbers: dict[str, list[int]] = {name: [] for name in heads}
        kept = set()
        for item, counter, number in await tx.fetch(writer.ITEMS):
            numbers[counter].append(number)
            kept.add(item)
        return heads, numbers, kept

    engine = await database.open()
    heads, numbers, kept = await engine.read(look)
    await engine.close()
    lost = set(answered) - kept
    assert not lost, f"{len(lost)} of {len(answered)} answered writes are lost"
    assert numbers == {name: [*range(1, head + 1)] for name, head in heads.items()}
    assert sum(heads.values()) >= len(answered) > 0


async def kill_and_look(database: Database, rounds: int) -> None:
    answered: list[str] = []
    for _ in range(rounds):
        async with writing(database.place) as log:
            await asyncio.sleep(random.uniform(0.0, 0.3))  # any moment is a good one to die
            await log.end(signal.SIGKILL)
        answered += log.answered
        await check(database, answered)


async def test_kill_9_loses_nothing_that_was_answered(bare_database: Database) -> None:
    await kill_and_look(bare_database, rounds=3)


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_kill_9_many_times_loses_nothing(bare_database: Database) -> None:
    await kill_and_look(bare_database, rounds=150)


async def test_a_term_finishes_what_was_accepted(bare_database: Database) -> None:
    async with writing(bare_database.place) as log:
        assert await log.end(signal.SIGTERM) == 0
    await check(bare_database, log.answered)
    assert not log.failed


async def test_a_full_disk_is_an_error_and_passes_in_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    database = Database("sqlite", str(data / "pinbox.db"))
    disk = build_disk(tmp_path, under=data)
    async with writing(database.place, environment=disk.environment) as log:
        for _ in range(3):
            failed = log.failed["NotDurable"]
            with disk.failing("write"):
                await log.until(lambda log, failed=failed: log.failed["NotDurable"] > failed + 24)  # type: ignore[misc]
                answered, reads = len(log.answered), len(log.reads)
                await log.until(lambda log, reads=reads: len(log.reads) > reads + 2)  # type: ignore[misc]
                assert len(log.answered) == answered, "a write was answered on a full disk"
            await log.until_more_answers()
        assert log.failed.keys() == {"NotDurable"}
        assert "Overloaded" not in log.reads, "a full disk must not stop reads"
        assert await log.end(signal.SIGTERM) == 0
    await check(database, log.answered)


@pytest.mark.parametrize("fault", ["sync", "sync-log", "sync-database"])
async def test_a_failed_fsync_ends_the_process(tmp_path: Path, fault: Fault) -> None:
    data = tmp_path / "data"
    data.mkdir()
    database = Database("sqlite", str(data / "pinbox.db"))
    disk = build_disk(tmp_path, under=data)
    async with writing(database.place, environment=disk.environment) as log:
        with disk.failing(fault):
            assert await log.ended() == os.EX_IOERR
    assert not log.failed, "after a failed fsync nobody may be told anything, not even no"
    message = await log.errors()
    assert "the disk failed to keep a write (SQLITE_IOERR_FSYNC" in message
    assert "Traceback" not in message
    await check(database, log.answered)


async def test_postgres_may_go_and_come_back() -> None:
    with run_postgres() as server:  # with fsync, as in earnest
        database = Database("postgres", server.url())
        async with writing(database.place) as log:
            for mode in ("immediate", "fast"):
                answered = len(log.answered)
                await asyncio.to_thread(server.stop, mode)
                failed = log.failed["NotDurable"]
                reads = log.reads.count("Overloaded")
                await log.until(
                    lambda log, failed=failed, reads=reads: (  # type: ignore[misc]
                        log.failed["NotDurable"] > failed + 24
                        and log.reads.count("Overloaded") > reads
                    )
                )
                await asyncio.to_thread(server.start)
                await log.until_more_answers()
                assert len(log.answered) > answered
            assert log.failed.keys() == {"NotDurable"}, log.failed
            assert await log.end(signal.SIGTERM) == 0
        await check(database, log.answered)
