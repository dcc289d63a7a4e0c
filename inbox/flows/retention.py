"""Upkeep of what is kept: old messages are erased, streams cut, old lines swept.

A pass goes through all threads in steps of bounded size, each a transaction of its own, so that no
send waits for it. It can end at any moment: the next pass finds what is left.
"""

from __future__ import annotations

import msgspec

from inbox.core.cursor import LARGEST
from inbox.core.events import ErasedEvent
from inbox.flows.context import Context, Writing, write
from inbox.flows.erasing import erase_items, erase_text, forget_messages_in_marks
from inbox.flows.erasure import finish_erasures
from inbox.flows.log import Entry, append
from inbox.flows.measures import oldest_day
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Query
from inbox.store.records import Thread, read_thread
from inbox.store.rows import sure

LOOKED_AT = 200
"""Threads looked at in one read."""
TOGETHER = 20
"""Threads with something to erase in one transaction."""
TEXTS = 200
"""Messages and notes of one thread erased at once; of several together about as many."""
ROWS = 500
"""Rows of streams and logs forgotten at once."""
GRAVES_KEPT_MS = 30 * 86_400_000
DAY_MS = 86_400_000


class Kept(msgspec.Struct, frozen=True):
    """What a pass took away, by kind."""

    texts: int
    threads: int
    team_items: int
    audit_lines: int
    jobs: int
    pushes: int
    promise_counts: int
    erasures: int
    """Erasures of customers that had been broken off and are finished now."""


async def retention(ctx: Context) -> Kept:
    """Do one whole pass. For a task of every hour; safe to run anywhere, any time, more than once.

    Messages and notes older than `retention_days` (0: kept for ever) are erased, but not those of
    a conversation that is still open, nor of a thread that has been here for less: an archive that
    was just imported is kept so long from then on. Team streams keep their newest
    `team_stream_items`. The audit log, callbacks and leases are kept as long as messages; what was
    told to webhooks for `webhook_trail_days`, pushes for `push_trail_days`, dead addresses for a
    month, what was measured of teams for 28 days.
    """
    erasures = await finish_erasures(ctx)
    texts = threads = lines = 0
    if days := ctx.settings.retention_days:
        before = ctx.clock() - days * DAY_MS
        texts, threads = await _erase_old(ctx, before)
        lines = await _sweep(ctx, Q.sweep_audit, before)
        await _sweep(ctx, Q.sweep_callbacks, before)
        await _sweep(ctx, Q.sweep_covers, before)
    return Kept(
        texts=texts,
        threads=threads,
        team_items=await _cut_team_streams(ctx),
        audit_lines=lines,
        jobs=await _sweep_jobs(ctx),
        pushes=await _sweep_pushes(ctx),
        promise_counts=await _sweep(ctx, Q.sweep_promise_counts, oldest_day(ctx.clock())),
        erasures=erasures,
    )


async def _erase_old(ctx: Context, before: int) -> tuple[int, int]:
    texts = threads = 0
    after = ""
    while rows := await _look_at(ctx, after, before):
        after = rows[-1][0]
        due = [row[0] for row in rows if row[1]]
        threads += len(due)
        while due:
            erased, unfinished = await _erase_in(ctx, due[:TOGETHER], before)
            texts += erased
            due = unfinished + due[TOGETHER:]
    return texts, threads


async def _look_at(ctx: Context, after: str, before: int) -> list[Row]:
    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.threads_with_old_texts, after=after, before=before, limit=LOOKED_AT)

    return await ctx.store.read(look)


async def _erase_in(ctx: Context, threads: list[str], before: int) -> tuple[int, list[str]]:
    """Erase in these threads; how many texts, and which threads have more."""

    async def work(writing: Writing) -> tuple[int, list[str]]:
        total, unfinished = 0, []
        locked = [await _lock(writing, thread) for thread in sorted(threads)]
        for thread in locked:
            if total >= TEXTS:
                unfinished.append(thread.id)
                continue
            erased = await _erase_in_one(writing, thread, before)
            total += erased
            if erased == TEXTS:
                unfinished.append(thread.id)
        return total, unfinished

    return await write(ctx, work, long=True)


async def _lock(writing: Writing, thread: str) -> Thread:
    return read_thread(sure(await writing.tx.fetch_one(Q.lock_thread, thread=thread)))


async def _erase_in_one(writing: Writing, thread: Thread, before: int) -> int:
    """Erase the oldest texts of one thread that are due.

    Where nothing younger stands before them, all that is there goes with them (states, reasons),
    and the event says up to where; older texts between younger ones, as a late import leaves them,
    go alone.
    """
    tx = writing.tx
    open_from = _open_from(thread)
    if thread.created_at >= before:
        return 0
    rows = await tx.fetch(
        Q.old_texts, thread=thread.id, before=before, open_from=open_from, limit=TEXTS
    )
    if not rows:
        return 0
    seqs = [row[0] for row in rows]
    kept = sure(
        await tx.fetch_one(Q.first_kept, thread=thread.id, before=before, open_from=open_from)
    )[0]
    upto = thread.head if kept is None else kept - 1
    if len(seqs) == TEXTS:
        upto = min(upto, seqs[-1])
    await erase_items(tx, thread.id, after=thread.floor, last=upto)
    for seq in seqs:
        if seq > upto:
            await erase_text(tx, thread.id, seq)
    await forget_messages_in_marks(tx, thread.id, seqs, upto)
    event = ErasedEvent(upto if upto > thread.floor else None)
    await append(writing, thread, thread, [Entry("erased", event)])
    return len(seqs)


def _open_from(thread: Thread) -> int:
    """The first conversation that is not to be touched."""
    return thread.conversation if thread.state in {"open", "snoozed"} else LARGEST


async def _cut_team_streams(ctx: Context) -> int:
    """Forget the oldest items of each team's stream; desks that are further behind load afresh."""

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.all_floors)

    cut = 0
    for stream, head, floor in await ctx.store.read(look):
        target = head - ctx.settings.team_stream_items
        while floor < target:
            floor = min(floor + ROWS, target)  # noqa: PLW2901  goes on where it is
            cut += await _cut(ctx, stream, floor)
    return cut


async def _cut(ctx: Context, stream: str, floor: int) -> int:
    async def work(writing: Writing) -> int:
        if not await writing.tx.execute(Q.raise_floor, stream=stream, floor=floor):
            return 0
        team = stream.partition(":")[2]
        return await writing.tx.execute(Q.cut_team_items, team=team, floor=floor)

    return await write(ctx, work, long=True)


async def _sweep_jobs(ctx: Context) -> int:
    stale = await _sweep(ctx, Q.sweep_stale_jobs, ctx.clock())
    kept_ms = ctx.settings.webhook_trail_days * DAY_MS
    return stale + await _sweep(ctx, Q.sweep_jobs, ctx.clock() - kept_ms)


async def _sweep_pushes(ctx: Context) -> int:
    await _sweep(ctx, Q.sweep_dead_addresses, ctx.clock() - GRAVES_KEPT_MS)
    return await _sweep(ctx, Q.sweep_pushes, ctx.clock() - ctx.settings.push_trail_days * DAY_MS)


async def _sweep(ctx: Context, query: Query, before: int) -> int:
    async def work(writing: Writing) -> int:
        return await writing.tx.execute(query, before=before, limit=ROWS)

    swept = 0
    while gone := await write(ctx, work, long=True):
        swept += gone
    return swept
