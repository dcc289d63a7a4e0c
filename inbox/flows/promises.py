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
wait lasts, also after it was broken, for the desk; `ledger` writes down what became of it.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.core.promise import Basis, Promise, Promised, begins, promise
from inbox.core.promise_words import say
from inbox.flows.context import Context, Writing
from inbox.flows.measures import count_wait
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.records import Thread


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """A promise as a thread's row holds it: after which message, by which team, and what was told.

    An array, since each message of the wait stores the row again.
    """

    seq: int
    team: str
    promised: Promised
    text: str
    broken: bool = False
    """Whether that was settled already: its time was over. Stored, so fields are only added."""


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
    ctx.memory.lapses.given(promised.due)
    text = _say(promised, asked.who, people, asked.team, now=writing.at)
    standing = Standing(seq, asked.team, promised, text)
    return msgspec.structs.replace(thread, promise=write_standing(standing), due_at=promised.due)


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
    standing = read_standing(thread.promise)
    return _given(standing.promised, standing.text)


def standing(thread: Thread, who: Customer, *, at: int, people: Roster) -> Promise | None:
    """What the customer who waits sees: its time by the clock, or nothing once that is over."""
    if thread.promise is None:
        return None
    told = read_standing(thread.promise)
    if told.promised.due < at:
        return None
    promised = told.promised
    if promised.form == "within":
        promised = msgspec.structs.replace(promised, form="by")
    elif promised.opens_at is not None and promised.opens_at <= at:
        promised = msgspec.structs.replace(promised, form="by", opens_at=None)
    return _given(promised, _say(promised, who, people, told.team, now=at))


def count_answer(
    writing: Writing, before: Thread, team: str, *, first: bool, people: Roster
) -> None:
    """An agent of `team` answers who waited: one more sample of how long that takes.

    A wait to which another team gave the promise is no measure of either.
    """
    if before.waiting_since is None:
        return
    if before.promise is not None and read_standing(before.promise).team != team:
        return
    basis: Basis = "first" if first else "next"
    count_wait(writing.tx, people, team, basis=basis, since=before.waiting_since, at=writing.at)


def _given(promised: Promised, text: str) -> Promise:
    opens = promised.opens_at
    return Promise(
        kind=promised.kind,
        basis=promised.basis,
        form=promised.form,
        minutes=promised.minutes,
        expect_by=to_text(promised.due),
        opens_at=None if opens is None else to_text(opens),
        samples=promised.samples,
        text=text,
    )


def _say(promised: Promised, who: Customer, people: Roster, team: str, *, now: int) -> str:
    zone = ZoneInfo(who.time_zone or people.team(team).time_zone)
    return say(promised, locale=who.locale, zone=zone, now=now)


_decode = msgspec.json.Decoder(Standing).decode


@lru_cache(maxsize=4_096)
def read_standing(stored: str) -> Standing:
    """What a thread's row holds. The same text is read once."""
    return _decode(stored)


def write_standing(standing: Standing) -> str:
    """What a thread's row is to hold."""
    return msgspec.json.encode(standing).decode()
