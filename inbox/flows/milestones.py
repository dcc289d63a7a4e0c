"""What reports count, written in the transaction in which it happens.

Each milestone is credited to the team that held the thread at that moment, and to the pin of that
moment: what moves later changes no figure of the past.
"""

from __future__ import annotations

from typing import Literal

from inbox.core.hours import business_ms
from inbox.flows.context import Writing
from inbox.flows.roster import Roster
from inbox.store.queries import Q
from inbox.store.records import Thread
from inbox.store.rows import sure

Kind = Literal["resolved", "reopened", "bounced"]


async def note_milestone(writing: Writing, thread: Thread, kind: Kind) -> None:
    """Count it for the team that serves `thread`, its head being that before the act.

    A reopening counts for the team that had resolved; so it is noted before that is forgotten.
    """
    await writing.tx.execute(
        Q.add_milestone,
        thread=thread.id,
        number=thread.conversation,
        seq=thread.head + 1,
        kind=kind,
        at=writing.at,
        team=thread.serving_team,
        home=thread.home_team,
        why=thread.serving_why,
    )


async def note_answer(
    writing: Writing, thread: Thread, *, since: int, agent: str, people: Roster
) -> bool:
    """An agent answered a customer who had waited since then (Unix ms); whether it was the first.

    The first answer of a conversation stands in its history, too. Business time is that of the team
    that answered. A clock that stepped back makes no wait shorter than none.
    """
    since = min(since, writing.at)
    row = sure(
        await writing.tx.fetch_one(
            Q.note_answered,
            thread=thread.id,
            number=thread.conversation,
            seq=thread.head + 1,
            at=writing.at,
            team=thread.serving_team,
            home=thread.home_team,
            why=thread.serving_why,
            since=since,
            business_ms=business_ms(people.hours_of(thread.serving_team), since, writing.at),
        )
    )
    if row[0]:
        await writing.tx.execute(
            Q.note_first_response,
            thread=thread.id,
            number=thread.conversation,
            at=writing.at,
            agent=agent,
            team=thread.serving_team,
        )
    return bool(row[0])
