"""Do an operation on a data folder: by the server that holds it, or right here when none does."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import msgspec

from inbox.flows.context import Context
from inbox.ops.control import call
from inbox.ops.operation import Report, run_operation
from inbox.ops.operations import OPERATIONS
from inbox.settings import load
from inbox.store.lock import hold_folder
from inbox.store.refusal import Refusal
from inbox.telemetry import setup_logging

WAIT_S = 10.0
"""How long a command waits for another one, or for a server that is just starting or stopping."""
LOOK_S = 0.1

T = TypeVar("T", bound=msgspec.Struct)


async def run(
    data: Path, operation: str, request: msgspec.Struct, *, into: type[T], report: Report
) -> T:
    """Have it done once, whether a server runs or not; raises what it raised.

    A folder that another command holds is waited for, ten seconds at most.
    """
    patience = asyncio.get_running_loop().time() + WAIT_S
    while True:
        answer = await call(data, operation, request, report)
        if answer is not None:
            return msgspec.json.decode(answer, type=into)
        async with contextlib.AsyncExitStack() as held:
            try:
                held.enter_context(hold_folder(data))
            except Refusal:
                if asyncio.get_running_loop().time() > patience:
                    raise
                await asyncio.sleep(LOOK_S)
                continue
            ctx = await held.enter_async_context(open_here(data))
            asked = msgspec.json.encode(request)
            result = await run_operation(ctx, OPERATIONS[operation], asked, report)
            if not isinstance(result, into):
                raise TypeError(f"{operation} gives {type(result).__name__}")
            return result


@contextlib.asynccontextmanager
async def open_here(data: Path) -> AsyncIterator[Context]:
    """The folder's Context in this process, which holds its lock; only warnings are logged."""
    from inbox.app import open_context  # not needed where a server does the work

    settings = load(data, os.environ)
    setup_logging("warning", "console")
    os.umask(0o077)  # what is written is for this user alone
    async with open_context(data, settings) as ctx:
        yield ctx
