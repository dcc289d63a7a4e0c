"""TypeScript's compiler, by which the types of our JavaScript are checked."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHECKER = ("typescript@5.9", "@types/node@20")


def fetch_checker(folder: Path) -> Path:
    """The compiler in that folder, by npm; the calling test is skipped where there is none."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here")
    got = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, *CHECKER],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if got.returncode != 0:
        pytest.skip(f"the type checker cannot be had: {got.stderr[-300:]}")
    return folder / "node_modules"
