"""What the page says, in every language; and its modules, by their own tests."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from customer_ui.files import ROOT

TESTS = Path(__file__).parent / "modules"
LONGEST = 500
OURS = [
    path
    for path in ROOT.rglob("*")
    if path.suffix in {".js", ".css"} and not {"lib", "vendor"} & set(path.parts)
]
LANGUAGES = sorted({path.stem for path in (ROOT / "words").glob("*.js")} - {"index"})
_TEXT = re.compile(r'^  "([\w.]+)": ("(?:[^"\\]|\\.)*"|\{.*\}),$', re.MULTILINE)
_GAPS = re.compile(r"\{(\w+)\}")


def texts(language: str) -> dict[str, str]:
    """A language's texts by their names, as they stand in its file."""
    return dict(_TEXT.findall((ROOT / "words" / f"{language}.js").read_text("utf-8")))


def sources() -> str:
    """Everything but the words."""
    return "\n".join(path.read_text("utf-8") for path in OURS if path.parent.name != "words")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_gaps(language: str) -> None:
    english, said = texts("en"), texts(language)

    assert len(english) > 100
    assert english.keys() ^ said.keys() == set()
    if language != "en":
        same = {name for name, text in english.items() if said[name] == text}
        assert len(same) < 5, "translated, not copied"
    for name, text in english.items():
        assert set(_GAPS.findall(text)) == set(_GAPS.findall(said[name])), name


def test_every_text_that_is_asked_for_is_there_and_no_other() -> None:
    known, text = texts("en"), sources()
    asked = set(re.findall(r'say\(\s*(?:[^"`?()]*\? )?"([\w.]+)"', text))
    families = set(re.findall(r"`([\w.]+\.)\$\{", text))

    assert len(asked) > 60
    assert asked - known.keys() == set()
    assert [
        name
        for name in known
        if f'"{name}"' not in text and not any(name.startswith(one) for one in families)
    ] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_pure_modules_pass_their_own_tests() -> None:
    files = sorted(TESTS.glob("*.test.js"))
    command = ["node", "--test", *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stdout
    # Node ends with success where it finds no test at all.
    assert "# fail 0" in ran.stdout
    assert len(files) > 3


def test_no_file_is_too_long_and_nothing_is_inline_or_from_another_host() -> None:
    assert len(OURS) > 25
    pages = {path: path.read_text("utf-8") for path in [*OURS, ROOT / "index.html"]}
    assert [path for path, text in pages.items() if len(text.splitlines()) > LONGEST] == []
    for banned in ("style=", "innerHTML", "insertAdjacentHTML", "eval(", "http://", "https://"):
        found = [path for path, text in pages.items() if banned in text]
        # The launcher's comment shows where a company's own server is.
        assert [path for path in found if path.name != "launcher.js"] == [], banned


def test_pure_modules_know_no_page_no_network_and_no_clock() -> None:
    for path in (ROOT / "core").glob("*.js"):
        text = path.read_text("utf-8")
        for banned in ("document", "window", "fetch(", "Date.now", "localStorage", "Math.random"):
            assert banned not in text, f"{path.name}: {banned}"
