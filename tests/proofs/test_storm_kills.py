"""A storm that spilled hundreds of conversations ends while the server dies again and again."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.proofs.judge import read_stream, read_thread
from tests.proofs.sites import Site, ask

CUSTOMERS = 600
TAMPA = ("team", "add", "tampa", "--name", "Tampa", "--region", "US-FL", "--time-zone", "UTC")
NO_QUIET = "import inbox.core.cover as cover\ncover.QUIET_MS = 0\n"
"""Conversations come home at once, and not after a quarter of an hour without a message."""


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest) -> Site:
    """A place on this engine."""
    found: Site = request.getfixturevalue("site" if request.param == "sqlite" else "shared_site")
    return found


@pytest.mark.prove
async def test_what_a_storm_spilled_comes_home_once_however_often_the_server_is_killed(
    home: Site, tmp_path: Path
) -> None:
    site = home
    site.break_by(tmp_path / "quiet", NO_QUIET)
    lead = await _two_teams(site)
    await site.start()
    customers = [f"c{number}" for number in range(CUSTOMERS)]
    async with aiohttp.ClientSession() as http:
        ids = {one["team"]["key"]: one["team"]["id"] for one in await _teams(http, site, lead)}
        storm = f"{site.url}/v1/desk/team/{ids['spokane']}/storm"
        plan = {"teams": [{"team": ids["tampa"], "share": 100}], "notice": "Much to do today"}
        begun = await ask(http, "POST", storm, token=lead, body=plan)
        assert begun.status == 201, begun
        await asyncio.gather(*(_write(http, site, who) for who in customers))
        assert (await ask(http, "DELETE", storm, token=lead)).status == 204
        kills, left = 0, CUSTOMERS
        while left:
            # The first kills come at once, then some of what is left is let through.
            await asyncio.sleep(random.random() * 0.1 * (1 + kills))
            assert await site.end(signal.SIGKILL) == -signal.SIGKILL
            await site.start()
            kills += 1
            left = await _away(http, site, lead)
        assert kills > 2, "it was over before it was killed"
        (tampa,) = (one for one in await _teams(http, site, lead) if one["team"]["key"] == "tampa")
    place = f"/v1/desk/events?stream={tampa['stream']}"
    marks = Counter(item["type"] for item in await read_stream(site, place, token=lead))
    for who in customers:
        told = [item["serving"]["why"] for item in await read_thread(site, who)
                if item["type"] == "serving"]  # fmt: skip
        assert told == ["cover", "home"], who
    assert marks.keys() == {"left", "withdrawn"}, "Tampa sees no more of what it had"
    assert marks["left"] == CUSTOMERS


async def _two_teams(site: Site) -> str:
    """Tampa beside Spokane; the token of who leads both."""

    def add() -> str:
        site.inbox.say(*TAMPA)
        words = ("--team", "spokane", "--team", "tampa", "--role", "lead")
        token: str = site.inbox.say("agent", "add", "Lea", *words)["token"]
        return token

    return await asyncio.to_thread(add)


async def _write(http: aiohttp.ClientSession, site: Site, who: str) -> None:
    body = {"client_id": "1", "body": "My line is dead"}
    place = f"{site.url}/v1/thread/messages"
    sent = await ask(http, "POST", place, token=site.token(who), body=body)
    assert sent.status == 201, sent


async def _away(http: aiohttp.ClientSession, site: Site, lead: str) -> int:
    """How many conversations Tampa still has."""
    board = await ask(http, "GET", f"{site.url}/v1/desk/board", token=lead)
    assert board.status == 200, board
    (tampa,) = (team for team in board.body["items"] if team["team"]["key"] == "tampa")
    found: int = tampa["waiting"]
    return found


async def _teams(http: aiohttp.ClientSession, site: Site, lead: str) -> list[dict[str, Any]]:
    me = await ask(http, "GET", f"{site.url}/v1/desk/me", token=lead)
    teams: list[dict[str, Any]] = me.body["teams"]
    return teams
