"""What the desk says, in every language; and what its docs say of its keys."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest

from agents_ui.files import ROOT
from inbox.core.cover import CoverWhy, EndWhy
from tests.desk.commands import as_table, commands, texts

DOCS = ROOT.parent / "docs" / "desk.md"
LANGUAGES = sorted({path.stem for path in (ROOT / "words").glob("*.js")} - {"index"})
_USED = re.compile(r'(?:say|told)\(\s*(?:[^"`?()]*\? )?"([\w.]+)"')
_GAPS = re.compile(r"\{(\w+)\}")
_TELLING = {"ServingEvent", "Terms", "say_end", "_told"}


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


def reasons_by_pinbox() -> Iterator[str]:
    """The reasons that the flows themselves give, where another team gets a conversation."""
    yield from (*get_args(CoverWhy), *get_args(EndWhy))
    for file in sorted((ROOT.parent / "inbox" / "flows").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or _name(node.func) not in _TELLING:
                continue
            for given in node.keywords:
                if given.arg == "reason" and isinstance(given.value, ast.Constant):
                    yield str(given.value.value)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_every_reason_of_the_servers_own_has_words() -> None:
    (table,) = re.findall(
        r"^const WHY = \{(.*?)^\}",
        (ROOT / "core" / "marks.js").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    known = dict(re.findall(r'^  "?([\w ]+)"?: "(\w+)",$', table, re.MULTILINE))
    sent = set(reasons_by_pinbox())

    assert sent > {"hand", "care", "storm is over", "new home team"}
    assert sent == known.keys()
    assert {f"mark.why.{word}" for word in known.values()} <= texts("en").keys()
