"""Between the rules of a conversation and its rows: the same steps for every flow that changes one.

A thread's row holds the live state of its newest conversation; `conversations` keeps one row per
matter for history and reports. `settle` brings a rule's outcome into both and into the log.
"""

from __future__ import annotations

import msgspec

from inbox.core.conversation import (
    Assigned,
    Began,
    Change,
    Conversation,
    Reopened,
    Resolved,
    Snoozed,
)
from inbox.core.errors import Holder
from inbox.core.events import (
    AssigneeEvent,
    PinEvent,
    Serving,
    ServingEvent,
    Side,
    Status,
    StatusEvent,
)
from inbox.core.instant import to_text
from inbox.flows.context import Writing
from inbox.flows.handing import is_member
from inbox.flows.leases import serve_home, settle_down
from inbox.flows.ledger import settle_promise
from inbox.flows.log import Entry
from inbox.flows.milestones import note_milestone
from inbox.flows.roster import Roster
from inbox.store.queries import Q, Value
from inbox.store.records import Thread


def conversation_of(thread: Thread) -> Conversation:
    """A thread's newest conversation, for the rules."""
    return Conversation(
        number=thread.conversation,
        state=thread.state or "none",
        assignee=thread.assignee_id,
        snoozed_until=thread.snoozed_until,
        resolved_at=thread.resolved_at,
        waiting_since=thread.waiting_since,
    )


def with_conversation(thread: Thread, conv: Conversation) -> Thread:
    """The thread with this as its newest conversation.

    Who begins to wait is due at once, unless something is promised.
    """
    promise, due_at = thread.promise, thread.due_at
    if conv.waiting_since is None or thread.waiting_since is None:
        promise, due_at = None, conv.waiting_since
    return msgspec.structs.replace(
        thread,
        conversation=conv.number,
        state=None if conv.state == "none" else conv.state,
        assignee_id=conv.assignee,
        snoozed_until=conv.snoozed_until,
        resolved_at=conv.resolved_at,
        waiting_since=conv.waiting_since,
        promise=promise,
        due_at=due_at,
    )


def holder_of(thread: Thread, people: Roster) -> Holder | None:
    """Who has the conversation, by name; one whom this process has not heard of yet has none."""
    if thread.assignee_id is None:
        return None
    known = people.agents.get(thread.assignee_id)
    return Holder(thread.assignee_id, "another agent" if known is None else known.name)


async def settle(
    writing: Writing,
    thread: Thread,
    outcome: tuple[Conversation, tuple[Change, ...]],
    *,
    people: Roster,
    side: Side,
    by: str | None = None,
) -> tuple[Thread, list[Entry]]:
    """Bring a rule's outcome into the thread, its history and entries for the log.

    `side` is who begins a conversation, `by` the agent who acts. What was promised is settled where
    a wait ends. A bounced or covered conversation that is resolved goes home (or to general care):
    the next one starts there.
    """
    conv, changes = outcome
    after = with_conversation(thread, conv)
    if thread.promise is not None and after.waiting_since is None:
        resolved = any(isinstance(change, Resolved) for change in changes)
        settle_promise(writing, thread, answered=not resolved, people=people)
    entries: list[Entry] = []
    for change in changes:
        if isinstance(change, Assigned):
            ref = None if change.agent is None else people.agent_ref(change.agent)
            entries.append(Entry("assignee", AssigneeEvent(ref, change.reason)))
            continue
        until = to_text(change.until) if isinstance(change, Snoozed) else None
        status = Status(change.state, change.number, until, by)
        entries.append(Entry("status", StatusEvent(status)))
        await _keep_history(writing, after, change, side=side, by=by)
        if isinstance(change, Resolved) and after.serving_why in {"bounce", "cover"}:
            after, told = await settle_down(writing, after, people=people, by=by)
            entries += told
    return after, entries


def move_home(thread: Thread, pin: PinEvent, *, people: Roster) -> tuple[Thread, list[Entry]]:
    """The thread with another home team, and what its log says of it.

    What the old home serves goes along, to the new one's queue. What the new home serves already is
    at home now. Who had it and may see it no longer, has it no longer.
    """
    team, entries = pin.team, [Entry("pin", pin)]
    after = msgspec.structs.replace(thread, home_team=team.id)
    holder = thread.assignee_id
    if thread.serving_why == "home":
        after = serve_home(after)
        holder = None
    elif thread.serving_team == team.id:
        after = serve_home(after)
        home = ServingEvent(Serving(team, "home"), reason="new home team")
        entries.append(Entry("serving", home))
    if holder is not None and not is_member(people, after, holder):
        holder = None
    if holder != thread.assignee_id:
        entries.append(Entry("assignee", AssigneeEvent(None, "new home team")))
    return msgspec.structs.replace(after, assignee_id=holder), entries


async def _keep_history(
    writing: Writing, thread: Thread, change: Change, *, side: Side, by: str | None
) -> None:
    place: dict[str, Value] = {"thread": thread.id, "number": thread.conversation}
    match change:
        case Began():
            await writing.tx.execute(
                Q.add_conversation,
                **place,
                at=writing.at,
                by=side,
                team=thread.serving_team,
                customer=thread.customer_id,
            )
        case Reopened():
            await note_milestone(writing, thread, "reopened")
            await writing.tx.execute(Q.note_reopened, **place)
        case Resolved():
            await writing.tx.execute(
                Q.note_resolved, **place, at=writing.at, agent=by, team=thread.serving_team
            )
            await note_milestone(writing, thread, "resolved")
        case _:
            pass
