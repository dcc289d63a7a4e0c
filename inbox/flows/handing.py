"""Which agent of the serving team has an open conversation, decided as it is written.

Order of locks: the thread, then the agents who are asked for it, by ascending id, then streams at
the end. A work that locks several threads locks all of them before it hands out any, or leaves
that to `hand_out`: it asks with `writing.free`.

The load that a choice stands on is counted under the agents' locks, or where nobody else can write
(SQLite), so the limits hold and the turns are fair however many conversations come at once, in
however many processes. Whoever answered the customer last is asked first, and alone; in a team that
pulls nobody else is.
"""

from __future__ import annotations

import msgspec

from inbox.core import duty as rules
from inbox.core import hours
from inbox.core.duty import Choice, GoesBack, Load
from inbox.core.events import AssigneeEvent
from inbox.core.rules import TeamRules
from inbox.flows.context import Context, Writing
from inbox.flows.log import Entry
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Thread
from inbox.store.rows import sure

Handed = tuple[Thread, list[Entry]]


async def hand(
    ctx: Context, writing: Writing, before: Thread, thread: Thread, *, people: Roster
) -> Handed:
    """The thread with the agent who is to have it, and what its log says of that.

    `before` is the thread as it was locked, `thread` as the flow would leave it, with the team that
    serves it. Everything that may change who waits for whom ends with this step.
    """
    _free_hands(writing, before, thread, people)
    holder = thread.assignee_id
    if not waits(thread):
        rested = _at_rest(thread)
        stays = holder is None or holder != before.assignee_id or thread.state == "resolved"
        if stays or is_member(people, thread, holder or ""):
            return rested, []
        # It was resolved when they left: nobody looked for it then.
        return await take_back(writing, rested, "left the team", people=people, grace_ms=grace(ctx))
    if holder is None:
        if not _is_new(before, thread):
            return thread, []
        freed = _left(before, thread)
        return await give(writing, freed, people=people, grace_ms=grace(ctx), in_turn=False)
    if before.assignee_id == holder:
        on_duty = people.agents[holder].on_duty if holder in people.agents else False
        why = rules.goes_back(
            is_member=is_member(people, thread, holder),
            # While a wait goes on, its timer knows: it may have been taken by hand.
            on_duty=on_duty or (waits(before) and before.take_back_at is not None),
            is_open=is_open(people, thread.serving_team, writing.at),
        )
        if why is not None:
            return await take_back(writing, thread, why, people=people, grace_ms=grace(ctx))
    return _timed(before, thread, people=people, at=writing.at, grace_ms=grace(ctx)), []


async def give(
    writing: Writing, thread: Thread, *, people: Roster, grace_ms: int, in_turn: bool = True
) -> Handed:
    """Hand out a conversation that is in the queue, if there is somebody for it.

    One that is not in turn waits behind whoever has waited longer, and has the queue looked at.
    """
    choice = await _choose(writing, thread, people, in_turn=in_turn)
    if choice is None:
        return thread, []
    rule = choice.why.partition(",")[0]
    writing.count("handed", people.team(thread.serving_team).key, rule)
    given = msgspec.structs.replace(thread, assignee_id=choice.agent, left_by=None)
    event = AssigneeEvent(people.agent_ref(choice.agent), choice.why)
    given = msgspec.structs.replace(
        given,
        take_back_at=rules.take_back_at(
            people.hours_of(thread.serving_team),
            writing.at,
            rules=people.rules_of(thread.serving_team),
            on_duty=True,
            grace_ms=grace_ms,
        ),
    )
    return given, [Entry("assignee", event)]


async def take_back(
    writing: Writing, thread: Thread, why: GoesBack, *, people: Roster, grace_ms: int
) -> Handed:
    """Put a conversation back into the queue, or with somebody else who is there for it."""
    writing.count("taken_back", people.team(thread.serving_team).key, why)
    left_by = thread.assignee_id if why == "not answered" else None
    freed = msgspec.structs.replace(thread, assignee_id=None, take_back_at=None, left_by=left_by)
    entries = [Entry("assignee", AssigneeEvent(None, why))]
    if not waits(freed):
        return freed, entries
    given, told = await give(writing, freed, people=people, grace_ms=grace_ms)
    return given, entries + told


def grace(ctx: Context) -> int:
    """For how long somebody may be unseen and still be on duty."""
    return ctx.settings.duty_grace_minutes * rules.MINUTE


def waits(thread: Thread) -> bool:
    """Whether its customer waits for an answer."""
    return thread.waiting_since is not None and thread.state == "open"


def is_open(people: Roster, team: str, at: int) -> bool:
    """Whether the team is there, for all matters."""
    return hours.state(people.hours_of(team), at) == "open"


def is_member(people: Roster, thread: Thread, agent: str) -> bool:
    """Whether an agent may have this thread: of its teams, and not disabled."""
    known = people.agents.get(agent)
    if known is None:
        return True  # hired a moment ago, elsewhere
    return (
        known.disabled_at is None
        and not known.is_stand_in
        and (
            agent in people.members.get(thread.serving_team, ())
            or agent in people.members.get(thread.home_team, ())
        )
    )


async def count_active(tx: Tx, agent: str, *, at: int) -> int:
    """How many active conversations an agent has now."""
    row = sure(await tx.fetch_one(Q.count_active, agent=agent, since=at - rules.ACTIVE_MS))
    return int(row[0])


async def least_loaded(tx: Tx, team: str, *, at: int) -> list[Load]:
    """The two of a team who are on duty and whose turn it is first, with what they have.

    Two, since one of them may have given up just what is to be handed out.
    """
    rows = await tx.fetch(Q.least_loaded, team=team, since=at - rules.ACTIVE_MS)
    return [Load(*row) for row in rows]


async def _choose(
    writing: Writing, thread: Thread, people: Roster, *, in_turn: bool
) -> Choice | None:
    """Ask the rules, after as little counting and locking as each case needs."""
    team, tx, at = thread.serving_team, writing.tx, writing.at
    own, but = people.rules_of(team), thread.left_by
    last = thread.last_agent_id
    if last is not None and last != but and _is_there(people, team, last):
        choice = await _ask(tx, last, own, at=at)
        if choice is not None and not tx.is_alone:
            await tx.fetch(Q.lock_duty, agent=last)
            choice = await _ask(tx, last, own, at=at)
            if choice is None:  # who else has room is asked later: locks are taken in one order
                writing.free(team)
                return None
        if choice is not None:
            if own.handing == "push":
                await tx.execute(Q.note_handed, agent=last, at=at)
            return choice
    if own.handing == "pull":
        return None
    if not any(_is_there(people, team, one) for one in people.members.get(team, ())):
        return None
    choice = rules.choose(await least_loaded(tx, team, at=at), rules=own, but=but)
    if choice is not None and not tx.is_alone:
        await tx.fetch(Q.lock_team_duty, team=team)
        choice = rules.choose(await least_loaded(tx, team, at=at), rules=own, but=but)
    if choice is None:
        return None  # everybody has enough: a storm of customers locks nobody
    if in_turn:
        await tx.execute(Q.note_handed, agent=choice.agent, at=at)
    elif not await tx.execute(
        Q.note_handed_unless_queue, agent=choice.agent, at=at, team=team, thread=thread.id
    ):
        writing.free(team)
        return None
    return choice


async def _ask(tx: Tx, last: str, own: TeamRules, *, at: int) -> Choice | None:
    """Whether who answered last is on duty and may have one more."""
    row = await tx.fetch_one(Q.agent_load, agent=last, since=at - rules.ACTIVE_MS)
    return None if row is None else rules.choose([Load(*row)], rules=own, last=last)


def _is_there(people: Roster, team: str, agent: str) -> bool:
    known = people.agents.get(agent)
    return (
        known is not None
        and known.on_duty
        and known.disabled_at is None
        and agent in people.members.get(team, ())
    )


def _is_new(before: Thread, thread: Thread) -> bool:
    """Whether it has just come to this queue. What is in it already, `hand_out` looks after."""
    return (
        not waits(before)
        or before.assignee_id is not None
        or before.serving_team != thread.serving_team
    )


def _left(before: Thread, thread: Thread) -> Thread:
    """A conversation that was given up during a wait is not handed to the same agent again."""
    left = waits(before) and before.serving_team == thread.serving_team
    return msgspec.structs.replace(
        thread, take_back_at=None, left_by=before.assignee_id if left else None
    )


def _free_hands(writing: Writing, before: Thread, thread: Thread, people: Roster) -> None:
    """Whoever no longer has an open conversation may be given another, where they are given any."""
    agent = before.assignee_id
    if agent is None or (thread.assignee_id == agent and thread.state == "open"):
        return
    for team in people.teams_of(agent):
        if people.rules_of(team.id).handing == "push":
            writing.free(team.id)


def _at_rest(thread: Thread) -> Thread:
    """Nobody waits, so no clock runs."""
    if thread.take_back_at is None and thread.left_by is None:
        return thread
    return msgspec.structs.replace(thread, take_back_at=None, left_by=None)


def _timed(before: Thread, thread: Thread, *, people: Roster, at: int, grace_ms: int) -> Thread:
    """The thread with the moment at which it goes back: of a wait that goes on, the same."""
    holder, team = thread.assignee_id, thread.serving_team
    if (
        waits(before)
        and before.assignee_id == holder
        and before.serving_team == team
        and before.take_back_at is not None
    ):
        return thread
    known = people.agents.get(holder or "")
    due = rules.take_back_at(
        people.hours_of(team),
        at,
        rules=people.rules_of(team),
        on_duty=known is not None and known.on_duty,
        grace_ms=grace_ms,
    )
    return msgspec.structs.replace(thread, take_back_at=due, left_by=None)
