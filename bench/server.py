"""A real `pinbox serve` in a folder of its own, with a team and an agent, for one measurement."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from inbox.auth.customers import CustomerTokens
from tests.postgres_server import run_postgres

FOLDER = os.environ.get("BENCH_FOLDER")
"""Where the data lies while it is measured: a real disk, not a file system in memory."""

Engine = str
"""`sqlite` or `postgres`."""

_LIMITS_OUT_OF_THE_WAY = {
    "PINBOX_CUSTOMER_SENDS_PER_MINUTE": "1000000",
    "PINBOX_CUSTOMER_REQUESTS_PER_MINUTE": "1000000",
    "PINBOX_AGENT_SENDS_PER_MINUTE": "1000000",
    "PINBOX_AGENT_REQUESTS_PER_MINUTE": "1000000",
    "PINBOX_LOG_LEVEL": "error",
}


class Running:
    """A server that answers: its address, its process, and who may come in."""

    def __init__(
        self, folder: Path, process: subprocess.Popen[str], url: str, *, began_s: float
    ) -> None:
        self.folder, self.process, self.url = folder, process, url
        self.began_s = began_s
        """From the start of the process to its ready line, in seconds."""
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 0
        secret = tomllib.loads((folder / "pinbox.toml").read_text())["token_secret"]
        self._tokens = CustomerTokens(secret=secret)

    def run(self, *words: str) -> Any:
        """A command of the command line on this server; its JSON."""
        return _pinbox(self.folder, *words)

    def customer_token(self, name: str, *, region: str = "US-WA") -> str:
        """A token of a customer, good for a day."""
        now = time.time_ns() // 1_000_000
        return self._tokens.sign(name, now_ms=now, ttl_s=86_000, name=name, region=region)

    def gauge(self, name: str) -> float:
        """A figure of the server's metrics."""
        with urlopen(f"{self.url}/metrics") as answer:
            found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        assert found is not None, f"no metric {name}"
        return float(found[1])

    def resident_kib(self) -> int:
        """Memory that the server's process holds now, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    engine: Engine = "sqlite", *, settings: Mapping[str, str] | None = None, seeded: bool = True
) -> Iterator[Running]:
    """Serve a new folder until the block ends. PostgreSQL is started with it, fsync on."""
    with tempfile.TemporaryDirectory(prefix="pinbox-bench-", dir=FOLDER) as name:
        folder = Path(name) / "data"
        _pinbox(folder, "init")
        with _database(engine) as database:
            extra = {"PINBOX_DATABASE": database} if database else {}
            environ = {**os.environ, **_LIMITS_OUT_OF_THE_WAY, **extra, **(settings or {})}
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "inbox", "serve", "--port", "0", *_at(folder)],
                stdout=subprocess.PIPE,
                env=environ,
                text=True,
            )
            try:
                assert process.stdout is not None
                url = json.loads(process.stdout.readline())["url"]
                running = Running(folder, process, url, began_s=time.perf_counter() - began)
                if seeded:
                    running.run(
                        "team", "add", "spokane", "--name", "Spokane", "--region", "US-WA",
                        "--time-zone", "America/Los_Angeles",
                    )  # fmt: skip
                yield running
            finally:
                process.terminate()
                process.wait(30)


@contextmanager
def _database(engine: Engine) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
        return
    with run_postgres(fsync="on", synchronous_commit="on", shared_buffers="256MB") as server:
        yield server.url()


def _at(folder: Path) -> list[str]:
    return ["--data", str(folder), "--json"]


def _pinbox(folder: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "inbox", *words, *_at(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)
