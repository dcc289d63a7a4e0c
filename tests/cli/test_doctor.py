"""The doctor finds what is wrong and says what to do about it."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.cli.processes import Inbox, pinbox


def findings(inbox: Inbox, *, healthy: bool, **env: str) -> dict[str, Any]:
    ran = inbox.run("doctor", "--json", status=0 if healthy else 1, **env)
    assert ran.said["healthy"] is healthy
    found = {one["what"]: one for one in ran.said["findings"]}
    assert all(one["remedy"] for one in found.values() if one["state"] != "ok")
    return found


def test_a_sound_inbox_is_healthy(either: Inbox) -> None:
    either.say("agent", "add", "Bo", "--team", "spokane")
    found = findings(either, healthy=True)
    assert {"folder", "settings file", "disk", "database", "teams", "clock", "server"} <= set(found)
    assert found["database"]["state"] == found["teams"]["state"] == "ok"


def test_a_running_server_is_tried_through_its_public_address(inbox: Inbox) -> None:
    with inbox.served() as server:
        found = findings(inbox, healthy=True, PINBOX_PUBLIC_URL=server.url)
        assert found["live sockets, here"]["state"] == "ok"
        assert found["live sockets, public_url"]["state"] == "ok"
        assert "refuse /metrics" in found["metrics"]["remedy"]
        nowhere = findings(inbox, healthy=False, PINBOX_PUBLIC_URL="http://127.0.0.1:1")
        assert nowhere["public_url"]["state"] == "fail"


def test_open_secrets_are_found(inbox: Inbox) -> None:
    (inbox.folder / "pinbox.toml").chmod(0o644)
    inbox.folder.chmod(0o755)
    found = findings(inbox, healthy=False)
    assert found["settings file"]["remedy"] == f"chmod 600 {inbox.folder / 'pinbox.toml'}"
    assert found["folder"]["state"] == "warn"


def test_a_team_without_people_and_an_inbox_without_teams_are_found(inbox: Inbox) -> None:
    assert "spokane" in findings(inbox, healthy=True)["teams"]["remedy"]
    bare = Inbox(inbox.folder.with_name("bare"))
    pinbox("init", "--data", bare.folder)
    assert findings(bare, healthy=False)["database"]["says"] == "there is none yet"
    bare.say("migrate")
    assert "pinbox team add" in findings(bare, healthy=False)["teams"]["remedy"]


def test_a_damaged_database_is_found(inbox: Inbox) -> None:
    file = inbox.folder / "pinbox.db"
    pages = bytearray(file.read_bytes())
    for place in range(8192, len(pages), 4096):
        pages[place : place + 64] = b"\xff" * 64
    file.write_bytes(pages)
    assert findings(inbox, healthy=False)["database"]["state"] == "fail"


@pytest.mark.parametrize("how", ["moved", "replaced"])
def test_a_file_taken_from_under_the_server_is_noticed(inbox: Inbox, how: str) -> None:
    file, aside = inbox.folder / "pinbox.db", inbox.folder / "aside.db"
    with inbox.served() as server:
        assert status_of(f"{server.url}/readyz") == 200
        file.rename(aside)
        if how == "replaced":
            shutil.copy(aside, file)
        assert status_of(f"{server.url}/readyz") == 503
        found = findings(inbox, healthy=False)["database"]
        assert (found["state"], "put that very file back" in found["remedy"]) == ("fail", True)
        aside.rename(file)
        assert status_of(f"{server.url}/readyz") == 200
        assert findings(inbox, healthy=True)["database"]["state"] == "ok"


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            status: int = answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return status


def test_keys_that_cannot_be_used_are_found(inbox: Inbox) -> None:
    keys = inbox.folder / "keys.json"
    keys.write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}')
    found = findings(inbox, healthy=False, PINBOX_JWKS_FILE="keys.json")
    assert "no usable key" in found["jwks_file"]["says"]
    keys.unlink()
    assert findings(inbox, healthy=False, PINBOX_JWKS_FILE="keys.json")["jwks_file"]["remedy"]
    away = findings(inbox, healthy=False, PINBOX_JWKS_URL="http://127.0.0.1:1/keys.json")
    assert away["jwks_url"]["state"] == "fail"


def test_a_wrong_setting_is_a_finding(inbox: Inbox) -> None:
    found = findings(inbox, healthy=False, PINBOX_PORT="many")
    assert "PINBOX_PORT" in found["settings"]["says"]
