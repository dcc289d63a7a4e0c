"""The quickstart leads from an empty folder to an answer, as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.processes import PATIENCE_S, Serving, environment

PAGE = Path(__file__).parents[2] / "docs" / "quickstart.md"
HOME = PAGE.parents[1]
BLOCK = re.compile(r"<!-- (first|then) -->\n```console\n(.*?)```", re.DOTALL)


def script(mark: str) -> list[str]:
    text = "".join(block for kind, block in BLOCK.findall(PAGE.read_text()) if kind == mark)
    return re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE)


def shell(folder: Path, commands: list[str]) -> str:
    known = f'pinbox() {{ {sys.executable} -m inbox "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-euc", known + "\n".join(commands)],
        cwd=folder,
        env=environment(PYTHONPATH=str(HOME)) | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_leads_to_an_answer(tmp_path: Path) -> None:
    *before, serve = script("first")
    assert serve == "pinbox serve"
    assert "pbx_" in shell(tmp_path, before)
    server = Serving(tmp_path / "mydata")
    try:
        then = [line.replace("http://127.0.0.1:8080", server.url) for line in script("then")]
        said = shell(tmp_path, then)
    finally:
        server.end()
    assert '"body":"Good morning Ana, I am looking into it."' in said
    assert "✓ live sockets, here" in said
