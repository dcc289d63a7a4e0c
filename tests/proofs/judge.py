"""What the server has in the end, read whole from the beginning, against what was promised."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from inbox.client import CustomerClient, DeskClient, Event, Message, Reset
from tests.proofs.load import Ledger
from tests.proofs.sites import Site, ask

Item = dict[str, Any]


async def read_stream(site: Site, path: str, *, token: str) -> list[Item]:
    """All items of a stream by long poll, page after page; its ranges leave nothing out."""
    items: list[Item] = []
    cursor, mark = "", "&" if "?" in path else "?"
    async with aiohttp.ClientSession() as http:
        while True:
            since = f"{mark}since={cursor}" if cursor else ""
            answer = await ask(http, "GET", f"{site.url}{path}{since}", token=token)
            assert answer.status == 200, answer
            page = answer.body
            assert place(page["since"]) == (place(cursor) if cursor else 0)
            for item in page["items"]:
                assert place(page["since"]) < item["seq"] <= place(page["until"])
            items += page["items"]
            cursor = page["until"]
            if not page["more"]:
                break
    numbers = [item["seq"] for item in items]
    assert numbers == sorted(set(numbers)), "in order, each once"
    return items


async def read_thread(site: Site, customer: str) -> list[Item]:
    """A customer's whole view of its thread."""
    return await read_stream(site, "/v1/thread/events", token=site.token(customer))


async def read_team(site: Site) -> list[Item]:
    """The whole stream of Bo's team, which is dense, as is each thread in it."""
    async with aiohttp.ClientSession() as http:
        me = await ask(http, "GET", f"{site.url}/v1/desk/me", token=site.bo)
    (team,) = me.body["teams"]
    items = await read_stream(site, f"/v1/desk/events?stream={team['stream']}", token=site.bo)
    assert [item["seq"] for item in items] == list(range(1, place(team["cursor"]) + 1))
    threads: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if item["type"] not in ("entered", "left"):
            threads[item["thread"]].append(item["thread_seq"])
    for numbers in threads.values():
        assert numbers == list(range(1, len(numbers) + 1)), "a log has no hole"
    return items


async def judge(site: Site, ledger: Ledger) -> None:
    """Everything acknowledged is there once with its place, and nothing else; streams are dense."""
    acknowledged = ledger.read()
    assert acknowledged
    shown = [item for item in await read_team(site) if item["type"] == "message"]
    for customer, expected in acknowledged.items():
        messages = [item for item in await read_thread(site, customer) if item["type"] == "message"]
        stored = [(item["message"]["client_id"], item["seq"]) for item in messages]
        assert sorted(stored) == sorted(expected.items()), customer
        for item in messages:
            assert item["message"]["body"] == f"Text of {item['message']['client_id']}"
        on_desk = [
            item["thread_seq"] for item in shown if item["message"]["author"]["id"] == customer
        ]
        assert on_desk == [seq for _, seq in stored], "the desk sees what the customer sees"


class Reader:
    """Somebody who reads events all the time, and what came."""

    def __init__(self, client: CustomerClient | DeskClient) -> None:
        self.client = client
        self.events: list[Event] = []
        self.resets: list[Reset] = []

    @property
    def places(self) -> list[int]:
        """The seqs that came, as they came."""
        return [event.seq for event in self.events if event.seq is not None]

    @property
    def bodies(self) -> list[str]:
        """The messages that came, as they came."""
        return [event.what.body for event in self.events if isinstance(event.what, Message)]

    async def run(self) -> None:
        """Read until cancelled."""
        async for event in self.client.events():
            if isinstance(event.what, Reset):
                self.resets.append(event.what)
            self.events.append(event)

    async def saw_exactly(self, expected: Sequence[int], *, within_s: float = 20) -> None:
        """Wait until the last of these came; then exactly these came, in this order."""
        async with asyncio.timeout(within_s):
            while not self.places or self.places[-1] < expected[-1]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert self.places == list(expected)


@asynccontextmanager
async def reading(client: CustomerClient | DeskClient) -> AsyncIterator[Reader]:
    """Read in the background while the block runs."""
    reader = Reader(client)
    task = asyncio.create_task(reader.run())
    try:
        yield reader
    finally:
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def place(cursor: str) -> int:
    """The number in a cursor."""
    return int(cursor.partition(":")[2])


def seqs(items: Sequence[Item]) -> list[int]:
    """The items' places."""
    return [item["seq"] for item in items]
