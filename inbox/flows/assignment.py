"""Who has a conversation: take it (the first wins), give it away, or leave it to the queue."""

from __future__ import annotations

from collections.abc import Callable

from inbox.core import conversation as rules
from inbox.core.conversation import Conversation, Outcome
from inbox.core.policy import Agent
from inbox.flows.access import lock_seen
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.log import append
from inbox.flows.matters import conversation_of, holder_of, settle
from inbox.flows.roster import Roster
from inbox.flows.summaries import ThreadSummary, read_summary_of
from inbox.store.records import Thread

Rule = Callable[[Conversation, Thread, Roster, int], Outcome]


async def take(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Claim a conversation. Of many at once one wins; the others get Conflict with its holder."""
    return await act(
        ctx,
        who,
        thread,
        "take",
        lambda conv, row, people, _: rules.take(conv, agent=who.id, holder=holder_of(row, people)),
    )


async def assign(ctx: Context, who: Agent, *, thread: str, agent: str) -> ThreadSummary:
    """Give a conversation to an agent of the team that serves it."""
    return await act(
        ctx,
        who,
        thread,
        "assign",
        lambda conv, row, people, _: rules.assign(
            conv, to=agent, members=people.active(row.serving_team)
        ),
    )


async def release(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Give a conversation back to the team's queue."""
    return await act(ctx, who, thread, "release", lambda conv, *_: rules.release(conv))


async def act(ctx: Context, who: Agent, thread: str, action: str, rule: Rule) -> ThreadSummary:
    """Apply one rule to a thread's newest conversation; what changes nothing writes nothing.

    `action` is what the audit log calls it.
    Raises NotFound for a thread that is not the agent's, and what the rule raises.
    """
    people = await roster(ctx)

    async def work(writing: Writing) -> ThreadSummary:
        before = await lock_seen(writing.tx, who, thread)
        outcome = rule(conversation_of(before), before, people, writing.at)
        if outcome[1]:
            after, entries = await settle(
                writing, before, outcome, people=people, side="agent", by=who.id
            )
            await append(writing, before, after, entries)
            await record(ctx, writing, who, action, thread=thread, assignee=after.assignee_id)
        return await read_summary_of(writing.tx, thread, agent=who.id)

    return await write(ctx, work)
