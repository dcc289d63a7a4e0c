"""The cast, a Context on both engines, and a running server on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from inbox.flows.context import Context
from tests.cast import cast, clock, ctx
from tests.live.house import House, open_house

__all__ = ["cast", "clock", "ctx", "house"]


@pytest.fixture
async def house(ctx: Context) -> AsyncIterator[House]:
    """A running server on `ctx`."""
    async with open_house(ctx) as opened:
        yield opened
