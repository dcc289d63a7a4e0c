"""What customers are told of when to expect an answer, and the ledger of it.

A promise is given after the message with which a wait begins, by the team that serves the thread
then, and stands until the wait ends: one wait, one promise. What happens to it:

    an agent answers, of whatever team      kept, or broken where its time is over
    its time is over                        broken, once, by a timer; the customer is told nothing
                                            more until somebody answers
    the customer writes again               it stands, and is told again as a time by the clock
    resolved without an answer, erased      void; broken where its time is over
    snoozed, taken, assigned, released      it stands
    covered, bounced, pinned anew           it stands, and counts for the team that gave it
    hours, rules or queue change            it stands: it was said

A wait at whose begin nothing could be told has none. The thread's row holds the promise while the
wait lasts, also after it was broken, for the desk; the ledger's row is settled in the transaction
of what ends the wait.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.core.promise import Basis, Promise, Promised, State, begins, promise
from inbox.core.promise_words import say
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.measures import count_settled, count_wait
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q, Value
from inbox.store.records import Thread


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """A promise as a thread's row holds it: its place in the ledger, and what was told.

    An array, since each message of the wait stores the row again.
    """

    seq: int
    team: str
    promised: Promised
    text: str


class Asked(msgspec.Struct, frozen=True):
    """For whom, by which team, and for which answer a promise is wanted."""

    who: Customer
    team: str
    basis: Basis
    urgent: bool = False


async def give(
    ctx: Context, writing: Writing, thread: Thread, asked: Asked, *, seq: int, people: Roster
) -> Thread:
    """Promise an answer to the message `seq`, with which a wait begins, if anything can be told.

    The thread as it is then; nothing happens where a wait goes on.
    """
    promised = await expect(ctx, writing.tx, asked, at=writing.at, people=people)
    if promised is None:
        return thread
    row: dict[str, Value] = {
        "thread": thread.id,
        "seq": seq,
        "conversation": thread.conversation,
        "team": asked.team,
        "kind": promised.kind,
        "basis": promised.basis,
        "minutes": promised.minutes,
        "samples": promised.samples,
        "at": writing.at,
        "due": promised.due,
    }
    writing.tx.at_end(_end_given, row)
    text = _say(promised, asked.who, people, asked.team, now=writing.at)
    standing = Standing(seq, asked.team, promised, text)
    return msgspec.structs.replace(
        thread, promise=msgspec.json.encode(standing).decode(), due_at=promised.due
    )


async def _end_given(tx: Tx, rows: list[dict[str, Value]]) -> None:
    """Write into the ledger what was told, on SQLite for all works of a batch at once."""
    await tx.execute_many(Q.add_promise, rows)


async def expect(ctx: Context, tx: Tx, asked: Asked, *, at: int, people: Roster) -> Promised | None:
    """What a customer whose wait begins now can be told; none: nothing."""
    team, measures = asked.team, ctx.memory.measures
    hours, rules = people.hours_of(team), people.rules_of(team)
    storm = people.storm_of(team, at=at)
    opens = begins(hours, at, urgent=asked.urgent)
    if opens is None:
        return None
    facts = await measures.facts(tx, people, team, basis=asked.basis, opens=opens, now=at)
    return promise(
        facts,
        hours=hours,
        at=at,
        basis=asked.basis,
        target=rules.promise_target_minutes or None,
        ahead=await measures.ahead(tx, team, now=at),
        urgent=asked.urgent,
        widening=1.0 if storm is None else storm.plan.widen,
    )


async def estimate(
    ctx: Context, tx: Tx, asked: Asked, *, at: int, people: Roster
) -> Promise | None:
    """What a customer sees who has not written yet. It is not stored, and binds nobody."""
    promised = await expect(ctx, tx, asked, at=at, people=people)
    if promised is None:
        return None
    return _given(promised, _say(promised, asked.who, people, asked.team, now=at))


def as_told(thread: Thread) -> Promise | None:
    """What the customer who waits was told, in the words of that moment: for the desk."""
    if thread.promise is None:
        return None
    standing = _read(thread.promise)
    return _given(standing.promised, standing.text)


def standing(thread: Thread, who: Customer, *, at: int, people: Roster) -> Promise | None:
    """What the customer who waits sees: its time by the clock, or nothing once that is over."""
    if thread.promise is None:
        return None
    told = _read(thread.promise)
    if told.promised.due < at:
        return None
    promised = told.promised
    if promised.form == "within":
        promised = msgspec.structs.replace(promised, form="by")
    elif promised.opens_at is not None and promised.opens_at <= at:
        promised = msgspec.structs.replace(promised, form="by", opens_at=None)
    return _given(promised, _say(promised, who, people, told.team, now=at))


async def settle_promise(
    writing: Writing, before: Thread, *, answered: bool, people: Roster
) -> None:
    """A wait ends, by an answer or otherwise: settle what was promised at its begin."""
    if before.promise is None:
        return
    told = _read(before.promise)
    state: State = "kept" if answered else "void"
    if told.promised.due < writing.at:
        state = "broken"
    if await writing.tx.execute(
        Q.settle_promise, thread=before.id, seq=told.seq, state=state, at=writing.at
    ):
        count_settled(writing.tx, people, told.team, state, at=writing.at)


def count_answer(
    writing: Writing, before: Thread, team: str, *, first: bool, people: Roster
) -> None:
    """An agent of `team` answers who waited: one more sample of how long that takes.

    A wait to which another team gave the promise is no measure of either.
    """
    if before.waiting_since is None:
        return
    if before.promise is not None and _read(before.promise).team != team:
        return
    basis: Basis = "first" if first else "next"
    count_wait(writing.tx, people, team, basis=basis, since=before.waiting_since, at=writing.at)


async def break_due(ctx: Context, *, limit: int = 200) -> int:
    """Mark promises broken whose time is over; how many were looked at.

    For a timer of every second. Of several processes one marks each: it is looked at again in the
    transaction, and an answer that came first wins.
    """

    async def look(tx: Tx) -> list[tuple[str, int]]:
        rows = await tx.fetch(Q.due_promises, now=ctx.clock(), limit=limit)
        return sorted((row[0], row[1]) for row in rows)

    due = await ctx.store.read(look)
    if not due:
        return 0
    people = await roster(ctx)

    async def work(writing: Writing) -> None:
        for thread, seq in due:
            row = await writing.tx.fetch_one(
                Q.break_promise, thread=thread, seq=seq, now=writing.at
            )
            if row is not None:
                count_settled(writing.tx, people, row[0], "broken", at=writing.at)

    await write(ctx, work, long=True)
    return len(due)


async def gauge_promises(ctx: Context) -> None:
    """Set the gauge for every team: what became of the promises of 28 days, and what waits."""
    people, at = await roster(ctx), ctx.clock()

    async def look(tx: Tx) -> dict[tuple[str, str], int]:
        waiting = {row[0]: int(row[1]) for row in await tx.fetch(Q.waiting_promises)}
        counted: dict[tuple[str, str], int] = {}
        for team in people.teams.values():
            counted[team.key, "waiting"] = waiting.get(team.id, 0)
            settled = await ctx.memory.measures.settled(tx, people, team.id, now=at)
            counted.update({(team.key, state): count for state, count in settled.items()})
        return counted

    ctx.metrics.promises(await ctx.store.read(look))


def _given(promised: Promised, text: str) -> Promise:
    opens = promised.opens_at
    return Promise(
        kind=promised.kind,
        basis=promised.basis,
        minutes=promised.minutes,
        expect_by=to_text(promised.due),
        opens_at=None if opens is None else to_text(opens),
        samples=promised.samples,
        text=text,
    )


def _say(promised: Promised, who: Customer, people: Roster, team: str, *, now: int) -> str:
    zone = ZoneInfo(who.time_zone or people.team(team).time_zone)
    return say(promised, locale=who.locale, zone=zone, now=now)


@lru_cache(maxsize=4_096)
def _read(stored: str) -> Standing:
    return msgspec.json.decode(stored, type=Standing)
