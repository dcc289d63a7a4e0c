"""The worker: brings what waits in an outbox to phones and browsers.

    worker = Worker(outbox, [apns, fcm, webpush], on_error=log)
    worker.start()
    …
    await worker.stop()

Each provider has a lane of its own, so that one that is down never delays another. Delivery is at
least once: what has no answer is sent again with the same id and the same collapse key, which a
phone shows as one banner, and is counted as a duplicate risked. Nothing that is thrown, by an
outbox or a provider, ends a loop: it is told to `on_error`, and the loop goes on after a pause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from push.alarms import Alarm, Alarms
from push.court import Court
from push.lane import Lane
from push.limits import Limits, OnError
from push.model import Outbox, Provider
from push.pace import Pace
from push.stats import Stats
from push.surroundings import Surroundings

DRAIN_S = 10.0


class Worker:
    """Sends for these providers what the outbox has. Belongs to one event loop."""

    def __init__(
        self,
        outbox: Outbox,
        providers: Iterable[Provider],
        *,
        on_error: OnError,
        on_alarm: Callable[[Alarm, bool], None] = lambda _alarm, _stands: None,
        limits: Limits = Limits(),  # noqa: B008  frozen
        surroundings: Surroundings = Surroundings(),  # noqa: B008  frozen
        stats: Stats | None = None,
    ) -> None:
        self.stats = stats or Stats()
        self.alarms = Alarms(now=surroundings.now, on_change=on_alarm)
        self.court = Court(surroundings, stats=self.stats, alarms=self.alarms)
        pace = Pace(ticks=surroundings.ticks)
        self._lanes = []
        for provider in providers:
            self.stats.add_provider(provider.name)
            self._lanes.append(
                Lane(
                    provider,
                    outbox,
                    court=self.court,
                    pace=pace,
                    surroundings=surroundings,
                    limits=limits,
                    on_error=on_error,
                )
            )

    def start(self) -> None:
        """Begin to send. What an earlier worker left comes back when its leases end."""
        for lane in self._lanes:
            lane.start()

    async def stop(self, *, within_s: float = DRAIN_S) -> None:
        """Claim no more, let requests end, give the rest back; over after `within_s` at the latest.

        The providers are left open: whoever opened them closes them.
        """
        await asyncio.gather(*(lane.stop(within_s=within_s) for lane in self._lanes))

    def reload(self) -> None:
        """Keys or settings have changed: what was refused may be tried at once.

        An alarm stands until a push has got through: that something was changed is no proof yet.
        """
        self.court.circuits.probe_now()
        self.court.release_brakes()
