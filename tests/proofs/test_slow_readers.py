"""Promise 8: readers who do not read cost no memory, are sent away, and nobody else notices."""

from __future__ import annotations

import asyncio
import select
import socket
from contextlib import ExitStack

import aiohttp
import msgspec
import pytest

from inbox.client import CustomerClient, DeskClient
from tests.proofs.judge import reading
from tests.proofs.sites import PACE, Site

STALL_S = 5
LAZY = 50
WRITERS = 8
TEXT = "x" * 1_000
UPGRADE = (
    b"GET /v1/desk/live HTTP/1.1\r\nHost: proof\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: pinbox.v1\r\n\r\n"
)


@pytest.mark.parametrize(
    ("messages", "mib"),
    # So many fill the database's own page caches (96 MiB); left lying for all they were 2,000.
    [(2_400, 40), pytest.param(40_000, 40 + 96, marks=pytest.mark.prove)],
)
async def test_readers_who_do_not_read_cost_no_memory_and_are_sent_away(
    site: Site, messages: int, mib: int
) -> None:
    site.env["PINBOX_WRITE_STALL_S"] = str(STALL_S)
    await site.start()
    loop = asyncio.get_running_loop()
    with ExitStack() as lines:
        async with DeskClient(site.url, site.bo, pace=PACE) as bo:
            stream = (await bo.me()).teams[0].stream
            await bo.follow()
            async with reading(bo) as desk:
                await asyncio.gather(*(write(site, f"c{n}", 20) for n in range(WRITERS)))
                began = loop.time()
                lazy = [
                    lines.enter_context(await sign_in_and_never_read(site, stream))
                    for _ in range(LAZY)
                ]
                before, goal = site.resident_kib(), 20 * WRITERS + messages
                writers = asyncio.gather(
                    *(write(site, f"c{n}", messages // WRITERS) for n in range(WRITERS))
                )
                async with asyncio.timeout(60 + messages / 50):
                    while len(desk.bodies) < goal or not all(is_cut(one) for one in lazy):
                        grown = site.resident_kib() - before
                        assert grown < mib * 1024, f"{grown} KiB for what they left lying"
                        if loop.time() < began + STALL_S:
                            assert not any(is_cut(one) for one in lazy), "a moment's patience"
                        await asyncio.sleep(0.05)
                await writers
    assert await closes(site, 4008) == LAZY


async def sign_in_and_never_read(site: Site, stream: str) -> socket.socket:
    """A desk on a thin line that signs in, follows its team, and never reads a byte of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    # Small segments, as on any line but this machine's own: else its kernel keeps megabytes.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    await asyncio.to_thread(line.connect, ("127.0.0.1", site.port))
    line.sendall(UPGRADE)
    assert b" 101 " in await asyncio.to_thread(line.recv, 64)
    hello = {"type": "hello", "token": site.bo, "streams": [{"stream": stream}]}
    data = msgspec.json.encode(hello)
    assert 126 <= len(data) < 65_536
    line.sendall(b"\x81\xfe" + len(data).to_bytes(2) + bytes(4) + data)
    return line


def is_cut(line: socket.socket) -> bool:
    """Whether the server has ended the connection; seen without reading."""
    ends = select.poll()
    ends.register(line, 0)
    return bool(ends.poll(0))


async def write(site: Site, customer: str, number: int) -> None:
    """One customer who sends so many messages, each after the answer to the one before."""
    async with CustomerClient(site.url, site.token(customer), pace=PACE) as client:
        for n in range(number):
            await client.send(f"{n} {TEXT}")


async def closes(site: Site, code: int) -> int:
    """How many sockets the server has closed with this code."""
    async with aiohttp.ClientSession() as http, http.get(f"{site.url}/metrics") as answer:
        counts = (await answer.text()).partition(f'live_closes_total{{code="{code}"}} ')[2]
    return int(float(counts.split()[0]))
