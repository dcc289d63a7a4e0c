"""`pinbox` in a process of its own, forked from one that has read the code already.

A hundred commands cost a hundred imports otherwise. `python -m tests.cli.forks` reads one request
a line and forks for each: arguments, environment and files are the child's own, its status is
answered when it has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HOME = Path(__file__).parents[2]


class Forks:
    """The process that has read the code."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HOME,
        )

    def run(
        self, args: Sequence[str], *, env: dict[str, str], files: Sequence[Path], patience_s: int
    ) -> int:
        """Run a command with these files as its standard input, output and error; its status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = [list(args), env, str(Path.cwd()), [str(file) for file in files], patience_s]
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def main() -> None:
    """Fork for each line of standard input."""
    import inbox.app
    import inbox.cli.database
    import inbox.cli.health
    import inbox.cli.pages
    import inbox.cli.run  # noqa: F401  read once, for all children

    for line in sys.stdin:
        args, env, folder, files, patience_s = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(args, env, folder, files, patience_s)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(
    args: list[str], env: dict[str, str], folder: str, files: list[str], patience_s: int
) -> None:
    signal.alarm(patience_s)
    for number, (name, how) in enumerate(
        zip(files, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
    ):
        file = os.open(name, how)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    from inbox.cli import main as pinbox

    status = 1
    try:
        pinbox(args)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
