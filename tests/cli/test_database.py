"""Backup, restore, migrate and epoch by command."""

from __future__ import annotations

import json
import re
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
    assert (inbox.folder / Path(restored["before"]).name).exists()
    assert ".before-restore-" in restored["before"]
    with inbox.served() as server:
        after = cursor(server.url, token)
    assert after.split(":")[0] == restored["epoch"] != before.split(":")[0]


def test_what_is_no_backup_is_refused_and_changes_nothing(inbox: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, this is no database. " * 200)
    assert inbox.refuse("restore", file)["code"] == "refused"
    assert [team["key"] for team in inbox.say("team", "list")["items"]] == ["spokane"]


def test_a_backup_never_takes_the_place_of_what_is_needed(either: Inbox, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Call Ana")
    link = tmp_path / "link.db"
    link.symlink_to(either.folder / "pinbox.db-wal")
    for target in (notes, link, either.folder / "pinbox.db", either.folder / "pinbox.toml"):
        assert "name another file" in either.refuse("backup", target)["detail"]
    assert notes.read_text() == "Call Ana"
    assert "server_secret" in (either.folder / "pinbox.toml").read_text()
    assert "There is no folder" in either.refuse("backup", tmp_path / "no" / "x.db")["detail"]


def test_another_secret_is_refused_by_all_and_can_be_taken(inbox: Inbox, tmp_path: Path) -> None:
    file, settings = tmp_path / "saved.db", inbox.folder / "pinbox.toml"
    inbox.say("team", "list")
    inbox.say("backup", file)
    old = settings.read_text()
    settings.write_text(re.sub("(?m)^server_secret = .*", f'server_secret = "{"x" * 40}"', old))
    for command in (("restore", file), ("migrate",), ("team", "list"), ("serve", "--port", "0")):
        refused = inbox.refuse(*command)["detail"]
        assert "another server_secret" in refused
        assert "--new-secret" in refused
    findings = {
        one["what"]: one for one in inbox.run("doctor", "--json", status=1).said["findings"]
    }
    assert findings["server_secret"]["state"] == "fail"
    inbox.say("restore", file, "--new-secret")
    inbox.say("team", "list")
    settings.write_text(old)
    inbox.refuse("migrate")
    inbox.say("migrate", "--new-secret")
    assert secret_by_doctor(inbox, status=0) == "ok"


def secret_by_doctor(inbox: Inbox, *, status: int) -> str:
    findings = inbox.run("doctor", "--json", status=status).said["findings"]
    (state,) = (one["state"] for one in findings if one["what"] == "server_secret")
    return str(state)


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
