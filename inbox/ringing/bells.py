"""All that rings in one process: the outbox, the worker, and the providers behind it.

    bells = Bells(ctx)
    await bells.start()
    …                       `keep` and `look_at_keys` are called now and then
    await bells.stop(within_s=10)

A push service that is down is no reason to take the server out of service: what rings is on disk,
and everything else works. So it never turns `/readyz` red; it is an alarm.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from pathlib import Path

import structlog

from inbox.flows.context import Context
from inbox.flows.ringer import Lane, Line, OpenCircuit, Ringing
from inbox.ringing.outbox import PushOutbox
from inbox.ringing.providers import Unset, key_files, make_providers
from inbox.ringing.upkeep import count_waiting, expire_overdue, take_back
from inbox.telemetry import Sparing
from inbox.telemetry.pushes import Figures
from push.alarms import Alarm
from push.apns import Apns
from push.limits import Limits
from push.model import Outcome, Push
from push.stats import Stats
from push.surroundings import Surroundings
from push.worker import Worker

CLOSE_S = 2.0
"""What the services' connections are given to end, after the worker has."""

_log = structlog.get_logger(__name__)


class Bells:
    """Fills `inbox.flows.ringer.Ringer`. Belongs to one event loop; `stop` it, started or not."""

    def __init__(self, ctx: Context) -> None:
        """Raises NotFound where a file that is needed at once is not there."""
        self._ctx = ctx
        self._sparing = Sparing()
        self._providers = make_providers(ctx.settings, now=ctx.clock)
        stats = Stats()
        self._outbox = PushOutbox(ctx, stats=stats)
        self._worker = Worker(
            self._outbox,
            self._providers.values(),
            on_error=self._tell_error,
            on_alarm=_tell_alarm,
            surroundings=Surroundings(now=ctx.clock),
            stats=stats,
        )
        self._files = key_files(ctx.settings)
        self._marks = _marks(self._files)
        ctx.metrics.pushes.source = self._figures

    async def start(self) -> None:
        """Begin to send; first of all what the process before has left.

        On SQLite nobody else can hold anything, so a dead process's leases end at once.
        """
        if self._ctx.store.dialect == "sqlite":
            await take_back(self._ctx)
        self._worker.start()
        _log.info("push_started", services=[n for n, p in self._providers.items() if _is_set(p)])

    async def stop(self, *, within_s: float) -> None:
        """Let requests end and give the rest back; what has no answer is sent again later."""
        await self._worker.stop(within_s=within_s)
        self._outbox.close()
        closing = asyncio.gather(*(one.close() for one in self._providers.values()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await closing
        self._ctx.metrics.pushes.source = None

    async def keep(self) -> None:
        """Take back what dead workers held, end what is too late, and count what waits."""
        await self._outbox.sweep()
        self._worker.stats.expired.update(await expire_overdue(self._ctx))
        self._worker.stats.waiting = await count_waiting(self._ctx)

    async def look_at_keys(self) -> None:
        """Where a key's file has changed, try at once what was held."""
        marks = await asyncio.to_thread(_marks, self._files)
        if marks != self._marks:
            self._marks = marks
            _log.info("push_keys_changed")
            self._worker.reload()

    # ── what the operator asks ───────────────────────────────────────────────────────────────────

    async def send_now(self, push: Push) -> Outcome:
        """Send this one at once, whatever waits, and give the service's own answer."""
        provider = self._providers[push.target.provider]
        return await provider.send(push, timeout=Limits().request_s)

    def look(self) -> Ringing:
        """How it stands."""
        stats, court = self._worker.stats, self._worker.court
        lanes = []
        for name, provider in self._providers.items():
            waiting = stats.waiting.get(name)
            if waiting is None and not _is_set(provider):
                continue
            lanes.append(
                Lane(
                    provider=name,
                    waiting=waiting.rows if waiting else 0,
                    oldest_ms=waiting.oldest_ms if waiting else 0,
                    in_flight=stats.in_flight.get(name, 0),
                    attempts=stats.attempts[name],
                    results={word: n for (of, word), n in stats.results.items() if of == name},
                    duplicates_risked=stats.unknown_retried[name],
                )
            )
        return Ringing(
            lanes=tuple(lanes),
            circuits=tuple(
                OpenCircuit(one.key, one.state, one.reason) for one in court.circuits.troubled()
            ),
            alarms=tuple(self._worker.alarms.standing()),
            braked={about: tuple(sorted(on)) for about, on in court.braked().items()},
            lines=self._lines(),
        )

    def resume(self) -> None:
        """The operator has looked: what is held may be tried at once, dead addresses be removed."""
        self._worker.reload()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _lines(self) -> tuple[Line, ...]:
        apns = self._providers["apns"]
        pools = apns.look() if isinstance(apns, Apns) else []
        return tuple(
            Line(
                key_id=pool.key_id,
                environment=pool.environment,
                connections=pool.connections,
                token_age_s=pool.token_age,
                skew_s=pool.skew,
                broken=pool.broken,
            )
            for pool in pools
        )

    def _figures(self) -> Figures:
        apns = self._providers["apns"]
        mine = apns if isinstance(apns, Apns) else None
        circuits = self._worker.court.circuits.troubled()
        return Figures(
            stats=self._worker.stats,
            open_circuits=dict.fromkeys(self._providers, 0)
            | Counter(one.key.partition(":")[0] for one in circuits),
            alarms=Counter(one.kind for one in self._worker.alarms.standing()),
            apns=mine.counters if mine else None,
            pools=tuple(mine.look()) if mine else (),
        )

    def _tell_error(self, doing: str, error: BaseException) -> None:
        kind = f"{doing}: {type(error).__name__}"
        if (left_out := self._sparing.left_out(kind)) is not None:
            _log.error("push_failed", doing=doing, left_out=left_out, exc_info=error)


def _is_set(provider: object) -> bool:
    return not isinstance(provider, Unset)


def _tell_alarm(alarm: Alarm, stands: bool) -> None:  # noqa: FBT001  the worker's signature
    if stands:
        _log.warning(
            "push_alarm",
            kind=alarm.kind,
            about=alarm.about,
            reason=alarm.reason,
            detail=alarm.detail,
            remedy=alarm.remedy,
        )
    else:
        _log.info("push_alarm_over", kind=alarm.kind, about=alarm.about, reason=alarm.reason)


def _marks(files: list[Path]) -> list[tuple[int, int, int] | None]:
    """What changes when a file does: time, size and number; none where there is no file."""
    marks: list[tuple[int, int, int] | None] = []
    for file in files:
        try:
            about = file.stat()
        except OSError:
            marks.append(None)
        else:
            marks.append((about.st_mtime_ns, about.st_size, about.st_ino))
    return marks
