"""Fixtures for the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import Inbox


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with team Spokane, to be copied."""
    return Inbox(tmp_path_factory.mktemp("made") / "data").make().folder


@pytest.fixture
def inbox(made: Path, tmp_path: Path) -> Inbox:
    """A folder of the test's own, with team Spokane in it; nobody serves it."""
    return Inbox(Path(shutil.copytree(made, tmp_path / "data")))


@pytest.fixture(params=["stopped", "served"])
def either(request: pytest.FixtureRequest, inbox: Inbox) -> Iterator[Inbox]:
    """The same, once with nobody serving it and once with a server on it."""
    if request.param == "stopped":
        yield inbox
        return
    with inbox.served():
        yield inbox
