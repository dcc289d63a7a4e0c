"""A thread changes hands between teams: a bounce, which ends with *resolved*, or a new pin."""

from __future__ import annotations

import msgspec

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.events import AssigneeEvent, PinEvent, Serving, ServingEvent
from inbox.core.policy import Agent, Operator, demand
from inbox.core.text import clean_line
from inbox.flows.access import lock_seen
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import hand
from inbox.flows.leases import leave
from inbox.flows.log import Entry, append
from inbox.flows.matters import move_home
from inbox.flows.milestones import note_milestone
from inbox.flows.summaries import ThreadSummary, read_summary_of
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread

REASON_LIMIT = 500


async def transfer(
    ctx: Context, who: Agent, *, thread: str, team: str, reason: str
) -> ThreadSummary:
    """Bounce the open conversation to another team, with a reason; the pin stays.

    Sent to the home team it ends the bounce. The receiving team finds it in its queue; whoever had
    it has it no longer. Raises BadRequest (team, reason), Conflict (nothing open), NotFound.
    """
    people = await roster(ctx)
    why = clean_line(reason, path="reason", limit=REASON_LIMIT)
    if team not in people.teams:
        raise BadRequest.field("team", "there is no such team")

    async def work(writing: Writing) -> ThreadSummary:
        before = await lock_seen(writing.tx, who, thread)
        if before.state not in {"open", "snoozed"}:
            raise Conflict("there is no open conversation to transfer")
        if team == before.serving_team:
            raise BadRequest.field("team", "already serves this thread")
        home = team == before.home_team
        after = msgspec.structs.replace(
            before,
            serving_team=team,
            serving_why="home" if home else "bounce",
            serving_until=None,
            assignee_id=None,
        )
        serving = Serving(people.team_ref(team), after.serving_why)
        entries = [Entry("serving", ServingEvent(serving, reason=why, by=who.id))]
        if before.assignee_id is not None:
            entries.append(Entry("assignee", AssigneeEvent(None, "transferred")))
        await leave(writing, before, after, why="hand" if home else "bounce", by=who.id)
        after, handed = await hand(ctx, writing, before, after, people=people)
        entries += handed
        if not home:
            await writing.tx.execute(Q.note_bounced, thread=thread, number=before.conversation)
            await note_milestone(writing, before, "bounced")
        await append(writing, before, after, entries)
        await record(ctx, writing, who, "transfer", thread=thread, team=team)
        # Whoever gave it away may see it no longer: the answer is the last look.
        return await read_summary_of(writing.tx, thread, agent=who.id)

    return await write(ctx, work)


async def repin(
    ctx: Context, who: Agent | Operator, *, thread: str, team: str, reason: str
) -> ThreadSummary:
    """Give the customer another home team: explicit, recorded, told to the customer in a line.

    A conversation that the old home serves goes along. Needs a lead or admin.
    """
    demand(who, "repin")
    people = await roster(ctx)
    why = clean_line(reason, path="reason", limit=REASON_LIMIT)
    if team not in people.teams:
        raise BadRequest.field("team", "there is no such team")

    async def work(writing: Writing) -> ThreadSummary:
        if isinstance(who, Agent):
            before = await lock_seen(writing.tx, who, thread)
        else:
            before = await _lock_any(writing, thread)
        if team == before.home_team:
            raise BadRequest.field("team", "is the home team already")
        if before.last_customer_seq:
            for pinned, change in sorted(((before.home_team, -1), (team, 1))):
                await writing.tx.execute(Q.count_customer, team=pinned, change=change)
        await writing.tx.execute(Q.move_callbacks, thread=before.id, team=team)
        moved, entries = move_home(
            before, PinEvent(people.team_ref(team), reason=why, by=who.id), people=people
        )
        await leave(writing, before, moved, why="pin", by=_agent(who))
        after = msgspec.structs.replace(
            moved, pin_reason=why, pin_by_region=False, pinned_at=writing.at
        )
        after, handed = await hand(ctx, writing, before, after, people=people)
        entries += handed
        await append(writing, before, after, entries)
        await record(ctx, writing, who, "repin", thread=thread, team=team)
        return await read_summary_of(writing.tx, thread, agent=_agent(who))

    return await write(ctx, work)


def _agent(who: Agent | Operator) -> str | None:
    return who.id if isinstance(who, Agent) else None


async def _lock_any(writing: Writing, thread: str) -> Thread:
    row = await writing.tx.fetch_one(Q.lock_thread, thread=thread)
    if row is None:
        raise NotFound("there is no such thread")
    return read_thread(row)
