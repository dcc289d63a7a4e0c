"""The stand-in itself: its address, its door, and what all its connections share."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable

from push.model import Environment
from push.simulator.apns.connection import Connection
from push.simulator.apns.keys import Key
from push.simulator.apns.rules import Credentials, read_credentials
from push.simulator.doorway import HOST, Doorway
from push.simulator.record import Door, Faults, Records

_KNOWN_TOKENS = 1000


class ApnsSimulator:
    """Apple's service for one environment, on loopback.

    `limit` is how many streams a connection may have once it showed a valid token; before, one.
    `throttles`: an answer of 4xx other than 410 takes the limit down to one until the next
    success, as Apple's service was seen to do. `dead` are tokens that answer 410, with the time.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        records: Records,
        faults: Faults,
        keys: Iterable[Key] = (),
        environment: Environment = "production",
        limit: int = 1000,
        throttles: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = records
        self.faults = faults
        self.keys = {key.key_id: key for key in keys}
        self.environment: Environment = environment
        self.limit = limit
        self.throttles = throttles
        self.clock = clock
        self.dead: dict[str, int] = {}
        self.connections: list[Connection] = []
        """Those that are open now."""
        self.made = 0
        """How many were ever made."""
        self.most_streams = 0
        """The most streams that one connection ever had at once."""
        self.violations = 0
        """How often a sender broke HTTP/2 or went over the limit."""
        self.pings = 0
        self.tokens: dict[str, Credentials] = {}
        """Every provider token that was shown and valid, oldest first."""
        self._doorway = Doorway(context=context, protocol=lambda: Connection(self))

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return self._doorway.url

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._doorway.door

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        await self._doorway.start(host=host, port=port)

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on, at the same address; those that exist stay."""
        await self._doorway.set_door(door)

    def cut(self) -> None:
        """Cut all connections, without a word."""
        for connection in list(self.connections):
            connection.abort()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        self._doorway.stop()
        self.cut()

    def credentials(self, authorization: str | None) -> Credentials:
        """What a header proves. Raises Refusal; what was verified once is known."""
        known = self.tokens.get(authorization or "")
        if known is None or self.keys.get(known.key.key_id) is not known.key:
            known = read_credentials(authorization, self.keys)
            if len(self.tokens) >= _KNOWN_TOKENS:
                self.tokens.clear()
            self.tokens[authorization or ""] = known
        return known
