"""A port for a server that comes back at the same place."""

from __future__ import annotations

import random
import socket

BELOW_EPHEMERAL = range(20_000, 30_000)


def free_port() -> int:
    """A port that nobody has, and that the kernel gives to nobody by itself.

    One from its own range may be lost while the server is away: a client that keeps trying to
    connect can be given it as its own, and is then connected to itself.
    """
    while True:
        port = random.choice(BELOW_EPHEMERAL)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
