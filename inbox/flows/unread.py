"""What no push has reached and nobody has read: told to the company, so that it can call or write.

Each agent's message leaves one watch on its thread. When its time is over, and what it watches was
neither read nor received nor sent to any device, webhooks that ask for `message.unread` are told.
"""

from __future__ import annotations

from inbox.core.instant import to_text
from inbox.core.pushes import PushState
from inbox.core.webhooks import UnreadTold
from inbox.flows.context import Context, Writing, write
from inbox.flows.webhooks import tell
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread
from inbox.store.rows import sure

WATCH = "unread"
TOGETHER = 100
"""Watches that are looked after in one transaction."""
KEPT_MS = 7 * 86_400_000
"""A watch that nobody has looked after for so long, since no server ran, is forgotten."""
MINUTE_MS = 60_000


async def watch(ctx: Context, writing: Writing, thread: Thread) -> None:
    """Watch a thread in which an agent has just written, unless that is done already."""
    if not ctx.settings.unread_minutes:
        return
    await writing.tx.execute(
        Q.add_job,
        id=ctx.ids(),
        kind=WATCH,
        subject=thread.id,
        payload="{}",
        not_before=writing.at + ctx.settings.unread_minutes * MINUTE_MS,
        expires_at=writing.at + KEPT_MS,
        at=writing.at,
    )


async def tell_unread(ctx: Context) -> bool:
    """Look after the watches whose time is over; whether there may be more."""

    async def work(writing: Writing) -> int:
        due = await writing.tx.fetch(Q.due_jobs, kind=WATCH, now=writing.at, limit=TOGETHER)
        for job, thread in due:
            again = await _look_after(ctx, writing, thread)
            if again is None:
                await writing.tx.execute(Q.drop_job, id=job)
            else:
                await writing.tx.execute(Q.put_off_job, id=job, not_before=again)
        return len(due)

    return await write(ctx, work, long=True) == TOGETHER


async def _look_after(ctx: Context, writing: Writing, thread_id: str) -> int | None:
    """Tell of a thread where that is due; when to look again, or none: its watch is over."""
    tx, patience = writing.tx, ctx.settings.unread_minutes * MINUTE_MS
    thread = read_thread(sure(await tx.fetch_one(Q.get_thread, thread=thread_id)))
    reached = max(thread.customer_read, thread.customer_seen, thread.customer_delivered)
    row = sure(await tx.fetch_one(Q.unreached, thread=thread_id, after=reached))
    count, upto, since = row
    if not count:
        return None
    if since + patience > writing.at:
        return int(since + patience)
    states = [row[0] for row in await tx.fetch(Q.states_of_pushes, thread=thread_id, seq=upto)]
    if PushState.SENT in states:
        return None
    if thread.rings_from or {PushState.WAITS, PushState.LEASED} & set(states):
        return writing.at + patience
    told = UnreadTold(thread_id, thread.customer_id, upto, count, to_text(since))
    await tell(ctx, writing, told)
    return None
