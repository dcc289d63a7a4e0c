"""Durable sends a second over HTTP, against a bare echo of the same request in the same minute.

Every sender is a customer that waits for each answer. Rounds of echo and server alternate, so that
both meet the same noise; the ratio is taken pair by pair.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from bench.senders import Sender, run_senders
from bench.server import Engine, Running, serving
from bench.table import print_table, spread, whole

ROUNDS = 7
SECONDS = 3.0
GOALS = {("sqlite", 64): 0.30, ("sqlite", 256): 0.38}
TEXT = b"Hello, my bill has been wrong since last month. Could somebody look at it?"


def main() -> None:
    """Measure both engines at 64 and 256 senders, all of them of one team."""
    rows = []
    for engine in ("sqlite", "postgres"):
        with serving(engine) as running, echoing() as port:
            rows += [uvloop.run(measure(running, engine, port, count)) for count in (64, 256)]
    print_table(
        "Durable sends, HTTP, one team",
        ["engine", "senders", "echo/s", "sends/s", "ratio (rounds)", "p50 ms", "p99 ms", "goal"],
        rows,
    )


async def measure(running: Running, engine: Engine, echo: int, count: int) -> list[str]:
    """One row: alternate echo and server, and compare them pair by pair."""
    senders = [make_sender(running.customer_token(f"c{number}")) for number in range(count)]
    place = (running.host, running.port)
    await run_senders(*place, senders, seconds=2.0, first=0)
    ratios, rates, echoes, p50, p99 = [], [], [], [], []
    for turn in range(1, ROUNDS + 1):
        bare = await run_senders("127.0.0.1", echo, senders, seconds=SECONDS, first=0)
        real = await run_senders(*place, senders, seconds=SECONDS, first=turn * 1_000_000)
        if real.refused:
            raise SystemExit(f"{real.refused} sends were refused: the measurement is void")
        ratios.append(real.rate / bare.rate)
        rates.append(real.rate)
        echoes.append(bare.rate)
        p50.append(real.at(0.5))
        p99.append(real.at(0.99))
    goal = GOALS.get((engine, count))
    return [
        engine,
        str(count),
        whole(echoes),
        whole(rates),
        spread(ratios),
        spread(p50, digits=1),
        spread(p99, digits=1),
        "–" if goal is None else f"≥ {goal:.2f}",
    ]


def make_sender(token: str) -> Sender:
    """A customer who writes the same text again and again, each time as a new message."""
    head = (
        "POST /v1/thread/messages HTTP/1.1\r\nHost: bench\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: "
    )
    return Sender(
        head.encode(), lambda number: b'{"client_id":"m-%d","body":"%s"}' % (number, TEXT)
    )


@contextmanager
def echoing() -> Iterator[int]:
    """The baseline server; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.echo", str(port)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield port
    finally:
        process.terminate()
        process.wait(10)
