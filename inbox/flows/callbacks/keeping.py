"""What all acts on a callback share: its row, its diary, and how a change is stored and told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from inbox.core import callbacks as rules
from inbox.core.callbacks import MINUTE_MS, Callback, Diary, Slot
from inbox.core.errors import NotFound
from inbox.core.events import CallbackCard, CallbackEvent
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer
from inbox.flows.access import lock_seen
from inbox.flows.context import Writing
from inbox.flows.log import Entry, append
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import CallbackRow, Thread, read_callback, read_customer
from inbox.store.rows import sure


class Act(msgspec.Struct, frozen=True):
    """Who acts (none: the customer, or time), who has the callback then, and what they noted."""

    by: str | None = None
    agent: str | None = None
    remark: str | None = None


async def lock(
    writing: Writing, who: Customer | Agent, callback: str
) -> tuple[Thread, CallbackRow]:
    """A callback and its thread, both locked, the thread first as everywhere; NotFound."""
    row = await writing.tx.fetch_one(Q.get_callback, callback=callback)
    if row is None:
        raise NotFound("there is no such callback")
    thread = await lock_seen(writing.tx, who, read_callback(row).thread_id)
    locked = sure(await writing.tx.fetch_one(Q.lock_callback, callback=callback))
    return thread, read_callback(locked)


async def diary_of(tx: Tx, people: Roster, thread: Thread, *, team: str, any_hour: bool) -> Diary:
    """When this team can call this customer; one whose zone is not known has the team's."""
    row = sure(await tx.fetch_one(Q.get_customer, customer=thread.customer_id))
    zone = read_customer(row).time_zone or people.team(team).time_zone
    minutes = people.rules_of(team).callback_minutes
    return Diary(people.hours_of(team), minutes, ZoneInfo(zone), any_hour)


def lines_of(people: Roster, team: str, slot: Slot) -> int:
    """How many calls a team makes at a time: by who is on shift; without any shifts by all."""
    here = people.active(team)
    if any(people.shift_of(agent) is not None for agent in here):
        here = people.on_shift(team, start=slot.begins, end=slot.ends)
    return rules.lines(len(here), people.rules_of(team).callback_share)


async def booked_between(tx: Tx, team: str, stretch: Slot) -> list[Slot]:
    """The calls of a team that overlap with a stretch of time."""
    rows = await tx.fetch(Q.booked_between, team=team, begins=stretch.begins, ends=stretch.ends)
    return [Slot(*row) for row in rows]


def state_of(row: CallbackRow) -> Callback:
    """A callback, for the rules."""
    return Callback(
        row.state, row.due_at, row.ends_at, row.attempts, row.first_attempt_at, row.settled_at
    )


def card_of(
    row: CallbackRow, people: Roster, *, by: str | None = None, remark: str | None = None
) -> CallbackCard:
    """A callback as the thread tells of it."""
    return CallbackCard(
        id=row.id,
        state=row.state,
        due_at=to_text(row.due_at),
        ends_at=to_text(row.ends_at),
        phone=row.phone,
        topic=row.topic,
        attempts=row.attempts,
        agent=None if row.agent_id is None else people.agent_ref(row.agent_id),
        by=by,
        remark=remark,
    )


async def store(
    writing: Writing,
    thread: Thread,
    row: CallbackRow,
    after: Callback,
    *,
    people: Roster,
    act: Act,
) -> CallbackRow:
    """Store what has become of a callback, and tell of it in the thread."""
    later = after.due_at > row.due_at
    changed = msgspec.structs.replace(
        row,
        state=after.state,
        due_at=after.due_at,
        ends_at=after.ends_at,
        attempts=after.attempts,
        first_attempt_at=after.first_attempt_at,
        settled_at=after.settled_at,
        agent_id=act.agent or row.agent_id,
        remind_at=reminder_at(after, now=writing.at) if later else row.remind_at,
    )
    if changed.state != "booked":
        changed = msgspec.structs.replace(changed, remind_at=None)
    card = card_of(changed, people, by=act.by, remark=act.remark)
    entry = Entry("callback", CallbackEvent(card), "agent" if act.by else None)
    stored, _ = await append(writing, thread, thread, [entry])
    changed = msgspec.structs.replace(changed, seq=stored.head)
    await writing.tx.execute(
        Q.save_callback,
        id=changed.id,
        state=changed.state,
        due_at=changed.due_at,
        ends_at=changed.ends_at,
        attempts=changed.attempts,
        agent=changed.agent_id,
        first_attempt_at=changed.first_attempt_at,
        settled_at=changed.settled_at,
        remind_at=changed.remind_at,
        seq=changed.seq,
    )
    return changed


def reminder_at(callback: Callback, *, now: int) -> int | None:
    """When to remind the customer; not at all of what is but some minutes ahead."""
    at = callback.due_at - rules.REMIND_MS
    return at if at > now + MINUTE_MS else None
