"""A disk that fails on command, for a process that is started with it (see `disk.c`)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

Fault = Literal["write", "sync", "sync-database", "sync-log"]


class FailingDisk:
    """The environment that a process needs, and the switch."""

    def __init__(self, shim: Path, *, under: Path, trigger: Path) -> None:
        self._trigger = trigger
        self.environment = {
            "LD_PRELOAD": str(shim),
            "FAULTS_UNDER": str(under.resolve()),
            "FAULTS_TRIGGER": str(trigger),
        }

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """While the block runs, this fails: `write` with a full disk, `sync…` with a broken one."""
        fresh = self._trigger.with_suffix(".fresh")
        fresh.write_text(fault)
        fresh.replace(self._trigger)
        try:
            yield
        finally:
            self._trigger.unlink()


def build_disk(folder: Path, *, under: Path) -> FailingDisk:
    """Compile the shim into the folder, for files under `under`; skip without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a failing disk needs a C compiler (cc), and there is none")
    shim = folder / "disk.so"
    source = Path(__file__).with_name("disk.c")
    options = ["-O1", "-Wall", "-shared", "-fPIC"]
    subprocess.run([compiler, *options, "-o", str(shim), str(source), "-ldl"], check=True)
    return FailingDisk(shim, under=under, trigger=folder / "trigger")
