"""What an empty server holds and how soon it is ready; what an idle customer's socket adds."""

from __future__ import annotations

import asyncio
import urllib.request

import uvloop

from bench.server import Running, serving
from bench.sockets import Client
from bench.table import print_table, spread

SOCKETS = 5_000
STARTS = 5


def main() -> None:
    """Start it a few times, then hold many sockets open."""
    ready, empty = [], []
    for _ in range(STARTS):
        with serving(seeded=False) as running:
            ready.append(running.began_s)
            urllib.request.urlopen(f"{running.url}/readyz").read()
            empty.append(running.resident_kib() / 1024)
    with serving() as running:
        each = uvloop.run(hold(running))
    print_table(
        "Start and memory (SQLite)",
        ["figure", "seen", "goal"],
        [
            ["ready after, s", spread(ready), "< 1"],
            ["empty server, MiB", spread(empty, digits=1), "≤ 80"],
            [f"idle customer socket, KiB ({SOCKETS:,} open)", f"{each:.1f}", "≤ 20"],
        ],
    )


async def hold(running: Running) -> float:
    """KiB of the server's memory for each of many customers who are connected and silent."""
    before = running.resident_kib()
    clients = [Client(running.customer_token(f"idle-{number}")) for number in range(SOCKETS)]
    for first in range(0, SOCKETS, 100):
        some = clients[first : first + 100]
        await asyncio.gather(*(one.connect(running.host, running.port) for one in some))
    if any(one.refused or one.faults for one in clients):
        raise SystemExit("a socket was refused: the measurement is void")
    await asyncio.sleep(5)
    held = running.resident_kib()
    for one in clients:
        one.drop()
    return (held - before) / SOCKETS
