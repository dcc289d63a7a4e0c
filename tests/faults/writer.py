"""A process that writes without pause, and tells its parent of every write that was answered.

    python -m tests.faults.writer FILE-OR-URL WRITERS

On standard output, a line each: `ready`, `+id` for an answered write, `-Error` for one that failed,
`=n` for a read that saw n rows, `done` after SIGTERM. A line is written at once, so what stands in
the pipe was answered, however the process ended.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from uuid import uuid4

from inbox.core.errors import NotDurable, Overloaded
from inbox.store.engine import Engine, Tx
from inbox.store.queries import compile_query
from tests.engines import Database

COUNTERS = 8

MAKE = [
    compile_query(
        "make_counters", "CREATE TABLE IF NOT EXISTS counters (id TEXT PRIMARY KEY, n BIGINT)"
    ),
    compile_query(
        "make_items",
        "CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, counter TEXT, n BIGINT)",
    ),
]
ADD_COUNTER = compile_query(
    "add_counter", "INSERT INTO counters (id, n) VALUES (:id, 0) ON CONFLICT DO NOTHING"
)
COUNT_UP = compile_query("count_up", "UPDATE counters SET n = n + 1 WHERE id = :id RETURNING n")
ADD_ITEM = compile_query("add_item", "INSERT INTO items (id, counter, n) VALUES (:id, :on, :n)")
COUNT = compile_query("count", "SELECT count(*) FROM items")
HEADS = compile_query("heads", "SELECT id, n FROM counters")
ITEMS = compile_query("items", "SELECT id, counter, n FROM items ORDER BY n")


def tell(line: str) -> None:
    """One whole line to the parent, at once."""
    os.write(1, f"{line}\n".encode())


async def write_one(engine: Engine, counter: str) -> None:
    """One counted item; told of when it was answered."""
    item = str(uuid4())

    async def work(tx: Tx) -> None:
        row = await tx.fetch_one(COUNT_UP, id=counter)
        assert row is not None
        await tx.execute(ADD_ITEM, id=item, on=counter, n=row[0])

    try:
        await engine.write(work)
    except (NotDurable, Overloaded) as error:
        tell(f"-{type(error).__name__}")
        await asyncio.sleep(0.02)
    else:
        tell(f"+{item}")


async def read_one(engine: Engine) -> None:
    """How many items there are, as a reader sees it."""

    async def work(tx: Tx) -> int:
        row = await tx.fetch_one(COUNT)
        assert row is not None
        return int(row[0])

    try:
        tell(f"={await engine.read(work)}")
    except Overloaded:
        tell("=Overloaded")
    await asyncio.sleep(0.05)


async def run(place: str, writers: int) -> None:
    """Write from many tasks until SIGTERM, then close as a server does."""
    engine = await Database("postgres" if "://" in place else "sqlite", place).open()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def make(tx: Tx) -> None:
        for query in MAKE:
            await tx.execute(query)
        for n in range(COUNTERS):
            await tx.execute(ADD_COUNTER, id=f"c{n}")

    await engine.write(make)
    tell("ready")

    async def write(number: int) -> None:
        while not stop.is_set():
            await write_one(engine, f"c{number % COUNTERS}")

    async def read() -> None:
        while not stop.is_set():
            await read_one(engine)

    await asyncio.gather(read(), *(write(number) for number in range(writers)))
    await engine.close()
    tell("done")


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
