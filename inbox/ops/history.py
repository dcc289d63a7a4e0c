"""Operations on what customers wrote: import, export, erase."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from inbox.core.errors import NotFound
from inbox.flows import erasure, imports
from inbox.flows import export as exporting
from inbox.flows.context import Context
from inbox.ops.operation import Operation, Progress, Report
from inbox.ops.people import OPERATOR


class ImportAsk(msgspec.Struct, frozen=True):
    """A file of threads (JSON Lines), by an absolute path that the server must be able to read."""

    file: str


class CustomerAsk(msgspec.Struct, frozen=True):
    """The id of a customer: the `sub` of its tokens."""

    customer: str


class Exported(msgspec.Struct, frozen=True):
    """Everything that is held of one customer, as JSON."""

    customer: str
    document: msgspec.Raw


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


async def export(ctx: Context, asked: CustomerAsk, _report: Report) -> Exported:
    """Gather everything that is held of a customer; in the audit log."""
    pieces = await exporting.export(ctx, OPERATOR, customer=asked.customer)
    whole = b"".join([piece async for piece in pieces])
    return Exported(asked.customer, msgspec.Raw(whole.rstrip()))


async def erase(ctx: Context, asked: CustomerAsk, _report: Report) -> erasure.Erasure:
    """Erase all that a customer wrote, was answered and was noted about them, and their profile."""
    return await erasure.erase(ctx, OPERATOR, customer=asked.customer)


def _open(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise NotFound(
            f"the server cannot read {path} ({error.strerror}); put the file into its data folder"
        ) from None


HISTORY: tuple[Operation[Any], ...] = (
    Operation("import", ImportAsk, import_file),
    Operation("export", CustomerAsk, export),
    Operation("erase", CustomerAsk, erase),
)
