"""Apple's push service as a `Provider`: several teams, apps and both environments side by side."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from push.apns.app import ADDRESSES, App
from push.apns.counters import Counters, PoolView
from push.apns.job import Job
from push.apns.pace import Pace, World
from push.apns.pool import Account, Pool
from push.apns.token import ProviderToken
from push.exchange import trust
from push.model import ApnsRequest, Environment, NotProcessed, Outcome, ProviderName, Push, Refused

LARGEST_BODY = 4096
LARGEST_VOIP_BODY = 5120
_HEX = re.compile(r"[0-9a-f]+")


class Apns:
    """The client of APNs. `form` says what a push shall say; it raises nothing.

    One pool of connections for each team, key and environment, and one provider token for each
    key and environment. `addresses` lead elsewhere than to Apple; `ca_file` is trusted besides the
    system's authorities.
    """

    name: ProviderName = "apns"

    def __init__(
        self,
        apps: Iterable[App],
        *,
        form: Callable[[Push], ApnsRequest],
        addresses: Mapping[Environment, str] = ADDRESSES,
        ca_file: Path | None = None,
        spares: int = 1,
        pace: Pace | None = None,
        world: World | None = None,
    ) -> None:
        self.counters = Counters()
        self._form, self._addresses, self._spares = form, addresses, spares
        self._pace, self._world = pace or Pace(), world or World()
        self._context = trust(ca_file)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.set_alpn_protocols(["h2"])
        self._apps: tuple[App, ...] = ()
        self._pools: dict[tuple[Account, Path], Pool] = {}
        self._routes: dict[tuple[str, Environment], Pool] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False
        self.reload(apps)

    def reload(self, apps: Iterable[App]) -> None:
        """Serve these apps from now on; what is on its way for others still ends.

        A team that has got another app, or another key, begins with new connections, since Apple
        binds a connection to the team, key and apps that it saw first.
        """
        before, self._apps = self._apps, tuple(apps)
        pools: dict[tuple[Account, Path], Pool] = {}
        routes: dict[tuple[str, Environment], Pool] = {}
        for app in self._apps:
            for environment in app.environments:
                account = Account(app.team_id, app.key_id, environment)
                key = account, app.key_file
                pool = pools.get(key) or self._pools.get(key) or self._make(account, app.key_file)
                pools[key] = pool
                if routes.setdefault((app.app, environment), pool) is not pool:
                    raise ValueError(f"{app.app} is set up twice for {environment}")
                if before and app not in before and key in self._pools:
                    pool.renew()
        for key, pool in self._pools.items():
            if key not in pools:
                task = asyncio.get_running_loop().create_task(pool.close(), name="apns-close")
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
        self._pools, self._routes = pools, routes

    async def send(self, push: Push, *, timeout: float) -> Outcome:
        """Send it once and say what happened; see `push.model.Provider`.

        A push that was certainly not processed goes out again by itself, and one that was refused
        for a token or connection that can be renewed once; `Unknown` never does.
        """
        target = push.target
        environment: Environment = target.environment or "production"
        pool = self._routes.get((target.app, environment))
        if pool is None:
            return Refused(f"no key is set up for {target.app} in {environment}", keep=True)
        if not _HEX.fullmatch(target.token) or len(target.token) % 2:
            return Refused("the device token is not hexadecimal")
        request = self._form(push)
        largest = LARGEST_VOIP_BODY if request.push_type == "voip" else LARGEST_BODY
        if len(request.body) > largest:
            return Refused(f"the payload has {len(request.body)} bytes, {largest} are allowed")
        if self._closed:
            return NotProcessed("the client is closing")
        loop = asyncio.get_running_loop()
        job = Job(request, token=target.token, push_id=push.push_id, done=loop.create_future())
        job.timer = loop.call_later(timeout, pool.expire, job)
        pool.submit(job)
        try:
            return await job.done
        except asyncio.CancelledError:
            job.timer.cancel()
            pool.withdraw(job)
            raise

    def look(self) -> list[PoolView]:
        """How each pool stands now."""
        return [pool.look() for pool in self._pools.values()]

    async def close(self) -> None:
        """Let what is in flight end, then close the connections."""
        self._closed = True
        await asyncio.gather(*(pool.close() for pool in self._pools.values()), *self._closing)

    def _make(self, account: Account, key_file: Path) -> Pool:
        token = ProviderToken(
            team_id=account.team_id,
            key_id=account.key_id,
            key_file=key_file,
            world=self._world,
            pace=self._pace,
            counters=self.counters,
        )
        return Pool(
            account,
            address=self._addresses[account.environment],
            context=self._context,
            token=token,
            spares=self._spares,
            world=self._world,
            pace=self._pace,
            counters=self.counters,
        )
