"""Sends and pages with 10,000 stored messages and with 2,000,000, turn by turn in one run.

Both stores are filled by `pinbox import`; the large one takes minutes. BENCH_MESSAGES sets another
size. The same customers' threads are written to and read, drawn evenly from all.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from bench.senders import Sender, run_senders
from bench.sends import make_sender
from bench.server import Running, serving
from bench.table import print_table, spread
from bench.threads import write_threads

SMALL, LARGE = 10_000, int(os.environ.get("BENCH_MESSAGES", "2000000"))
EACH = 10
SENDERS, ROUNDS, SECONDS = 32, 7, 3.0

Make = Callable[[str], Sender]


def main() -> None:
    """Fill two servers, then compare them."""
    with serving() as small, serving() as large:
        fill(small, SMALL)
        took = fill(large, LARGE)
        print(f"\nimport of {LARGE:,} messages: {LARGE / took:,.0f} messages/s")
        rows = uvloop.run(measure(small, large))
    print_table(
        f"Times with {LARGE:,} stored messages ÷ with {SMALL:,} (SQLite)",
        ["what", f"p50 ms at {SMALL:,}", f"p50 ms at {LARGE:,}", "ratio (rounds)", "goal"],
        rows,
    )


def fill(running: Running, messages: int) -> float:
    """Import that many messages; how long it took."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        now = time.time_ns() // 1_000_000
        write_threads(Path(file.name), messages=messages, each=EACH, newest_ms=now)
        began = time.perf_counter()
        running.run("import", file.name)
        took = time.perf_counter() - began
    while running.gauge("pinbox_search_lag_seconds") > 2:  # search is still taking it up
        time.sleep(1)
    return took


async def measure(small: Running, large: Running) -> list[list[str]]:
    """Rounds in turn; each with customers drawn afresh."""
    rows = []
    for what, make in (("send", make_sender), ("page of 50", make_reader)):
        few, many, ratios = [], [], []
        for turn in range(ROUNDS + 1):
            one = await round_of(small, SMALL, make, turn)
            two = await round_of(large, LARGE, make, turn)
            if turn:  # the first warms up
                few.append(one)
                many.append(two)
                ratios.append(two / one)
        rows.append([what, spread(few), spread(many), spread(ratios), "≤ 1.30"])
    return rows


async def round_of(running: Running, messages: int, make: Make, turn: int) -> float:
    """Half of the answers came within so many milliseconds."""
    chosen = random.Random(turn).sample(range(messages // EACH), SENDERS)
    senders = [make(running.customer_token(f"c{number}")) for number in chosen]
    first = (turn + 1) * 1_000_000
    tally = await run_senders(running.host, running.port, senders, seconds=SECONDS, first=first)
    if tally.refused:
        raise SystemExit(f"{tally.refused} requests were refused: the measurement is void")
    return tally.at(0.5)


def make_reader(token: str) -> Sender:
    """A customer who loads the newest page again and again."""
    head = (
        "GET /v1/thread/messages?limit=50 HTTP/1.1\r\nHost: bench\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: "
    )
    return Sender(head.encode(), lambda _: b"")
