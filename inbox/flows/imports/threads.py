"""Bring gathered messages into threads, as if they had been written here at their time.

What comes out is whole: customer, pin, log, conversations, counters, marks, streams, and what was
imported counts as read. Every item stands in the log with the time at which it was sent. A message
that is older than what the thread holds already is appended all the same, since a log is dense and
grows at its end; it belongs to the newest conversation and changes no state.

In a team's stream a new thread is one `entered` mark with the summary of what it became, not an
item for each of its messages: nobody follows the past, who opens the thread reads it from the log,
and an archive of millions of messages does not push the present out of the streams. The mark
points to the thread's head, so who looks at what has moved finds the thread. To a thread that was
there before, each new item goes into the stream as ever, since a desk may show it now.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inbox.core import pinning
from inbox.core.events import CustomerEvent, Item, PinEvent
from inbox.flows.arrival import read_candidates
from inbox.flows.context import Context, Writing
from inbox.flows.imports.gather import Piece
from inbox.flows.imports.lines import Said
from inbox.flows.imports.messages import Plan, ThreadWriter, add_messages
from inbox.flows.log import save, tell_teams
from inbox.flows.roster import Roster, read_roster
from inbox.store.queries import Q
from inbox.store.records import Customer, Thread, read_customer, read_thread
from inbox.store.rows import sure

PROFILE = ("name", "region", "time_zone", "locale")


class Written(msgspec.Struct, frozen=True):
    """What a batch wrote: the messages that were new, and whose conversation waits for more."""

    messages: int
    unfinished: str | None


async def write_pieces(
    ctx: Context,
    writing: Writing,
    pieces: Iterable[Piece],
    plan: Plan,
    *,
    unfinished: str | None,
) -> Written:
    """Write the pieces of one batch in one transaction; `unfinished` is what the last one left.

    Threads are written first; counters and streams of the teams follow by ascending id, so that
    whoever sends waits for them as short as can be.
    """
    people = await read_roster(writing.tx)
    teams = await read_candidates(writing, people)
    new, written = 0, list[str]()
    told: list[tuple[Thread | None, Thread, tuple[Item, ...]]] = []
    for piece in pieces:
        before, writer = await _open(ctx, writing, people, piece, teams)
        newer = unfinished == piece.customer
        added, newer = await add_messages(writer, piece, plan, newer=newer)
        unfinished = piece.customer if newer and not piece.last else None
        new += len(added)
        if before is not None and not writer.items:
            continue
        if before is None:
            pin = PinEvent(people.team_ref(writer.thread.home_team), writer.thread.pin_reason)
            await writer.add("pin", pin, at=writing.at)
        if await _is_first_word(writer, added):
            written.append(writer.thread.home_team)
            teams = [_with_one_more(team, writer.thread.home_team) for team in teams]
        await save(writing, writer.thread)
        writing.moved(f"thread:{writer.thread.id}", writer.thread.head)
        told.append((before, writer.thread, () if before is None else tuple(writer.items)))
    for team in sorted(set(written)):
        await writing.tx.execute(Q.count_customer, team=team, change=written.count(team))
    for before, after, items in told:
        await tell_teams(writing, before, after, items)
    return Written(new, unfinished)


async def _open(
    ctx: Context,
    writing: Writing,
    people: Roster,
    piece: Piece,
    teams: list[pinning.Candidate],
) -> tuple[Thread | None, ThreadWriter]:
    """The customer's thread, locked; made where there is none."""
    tx = writing.tx
    await tx.execute(Q.add_customer, customer=piece.customer, at=writing.at)
    # The thread before the customer, as whoever stores a first message locks them.
    found = await tx.fetch_one(Q.get_thread_of, customer=piece.customer)
    if found is None:  # or it is being made at this moment, by whoever holds the customer
        await tx.fetch_one(Q.lock_customer, customer=piece.customer)
        found = await tx.fetch_one(Q.get_thread_of, customer=piece.customer)
    before = None
    if found is not None:
        before = read_thread(sure(await tx.fetch_one(Q.lock_thread, thread=found[0])))
    known = read_customer(sure(await tx.fetch_one(Q.lock_customer, customer=piece.customer)))
    changed = await _fill_profile(writing, known, piece)
    if before is not None:
        writer = ThreadWriter(ctx, writing, people, before)
        if changed:
            writer.thread = msgspec.structs.replace(before, unindexed=True)
            await writer.add("customer", CustomerEvent(changed), at=writing.at)
        return before, writer
    team, reason, by_region = _choose(people, piece, teams)
    await tx.execute(
        Q.add_thread,
        thread=ctx.ids(),
        customer=piece.customer,
        at=writing.at,
        team=team,
        reason=reason,
        by_region=by_region,
    )
    made = read_thread(sure(await tx.fetch_one(Q.get_thread_of, customer=piece.customer)))
    return None, ThreadWriter(ctx, writing, people, made)


def _choose(people: Roster, piece: Piece, teams: list[pinning.Candidate]) -> tuple[str, str, bool]:
    if piece.team is not None:
        for team in people.teams.values():
            if team.key == piece.team:
                return team.id, f"imported with the team {team.key}", False
    choice = pinning.choose(
        teams,
        customer=piece.customer,
        region=piece.profile.region,
        language=piece.profile.locale,
    )
    return choice.team, choice.reason, choice.by_region


async def _fill_profile(writing: Writing, known: Customer, piece: Piece) -> tuple[str, ...]:
    """Take what is not known yet; a token's claims stand, and what was erased stays erased."""
    if known.erased_at is not None:
        return ()
    told = {
        name: value
        for name in PROFILE
        if getattr(known, name) is None and (value := getattr(piece.profile, name)) is not None
    }
    if told:
        after = msgspec.structs.replace(known, **told)
        await writing.tx.execute(
            Q.save_profile,
            customer=after.id,
            phone=after.phone,
            attributes=after.attributes,
            claims_iat=after.claims_iat,
            **{name: getattr(after, name) for name in PROFILE},
        )
    return tuple(told)


async def _is_first_word(writer: ThreadWriter, added: list[Said]) -> bool:
    """Note when the customer first wrote; true where that was not known."""
    first = min((one.sent_at for one in added if one.author == "customer"), default=None)
    if first is None:
        return False
    customer = writer.thread.customer_id
    return bool(await writer.writing.tx.execute(Q.note_written, customer=customer, at=first))


def _with_one_more(team: pinning.Candidate, pinned: str) -> pinning.Candidate:
    if team.id != pinned:
        return team
    return msgspec.structs.replace(team, customers=team.customers + 1)
