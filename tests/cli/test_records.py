"""Import by command, with the server stopped and running."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from tests.cli.processes import Inbox


def line(customer: str, *bodies: str) -> str:
    messages = [
        {
            "client_id": f"{customer}-{number}",
            "author": "customer" if number % 2 == 0 else "agent",
            "body": body,
            "sent_at": f"2026-01-01T10:00:{number:02}.000Z",
        }
        for number, body in enumerate(bodies)
    ]
    return json.dumps({"customer": {"id": customer, "region": "US-WA"}, "messages": messages})


def test_import_counts_names_bad_lines_and_adds_only_what_is_new(
    either: Inbox, tmp_path: Path
) -> None:
    file = tmp_path / "threads.jsonl"
    file.write_text(
        "\n".join([line("ana", "Hello", "Hello Ana"), '{"nonsense": 1}', line("luis", "Hi")])
    )
    loaded = either.say("import", file)
    assert (loaded["lines"], loaded["customers"], loaded["messages"]) == (3, 2, 3)
    assert (loaded["added"], loaded["bad_lines"]) == (3, 1)
    assert loaded["faults"][0]["line"] == 2
    assert (loaded["repeats"], loaded["known"]) == (0, 0)
    file.write_text("\n".join([file.read_text(), line("luis", "Hi", "Hi Luis")]))
    again = either.run("import", file)
    assert "4 messages, 1 of them new, 3 known before" in again.out
    assert "1 repeat in the file" in again.out
    assert "line 2: " in again.err


def test_a_file_that_is_not_there_is_wrong_use(inbox: Inbox, tmp_path: Path) -> None:
    assert "does not exist" in inbox.run("import", tmp_path / "nothing", status=2).err


def test_one_customer_is_handed_over_and_erased(either: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "threads.jsonl"
    file.write_text("\n".join([line("ana", "Hello", "Hello Ana"), line("luis", "Hola")]))
    either.say("import", file)
    target = tmp_path / "ana.json"
    saved = either.say("export", "ana", target)
    assert saved == {"customer": "ana", "file": str(target), "bytes": target.stat().st_size}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    held = json.loads(target.read_text())
    assert held["customer"]["id"] == "ana"
    assert {"Hello", "Hello Ana"} == bodies(held)
    assert json.loads(either.run("export", "ana").out)["customer"]["region"] == "US-WA"

    target.write_text("my notes")
    assert "--force" in either.refuse("export", "ana", target)["detail"]
    assert target.read_text() == "my notes"
    either.say("export", "ana", target, "--force")
    assert json.loads(target.read_text())["customer"]["id"] == "ana"
    own = either.folder / "pinbox.toml"
    assert "name another file" in either.refuse("export", "ana", own, "--force")["detail"]
    assert "there is no folder" in either.refuse("export", "ana", tmp_path / "no" / "x")["detail"]

    assert "--yes" in either.run("erase", "ana", status=2).err
    assert bodies(json.loads(either.run("export", "ana").out)) == {"Hello", "Hello Ana"}
    erased = either.say("erase", "ana", "--yes")
    assert (erased["customer"], erased["items"] >= 2) == ("ana", True)
    assert "Hello" not in either.run("export", "ana").out
    assert bodies(json.loads(either.run("export", "luis").out)) == {"Hola"}
    for command in (("export", "nobody"), ("erase", "nobody", "--yes")):
        assert either.refuse(*command)["code"] == "not_found"


def bodies(held: Any) -> set[str]:
    return {item["message"]["body"] for item in held["items"] if item["type"] == "message"}
