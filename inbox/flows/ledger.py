"""The ledger of promises: a row for each, written when it is settled. See `promises` for the rules.

While a promise stands, the thread's row holds it and nothing else does: what begins a wait writes
no row more. That row says too when it was broken, so that it is settled once: whoever settles holds
the thread, an answer or the timer.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from inbox.core.promise import State
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.lapses import Place
from inbox.flows.measures import count_settled
from inbox.flows.promises import read_standing, write_standing
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q, Value
from inbox.store.records import Thread


class _Wait(NamedTuple):
    """Who waits since when, and what they were told, as the thread's row has it."""

    thread: str
    conversation: int
    since: int
    stored: str


def settle_promise(writing: Writing, before: Thread, *, answered: bool, people: Roster) -> None:
    """A wait ends, by an answer or otherwise: settle what was promised at its begin."""
    if before.promise is None or before.waiting_since is None:
        return
    told = read_standing(before.promise)
    if told.broken:
        return
    state: State = "kept" if answered else "void"
    if told.promised.due < writing.at:
        state = "broken"
    wait = _Wait(before.id, before.conversation, before.waiting_since, before.promise)
    _enter(writing, wait, state, people=people)


async def break_due(ctx: Context, *, limit: int = 200) -> int:
    """Settle promises as broken whose time is over; how many threads were looked at.

    For a timer of every second. Of several processes one settles each, and an answer that came
    first wins: the thread's row says whether it stands. A clock that stepped back makes it look
    again.
    """
    lapses, now = ctx.memory.lapses, ctx.clock()
    lapses.given(now)
    began = lapses.place

    async def look(tx: Tx) -> list[_Wait]:
        since, after = began
        rows = await tx.fetch(Q.lapsed_promises, since=since, after=after, now=now, limit=limit)
        return [_Wait(*row) for row in rows]

    found = await ctx.store.read(look)
    if not found:
        lapses.looked_at(began, Place(now, ""))
        return 0
    people = await roster(ctx)

    async def work(writing: Writing) -> None:
        for wait in sorted(found):
            told = read_standing(wait.stored)
            broken = msgspec.structs.replace(told, broken=True)
            if not told.broken and await writing.tx.execute(
                Q.break_promise,
                thread=wait.thread,
                stored=wait.stored,
                broken=write_standing(broken),
            ):
                _enter(writing, wait, "broken", people=people)

    await write(ctx, work, long=True)
    last = found[-1]
    lapses.looked_at(began, Place(read_standing(last.stored).promised.due, last.thread))
    return len(found)


async def gauge_promises(ctx: Context) -> None:
    """Set the gauge for every team: what became of the promises of 28 days, and what waits."""
    people, at = await roster(ctx), ctx.clock()

    async def look(tx: Tx) -> dict[tuple[str, str], int]:
        waiting = {row[0]: int(row[1]) for row in await tx.fetch(Q.waiting_promises, now=at)}
        counted: dict[tuple[str, str], int] = {}
        for team in people.teams.values():
            counted[team.key, "waiting"] = waiting.get(team.id, 0)
            settled = await ctx.memory.measures.settled(tx, people, team.id, now=at)
            counted.update({(team.key, state): count for state, count in settled.items()})
        return counted

    ctx.metrics.promises(await ctx.store.read(look))


def _enter(writing: Writing, wait: _Wait, state: State, *, people: Roster) -> None:
    told = read_standing(wait.stored)
    promised = told.promised
    row: dict[str, Value] = {
        "thread": wait.thread,
        "seq": told.seq,
        "conversation": wait.conversation,
        "team": told.team,
        "kind": promised.kind,
        "basis": promised.basis,
        "minutes": promised.minutes,
        "samples": promised.samples,
        "at": wait.since,
        "due": promised.due,
        "state": state,
        "settled_at": writing.at,
    }
    writing.tx.at_end(_end_entered, row)
    count_settled(writing.tx, people, told.team, state, at=writing.at)


async def _end_entered(tx: Tx, rows: list[dict[str, Value]]) -> None:
    """Write into the ledger, on SQLite for all works of a batch at once."""
    await tx.execute_many(Q.add_promise, rows)
