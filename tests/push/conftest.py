"""Fixtures for tests of the worker: steered time, rows, and a worker that is stopped at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from push.limits import Limits
from push.model import Provider
from push.worker import Worker
from tests.push.shelf import Desk, Shelf
from tests.push.steered import Steered

StartWorker = Callable[..., Worker]


@pytest.fixture
def steered() -> Steered:
    return Steered()


@pytest.fixture
def shelf(steered: Steered) -> Shelf:
    return Shelf(steered)


@pytest.fixture
def errors() -> list[str]:
    """What a worker complained of."""
    return []


@pytest.fixture
async def start(steered: Steered, shelf: Shelf, errors: list[str]) -> AsyncIterator[StartWorker]:
    """Start a worker for some providers."""
    running: list[Worker] = []

    def begin(*providers: Provider, name: str = "one", limits: Limits | None = None) -> Worker:
        worker = Worker(
            Desk(shelf, name),
            providers,
            on_error=lambda what, error: errors.append(f"{what}: {error}"),
            limits=limits or Limits(),
            surroundings=steered.surroundings(),
        )
        worker.start()
        running.append(worker)
        return worker

    yield begin
    for worker in running:
        await worker.stop(within_s=0.0)
