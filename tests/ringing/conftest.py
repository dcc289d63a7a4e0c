"""Fixtures for tests of the outbox of pushes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.stage import Stage, stage
from tests.ringing.phones import Phones

__all__ = ["phones", "stage"]


@pytest.fixture
def phones(stage: Stage) -> Iterator[Phones]:
    """Pushes are on."""
    made = Phones(stage)
    yield made
    made.outbox.close()
