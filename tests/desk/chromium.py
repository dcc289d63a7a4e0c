"""Where Chromium is.

Tests that need it are skipped, with the command that installs it, where there is none; never in
CI, where `.ci/run` has installed it.
"""

from __future__ import annotations

import os
import shutil

import pytest

COMMAND = "apt-get install --yes chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


def find_chromium() -> str:
    """The path of a Chromium; the calling test is skipped, or fails in CI, where there is none."""
    here = (shutil.which(name) for name in _NAMES)
    found = os.environ.get("PINBOX_TEST_CHROMIUM") or next(filter(None, here), None)
    if found is not None:
        return found
    told = f"there is no Chromium here; install it with: {COMMAND}"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)
