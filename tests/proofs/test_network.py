"""Promise 4: lines that are cut, and peers that fall silent."""

from __future__ import annotations

import asyncio
import random

import pytest

from inbox.client import Closed, CustomerClient, DeskClient, LiveSocket, Unreachable
from inbox.core.frames import Want
from tests.client.tunnel import tunnel_to
from tests.proofs.judge import judge, place, read_team, read_thread, reading, seqs
from tests.proofs.load import Ledger, send_by_http, send_live
from tests.proofs.sites import PACE, Site

PATIENCE_S = 60
"""For what takes two seconds on a free machine: who is stuck is found out, who is slow is not."""


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(150, marks=pytest.mark.timeout(5 * PATIENCE_S)),
        pytest.param(10_000, marks=pytest.mark.prove),
    ],
)
async def test_cuts_at_any_byte_lose_and_double_nothing(
    site: Site, ledger: Ledger, messages: int
) -> None:
    await site.start()
    stop = asyncio.Event()
    async with (
        tunnel_to(site.url, length=lambda: random.randrange(2_000, 30_000)) as tunnel,
        CustomerClient(tunnel.url, site.token("ana"), pace=PACE) as ana,
        DeskClient(tunnel.url, site.bo, pace=PACE) as bo,
    ):
        began = await begin(bo)
        async with reading(ana) as app, reading(bo) as desk:
            senders = asyncio.gather(
                send_by_http(site, "ana", ledger, stop, url=tunnel.url),
                send_live(site, "luis", ledger, stop, url=tunnel.url),
            )
            await ledger.more(messages, within_s=PATIENCE_S + messages / 5)
            stop.set()  # and the cuts go on
            async with asyncio.timeout(PATIENCE_S):
                await senders
            await judge(site, ledger)
            await app.saw_exactly(seqs(await read_thread(site, "ana")), within_s=PATIENCE_S)
            team = await read_team(site)
            expected = range(began + 1, team[-1]["seq"] + 1)
            await desk.saw_exactly(expected, within_s=PATIENCE_S)
            assert not app.resets + desk.resets
        assert tunnel.cuts >= messages // 30


async def begin(bo: DeskClient) -> int:
    """Follow the team from a known place, however often the line is cut meanwhile."""
    while True:
        try:
            began = place((await bo.me()).teams[0].cursor)
            await bo.follow()
        except Unreachable:
            continue
        return began


async def test_a_half_open_line_is_closed_within_ping_and_pong(site: Site) -> None:
    site.env |= {"PINBOX_PING_S": "1", "PINBOX_PONG_S": "1"}
    await site.start()
    loop = asyncio.get_running_loop()
    silent = await LiveSocket.open(f"ws{site.url[4:]}/v1/thread/live")
    await silent.hello([Want("thread")], token=site.token("ana"))
    began = loop.time()
    async with asyncio.timeout(15):
        with pytest.raises(Closed) as closed:
            await hear_out(silent)
    assert closed.value.code == 4012
    assert 1.5 < loop.time() - began < 5


async def hear_out(socket: LiveSocket) -> None:
    """Hear everything and say nothing, not even that one is there."""
    while True:
        await socket.receive()
