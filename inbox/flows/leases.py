"""A lease begins and ends: the same steps for every flow that lets a team cover or calls it back.

A thread with `serving_why` *cover* has one row in `covers` that has not ended, and no other thread
has any. All of this happens to a locked thread, in the transaction that stores it.
"""

from __future__ import annotations

import msgspec

from inbox.core.cover import CoverWhy, EndWhy, Lease, hand_back_note, holder_after
from inbox.core.events import AssigneeEvent, Serving, ServingEvent
from inbox.core.instant import to_text
from inbox.flows.context import Context, Writing
from inbox.flows.log import Entry
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Thread
from inbox.store.rows import reader, sure

read_lease = reader(Lease)
"""Rows of `running_cover`."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a lease is about: who covers, why and until when; who began it with what reason."""

    team: str
    why: CoverWhy
    until: int
    by: str | None = None
    reason: str | None = None
    storm: str | None = None
    note: str | None = None


async def running(tx: Tx, thread: str) -> Lease:
    """The lease of a thread that is covered."""
    return read_lease(sure(await tx.fetch_one(Q.running_cover, thread=thread)))


async def begin(
    ctx: Context, writing: Writing, thread: Thread, terms: Terms, *, people: Roster
) -> tuple[Thread, list[Entry]]:
    """Let a team cover; where another does, its lease ends and the new one leads back as it did.

    The conversation comes into the covering team's queue. Whoever had it may get it back.
    """
    back_team, back_why, kept = thread.serving_team, thread.serving_why, thread.assignee_id
    if thread.serving_why == "cover":
        before = await running(writing.tx, thread.id)
        back_team, back_why, kept = before.back_team, before.back_why, before.kept
        await end(writing, before, why="moved", by=terms.by, note=before.note)
    await writing.tx.execute(
        Q.add_cover,
        id=ctx.ids(),
        thread=thread.id,
        conversation=thread.conversation,
        back_team=back_team,
        back_why=back_why,
        to_team=terms.team,
        why=terms.why,
        storm=terms.storm,
        kept=kept,
        at=writing.at,
        by=terms.by,
        reason=terms.reason,
        ends_at=terms.until,
        note=terms.note,
    )
    writing.count("covers", terms.why)
    serving = Serving(people.team_ref(terms.team), "cover", to_text(terms.until))
    entries = [Entry("serving", ServingEvent(serving, reason=terms.reason, by=terms.by))]
    if thread.assignee_id is not None:
        entries.append(Entry("assignee", AssigneeEvent(None, "covered")))
    after = msgspec.structs.replace(
        thread,
        serving_team=terms.team,
        serving_why="cover",
        serving_until=terms.until,
        assignee_id=None,
    )
    writing.free(terms.team)
    return after, entries


async def change(
    writing: Writing, thread: Thread, terms: Terms, *, people: Roster
) -> tuple[Thread, list[Entry]]:
    """Give the lease that runs another end, reason or note; a person's from now on."""
    lease = await running(writing.tx, thread.id)
    await writing.tx.execute(
        Q.change_cover,
        id=lease.id,
        ends_at=terms.until,
        reason=terms.reason,
        note=terms.note or lease.note,
    )
    serving = Serving(people.team_ref(terms.team), "cover", to_text(terms.until))
    told = Entry("serving", ServingEvent(serving, reason=terms.reason, by=terms.by))
    return msgspec.structs.replace(thread, serving_until=terms.until), [told]


def say_end(
    thread: Thread, lease: Lease, people: Roster, *, reason: str
) -> tuple[Thread, list[Entry]]:
    """The thread with the end that its lease has by now, and what its log says of that."""
    serving = Serving(people.team_ref(lease.to_team), "cover", to_text(lease.ends_at))
    after = msgspec.structs.replace(thread, serving_until=lease.ends_at)
    return after, [Entry("serving", ServingEvent(serving, reason=reason))]


async def give_back(
    writing: Writing,
    thread: Thread,
    lease: Lease,
    *,
    people: Roster,
    why: EndWhy,
    by: str | None = None,
    note: str | None = None,
) -> tuple[Thread, list[Entry]]:
    """End a lease: the conversation is where it was, with a note, and with who had it there."""
    said = note or lease.note or _note(thread, lease, people)
    await end(writing, lease, why=why, by=by, note=said)
    after = _back(thread, lease)
    after, told = _told(after, people, reason=why, note=said, by=by, kept=lease.kept)
    writing.free(after.serving_team)
    # Whoever had it may not be there now: it is looked at within a second.
    return msgspec.structs.replace(after, take_back_at=0, left_by=None), told


async def end(
    writing: Writing,
    lease: Lease,
    *,
    why: EndWhy,
    by: str | None = None,
    note: str | None = None,
) -> None:
    """The row of a lease says that it is over; where the conversation goes is the caller's."""
    await writing.tx.execute(
        Q.end_cover, id=lease.id, at=writing.at, why=why, by=by, note=note or lease.note
    )
    writing.count("covers_ended", why)


async def leave(
    writing: Writing, before: Thread, after: Thread, *, why: EndWhy, by: str | None = None
) -> None:
    """End the lease of a thread that another act takes out of cover, if it is covered."""
    if before.serving_why == "cover" and after.serving_why != "cover":
        await end(writing, await running(writing.tx, before.id), why=why, by=by)


async def settle_down(
    writing: Writing, thread: Thread, *, people: Roster, by: str | None
) -> tuple[Thread, list[Entry]]:
    """A bounced or covered conversation is resolved: it is home, or in general care."""
    kept = note = None
    if thread.serving_why == "cover":
        lease = await running(writing.tx, thread.id)
        kept, note = lease.kept, lease.note or _note(thread, lease, people)
        await end(writing, lease, why="resolved", by=by, note=note)
    after = rest(thread, people, at=writing.at)
    return _told(after, people, reason="resolved", note=note, by=None, kept=kept)


def serve_home(thread: Thread) -> Thread:
    """The thread served by its home team."""
    return msgspec.structs.replace(
        thread, serving_team=thread.home_team, serving_why="home", serving_until=None
    )


def rest(thread: Thread, people: Roster, *, at: int) -> Thread:
    """The thread with the team that has it while nothing special is: home, or general care."""
    general = people.general_care(at) if thread.care == "general" else None
    if general is None or general == thread.home_team:
        return serve_home(thread)
    return msgspec.structs.replace(
        thread, serving_team=general, serving_why="general", serving_until=None
    )


def _back(thread: Thread, lease: Lease) -> Thread:
    """Where the conversation was; a pin or a choice may have changed meanwhile."""
    changed = lease.back_why == "home" or lease.back_team == thread.home_team
    if changed or (lease.back_why == "general" and thread.care != "general"):
        return serve_home(thread)
    return msgspec.structs.replace(
        thread,
        serving_team=lease.back_team,
        serving_why=lease.back_why,
        serving_until=None,
    )


def _told(
    after: Thread,
    people: Roster,
    *,
    reason: str,
    note: str | None,
    by: str | None,
    kept: str | None,
) -> tuple[Thread, list[Entry]]:
    """What the log says of it; nobody may have what they cannot see any more."""
    serving = Serving(people.team_ref(after.serving_team), after.serving_why)
    entries = [Entry("serving", ServingEvent(serving, reason=reason, note=note, by=by))]
    return hold(after, people, entries, kept=kept)


def hold(
    thread: Thread, people: Roster, entries: list[Entry], *, kept: str | None = None
) -> tuple[Thread, list[Entry]]:
    """The thread with an assignee who is of the serving team; the log goes on with it."""
    members = people.active(thread.serving_team)
    holder = holder_after(thread.assignee_id, kept=kept, members=members)
    if holder == thread.assignee_id:
        return thread, entries
    ref = None if holder is None else people.agent_ref(holder)
    reason = "home again" if thread.serving_why == "home" else "another team"
    changed = Entry("assignee", AssigneeEvent(ref, reason))
    return msgspec.structs.replace(thread, assignee_id=holder), [*entries, changed]


def _note(thread: Thread, lease: Lease, people: Roster) -> str:
    team = people.team(lease.to_team).name
    return hand_back_note(team, waits=thread.waiting_since is not None)
