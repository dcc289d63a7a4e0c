"""The client against a server process that is killed and stopped under it, again and again."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from inbox.client import CustomerClient, DeskClient, Message, Pace
from tests.cli.processes import Inbox, Serving
from tests.ports import free_port

PACE = Pace(base_s=0.02, cap_s=0.2, request_s=5)
LINES = [f"line {n}" for n in range(60)]


async def gather_lines(client: CustomerClient | DeskClient) -> tuple[list[str], list[int | None]]:
    """What a client is handed out up to the last line: bodies and places."""
    bodies: list[str] = []
    places: list[int | None] = []
    async for event in client.events():
        places += [event.seq]
        if isinstance(event.what, Message):
            bodies += [event.what.body]
        if bodies[-1:] == LINES[-1:]:
            break
    return bodies, places


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_nothing_is_lost_or_doubled_when_the_server_goes(
    tmp_path: Path, end: signal.Signals
) -> None:
    inbox = await asyncio.to_thread(Inbox(tmp_path / "data").make)
    bo_token = inbox.say("agent", "add", "Bo", "--team", "spokane")["token"]
    ana_token = inbox.say("token", "customer", "ana", "--region", "US-WA")["token"]
    port = str(free_port())
    env = {"PINBOX_CUSTOMER_SENDS_PER_MINUTE": "0"}

    def start() -> Serving:
        return Serving(inbox.folder, "--port", port, **env)

    serving = await asyncio.to_thread(start)
    try:
        async with (
            CustomerClient(serving.url, ana_token, store=tmp_path / "ana", pace=PACE) as ana,
            DeskClient(serving.url, bo_token, pace=PACE) as bo,
        ):
            await bo.follow()
            heard, shown = (asyncio.create_task(gather_lines(one)) for one in (ana, bo))
            for n, line in enumerate(LINES):
                await ana.post(line)
                if n in (15, 40):
                    # While lines are on their way: nobody waits for them here.
                    await asyncio.to_thread(serving.end, end)
                    serving = await asyncio.to_thread(start)
            async with asyncio.timeout(60):
                await ana.flush()
                views = await asyncio.gather(heard, shown)
            stored = [message.body for message in (await ana.messages(limit=100)).items][::-1]
    finally:
        await asyncio.to_thread(serving.end)
    assert stored == LINES
    for bodies, places in views:
        assert bodies == LINES
        known = [place for place in places if place is not None]
        assert known == sorted(set(known))
