"""Ten thousand clients lose the server at once, miss a message each, and come back together."""

from __future__ import annotations

import asyncio
import random
import time

import uvloop

from bench.senders import run_each
from bench.sends import make_sender
from bench.server import Running, serving
from bench.sockets import Client
from bench.table import print_table

CLIENTS = 10_000
MOST_S = 30.0


def main() -> None:
    """One storm, counted to the last client."""
    with serving() as running:
        rows = uvloop.run(measure(running))
    print_table("Reconnect storm (SQLite)", ["figure", "seen", "goal"], rows)


async def measure(running: Running) -> list[list[str]]:
    """Connect all, drop all, write to each, let all come back at once."""
    tokens = [running.customer_token(f"storm-{number}") for number in range(CLIENTS)]
    clients = [Client(token) for token in tokens]
    await come_back(clients, running)
    for one in clients:
        one.drop()
    await asyncio.sleep(1)
    senders = [make_sender(token) for token in tokens]
    await run_each(running.host, running.port, senders, at_once=64)
    for one in clients:
        one.messages = 0
    tries, took = await come_back(clients, running)
    missing = sum(one.messages == 0 for one in clients)
    doubled = sum(one.messages > 1 for one in clients)
    faults = [fault for one in clients for fault in one.faults]
    if faults:
        print("faults:", faults[:3])
    for one in clients:
        one.drop()
    return [
        [f"{CLIENTS:,} clients caught up after, s", f"{took:.1f}", f"≤ {MOST_S:.0f}"],
        ["clients with a gap", str(missing), "0"],
        ["clients with a double, or a fault", str(doubled + len(faults)), "0"],
        ["tries of all clients (refused ones come again)", f"{tries:,}", "–"],
        ["server's memory then, MiB", f"{running.resident_kib() / 1024:.0f}", "–"],
    ]


async def come_back(clients: list[Client], running: Running) -> tuple[int, float]:
    """All clients connect at once, each again after the contract's pause while it is refused."""
    began, tries = time.perf_counter(), 0

    async def one(client: Client) -> None:
        nonlocal tries
        for attempt in range(60):
            await asyncio.sleep(random.uniform(0, min(30, 0.5 * 2**attempt)))
            tries += 1
            try:
                await client.connect(running.host, running.port)
            except OSError:
                continue
            if not client.refused:
                return
        raise SystemExit("a client never came in")

    await asyncio.gather(*(one(client) for client in clients))
    return tries, time.perf_counter() - began
