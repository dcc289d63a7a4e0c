"""Stand-ins of the services over HTTP, and clocks that tests turn."""

from __future__ import annotations

import ssl
import tempfile
from functools import cache
from pathlib import Path

from push.simulator.tls import Certificates, make_certificates


class Timer:
    """Seconds, as a test says."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@cache
def certificates() -> Certificates:
    """One authority for all tests of a run; its folder ends with the machine's temporary files."""
    return make_certificates(Path(tempfile.mkdtemp(prefix="push-tests-")))


def server_context() -> ssl.SSLContext:
    return certificates().server()
