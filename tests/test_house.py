"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.store.queries import Q

HOME = Path(__file__).parent.parent
ROOMS = ("inbox", "push", "agents_ui", "customer_ui", "tests", "bench")
LONGEST = 500
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
CLOCKS = {"now", "utcnow", "today"}
RUN_ON_THREADS = ("core", "flows", "store", "hooks", "files", "ringing", "client")


def python_files(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((HOME / room).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_rooms_are_where_this_test_looks() -> None:
    assert Path(__file__) in python_files("tests")
    assert HOME / "inbox" / "__init__.py" in python_files("inbox")


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in python_files(*ROOMS)}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_every_file_is_named_for_what_it_is() -> None:
    assert [path for path in python_files(*ROOMS) if NAMELESS & {path.stem, path.parent.name}] == []


def test_guest_houses_know_nothing_of_the_inbox() -> None:
    guests = python_files("push", "agents_ui", "customer_ui")
    assert [path for path in guests for name in imported(path) if name.startswith("inbox")] == []


def test_doors_reach_memory_only_through_what_happens() -> None:
    behind = ("inbox.store", "inbox.bus", "inbox.auth")
    doors = python_files("inbox/web", "inbox/live", "inbox/ops")
    assert [
        (path, name) for path in doors for name in imported(path) if name.startswith(behind)
    ] == []


def test_the_rules_never_ask_what_time_it_is() -> None:
    asked = [
        f"{path.name}:{node.lineno}"
        for path in python_files("inbox/core")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCKS
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    assert asked == []


def test_what_threads_read_is_known_before_there_are_threads() -> None:
    """Decoders are made when their modules are imported.

    msgspec works out a struct at its first use: two threads that do so at once end the process
    (seen with 0.22: it reads a field's type that is not there yet).
    """
    late = [
        f"{path.name}:{node.lineno}"
        for path in python_files(*(f"inbox/{room}" for room in RUN_ON_THREADS))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and works_out_a_type(node)
    ]
    assert late == []


def works_out_a_type(call: ast.Call) -> bool:
    named = any(keyword.arg == "type" for keyword in call.keywords)
    said = ast.unparse(call.func)
    return said == "msgspec.convert" or (said == "msgspec.json.decode" and named)


def test_every_query_that_is_called_stands_in_the_files() -> None:
    called = {
        node.attr
        for path in python_files("inbox", "tests", "bench")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Q"
    }
    assert called > {"lock_thread", "add_item"}
    assert called - Q.named.keys() - {"named"} == set()


@pytest.mark.parametrize("extra", ["test", "lint"])
def test_every_dependency_says_which_versions_it_was_made_for(extra: str) -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"][extra]
    assert [need for need in wanted if ">=" not in need and need != "tzdata"] == []
