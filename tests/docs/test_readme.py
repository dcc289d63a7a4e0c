"""The README leads from nothing to a message on disk, and its demo is the real one."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.docs.house import PINBOX, serve
from tests.docs.pages import HOME, blocks
from tests.docs.player import commands

README = HOME / "README.md"
ADDRESS = "http://127.0.0.1:8080"
TIMEOUT_S = 60.0


def steps(mark: str) -> list[list[str]]:
    """The commands of each block with this mark."""
    return [
        [command for command, _ in commands(block.text)]
        for block in blocks(README)
        if block.mark == mark
    ]


def run(folder: Path, script: str) -> str:
    """A shell in which `pinbox` is this Pinbox."""
    pinbox = f'pinbox() {{ {shlex.join(PINBOX)} "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-euc", pinbox + script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_its_commands_lead_to_a_message_on_disk(tmp_path: Path) -> None:
    first, second = steps("run")
    assert first.pop() == "pinbox serve"
    assert re.search(r"^pbx_\w{36}$", run(tmp_path, "\n".join(first)), re.MULTILINE)
    with serve(tmp_path / "mydata") as url:
        *before, send, doctor = second
        assert ADDRESS in send
        answer = run(tmp_path, "\n".join([*before, send.replace(ADDRESS, url)]))
        assert '"body":"Hello"' in answer
        assert '"seq":3' in answer
        assert doctor == "pinbox doctor"
        assert "✓" in run(tmp_path, f"export PINBOX_DATA=mydata\n{doctor}")


def test_its_demo_is_the_real_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PINBOX, "demo", "--once"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = iter([line.rstrip() for line in done.stdout.splitlines()])
    (shown,) = [block.text for block in blocks(README) if block.mark == "demo"]
    missing = [line for line in shown.splitlines() if line and line not in told]
    assert missing == []


def test_the_installed_command_is_the_one_that_is_tried() -> None:
    said = subprocess.run(
        [str(Path(sys.executable).with_name("pinbox")), "--version"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
    )
    assert said.stdout.startswith("pinbox ")
