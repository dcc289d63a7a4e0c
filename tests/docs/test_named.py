"""What the code has, the documentation names; and what it names, the code has."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from inbox.cli.tree import PLACES
from inbox.core.cursor import ResetReason
from inbox.core.errors import ERRORS
from inbox.core.frames import ClientFrame, ServerFrame
from inbox.core.sync import CloseCode
from inbox.settings import SETTINGS
from inbox.web.routes import ROUTES
from tests.docs.pages import CONTRACT, DOCS, HOME, all_pages, blocks

_ADDRESS = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?\s]*)[^`]*`")
_FREE = re.compile(r"\{\w+\}")


def contract() -> str:
    """The pages for app developers, together."""
    return "\n".join((DOCS / name).read_text("utf-8") for name in CONTRACT)


def named_addresses() -> set[tuple[str, str]]:
    return {(method, _FREE.sub("{}", path)) for method, path in _ADDRESS.findall(contract())}


def real_addresses() -> set[tuple[str, str]]:
    return {(route.method, _FREE.sub("{}", route.path)) for route in ROUTES}


def test_every_address_is_named() -> None:
    assert sorted(real_addresses() - named_addresses()) == []


def test_no_address_is_named_that_is_not_there() -> None:
    assert sorted(named_addresses() - real_addresses()) == []


def test_every_live_frame_is_named() -> None:
    frames = {kind.__struct_config__.tag for kind in get_args(ClientFrame) + get_args(ServerFrame)}
    page = (DOCS / "contract-live.md").read_text("utf-8")
    tables = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert sorted(name for name in frames if not re.search(rf"`(\w+`, `)*{name}\b", tables)) == []


def test_every_close_code_and_reason_is_named() -> None:
    page = (DOCS / "contract-live.md").read_text("utf-8")
    rows = "\n".join(line for line in page.splitlines() if line.startswith("| "))
    for code in CloseCode:
        assert re.search(rf"\b{code.value}\b.*\b{code.name.lower()}\b", rows), code
    assert [reason for reason in get_args(ResetReason) if f"`{reason}`" not in rows] == []


def test_every_error_code_is_named_with_its_status() -> None:
    page = (DOCS / "contract.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    missing = [
        error.code
        for error in ERRORS
        if not any(f"`{error.code}`" in row and str(error.status) in row for row in rows)
    ]
    assert missing == []


@pytest.mark.parametrize("name", [path.relative_to(HOME).as_posix() for path in all_pages()])
def test_every_command_and_setting_is_there(name: str) -> None:
    page = HOME / name
    text = page.read_text("utf-8")
    shown = "\n".join(re.findall(r"`[^`\n]+`", text) + [block.text for block in blocks(page)])
    named = set(re.findall(r"(?<![\w./-])pinbox (?!-)([a-z]+)\b(?! is ready)", shown))
    assert named - PLACES.keys() == set()
    variables = {row.variable for row in SETTINGS} | {"PINBOX_DATA"}
    assert set(re.findall(r"\bPINBOX_[A-Z_]+\b", shown)) - variables == set()


def test_the_make_targets_of_the_pages_are_there() -> None:
    made = set(re.findall(r"^([a-z]+):", (HOME / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in all_pages():
        text = page.read_text("utf-8")
        shown = "\n".join(re.findall(r"`[^`\n]+`", text) + [block.text for block in blocks(page)])
        assert set(re.findall(r"(?<![\w-])make ([a-z]+)\b", shown)) <= made, page.name
