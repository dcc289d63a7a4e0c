"""Google's stand-in, open for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.push.fcm.stage import Google


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[Google]:
    running = Google(tmp_path)
    await running.start()
    yield running
    await running.close()
