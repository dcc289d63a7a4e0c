"""Background tasks that nobody has to watch: begun again after a failure, with growing pauses."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from inbox.telemetry import Metrics

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0

Work = Callable[[], Awaitable[object]]

_log = structlog.get_logger(__name__)


class Tasks:
    """The background tasks of one process.

    A task that fails is begun again after a pause that doubles from half a second to a minute and
    is jittered, counted in `pinbox_task_restarts_total`, and logged once per kind of failure until
    it is well again. One task's failure never touches another, nor the process.
    """

    def __init__(self, metrics: Metrics, *, chance: Callable[[], float] = random.random) -> None:
        self._metrics = metrics
        self._chance = chance
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Work, *, every_s: float | None = None) -> None:
        """Run `work` now and `every_s` seconds after each end; without a time, it runs for ever.

        A work that answers `True` has more to do and is called again at once. What runs for ever
        and returns all the same counts as failed. Names are unique in a process.
        """
        if name in self._running:
            raise ValueError(f"a task {name} runs already")
        self._metrics.task_restarts(name)  # shown from the start, at zero
        keep = self._keep(name, work, every_s)
        self._running[name] = asyncio.create_task(keep, name=f"pinbox-{name}")

    async def stop(self) -> None:
        """Cancel all and wait until each has ended. What one had begun to store is stored."""
        running, self._running = list(self._running.values()), {}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _keep(self, name: str, work: Work, every_s: float | None) -> None:
        failures, kinds = 0, set[str]()
        while True:
            try:
                more = await work()
                if every_s is None:
                    raise RuntimeError("ended by itself")  # noqa: TRY301  as any failure
            except Exception as error:  # noqa: BLE001  it has no caller to tell
                kind = type(error).__name__
                if kind not in kinds:
                    kinds.add(kind)
                    _log.exception("task_failed", task=name, kind=kind)
                self._metrics.task_restarts(name).inc()
                await asyncio.sleep(self._pause(failures))
                failures += 1
                continue
            if failures:
                _log.info("task_recovered", task=name, failures=failures)
                failures = 0
                kinds.clear()
            await asyncio.sleep(0 if more is True else every_s)

    def _pause(self, failures: int) -> float:
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 16))
        return longest * (0.5 + self._chance() / 2)
