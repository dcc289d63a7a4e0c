"""Background tasks: repeated, begun again after failures, logged once per kind, stopped whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator

import pytest
from structlog.testing import capture_logs

from inbox.ops import tasks as module
from inbox.ops.tasks import FIRST_PAUSE_S, LONGEST_PAUSE_S, Tasks
from inbox.telemetry import Metrics

SOON = 0.001


class Turns:
    """A work that does what its plan says, one step a call: an error, or what to answer."""

    def __init__(self, plan: Iterable[Exception | bool]) -> None:
        self._plan = iter(plan)
        self.calls = 0
        self.ended = asyncio.Event()

    async def __call__(self) -> bool:
        self.calls += 1
        step = next(self._plan, None)
        if step is None:
            self.ended.set()
            return False
        if isinstance(step, Exception):
            raise step
        return step


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def tasks(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tasks]:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", SOON)
    made = Tasks(metrics)
    yield made
    await made.stop()


@pytest.fixture
def said() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines  # type: ignore[misc]


def restarts(metrics: Metrics, task: str) -> float:
    value: float = metrics.task_restarts(task)._value.get()
    return value


async def test_a_work_is_done_again_and_again(tasks: Tasks) -> None:
    work = Turns([False] * 5)
    tasks.start("often", work, every_s=SOON)
    await work.ended.wait()
    assert work.calls == 6


async def test_more_to_do_does_not_wait(tasks: Tasks) -> None:
    work = Turns([True] * 50)
    tasks.start("busy", work, every_s=3600)
    async with asyncio.timeout(5):
        await work.ended.wait()


async def test_a_failure_is_counted_logged_once_per_kind_and_begun_again(
    tasks: Tasks, metrics: Metrics, said: list[dict[str, object]]
) -> None:
    work = Turns([OSError("a"), OSError("b"), ValueError("c"), OSError("d"), False, OSError("e")])
    tasks.start("shaky", work, every_s=SOON)
    await work.ended.wait()
    assert restarts(metrics, "shaky") == 5
    told = [(line["event"], line.get("kind", line.get("failures"))) for line in said]
    assert told[:4] == [
        ("task_failed", "OSError"),
        ("task_failed", "ValueError"),
        ("task_recovered", 4),
        ("task_failed", "OSError"),
    ]


async def test_one_that_runs_for_ever_must_not_return(tasks: Tasks, metrics: Metrics) -> None:
    work = Turns([False] * 3)
    tasks.start("endless", work)
    await work.ended.wait()
    assert work.calls >= 4
    assert restarts(metrics, "endless") >= 3


async def test_a_failing_task_leaves_the_others_alone(tasks: Tasks) -> None:
    tasks.start("bad", Turns([OSError()] * 1000), every_s=SOON)
    work = Turns([False] * 20)
    tasks.start("good", work, every_s=SOON)
    await work.ended.wait()


async def test_stop_ends_all_and_waits_for_each(tasks: Tasks) -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    tasks.start("long", work)
    await begun.wait()
    await tasks.stop()
    assert ended == ["work"]


async def test_a_name_is_taken_once(tasks: Tasks) -> None:
    tasks.start("one", Turns([]), every_s=3600)
    with pytest.raises(ValueError, match="one"):
        tasks.start("one", Turns([]), every_s=3600)


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_pauses_double_to_a_limit_and_are_jittered(metrics: Metrics, chance: float) -> None:
    made = Tasks(metrics, chance=lambda: chance)
    pauses = [made._pause(failures) for failures in range(200)]
    assert pauses == sorted(pauses)
    assert FIRST_PAUSE_S / 2 <= pauses[0] <= FIRST_PAUSE_S
    assert LONGEST_PAUSE_S / 2 <= pauses[-1] <= LONGEST_PAUSE_S
    assert pauses[1] == 2 * pauses[0]
