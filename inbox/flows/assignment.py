"""Who has a conversation: take it (the first wins), give it away, or leave it to the queue."""

from __future__ import annotations

from collections.abc import Callable

from inbox.core import conversation as rules
from inbox.core.conversation import Conversation, Outcome
from inbox.core.duty import may_take
from inbox.core.errors import Conflict
from inbox.core.policy import Agent, demand
from inbox.flows.access import lock_seen
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import count_active, hand
from inbox.flows.log import append
from inbox.flows.matters import conversation_of, holder_of, settle
from inbox.flows.roster import Roster
from inbox.flows.summaries import ThreadSummary, read_summary_of
from inbox.store.queries import Q
from inbox.store.records import Thread

Rule = Callable[[Conversation, Thread, Roster, int], Outcome]


async def take(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Claim a conversation. Of many at once one wins; the others get Conflict with its holder.

    At the team's hard limit it is a Conflict, too, but for a customer whom they answered last.
    """
    return await act(
        ctx,
        who,
        thread,
        "take",
        lambda conv, row, people, _: rules.take(conv, agent=who.id, holder=holder_of(row, people)),
        limited=True,
    )


async def assign(
    ctx: Context, who: Agent, *, thread: str, agent: str, force: bool = False
) -> ThreadSummary:
    """Give a conversation to an agent of the team that serves it.

    Conflict where the agent is at the team's hard limit, unless a lead or admin says `force`, and
    Forbidden where somebody else does.
    """
    if force:
        demand(who, "arrange")
    return await act(
        ctx,
        who,
        thread,
        "assign",
        lambda conv, row, people, _: rules.assign(
            conv, to=agent, members=people.active(row.serving_team)
        ),
        limited=not force,
    )


async def release(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """Give a conversation back to the team's queue."""
    return await act(ctx, who, thread, "release", lambda conv, *_: rules.release(conv))


async def act(
    ctx: Context, who: Agent, thread: str, action: str, rule: Rule, *, limited: bool = False
) -> ThreadSummary:
    """Apply one rule to a thread's newest conversation; what changes nothing writes nothing.

    `action` is what the audit log calls it, `limited` whether the hard limit holds for it.
    Raises NotFound for a thread that is not the agent's, and what the rule raises.
    """
    people = await roster(ctx)

    async def work(writing: Writing) -> ThreadSummary:
        before = await lock_seen(writing.tx, who, thread)
        outcome = rule(conversation_of(before), before, people, writing.at)
        if outcome[1]:
            if limited:
                await _demand_room(writing, before, outcome[0].assignee, people)
            after, entries = await settle(
                writing, before, outcome, people=people, side="agent", by=who.id
            )
            after, handed = await hand(ctx, writing, before, after, people=people)
            entries += handed
            await append(writing, before, after, entries)
            await record(ctx, writing, who, action, thread=thread, assignee=after.assignee_id)
        return await read_summary_of(writing.tx, thread, agent=who.id)

    return await write(ctx, work)


async def _demand_room(writing: Writing, thread: Thread, agent: str | None, people: Roster) -> None:
    """Raise Conflict for an agent at the hard limit. Counted under the agent's lock."""
    own = people.rules_of(thread.serving_team)
    if agent is None or not own.hard_limit or thread.last_agent_id == agent:
        return
    await writing.tx.fetch(Q.lock_agent, agent=agent)
    active = await count_active(writing.tx, agent, at=writing.at)
    if not may_take(active, rules=own, returning=False):
        who = people.agent(agent).name
        raise Conflict(f"{who} has {active} active conversations; the team's limit is reached")
