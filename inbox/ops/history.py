"""Operations on what customers wrote: import."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from inbox.core.errors import NotFound
from inbox.flows import imports
from inbox.flows.context import Context
from inbox.ops.operation import Operation, Progress, Report


class ImportAsk(msgspec.Struct, frozen=True):
    """A file of threads (JSON Lines), by an absolute path that the server must be able to read."""

    file: str


async def import_file(ctx: Context, asked: ImportAsk, report: Report) -> imports.Imported:
    """Import a file. What was begun and broken off is simply run again."""

    async def tell(progress: imports.Progress) -> None:
        notes = tuple(f"line {fault.line}: {fault.reason}" for fault in progress.faults)
        if progress.customers_total:
            told = Progress(progress.customers, progress.customers_total, "customers", notes)
        else:
            told = Progress(progress.lines, 0, "lines read", notes)
        await report(told)

    file = await asyncio.to_thread(_open, asked.file)
    try:
        return await imports.import_threads(ctx, file, report=tell)
    finally:
        await asyncio.to_thread(file.close)


def _open(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise NotFound(
            f"the server cannot read {path} ({error.strerror}); put the file into its data folder"
        ) from None


HISTORY: tuple[Operation[Any], ...] = (Operation("import", ImportAsk, import_file),)
