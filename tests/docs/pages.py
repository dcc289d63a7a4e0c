"""Markdown pages as the tests see them: links, headings, and fenced blocks with their marks.

A block that is run stands under a comment that says how:

    <!-- run -->         a console, Python or Node example
    <!-- live: ANA -->   a conversation over a live socket, as the holder of that token
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

HOME = Path(__file__).parent.parent.parent
DOCS = HOME / "docs"
CONTRACT = ("contract.md", "contract-sign-in.md", "contract-live.md", "contract-desk.md")
"""The pages for app developers, whose examples are run."""

_FENCE = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")


class Block(msgspec.Struct, frozen=True):
    """A fenced block, the mark above it (empty: none), and the line where it begins."""

    kind: str
    mark: str
    text: str
    line: int


def all_pages() -> list[Path]:
    """Every page of the project that people read."""
    return sorted([*HOME.glob("*.md"), *DOCS.rglob("*.md")])


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match["kind"], match["mark"] or "", match["text"], line))
    return found


def links(page: Path) -> list[str]:
    """The targets of a page's links, outside of code."""
    prose = _CODE.sub("", _FENCE.sub("", page.read_text("utf-8")))
    return _LINK.findall(prose)


def anchors(page: Path) -> set[str]:
    """The fragments under which a page's headings are found, as GitHub makes them."""
    made: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", page.read_text("utf-8"))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        name, again = slug, 0
        while name in made:
            again += 1
            name = f"{slug}-{again}"
        made.add(name)
    return made
