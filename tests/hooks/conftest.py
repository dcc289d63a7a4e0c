"""Fixtures: a stage that may post to this machine, and a company's system there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.flows.stage import Stage, stage
from tests.hooks.post import LOOPBACK, Post
from tests.hooks.receiver import Receiver, receive

__all__ = ["stage"]


@pytest.fixture
async def post(stage: Stage) -> Post:
    """A stage whose webhooks may go to this machine."""
    await stage.reopen(webhook_networks=LOOPBACK, webhook_timeout_s=5)
    return Post(stage)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """One receiver."""
    async with receive() as running:
        yield running
