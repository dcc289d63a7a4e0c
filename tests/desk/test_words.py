"""What the desk says, in every language; and what its docs say of its keys."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from agents_ui.files import ROOT
from tests.desk.commands import as_table, commands, texts

DOCS = ROOT.parent / "docs" / "desk.md"
LANGUAGES = sorted({path.stem for path in (ROOT / "words").glob("*.js")} - {"index"})
_USED = re.compile(r'(?:say|told)\(\s*(?:[^"`?()]*\? )?"([\w.]+)"')
_GAPS = re.compile(r"\{(\w+)\}")


def test_the_docs_have_the_table_of_keys() -> None:
    assert as_table() in DOCS.read_text("utf-8")


def test_no_two_commands_have_one_key() -> None:
    keys = Counter(key for one in commands() for key in one.keys)
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_gaps(language: str) -> None:
    english, said = texts("en"), texts(language)

    assert english.keys() ^ said.keys() == set()
    if language != "en":
        same = {name for name, text in english.items() if said[name] == text}
        assert len(same) < len(english) / 20, "translated, not copied"
    for name, text in english.items():
        assert set(_GAPS.findall(text)) == set(_GAPS.findall(said[name])), name


def test_every_text_that_is_asked_for_is_there() -> None:
    known = texts("en")
    sources = [path for path in ROOT.rglob("*.js") if "vendor" not in path.parts]
    asked = {name for path in sources for name in _USED.findall(path.read_text("utf-8"))}

    assert len(asked) > 100
    assert asked - known.keys() == set()
    assert {f"command.{one.id}" for one in commands()} - known.keys() == set()


def test_no_text_is_there_that_nobody_asks_for() -> None:
    sources = "\n".join(
        path.read_text("utf-8")
        for path in ROOT.rglob("*.js")
        if not {"vendor", "words"} & set(path.parts)
    )
    families = set(re.findall(r"`([\w.]+\.)\$\{", sources))
    assert [
        name
        for name in texts("en")
        if f'"{name}"' not in sources and not any(name.startswith(family) for family in families)
    ] == []
