"""A server with its people, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from inbox.flows.context import Context
from tests.cast import clock, ctx
from tests.servers import People, Server, make_people, serve

__all__ = ["clock", "ctx", "people", "server"]


@pytest.fixture
async def server(ctx: Context) -> AsyncIterator[Server]:
    """A running server with nobody in it."""
    async with serve(ctx) as running:
        yield running


@pytest.fixture
async def people(ctx: Context) -> People:
    """Its teams and agents."""
    return await make_people(ctx)
