"""Two hundred at once, over HTTP: one pin, one conversation, one winner."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp

from tests.proofs.judge import read_team, read_thread
from tests.proofs.sites import Site, ask

CROWD = 200


async def test_a_crowd_at_the_beginning_and_at_the_take(site: Site) -> None:
    agents = [
        await asyncio.to_thread(site.inbox.say, "agent", "add", name, "--team", "spokane")
        for name in ("Mia", "Kim")
    ]
    tokens = [site.bo, *(one["token"] for one in agents)]
    await site.start()
    token = site.token("ana")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        place = f"{site.url}/v1/thread/messages"
        first = await asyncio.gather(
            *(
                ask(http, "POST", place, token=token, body={"client_id": f"c{n}", "body": f"{n}"})
                for n in range(CROWD)
            )
        )
        assert Counter(one.status for one in first) == {201: CROWD}
        thread = await read_thread(site, "ana")
        team = await read_team(site)
        (entered,) = [item for item in team if item["type"] == "entered"]
        assert Counter(item["type"] for item in thread) == {"pin": 1, "status": 1, "message": CROWD}
        numbers = {item["message"]["conversation"] for item in thread if item["type"] == "message"}
        assert numbers == {1}
        assert sorted(one.body["message"]["seq"] for one in first) == sorted(
            item["seq"] for item in thread if item["type"] == "message"
        )

        take = f"{site.url}/v1/desk/threads/{entered['thread']}/take"
        tried = [tokens[n % len(tokens)] for n in range(CROWD)]
        taken = await asyncio.gather(
            *(ask(http, "POST", take, token=one, body={}) for one in tried)
        )
        shown = await ask(http, "GET", take.removesuffix("/take"), token=site.bo)
    holder = shown.body["assignee"]
    for answer in taken:
        if answer.status == 200:
            assert answer.body["assignee"]["id"] == holder["id"]
        else:
            assert answer.status == 409, answer
            assert holder["name"] in answer.body["detail"], answer.body
    winners = {who for who, answer in zip(tried, taken, strict=True) if answer.status == 200}
    assert len(winners) == 1
    marks = [item for item in await read_team(site) if item["type"] == "assignee"]
    assert len(marks) == 1
