"""Which team takes a conversation whose customer has just written: its own, or one that covers.

Home and there, in no storm, is what nearly every message meets: then nothing is asked and nothing
written. What else there is stands in the table of `inbox.core.cover`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inbox.core import cover as rules
from inbox.core.cover import Ask, Cover, GoHome, Situation
from inbox.core.events import ChoiceEvent, CoverChoice, Serving, ServingEvent
from inbox.core.instant import to_text
from inbox.core.storm import Storm, helper_of
from inbox.flows import leases
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.leases import Terms
from inbox.flows.log import Entry
from inbox.flows.roster import Roster
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread

Placed = tuple[Thread, list[Entry]]


async def place(
    ctx: Context,
    writing: Writing,
    before: Thread,
    after: Thread,
    *,
    people: Roster,
    urgent: bool,
) -> Placed:
    """The thread with the team that is to serve it, and what its log says of that.

    `before` is the thread as it was locked, `after` with the customer's message settled.
    """
    at, new = writing.at, after.conversation != before.conversation
    after, entries = _keep_choice_of_care(after, people, new=new, at=at)
    told, storm = _situation(people, after, new=new, urgent=urgent, at=at)
    if told is None:
        return after, entries
    if new and after.choice is not None:  # it was of the conversation before
        after = msgspec.structs.replace(after, choice=None, choice_until=None)
    match rules.decide(told):
        case Cover(team, why):
            back = rules.opens_after(people.hours_of(after.home_team), at, urgent=urgent)
            if why == "storm" and storm is not None:
                back = storm.until
            until = rules.ends_at(people.hours_of(team), at, back=back, urgent=urgent)
            terms = Terms(
                team=team,
                why=why,
                until=until,
                reason=why,
                storm=storm.id if why == "storm" and storm is not None else None,
            )
            after, told_so = await leases.begin(ctx, writing, after, terms, people=people)
            return after, entries + told_so
        case GoHome():
            lease = await leases.running(writing.tx, after.id)
            after, told_so = await leases.give_back(
                writing, after, lease, people=people, why="time"
            )
            return after, entries + told_so
        case Ask():
            until = rules.opens_after(people.hours_of(after.home_team), at)
            after, told_so = choose(after, "open", until=until)
            writing.count("cover_choices", "open")
            return after, entries + told_so
        case _:
            return after, entries


def would_serve(people: Roster, thread: Thread, *, new: bool, at: int) -> str:
    """The team that would have a message of this moment, which is `new`: of a new matter."""
    thread, _ = _keep_choice_of_care(thread, people, new=new, at=at)
    told, _ = _situation(people, thread, new=new, urgent=False, at=at)
    decision = rules.STAY if told is None else rules.decide(told)
    return decision.team if isinstance(decision, Cover) else thread.serving_team


def _situation(
    people: Roster, thread: Thread, *, new: bool, urgent: bool, at: int
) -> tuple[Situation | None, Storm | None]:
    """What is to be decided of a message, and in which storm; none: nothing."""
    storm = people.storm_of(thread.home_team, at=at) if new else None
    there = people.is_there(thread.serving_team, at=at, urgent=urgent)
    if there and storm is None:
        return None, None
    spill = None if storm is None else helper_of(storm, thread.id)
    first = first_there(people, thread, at=at, urgent=urgent)
    anybody = first or _anybody_there(people, thread, at=at) if urgent else None
    return Situation(
        why=thread.serving_why,
        there=there,
        home_there=people.is_there(thread.home_team, at=at, urgent=urgent),
        urgent=urgent,
        policy=people.rules_of(thread.home_team).cover,
        choice=None if new else choice_now(thread, at=at),
        new=new,
        spill=spill if spill and may_cover(people, spill, at=at, urgent=urgent) else None,
        first=first,
        anybody=anybody,
    ), storm


def choose(thread: Thread, state: rules.Choice, *, until: int) -> Placed:
    """The thread with what its customer is asked or has said, which holds until then."""
    after = msgspec.structs.replace(thread, choice=state, choice_until=until)
    if state == "home":
        return after, []
    return after, [Entry("choice", ChoiceEvent(CoverChoice(state, to_text(until))))]


def choice_now(thread: Thread, *, at: int) -> rules.Choice | None:
    """What holds of what the customer was asked or said in this closure, if anything."""
    until = thread.choice_until
    return thread.choice if until is not None and at < until else None


async def end_choices_anew(ctx: Context, team: str) -> None:
    """A team's hours have changed: what its customers chose holds until it opens by those.

    Where it is open now, that is over, and who writes in the next closure is asked again. Row by
    row: nobody who writes meanwhile waits.
    """
    people, at = await roster(ctx), ctx.clock()
    hours = people.hours_of(team)
    until = at if rules.serves(hours, at, urgent=False) else rules.opens_after(hours, at)

    async def chosen(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.chosen_in, team=team, at=at)

    for (thread,) in await ctx.store.read(chosen):

        async def work(writing: Writing, thread: str = thread) -> None:
            await writing.tx.execute(Q.end_choice, thread=thread, at=at, until=until)

        await write(ctx, work)


def shown_choice(thread: Thread, *, at: int) -> CoverChoice | None:
    """The same as the customer sees it: while their own team has an open conversation."""
    state = choice_now(thread, at=at)
    if state not in {"open", "wait"} or thread.choice_until is None:
        return None
    if thread.serving_why != "home" or thread.state == "resolved":
        return None
    return CoverChoice("open" if state == "open" else "wait", to_text(thread.choice_until))


def first_there(people: Roster, thread: Thread, *, at: int, urgent: bool) -> str | None:
    """The first team of the home team's policy that can cover now."""
    ids = {team.key: team.id for team in people.teams.values()}
    wanted = people.rules_of(thread.home_team).cover_by
    return _first(people, thread, (ids[key] for key in wanted if key in ids), at=at, urgent=urgent)


def _anybody_there(people: Roster, thread: Thread, *, at: int) -> str | None:
    by_key = sorted(people.teams.values(), key=lambda team: team.key)
    return _first(people, thread, (team.id for team in by_key), at=at, urgent=True)


def _first(
    people: Roster, thread: Thread, teams: Iterable[str], *, at: int, urgent: bool
) -> str | None:
    has = {thread.home_team, thread.serving_team}
    return next(
        (
            team
            for team in teams
            if team not in has and may_cover(people, team, at=at, urgent=urgent)
        ),
        None,
    )


def may_cover(people: Roster, team: str, *, at: int, urgent: bool) -> bool:
    """Whether a team can cover now: it is there, and has somebody."""
    return bool(people.active(team)) and people.is_there(team, at=at, urgent=urgent)


def _keep_choice_of_care(thread: Thread, people: Roster, *, new: bool, at: int) -> Placed:
    """A customer in general care is there, whatever was done for the conversation before."""
    why = thread.serving_why
    is_home = why == "home" and (thread.care != "general" or not new)
    is_general = why == "general" and people.rules_of(thread.serving_team).general
    if is_home or is_general or why in {"cover", "bounce"}:
        return thread, []
    after = leases.rest(thread, people, at=at)
    if after.serving_team == thread.serving_team:
        return after, []
    serving = Serving(people.team_ref(after.serving_team), after.serving_why)
    return leases.hold(after, people, [Entry("serving", ServingEvent(serving, reason="care"))])
