"""Put the rooms together: a Context on a data folder, for the server, a command, or a test."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import uuid_utils

from inbox.auth.customers import CustomerTokens
from inbox.auth.keys import Keys
from inbox.auth.passwords import Passwords
from inbox.bus.local import LocalBus
from inbox.core.text import mask
from inbox.files.shelf import open_shelf
from inbox.flows.context import Clock, Context
from inbox.flows.limits import Limits
from inbox.flows.memory import Memory
from inbox.settings import Settings
from inbox.store.engine import Engine
from inbox.store.schema import prepare
from inbox.store.sqlite import open_sqlite
from inbox.telemetry import Metrics

DATABASE = "pinbox.db"


def now_ms() -> int:
    """Unix milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A UUIDv7 (RFC 9562), rising within this process, in lower-case text."""
    return str(uuid_utils.uuid7())


@asynccontextmanager
async def open_context(
    data: Path, settings: Settings, *, clock: Clock = now_ms
) -> AsyncIterator[Context]:
    """Open the database of a data folder, bring it up to date, and build a Context on it.

    The caller holds the folder's lock. Raises Refusal when the database cannot be opened, is not
    Pinbox's, or is too new for this code.
    """
    metrics = Metrics()
    tokens = CustomerTokens(
        secret=settings.token_secret or None,
        jwks_file=Path(settings.jwks_file) if settings.jwks_file else None,
        jwks_url=settings.jwks_url or None,
        jwks_refresh_s=settings.jwks_refresh_s,
        issuer=settings.token_issuer or None,
        max_age_s=settings.max_token_age_s or None,
    )
    keys = Keys(settings.server_secret)
    store = await open_engine(data, settings, metrics=metrics)
    try:
        state = await prepare(
            store,
            epoch=secrets.token_hex(4),
            secret=keys.fingerprint(),
            backups=settings.backups_kept,
        )
        memory = Memory(state.epoch)
        bus = LocalBus()
        bus.listen(memory.hear)
        yield Context(
            store=store,
            bus=bus,
            settings=settings,
            clock=clock,
            ids=new_id,
            keys=keys,
            tokens=tokens,
            passwords=Passwords(),
            metrics=metrics,
            limits=Limits(settings),
            memory=memory,
            shelf=open_shelf(data, settings),
            mask=masker(settings),
            push=settings.has_push,
        )
    finally:
        await tokens.close()
        await store.close()


async def open_engine(data: Path, settings: Settings, *, metrics: Metrics) -> Engine:
    """The database that the settings name: PostgreSQL by its URL, or the file in the folder."""

    def observe(works: int, seconds: float) -> None:
        metrics.batch_size.observe(works)
        metrics.commit_seconds.observe(seconds)

    if settings.database:
        from inbox.store.postgres import open_postgres  # with its driver, which SQLite needs not

        return await open_postgres(settings.database, pool=settings.postgres_pool, observe=observe)
    return await open_sqlite(data / DATABASE, readers=settings.sqlite_readers, observe=observe)


def masker(settings: Settings) -> Callable[[str], str]:
    """The function that hides what must not be stored, as the operator configured it."""
    patterns = tuple(re.compile(pattern) for pattern in settings.mask_patterns)
    return partial(mask, patterns=patterns, cards=settings.mask_cards)
