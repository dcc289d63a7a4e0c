"""The same commands where the data lies in PostgreSQL: the folder holds settings, lock, socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.cli.processes import TEAM, Inbox, pinbox


@pytest.fixture
def elsewhere(postgres: str, tmp_path: Path) -> Iterator[Inbox]:
    """A folder whose settings name a PostgreSQL database of its own."""
    name = f"pinbox_cli_{uuid4().hex}"

    def run(sql: str) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(postgres)
            await connection.execute(sql)
            await connection.close()

        asyncio.run(work())

    run(f"CREATE DATABASE {name} TEMPLATE template0")
    inbox = Inbox(tmp_path / "data")
    pinbox("init", "--data", inbox.folder)
    url = urlsplit(postgres)._replace(path=f"/{name}").geturl()
    with (inbox.folder / "pinbox.toml").open("a") as file:
        file.write(f'database = "{url}"\n')
    yield inbox
    run(f"DROP DATABASE {name} WITH (FORCE)")


def test_commands_work_stopped_and_running(elsewhere: Inbox, tmp_path: Path) -> None:
    assert elsewhere.say("migrate")["before"] == 0
    elsewhere.say(*TEAM)
    with elsewhere.served():
        elsewhere.say("agent", "add", "Bo", "--team", "spokane")
        assert [team["members"] for team in elsewhere.say("team", "list")["items"]] == [1]
        assert elsewhere.say("doctor")["healthy"]
        assert "in use" in elsewhere.refuse("migrate")["detail"]
    assert elsewhere.say("epoch", "renew")["epoch"]
    assert "pg_dump" in elsewhere.refuse("backup", tmp_path / "file")["detail"]
    kept = sorted(path.name for path in elsewhere.folder.iterdir())
    assert kept == ["lock", "pinbox.toml", "uploads"]


def test_a_database_that_is_away_is_one_line(inbox: Inbox) -> None:
    ran = inbox.run("serve", "--database", "postgresql://nobody@127.0.0.1:1/none", status=1)
    assert "PostgreSQL cannot be reached" in ran.err
    assert ran.err.strip().count("\n") == 0
