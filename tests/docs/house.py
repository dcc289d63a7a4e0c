"""A real `pinbox serve` in a process of its own, with the cast of the examples."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from inbox.app import now_ms, open_context
from inbox.core.policy import Operator, Role
from inbox.flows.agents import AgentDraft, add_agent, add_token
from inbox.flows.teams import TeamDraft, add_team
from inbox.ops.folder import make_folder
from inbox.settings import load

PINBOX = (sys.executable, "-m", "inbox")
STOP_S = 30.0

TEAMS = (
    TeamDraft(
        "spokane",
        "Team Spokane",
        "America/Los_Angeles",
        regions=("US-WA",),
        place="Spokane, Washington",
        default=True,
    ),
    TeamDraft("tampa", "Team Tampa", "America/New_York", regions=("US-FL",)),
)
AGENTS: tuple[tuple[str, str, Role], ...] = (
    ("Bo", "spokane", "agent"),
    ("Mia", "spokane", "admin"),
    ("Ravi", "tampa", "agent"),
)


class House(msgspec.Struct, frozen=True):
    """A data folder with its server, and the variables that the pages' examples use."""

    folder: Path
    variables: dict[str, str]


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Serve a new folder with Team Spokane (Bo, and Mia, an admin) and Team Tampa (Ravi)."""
    make_folder(folder)
    variables = asyncio.run(_furnish(folder))
    with serve(folder) as url:
        yield House(folder, {**variables, "URL": url})


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """A server on a port that is free; its address."""
    with subprocess.Popen(
        [*PINBOX, "serve", "--data", str(folder), "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PINBOX_DRAIN_MS": "0", "PINBOX_LOG_LEVEL": "error"},
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(STOP_S)


async def _furnish(folder: Path) -> dict[str, str]:
    """Make the teams and people; a token for each, by name, and the secret of customers' tokens."""
    settings, operator, tokens = load(folder, {}), Operator(), {}
    async with open_context(folder, settings) as ctx:
        teams = {draft.key: (await add_team(ctx, operator, draft)).id for draft in TEAMS}
        for name, team, role in AGENTS:
            made = await add_agent(ctx, operator, AgentDraft(name, (teams[team],), role=role))
            tokens[name.upper()] = (await add_token(ctx, operator, agent=made.id)).token
        tokens["ANA"] = ctx.tokens.sign("ana", now_ms=now_ms(), name="Ana", region="US-WA")
    return {**tokens, "TOKEN_SECRET": settings.token_secret}
