"""The generated pages are fresh, and have everything that they are about."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from inbox.cli import pinbox as tree
from inbox.cli.pages import CLOSES, RESETS, SHARED, make_pages
from inbox.cli.tree import PLACES
from inbox.core.errors import ERRORS
from inbox.core.sync import CloseCode
from inbox.settings import SETTINGS
from tests.cli.processes import pinbox

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_in_the_docs_are_fresh() -> None:
    assert pinbox("docs", "--check", "--to", DOCS, "--json", status=None).said["stale"] == []


def test_a_stale_page_is_told_and_written_anew(tmp_path: Path) -> None:
    assert pinbox("docs", "--to", tmp_path, "--check", status=1).out.startswith("Stale")
    assert list(tmp_path.iterdir()) == []
    pinbox("docs", "--to", tmp_path)
    (tmp_path / "settings.md").write_text("old")
    stale = pinbox("docs", "--to", tmp_path, "--check", "--json", status=1)
    assert stale.said["stale"] == ["settings.md"]
    pinbox("docs", "--to", tmp_path)
    pinbox("docs", "--to", tmp_path, "--check")


@pytest.mark.parametrize("name", PLACES)
def test_every_command_and_option_is_in_the_page(name: str) -> None:
    page = make_pages()["cli.md"]
    root = click.Context(tree, info_name="pinbox")
    command = tree.get_command(root, name)
    assert command is not None
    found = [(f"pinbox {name}", command)]
    if isinstance(command, click.Group):
        found = [(f"pinbox {name} {sub}", one) for sub, one in command.commands.items()]
    for path, one in found:
        assert f" {path}\n" in page
        assert one.help
        part = page.split(f"# {path}\n")[1].split("\n#")[0]
        for param in one.params:
            if isinstance(param, click.Option) and param.opts[0] not in SHARED:
                assert param.opts[0] in part, param.opts
                assert param.help, param.opts


def test_every_setting_error_and_code_is_in_its_page() -> None:
    pages = make_pages()
    assert all(f"| `{row.name}`" in pages["settings.md"] for row in SETTINGS)
    assert all(f"| `{kind.code}` | {kind.status} |" in pages["errors.md"] for kind in ERRORS)
    assert set(CLOSES) == set(CloseCode)
    assert all(reason in pages["errors.md"] for reason in RESETS)
