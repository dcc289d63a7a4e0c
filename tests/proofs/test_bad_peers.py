"""Floods and nonsense at both doors: the process is unharmed, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

import pytest

from inbox.client import CustomerClient
from tests.proofs.judge import reading
from tests.proofs.sites import PACE, Site

HANDSHAKE = (
    b"GET /v1/thread/live HTTP/1.1\r\nHost: proof\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: pinbox.v1\r\n\r\n"
)
RUDE = {
    "junk": os.urandom(4_096),
    "no end of a header": b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
    "before hello": HANDSHAKE + bytes([0x81, 0x80 | 15]) + bytes(4) + b'{"type":"pong"}',
    "a huge frame": HANDSHAKE + bytes([0x81, 0xFF]) + (2**40).to_bytes(8) + bytes(70_000),
    "a frame that is none": HANDSHAKE + os.urandom(4_096),
    "a flood": HANDSHAKE + (bytes([0x81, 0x80 | 2]) + bytes(4) + b"{}") * 5_000,
    "a huge body": b"POST /v1/thread/messages HTTP/1.1\r\nHost: proof\r\n"
    b"Content-Length: 99999999999\r\n\r\n" + bytes(300_000),
    "silence": b"",
    "half a handshake": HANDSHAKE[:60],
}


@pytest.mark.parametrize("each", [120, pytest.param(3_000, marks=pytest.mark.prove)])
async def test_bad_peers_harm_nobody(site: Site, each: int) -> None:
    await site.start()
    async with CustomerClient(site.url, site.token("ana"), pace=PACE) as ana:  # noqa: SIM117  the reader ends before its client
        async with reading(ana) as app:
            await ana.send("Before")
            files = site.open_files()
            served = asyncio.create_task(keep_sending(ana))
            await be_rude_often(site, each // 2)
            memory = site.resident_kib()  # with what sixty of them at once need, and their garbage
            await be_rude_often(site, each // 2)
            served.cancel()
            slowest = await served
            await ana.send("After")
            async with asyncio.timeout(10):
                while "After" not in app.bodies:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            async with asyncio.timeout(15):
                while site.open_files() > files + 5:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
    assert site.runs()
    assert slowest < 5
    assert site.resident_kib() - memory < 40 * 1024
    assert "Traceback" not in site.log()


async def be_rude_often(site: Site, each: int) -> None:
    """Every kind of bad peer, so many of each, sixty at a time."""
    for said in RUDE.values():
        for first in range(0, each, 60):
            size = min(60, each - first)
            await asyncio.gather(*(be_rude(site, said) for _ in range(size)))


async def keep_sending(client: CustomerClient) -> float:
    """Send until cancelled; the longest that an answer took."""
    loop, slowest = asyncio.get_running_loop(), 0.0
    with suppress(asyncio.CancelledError):
        while True:
            at = loop.time()
            await client.send("Still here?")
            slowest = max(slowest, loop.time() - at)
            await asyncio.sleep(0.05)
    return slowest


async def be_rude(site: Site, said: bytes) -> None:
    """Come, say it, listen a moment, and vanish."""
    with suppress(OSError, TimeoutError):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        try:
            writer.write(said)
            async with asyncio.timeout(0.3):
                await reader.read(65_536)
        finally:
            writer.transport.abort()
