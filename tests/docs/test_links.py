"""Every relative link of every page leads to a file, and every fragment to a heading of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import HOME, all_pages, anchors, links

PAGES = [path.relative_to(HOME).as_posix() for path in all_pages()]


def targets(page: Path) -> list[tuple[str, Path, str]]:
    found = []
    for link in links(page):
        if "://" not in link and not link.startswith("mailto:"):
            file, _, fragment = link.partition("#")
            found.append((link, page.parent / unquote(file) if file else page, fragment))
    return found


def test_the_pages_are_where_this_test_looks() -> None:
    assert {"README.md", "docs/README.md", "docs/contract.md"} <= set(PAGES)
    assert len(targets(HOME / "docs" / "README.md")) > 10


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = HOME / name
    assert [link for link, file, _ in targets(page) if not file.exists()] == []
    assert [
        link
        for link, file, fragment in targets(page)
        if fragment and file.suffix == ".md" and fragment not in anchors(file)
    ] == []


def test_every_page_is_in_the_index() -> None:
    index = HOME / "docs" / "README.md"
    listed = {file.resolve() for _, file, _ in targets(index)}
    assert [
        page.name for page in (HOME / "docs").glob("*.md") if page not in {*listed, index}
    ] == []


def test_a_page_with_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One thing, two\n[a](#one-thing-two) [b](#three) [c](gone.md) `[d](code.md)`\n"
    )
    assert links(page) == ["#one-thing-two", "#three", "gone.md"]
    assert anchors(page) == {"one-thing-two"}
