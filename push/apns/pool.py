"""The connections of one team, key and environment, and the pushes that wait for a place."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict

import msgspec
import structlog

from push.apns.answers import CONFIGURATION, read_answer, read_date
from push.apns.connection import Connection
from push.apns.counters import Counters, PoolView
from push.apns.dialer import Dialer
from push.apns.job import Job
from push.apns.pace import Pace, World
from push.apns.token import KeyUnreadable, ProviderToken
from push.model import Answer, Environment, NotProcessed, Outcome, Refused, Unknown

MOST_TRIES = 8
_NOTABLE_SKEW_S = 60
_log = structlog.get_logger(__name__)


class Account(msgspec.Struct, frozen=True):
    """Who sends, and to which of Apple's two services."""

    team_id: str
    key_id: str
    environment: Environment


class Pool:
    """Takes pushes and settles each exactly once.

    The first push makes the first connection, the first success the spares, so that a lost
    connection costs no handshake. Pushes go to the first connection that has room, oldest first;
    those that came back certainly not processed go before the others.
    """

    def __init__(
        self,
        account: Account,
        *,
        address: str,
        context: ssl.SSLContext,
        token: ProviderToken,
        spares: int,
        world: World,
        pace: Pace,
        counters: Counters,
    ) -> None:
        self._account, self._token, self._spares = account, token, spares
        self._world, self._pace, self._counters = world, pace, counters
        self._dialer = Dialer(
            address, context=context, make=self._make, world=world, pace=pace, counters=counters
        )
        self._queue: OrderedDict[Job, None] = OrderedDict()
        self._ready: list[Connection] = []
        self._draining: list[Connection] = []
        self._connecting: asyncio.Task[None] | None = None
        self._proven = False
        self._closed = False
        self._generation = 0
        self._skew: float | None = None

    # ── what a push asks ─────────────────────────────────────────────────────────────────────────
    def submit(self, job: Job) -> None:
        """Send it as soon as there is room."""
        self._queue[job] = None
        if len(self._queue) == 1:
            self.has_room()

    def expire(self, job: Job) -> None:
        """Its time is over."""
        if job.connection is not None:
            self._counters.unknown += 1
            job.settle(Unknown("no answer came in time"))
        else:
            job.settle(NotProcessed(self._dialer.broken or "there was no room in time"))
        self.withdraw(job)

    def withdraw(self, job: Job) -> None:
        """Nobody waits for it any more: take it out of the queue, or reset its stream."""
        self._queue.pop(job, None)
        if job.connection is not None:
            job.connection.cancel(job)

    # ── what the operator asks ───────────────────────────────────────────────────────────────────
    def look(self) -> PoolView:
        """How it stands now."""
        every = [*self._ready, *self._draining]
        measured = [one.ping_rtt for one in every if one.ping_rtt is not None]
        return PoolView(
            team_id=self._account.team_id,
            key_id=self._account.key_id,
            environment=self._account.environment,
            connections=len(self._ready),
            draining=len(self._draining),
            streams=sum(one.streams for one in every),
            limit=sum(one.limit for one in self._ready),
            queued=len(self._queue),
            ping_rtt=measured[0] if measured else None,
            token_age=self._token.age,
            skew=self._skew,
            broken=self._token.broken or self._dialer.broken,
        )

    def renew(self) -> None:
        """Begin with new connections; the old ones end what they have."""
        for connection in list(self._ready):
            self._retire(connection)
        self._keep_enough()

    async def close(self) -> None:
        """Let what was accepted end, each push within its own time; then close."""
        self._closed = True
        self._settle_queue(NotProcessed("the client is closing"))
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        for connection in list(self._ready):
            self._retire(connection)
        await asyncio.gather(*(connection.close() for connection in self._draining))

    # ── what a connection tells ──────────────────────────────────────────────────────────────────
    def has_room(self) -> None:
        """Begin what waits, as far as there is room."""
        if not self._queue:
            return
        try:
            issue = self._token.current()
        except KeyUnreadable as error:
            self._settle_queue(Refused(f"the key cannot be read: {error}", keep=True))
            return
        if issue.generation != self._generation:
            # Apple binds a connection to the key that it saw first.
            self._generation = issue.generation
            self.renew()
        for connection in list(self._ready):
            while self._queue:
                job = next(iter(self._queue))
                if not connection.fits(len(job.body)):
                    break
                del self._queue[job]
                connection.begin(job, issue)
        self._keep_enough()

    def answered(self, job: Job, status: int, headers: dict[bytes, bytes], body: bytes) -> None:
        """Settle it, or send it once more where the answer says that this helps."""
        connection, job.connection = job.connection, None
        answer = read_answer(status, headers, body)
        if status == 200:
            job.settle(answer)
            if not self._proven:
                self._proven = True
                self._keep_enough()
            return
        if status == 403:
            answer = self._compare_clocks(answer, headers)
        if job.retried or not self._helps(job, answer, connection):
            job.settle(answer)
        else:
            job.retried = True
            self._send_again(job)

    def refused(self, job: Job) -> None:
        """Once more, after a moment."""
        if self._may_try_again(job, "its stream was refused"):
            wait = self._world.chance() * self._pace.refused * 2**job.tries
            asyncio.get_running_loop().call_later(wait, self._send_again, job)

    def unknown(self, jobs: list[Job], why: str) -> None:
        """Settle them so: it is not for the client to risk that they come twice."""
        for job in jobs:
            job.connection = None
            if not job.done.done():
                self._counters.unknown += 1
                job.settle(Unknown(why))

    def going_away(self, connection: Connection, reason: str, beyond: list[Job]) -> None:
        """Send what it did not take over another one, where another would take it."""
        self._counters.goaways[reason] += 1
        _log.info("apns_goaway", reason=reason, beyond=len(beyond), streams=connection.streams)
        if connection in self._ready:
            self._dialer.fell(connection)
            self._retire(connection)
        if reason == "ExpiredProviderToken" and connection.issue is not None:
            self._token.expired(connection.issue)
        answer = Answer(status=403, reason=reason, detail="said by GOAWAY")
        for job in reversed(beyond):
            if reason in CONFIGURATION:
                job.connection = None
                job.settle(answer)
            elif self._may_try_again(job, f"GOAWAY: {reason}"):
                self._send_again(job)
        if reason in CONFIGURATION:
            self._settle_queue(answer)

    def ended(self, connection: Connection, why: str) -> None:
        """It is gone; make another, unless it had gone away before."""
        if connection in self._draining:
            self._draining.remove(connection)
        if connection in self._ready:
            self._ready.remove(connection)
            self._dialer.fell(connection)
            self._counters.lost_connections += 1
            _log.warning("apns_connection_lost", why=why)
        self._keep_enough()

    # ── connections ──────────────────────────────────────────────────────────────────────────────
    def _make(self, authority: str) -> Connection:
        return Connection(
            self,
            authority=authority,
            world=self._world,
            pace=self._pace,
            counters=self._counters,
        )

    def _retire(self, connection: Connection) -> None:
        self._ready.remove(connection)
        self._draining.append(connection)
        connection.drain()

    def _wanted(self) -> int:
        if self._closed or not (self._queue or self._proven):
            return 0
        return 1 + (self._spares if self._proven else 0)

    def _keep_enough(self) -> None:
        if self._connecting is None and len(self._ready) < self._wanted():
            self._connecting = asyncio.create_task(self._connect(), name="apns-connect")

    async def _connect(self) -> None:
        try:
            while len(self._ready) < self._wanted():
                if (connection := await self._dialer.dial()) is not None:
                    self._ready.append(connection)
                    self.has_room()
        finally:
            self._connecting = None

    # ── pushes ───────────────────────────────────────────────────────────────────────────────────
    def _settle_queue(self, outcome: Outcome) -> None:
        queue, self._queue = self._queue, OrderedDict()
        for job in queue:
            job.settle(outcome)

    def _may_try_again(self, job: Job, why: str) -> bool:
        job.connection = None
        job.tries += 1
        if job.tries >= MOST_TRIES:
            job.settle(NotProcessed(why))
        return not job.done.done()

    def _send_again(self, job: Job) -> None:
        if job.done.done():
            return
        if self._closed:
            job.settle(NotProcessed("the client is closing"))
            return
        self._counters.resent += 1
        self._queue[job] = None
        self._queue.move_to_end(job, last=False)
        self.has_room()

    def _helps(self, job: Job, answer: Answer, connection: Connection | None) -> bool:
        """Whether the same push may fare better at once, after what is done about it here."""
        shown = job.issue
        if shown is None:
            return False
        match answer.status, answer.reason:
            case 403, "ExpiredProviderToken":
                return self._token.expired(shown)
            case 429, "TooManyProviderTokenUpdates":
                return self._token.too_many(shown)
            case 403, "InvalidProviderToken":
                return self._token.changed(shown)
            case (403, "UnrelatedKeyIdInToken") | (400, "IdleTimeout") | (503, "Shutdown"):
                if connection in self._ready:
                    self._dialer.fell(connection)
                    self._retire(connection)
                return True
            case _:
                return False

    def _compare_clocks(self, answer: Answer, headers: dict[bytes, bytes]) -> Answer:
        theirs = read_date(headers)
        if theirs is None:
            return answer
        self._skew = skew = round(self._world.clock() - theirs)
        if abs(skew) < _NOTABLE_SKEW_S:
            return answer
        words = f"our clock is {abs(skew)} s {'ahead of' if skew > 0 else 'behind'} Apple's"
        _log.warning("apns_clock_skew", seconds=skew)
        return msgspec.structs.replace(answer, detail=words)
