"""The data folder: made private, never overwritten, and what is said where there is none."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path

import pytest

from tests.cli.processes import Inbox, pinbox


def test_init_makes_a_private_folder_with_fresh_secrets(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        made = pinbox("init", "--data", tmp_path / name, "--json").said
        file = tmp_path / name / "pinbox.toml"
        assert made == {"data": str(tmp_path / name), "settings": str(file)}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        files.append(file.read_text())
    assert files[0] != files[1]


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    pinbox("init", "--data", tmp_path)
    before = (tmp_path / "pinbox.toml").read_bytes()
    refused = pinbox("init", "--data", tmp_path, status=1)
    assert refused.err.startswith("pinbox: ")
    assert refused.err.count("\n") == 1
    assert (tmp_path / "pinbox.toml").read_bytes() == before


def test_init_leaves_the_rights_of_a_folder_that_exists_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "it's mine"
    folder.mkdir(mode=0o755)
    said = pinbox("init", "--data", folder).out
    command = next(line for line in said.splitlines() if "chmod" in line).partition(": ")[2]
    assert shlex.split(command) == ["chmod", "700", str(folder)]
    assert shlex.split(said.splitlines()[-1])[-1] == str(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert "chmod" not in pinbox("init", "--data", tmp_path / "new").out


@pytest.mark.parametrize(
    "args",
    [
        ("serve",),
        ("team", "list"),
        ("agent", "add", "Bo", "--team", "spokane"),
        ("token", "customer", "ana"),
        ("doctor",),
        ("settings",),
        ("backup", "file"),
        ("migrate",),
        ("epoch", "renew"),
    ],
    ids=lambda args: args[0],
)
def test_without_a_folder_every_command_names_the_remedy(
    args: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    refused = pinbox(*args, "--data", nowhere, "--json", status=1)
    assert f"pinbox init --data {nowhere}" in refused.complaint["detail"]
    assert not nowhere.exists()


def test_the_folder_may_come_from_the_environment(inbox: Inbox) -> None:
    shown = pinbox("team", "list", "--json", PINBOX_DATA=str(inbox.folder)).said
    assert [team["key"] for team in shown["items"]] == ["spokane"]


def test_a_wrong_setting_is_named_with_its_neighbour(inbox: Inbox) -> None:
    with (inbox.folder / "pinbox.toml").open("a") as file:
        file.write("prot = 1\n")
    for command in (("serve",), ("team", "list")):
        refused = inbox.run(*command, status=2)
        assert "did you mean port?" in refused.err


@pytest.mark.parametrize(
    "args", [("team", "add"), ("teem",), ("serve", "--port", "x"), ("token",)], ids=str
)
def test_wrong_use_ends_with_two_and_points_to_help(args: tuple[str, ...]) -> None:
    assert "--help" in pinbox(*args, status=2).err


def test_settings_shows_what_is_in_force_and_no_secret(inbox: Inbox) -> None:
    secrets = [
        line.split('"')[1]
        for line in (inbox.folder / "pinbox.toml").read_text().splitlines()
        if line.startswith(("token_secret", "server_secret"))
    ]
    assert len(secrets) == 2
    for ran in (inbox.run("settings", PINBOX_PORT="99"), inbox.run("settings", "--json")):
        assert not any(secret in ran.out for secret in secrets)
    assert inbox.say("settings", PINBOX_PORT="99")["port"] == 99
    assert "* port = 99" in inbox.run("settings", PINBOX_PORT="99").out
