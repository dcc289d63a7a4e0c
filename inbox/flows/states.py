"""The states of a conversation: agents snooze, resolve and reopen it, and time wakes it."""

from __future__ import annotations

from typing import Literal

from inbox.core import conversation as rules
from inbox.core.errors import BadRequest
from inbox.core.hours import next_opening
from inbox.core.policy import Agent
from inbox.flows.assignment import act
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import hand
from inbox.flows.log import append
from inbox.flows.matters import conversation_of, settle
from inbox.flows.roster import Roster
from inbox.flows.summaries import ThreadSummary
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import read_thread


async def snooze(
    ctx: Context, who: Agent, *, thread: str, until: int | Literal["opening"]
) -> ThreadSummary:
    """Put a conversation aside until a time, or until the customer writes.

    The time is Unix ms, or when the team that serves it opens next; what its hours become later
    changes nothing. BadRequest where it never does.
    """
    return await act(
        ctx,
        who,
        thread,
        "snooze",
        lambda conv, row, people, now: rules.snooze(
            conv,
            until=_opening(people, row.serving_team, now) if until == "opening" else until,
            now=now,
        ),
    )


def _opening(people: Roster, team: str, now: int) -> int:
    opens = next_opening(people.hours_of(team), now)
    if opens is None:
        raise BadRequest.field("until", "the team has no opening to come; give a time")
    return opens


async def resolve(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Settle the matter. A bounced conversation goes home with it."""
    return await act(
        ctx, who, thread, "resolve", lambda conv, _, __, now: rules.resolve(conv, now=now)
    )


async def reopen(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Open the newest conversation again."""
    return await act(ctx, who, thread, "reopen", lambda conv, *_: rules.reopen(conv))


async def wake_due(ctx: Context, *, limit: int = 200) -> int:
    """Open the snoozed conversations whose time has come; how many were due.

    Each in a transaction of its own that looks again under the lock: of several processes one
    wakes it, and a snooze that was moved meanwhile sleeps on.
    """

    async def due(tx: Tx) -> list[str]:
        rows = await tx.fetch(Q.due_snoozes, now=ctx.clock(), limit=limit)
        return [row[0] for row in rows]

    threads = await ctx.store.read(due)
    people = await roster(ctx) if threads else None
    for thread in threads:

        async def work(writing: Writing, thread: str = thread) -> None:
            row = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
            if row is None or people is None:
                return
            before = read_thread(row)
            outcome = rules.wake(conversation_of(before), now=writing.at)
            if outcome[1]:
                after, entries = await settle(writing, before, outcome, people=people, side="agent")
                after, handed = await hand(ctx, writing, before, after, people=people)
                entries += handed
                await append(writing, before, after, entries)

        await write(ctx, work)
    return len(threads)
