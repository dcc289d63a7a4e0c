"""`pinbox` as a user runs it: each command a real process."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tests.cli.forks import Forks

PATIENCE_S = 60


class Ran(msgspec.Struct, frozen=True):
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)

    @property
    def complaint(self) -> Any:
        """The error that `--json` printed."""
        return json.loads(self.err)


def environment(**more: str) -> dict[str, str]:
    """The environment without settings of this machine's own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PINBOX_")}
    return {**kept, "COLUMNS": "100", **more}


def pinbox(*args: str | Path, stdin: str = "", status: int | None = 0, **env: str) -> Ran:
    """Run a command to its end; a status other than the expected one fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("in", "out", "err")]
        for file, text in zip(files, (stdin, "", ""), strict=True):
            file.write_text(text)
        ended = _forks().run(
            [str(arg) for arg in args], env=environment(**env), files=files, patience_s=PATIENCE_S
        )
        ran = Ran(ended, files[1].read_text(), files[2].read_text())
    assert status is None or ran.status == status, ran
    assert "Traceback" not in ran.err, ran.err
    return ran


@cache
def _forks() -> Forks:
    made = Forks()
    atexit.register(made.close)
    return made


class Inbox:
    """A data folder and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *args: str | Path, status: int | None = 0, **more: str) -> Ran:
        """Run a command on the folder."""
        return pinbox(*args, "--data", self.folder, status=status, **more)

    def say(self, *args: str | Path, **more: str) -> Any:
        """Run a command on the folder and read its JSON."""
        return self.run(*args, "--json", status=0, **more).said

    def refuse(self, *args: str | Path, status: int = 1) -> Any:
        """Run a command that must be refused, and read its error as JSON."""
        ran = self.run(*args, "--json", status=status)
        assert ran.out == ""
        return ran.complaint

    def make(self) -> Inbox:
        """Make the folder, with team Spokane and Bo in it."""
        pinbox("init", "--data", self.folder)
        self.say(*TEAM)
        return self

    @contextmanager
    def served(self, *args: str, **env: str) -> Iterator[Serving]:
        """Serve the folder on a free port until the block ends."""
        serving = Serving(self.folder, *args, **env)
        try:
            yield serving
        finally:
            serving.end()


TEAM = (
    *("team", "add", "spokane", "--name", "Team Spokane", "--region", "US-WA"),
    *("--time-zone", "America/Los_Angeles"),
)


class Serving:
    """A server process; where it answers stands in `url`."""

    def __init__(self, folder: Path, *args: str, **env: str) -> None:
        command = [sys.executable, "-m", "inbox", "serve", "--json", "--port", "0", *args]
        self.log = folder.with_name(f"{folder.name}.log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--data", str(folder)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(**{"PINBOX_DRAIN_MS": "0", **env}),
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.url: str = json.loads(line)["url"]

    def end(self, kind: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal, if it runs still; its status."""
        if self.process.poll() is None:
            self.process.send_signal(kind)
        status = self.process.wait(PATIENCE_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status
