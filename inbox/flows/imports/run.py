"""Import a whole file of threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from itertools import count
from typing import BinaryIO

import msgspec

from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.imports.gather import Gathered, Piece
from inbox.flows.imports.lines import LONGEST_LINE, Fault, read_line
from inbox.flows.imports.messages import UNNAMED, Plan
from inbox.flows.imports.threads import Written, write_pieces
from inbox.flows.roster import read_roster
from inbox.flows.signin import move_registry
from inbox.store.queries import Q

LINES = 500
"""Lines read in one visit to a thread, and between two reports."""
CUSTOMERS = 200
MESSAGES = 100
"""At most so many customers, and about so many messages, in one transaction: on SQLite it shares
the writer with the sends of customers, who must not feel it."""
FAULTS_KEPT = 100
DAY_MS = 86_400_000

_BOM = b"\xef\xbb\xbf"


class Progress(msgspec.Struct, frozen=True):
    """How far an import is. `faults` are those found since the last report."""

    lines: int
    customers: int
    customers_total: int
    """0 while lines are being read."""
    faults: tuple[Fault, ...] = ()


Report = Callable[[Progress], Awaitable[None]]


class Imported(msgspec.Struct, frozen=True):
    """What an import found, and what of it was new."""

    lines: int
    bad_lines: int
    customers: int
    messages: int
    """Distinct by customer, author and `client_id`, in all good lines."""
    repeats: int
    """What came in good lines besides these: messages that the file has more than once."""
    added: int
    """How many of `messages` the database did not know."""
    known: int
    """How many it did."""
    past_retention: int
    """How many of `messages` are older than `retention_days`: a new thread is kept so long from now
    on, but in a thread that was here before they go with the next pass."""
    faults: tuple[Fault, ...]
    """The first hundred bad lines; all of them were reported."""


async def import_threads(ctx: Context, file: BinaryIO, *, report: Report) -> Imported:
    """Import JSON Lines from a file opened to read bytes.

    Idempotent: a second run adds only what is new, so one that was broken off is simply run again.
    Lines of one customer may stand anywhere; they are sorted by time, and the first of several
    messages with one `client_id` and author counts. A bad line is reported and left out. Makes no
    push, promise or webhook. Memory stays flat; the lines wait in a scratch file in the temporary
    folder that has no name and is gone with the process.

    Raises what storing raises; all that was reported as written stays.
    """
    gathered = Gathered()
    try:
        faults = _Faults()
        lines = await _gather(ctx, file, gathered, faults, report)
        brands = await asyncio.to_thread(gathered.brands)
        plan = Plan(await _hire_stand_ins(ctx, brands), gathered.newest or 0)
        customers = await asyncio.to_thread(gathered.count_customers)
        added = await _write(ctx, gathered, plan, _tell(report, lines, customers))
        messages = await asyncio.to_thread(gathered.count_messages)
        return Imported(
            lines=lines,
            bad_lines=faults.number,
            customers=customers,
            messages=messages,
            repeats=await asyncio.to_thread(gathered.count_repeats),
            added=added,
            known=messages - added,
            past_retention=await _count_past_retention(ctx, gathered),
            faults=tuple(faults.first),
        )
    finally:
        await asyncio.to_thread(gathered.close)


class _Faults:
    """The bad lines so far: the first of them, their number, and those to be reported."""

    def __init__(self) -> None:
        self.first: list[Fault] = []
        self.number = 0
        self._unreported: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.number += 1
        self._unreported.append(fault)
        if len(self.first) < FAULTS_KEPT:
            self.first.append(fault)

    def take(self) -> tuple[Fault, ...]:
        taken, self._unreported = tuple(self._unreported), []
        return taken


async def _gather(
    ctx: Context, file: BinaryIO, gathered: Gathered, faults: _Faults, report: Report
) -> int:
    teams = {team.key for team in (await roster(ctx)).teams.values()}
    numbered = _read_lines(file)
    lines, more = 0, True
    while more:
        read, more = await asyncio.to_thread(
            _gather_some, numbered, gathered, faults, teams, ctx.clock()
        )
        lines += read
        await report(Progress(lines, 0, 0, faults.take()))
    return lines


def _gather_some(
    numbered: Iterator[tuple[int, bytes]],
    gathered: Gathered,
    faults: _Faults,
    teams: Collection[str],
    now: int,
) -> tuple[int, bool]:
    """Take up the next lines; how many there were, and whether more may come."""
    read = 0
    for number, raw in numbered:
        read += 1
        try:
            gathered.add(read_line(raw, teams=teams, now=now))
        except ValueError as error:
            faults.add(Fault(number, str(error)))
        if read == LINES:
            return read, True
    return read, False


def _read_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, but empty ones. Of one too long only the beginning is kept."""
    for number in count(1):
        raw = file.readline(LONGEST_LINE + 2)
        if not raw:
            return
        rest = raw
        while len(raw) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
        raw = raw.removeprefix(_BOM) if number == 1 else raw
        if stripped := raw.strip():
            yield number, stripped if len(raw) <= LONGEST_LINE else raw


async def _hire_stand_ins(ctx: Context, brands: Collection[str]) -> dict[str, str]:
    """The agent who stands for each brand's people; one that is not there yet is made."""
    if not brands:
        return {}

    async def work(writing: Writing) -> dict[str, str]:
        people = await read_roster(writing.tx)
        known = {one.name: one.id for one in people.agents.values() if one.is_stand_in}
        missing = sorted({brand or UNNAMED for brand in brands} - known.keys())
        for name in missing:
            known[name] = ctx.ids()
            await writing.tx.execute(
                Q.add_agent,
                agent=known[name],
                name=name,
                sign_in=None,
                role="agent",
                photo_url=None,
                line=None,
                password_hash=None,
                is_stand_in=True,
                at=writing.at,
            )
        if missing:
            await move_registry(writing)
        return {brand: known[brand or UNNAMED] for brand in brands}

    return await write(ctx, work, long=True)


async def _write(
    ctx: Context, gathered: Gathered, plan: Plan, tell: Callable[[int], Awaitable[None]]
) -> int:
    """Write everything in batches; how many messages were new."""
    pieces = gathered.pieces(at_most=MESSAGES)
    added, customers, unfinished = 0, 0, None
    while batch := await asyncio.to_thread(_next_batch, pieces):

        async def work(
            writing: Writing, batch: list[Piece] = batch, unfinished: str | None = unfinished
        ) -> Written:
            return await write_pieces(ctx, writing, batch, plan, unfinished=unfinished)

        written = await write(ctx, work, long=True)
        unfinished = written.unfinished
        added += written.messages
        customers += sum(piece.last for piece in batch)
        await tell(customers)
    return added


def _next_batch(pieces: Iterator[Piece]) -> list[Piece]:
    batch: list[Piece] = []
    messages = 0
    for piece in pieces:
        batch.append(piece)
        messages += len(piece.messages)
        if messages >= MESSAGES or len(batch) == CUSTOMERS:
            break
    return batch


def _tell(report: Report, lines: int, total: int) -> Callable[[int], Awaitable[None]]:
    async def tell(customers: int) -> None:
        await report(Progress(lines, customers, total))

    return tell


async def _count_past_retention(ctx: Context, gathered: Gathered) -> int:
    days = ctx.settings.retention_days
    if not days:
        return 0
    return await asyncio.to_thread(gathered.count_messages, before=ctx.clock() - days * DAY_MS)
