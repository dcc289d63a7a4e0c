"""`python -m bench.stand FOLDER MS`: APNs' stand-in in a process of its own, until its input ends.

Prints where it is, once. Every answer comes so many milliseconds late.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvloop

from push.apns import App
from push.simulator.apns import ApnsSimulator, make_key, read_key
from push.simulator.record import Fault, Faults, Late, Records
from push.simulator.tls import make_certificates

TOPIC = "com.example.care"
TEAM, KEY = "TEAMSPOKAN", "KEYOFTEAM1"


class Stand(msgspec.Struct, frozen=True):
    """Where it is, and what a client needs."""

    url: str
    authority: str
    key_file: str
    process: int

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far: where it is the slower end, it sets the rate."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def port(self) -> int:
        """On loopback."""
        return int(self.url.rpartition(":")[2])

    def app(self) -> App:
        """The app as our client takes it."""
        return App(
            app=TOPIC,
            team_id=TEAM,
            key_id=KEY,
            key_file=Path(self.key_file),
            environments=("production",),
        )


@contextmanager
def standing(folder: Path, *, late_ms: int = 0) -> Iterator[Stand]:
    """A stand-in until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.stand", str(folder), str(late_ms)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # peers break rules, and it says so
    )
    try:
        assert process.stdout is not None
        yield msgspec.json.decode(process.stdout.readline(), type=Stand)
    finally:
        process.terminate()
        process.wait(10)


async def serve(folder: Path, late_ms: int) -> None:
    """Stand until the input ends."""
    certificates, file = make_certificates(folder), folder / "AuthKey.p8"
    if not file.exists():
        make_key(file)
    faults = Faults()
    if late_ms:
        faults.add(Fault(do=Late(by=late_ms), times=None))
    simulator = ApnsSimulator(
        context=certificates.server(alpn=("h2",)),
        records=Records(),
        faults=faults,
        keys=[read_key(file, team_id=TEAM, key_id=KEY, apps=frozenset({TOPIC}))],
    )
    await simulator.start()
    stand = Stand(simulator.url, str(certificates.authority), str(file), os.getpid())
    print(msgspec.json.encode(stand).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await simulator.close()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
