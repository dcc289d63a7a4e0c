"""The desk's modules: the pure ones by their own tests, and the rules of the house for all."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agents_ui.files import ROOT

TESTS = Path(__file__).parent / "modules"
LONGEST = 500
NAMELESS = {"utils", "helpers", "common", "misc"}
OURS = [
    path
    for path in ROOT.rglob("*")
    if path.suffix in {".js", ".css"} and not {"vendor", "lib"} & set(path.parts)
]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_pure_modules_pass_their_own_tests() -> None:
    files = sorted(TESTS.glob("*.test.js"))
    ran = subprocess.run(
        ["node", "--test", *map(str, files)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    # Node ends with success where it finds no test at all.
    assert "# fail 0" in ran.stdout
    assert len(files) > 5


def test_no_file_is_too_long_or_named_for_nothing() -> None:
    assert len(OURS) > 50
    assert [one for one in OURS if len(one.read_text("utf-8").splitlines()) > LONGEST] == []
    assert [one for one in OURS if one.stem in NAMELESS] == []


def test_nothing_is_inline_and_nothing_from_another_host() -> None:
    texts = {path: path.read_text("utf-8") for path in [*OURS, ROOT / "index.html"]}
    for banned in ("style=", "innerHTML", "insertAdjacentHTML", "eval(", "http://", "https://"):
        assert [path for path, text in texts.items() if banned in text] == [], banned


def test_pure_modules_know_no_page_no_network_and_no_clock() -> None:
    for path in (ROOT / "core").glob("*.js"):
        text = path.read_text("utf-8")
        for banned in ("document", "window", "fetch(", "Date.now", "localStorage", "Math.random"):
            assert banned not in text.replace("documented", ""), f"{path.name}: {banned}"
