"""The stand-in of a push service, open for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.push.webpush.stage import Service


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    running = Service()
    await running.start()
    yield running
    await running.close()
