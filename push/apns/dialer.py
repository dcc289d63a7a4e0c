"""Makes connections: one at a time, and slower the more of them come to nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog

from push.apns.connection import Connection
from push.apns.counters import Counters
from push.apns.pace import Pace, World

_log = structlog.get_logger(__name__)


class Dialer:
    """For one address, which is looked up anew each time.

    Apple takes quick connecting and disconnecting for an attack. So a connection that cannot be
    made, or does not live for a minute, doubles the longest pause before the next, from one second
    to sixty; chance decides how much of it is waited ("full jitter").
    """

    def __init__(
        self,
        address: str,
        *,
        context: ssl.SSLContext,
        make: Callable[[str], Connection],
        world: World,
        pace: Pace,
        counters: Counters,
    ) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"{address} is no address of APNs: it begins with https://")
        self.broken: str | None = None
        """Why the last attempt failed, or none."""
        self._host, self._port = parts.hostname, parts.port or 443
        self._authority = parts.netloc
        self._context, self._make = context, make
        self._world, self._pace, self._counters = world, pace, counters
        self._falls = 0

    def fell(self, connection: Connection) -> None:
        """One has ended, or goes away: say so once for each."""
        lived = self._world.timer() - connection.born
        self._falls = 0 if lived >= self._pace.short_life else self._falls + 1

    async def dial(self) -> Connection | None:
        """One attempt, after the pause that is due; `broken` says why there is none."""
        if self._falls:
            longest = min(self._pace.back_off * 2 ** (self._falls - 1), self._pace.back_off_most)
            await self._world.sleep(self._world.chance() * longest)
        try:
            connection = await self._connect()
        except OSError as error:  # TimeoutError and SSLError are among them
            self._falls = min(self._falls + 1, 32)
            self._counters.failed_connections += 1
            self.broken = f"{type(error).__name__}: {error}".rstrip(": ")
            _log.warning("apns_not_connected", host=self._host, why=self.broken)
            return None
        self.broken = None
        self._counters.connections += 1
        _log.info("apns_connected", host=self._host, limit=connection.limit)
        return connection

    async def _connect(self) -> Connection:
        connection = self._make(self._authority)
        try:
            async with asyncio.timeout(self._pace.connect):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection,
                    self._host,
                    self._port,
                    ssl=self._context,
                    ssl_handshake_timeout=self._pace.connect,
                )
                await connection.until_ready()
        except BaseException:
            connection.abort("it came too late")
            raise
        return connection
