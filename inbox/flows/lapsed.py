"""An agent whose place in a conversation has ended learns who has it now, and nothing else of it.

A covering team's lease ends, or a bounce, while somebody is still writing. What they send then is a
Conflict with the new holder's name, since "not found" would leave them with an answer that nobody
sends. That is said only to whoever had this very conversation, for a team that they are still in
and that served it; to all others, and for all other acts, there is no such thread.
"""

from __future__ import annotations

from inbox.core.errors import Conflict
from inbox.core.events import AssigneeEvent, ServingEvent
from inbox.core.policy import Agent
from inbox.flows.matters import holder_of
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_item


async def tell_lapsed(tx: Tx, who: Agent, thread: Thread, people: Roster) -> None:
    """Raise Conflict for who had the open conversation of a thread that has left their teams."""
    if thread.state not in {"open", "snoozed"}:
        return
    rows = await tx.fetch(Q.places_of, thread=thread.id, conversation=thread.conversation)
    had = served = False
    for row in rows:
        match read_item(row).event():
            case AssigneeEvent(assignee) if assignee is not None and assignee.id == who.id:
                had = True
            case ServingEvent(serving) if serving.team.id in who.teams:
                served = True
            case _:
                pass
    if not (had and served):
        return
    holder = holder_of(thread, people)
    if holder is not None:
        raise Conflict(f"{holder.name} has this conversation", holder=holder)
    raise Conflict(f"{people.team(thread.serving_team).name} has this conversation now")
