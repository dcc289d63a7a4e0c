"""The JavaScript client: its own tests (every play among them), its types, and what it weighs."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from filecmp import dircmp
from pathlib import Path

import pytest

from inbox.web.openapi import describe
from inbox.web.routes import ROUTES
from tests.typescript import fetch_checker

HOME = Path(__file__).parents[2]
CLIENT = HOME / "clients" / "js"
LONGEST = 300
WIDEST = 100
HEAVIEST = 32_000


def run(*command: str | Path, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Run a command in the client's folder."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_its_own_tests_pass() -> None:
    files = sorted((CLIENT / "test").glob("*.test.js"))
    ran = run("node", "--test", *files)
    assert ran.returncode == 0, ran.stdout
    # Node ends with success where it finds no test at all.
    assert "# fail 0" in ran.stdout
    assert len(files) > 3


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the TypeScript compiler."""
    return fetch_checker(tmp_path_factory.mktemp("checker"))


def test_types_are_strict_and_those_in_the_tree_are_its_own(checker: Path, tmp_path: Path) -> None:
    ran = run(
        *("node", checker / "typescript" / "bin" / "tsc", "--project", CLIENT),
        *("--typeRoots", checker / "@types", "--types", "node", "--outDir", tmp_path),
    )
    assert ran.returncode == 0, ran.stdout
    assert differing(dircmp(tmp_path, CLIENT / "types")) == []


def differing(folders: dircmp[str]) -> list[str]:
    """The files that two folders do not have alike."""
    below = [name for folder in folders.subdirs.values() for name in differing(folder)]
    return folders.left_only + folders.right_only + folders.diff_files + below


def test_files_are_short_and_named_for_what_they_are() -> None:
    files = [path for path in CLIENT.rglob("*.js") if "node_modules" not in path.parts]
    assert len(files) > 20
    lines = {path.name: path.read_text("utf-8").splitlines() for path in files}
    assert [name for name, found in lines.items() if len(found) > LONGEST] == []
    assert [name for name, found in lines.items() if max(map(len, found)) > WIDEST] == []
    assert lines.keys() & {"utils.js", "helpers.js", "common.js", "misc.js"} == set()


def test_it_depends_on_nothing() -> None:
    package = (CLIENT / "package.json").read_text("utf-8")
    assert "ependencies" not in package
    assert "install" not in package
    # Node's own modules stand in one file, which browsers never load.
    built_in = {path.name for path in (CLIENT / "src").rglob("*.js") if "node:" in path.read_text()}
    assert built_in == {"file.js"}


def test_it_is_light() -> None:
    source = b"".join(
        path.read_bytes() for path in sorted((CLIENT / "src").rglob("*.js")) if path.stem != "file"
    )
    assert len(gzip.compress(source, mtime=0)) < HEAVIEST


def test_it_knows_every_event_of_a_customer() -> None:
    wire = (CLIENT / "src" / "wire.js").read_text("utf-8")
    (known,) = re.findall(r"^const KNOWN = {(.*?)^}", wire, re.MULTILINE | re.DOTALL)
    events = describe(ROUTES)["components"]["schemas"]["ThreadEvents"]["properties"]["items"]
    offered = events["items"]["discriminator"]["mapping"]
    assert set(re.findall(r"^  (\w+):", known, re.MULTILINE)) == set(offered)


def test_it_calls_every_address_of_a_customer() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((CLIENT / "src").rglob("*.js")))
    called = set(re.findall(r"[\"`](/v1/[^\"`?]*)", re.sub(r"\$\{[^}]*\}", "{}", source)))
    offered = {
        re.sub(r"{\w+}", "{}", route.path)
        for route in ROUTES
        if route.scope in {"customer", "anyone"} and route.path.startswith("/v1/")
    }
    assert offered - called == set()
