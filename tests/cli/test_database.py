"""Backup, restore, migrate and epoch by command."""

from __future__ import annotations

import json
import sqlite3
import stat
import urllib.request
from pathlib import Path

from tests.cli.processes import Inbox


def cursor(url: str, token: str) -> str:
    request = urllib.request.Request(
        f"{url}/v1/thread", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text: str = json.load(answer)["cursor"]
    return text


def test_a_backup_is_one_whole_private_file(either: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "saved.db"
    saved = either.say("backup", file)
    assert saved == {"file": str(file), "bytes": file.stat().st_size}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as copy:
        assert copy.execute("SELECT key FROM teams").fetchall() == [("spokane",)]
    copy.close()


def test_a_restore_brings_the_past_back_with_a_new_epoch(inbox: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "saved.db"
    token = inbox.run("token", "customer", "ana").out.strip()
    with inbox.served() as server:
        before = cursor(server.url, token)
        inbox.say("backup", file)
        inbox.say("agent", "add", "Bo", "--team", "spokane")
        for command in (("restore", file), ("migrate",)):
            refused = inbox.refuse(*command)
            assert refused["code"] == "refused"
            assert "stop it first" in refused["detail"]
        assert len(inbox.say("agent", "list")["items"]) == 1
    restored = inbox.say("restore", file)
    assert inbox.say("agent", "list")["items"] == []
    assert (inbox.folder / "pinbox.db.before-restore").exists()
    with inbox.served() as server:
        after = cursor(server.url, token)
    assert after.split(":")[0] == restored["epoch"] != before.split(":")[0]


def test_what_is_no_backup_is_refused_and_changes_nothing(inbox: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, this is no database. " * 200)
    assert inbox.refuse("restore", file)["code"] == "refused"
    assert [team["key"] for team in inbox.say("team", "list")["items"]] == ["spokane"]


def test_migrate_says_what_it_did(inbox: Inbox) -> None:
    done = inbox.say("migrate")
    assert done["before"] == done["after"] >= 1
    (inbox.folder / "pinbox.db").unlink()
    assert inbox.say("migrate") == {"before": 0, "after": done["after"]}


def test_a_new_epoch_reaches_a_server_that_runs(inbox: Inbox) -> None:
    token = inbox.run("token", "customer", "ana").out.strip()
    with inbox.served() as server:
        cursor(server.url, token)
        fresh = inbox.say("epoch", "renew")["epoch"]
        assert cursor(server.url, token).split(":")[0] == fresh
    again = inbox.say("epoch", "renew")["epoch"]
    assert again != fresh
    with inbox.served() as server:
        assert cursor(server.url, token).split(":")[0] == again
