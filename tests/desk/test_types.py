"""The types of both pages' scripts, as their comments tell them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from agents_ui.files import ROOT, VENDOR
from tests.typescript import fetch_checker

HOME = ROOT.parent
CONFIG = HOME / "tsconfig.json"


def test_the_scripts_of_both_pages_are_of_their_types(tmp_path: Path) -> None:
    compiler = fetch_checker(tmp_path) / "typescript" / "bin" / "tsc"
    ran = subprocess.run(
        ["node", compiler, "--project", CONFIG, "--listFiles"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    told = ran.stdout.splitlines()
    assert ran.returncode == 0, "\n".join(line for line in told if not line.startswith("/"))
    read = {Path(line).resolve() for line in told}
    pages = [
        path.resolve()
        for room in json.loads(CONFIG.read_text("utf-8"))["include"]
        for path in (HOME / room).rglob("*.js")
        if "vendor" not in path.parts
    ]
    assert len(pages) > 150
    assert set(pages) - read == set()


def test_what_is_vendored_has_the_types_of_what_it_gives() -> None:
    (given,) = re.findall(r"export\{(.*?)\}", (ROOT / VENDOR).read_text("utf-8"))
    names = {one.split(" as ")[-1].strip() for one in given.split(",")}
    types = (ROOT / VENDOR).with_suffix(".d.ts").read_text("utf-8")
    told = re.findall(r"^export (?:function|const) (\w+)", types, re.MULTILINE)

    assert names == set(told)
