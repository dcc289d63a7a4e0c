"""Book a call, and call it off: by the customer, or by an agent for the customer.

No time is booked twice: a booking holds the team's row while it counts, so that of two which want
the last line of a slot at the same moment one gets it, on any number of processes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

import msgspec

from inbox.core import callbacks as rules
from inbox.core.callbacks import AHEAD_DAYS, MINUTE_MS, Callback, Diary, Slot
from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.events import CallbackCard, CallbackEvent
from inbox.core.hours import DAY_MS
from inbox.core.hours import state as opening
from inbox.core.instant import to_ms, to_text
from inbox.core.phone import read_phone
from inbox.core.policy import Agent, Customer
from inbox.core.text import clean_client_id, clean_line
from inbox.flows.access import get_seen, lock_seen
from inbox.flows.audit import record
from inbox.flows.callbacks.keeping import (
    Act,
    booked_between,
    card_of,
    diary_of,
    lines_of,
    lock,
    reminder_at,
    state_of,
    store,
)
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.limits import Kind
from inbox.flows.log import Entry, append
from inbox.flows.roster import Roster
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import CallbackRow, Thread, read_callback, read_customer

TOPIC_LIMIT = 200


class CallbackDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish to be called: `now`, or at the beginning of a slot (RFC 3339).

    Without `phone` the number that the company told. `any_hour`: the customer agrees to be called
    before 09:00 or after 20:00 by their own clock.
    """

    client_id: str
    when: str
    topic: str
    phone: str | None = None
    any_hour: bool = False


class FreeSlot(msgspec.Struct, frozen=True):
    """A time that can be booked."""

    starts_at: str
    ends_at: str


class FreeSlots(msgspec.Struct, frozen=True):
    """The times of a day that can be booked; `now`: whether somebody could call at once.

    `time_zone` is the customer's, by which the day is meant. `enabled` says whether the team calls
    anybody back at all.
    """

    items: tuple[FreeSlot, ...]
    next: None
    day: date
    time_zone: str
    enabled: bool
    now: bool


class Booked(msgspec.Struct, frozen=True):
    """A callback as it is now; `duplicate` when it had been booked before by this request."""

    card: CallbackCard
    duplicate: bool


async def list_slots(
    ctx: Context, who: Customer | Agent, *, thread: str, day: date | None, any_hour: bool = False
) -> FreeSlots:
    """The free times of a day by the customer's clock; today where none is given.

    What is listed may be taken a moment later.
    """
    people = await roster(ctx)
    now = ctx.clock()

    async def look(tx: Tx) -> FreeSlots:
        found = await get_seen(tx, who, thread)
        team = found.home_team
        diary = await diary_of(tx, people, found, team=team, any_hour=any_hour)
        on = day or datetime.fromtimestamp(now // 1000, diary.zone).date()
        start, end = _bounds(on, diary.zone)
        end = min(end, now + AHEAD_DAYS * DAY_MS)
        wanted = list(rules.slots(diary, max(start, now + 1), end))
        around = Slot(min(start, now), max(end, now) + diary.minutes * MINUTE_MS)
        booked = await booked_between(tx, team, around)
        at_once = Slot(now, now + diary.minutes * MINUTE_MS)
        return FreeSlots(
            items=tuple(
                FreeSlot(to_text(slot.begins), to_text(slot.ends))
                for slot in wanted
                if rules.is_free(slot, booked, lines=lines_of(people, team, slot))
            ),
            next=None,
            day=on,
            time_zone=str(diary.zone),
            enabled=diary.minutes > 0,
            now=_why_not_now(people, team, diary, at_once, booked) is None,
        )

    return await ctx.store.read(look)


async def book(ctx: Context, who: Customer | Agent, *, thread: str, draft: CallbackDraft) -> Booked:
    """Book a call with the customer's home team. When this returns it is on disk.

    Idempotent by `client_id`, for ever, whatever became of the callback. A thread has one callback
    at a time. Raises BadRequest, Conflict (taken, closed, one is booked already), NotFound.
    """
    kind: Literal["agent", "customer"] = "agent" if isinstance(who, Agent) else "customer"
    key = ctx.keys.client_key(kind, who.id, f"callback {clean_client_id(draft.client_id)}")
    body_key = ctx.keys.body_key(msgspec.json.encode(draft).decode())
    people = await roster(ctx)

    async def work(writing: Writing) -> Booked:
        tx = writing.tx
        found = await lock_seen(tx, who, thread)
        if row := await tx.fetch_one(Q.find_booked, thread=thread, client_key=key):
            known = read_callback(row)
            if known.body_key != body_key:
                raise Conflict("this client_id was used with another body")
            return Booked(card_of(known, people), duplicate=True)
        limit: Kind = "agent_sends" if isinstance(who, Agent) else "customer_sends"
        if not ctx.limits.allows(limit, who.id):
            raise ctx.limits.refusal(limit, who.id)
        topic = ctx.mask(clean_line(draft.topic, path="topic", limit=TOPIC_LIMIT))
        phone = await _phone(tx, found, draft.phone)
        if await tx.fetch_one(Q.open_callback_of, thread=thread):
            raise Conflict("there is a callback already; cancel it first")
        slot, is_now = await _choose(writing, people, found, draft)
        wanted = Callback("due" if is_now else "booked", slot.begins, slot.ends)
        row_ = CallbackRow(
            id=ctx.ids(),
            thread_id=thread,
            team_id=found.home_team,
            state=wanted.state,
            due_at=slot.begins,
            ends_at=slot.ends,
            planned_end=slot.ends,
            phone=phone,
            topic=topic,
            any_hour=draft.any_hour,
            attempts=0,
            agent_id=None,
            first_attempt_at=None,
            settled_at=None,
            remind_at=None if is_now else reminder_at(wanted, now=writing.at),
            seq=0,
            body_key=body_key,
            created_at=writing.at,
        )
        by = who.id if isinstance(who, Agent) else None
        card = card_of(row_, people, by=by)
        stored, _ = await append(
            writing, found, found, [Entry("callback", CallbackEvent(card), kind)]
        )
        await tx.execute(
            Q.add_callback,
            id=row_.id,
            thread=thread,
            team=row_.team_id,
            state=row_.state,
            due_at=row_.due_at,
            ends_at=row_.ends_at,
            phone=phone,
            topic=topic,
            any_hour=row_.any_hour,
            remind_at=row_.remind_at,
            seq=stored.head,
            client_key=key,
            body_key=body_key,
            at=writing.at,
        )
        if isinstance(who, Agent):
            await record(ctx, writing, who, "callback.book", thread=thread, callback=row_.id)
        return Booked(card, duplicate=False)

    booked = await write(ctx, work)
    if not booked.duplicate:
        ctx.metrics.callbacks("booked").inc()
    return booked


async def cancel(ctx: Context, who: Customer | Agent, *, callback: str) -> CallbackCard:
    """Call a callback off; again is safe. Conflict where the call was made already, NotFound."""
    people = await roster(ctx)

    async def work(writing: Writing) -> tuple[CallbackCard, bool]:
        thread, row = await lock(writing, who, callback)
        after = rules.cancel(state_of(row), now=writing.at)
        if after == state_of(row):
            return card_of(row, people), False
        act = Act(by=who.id) if isinstance(who, Agent) else Act()
        kept = await store(writing, thread, row, after, people=people, act=act)
        if isinstance(who, Agent):
            await record(ctx, writing, who, "callback.cancel", thread=thread.id, callback=row.id)
        return card_of(kept, people), True

    card, changed = await write(ctx, work)
    if changed:
        ctx.metrics.callbacks("canceled").inc()
    return card


async def _choose(
    writing: Writing, people: Roster, thread: Thread, draft: CallbackDraft
) -> tuple[Slot, bool]:
    """The time that is wanted, if it is one and still free, and whether it is at once."""
    team, now = thread.home_team, writing.at
    diary = await diary_of(writing.tx, people, thread, team=team, any_hour=draft.any_hour)
    if not diary.minutes:
        raise Conflict("this team calls nobody back")
    await writing.tx.fetch(Q.lock_team, team=team)
    length = diary.minutes * MINUTE_MS
    if draft.when == "now":
        slot = Slot(now, now + length)
        booked = await booked_between(writing.tx, team, slot)
        if why := _why_not_now(people, team, diary, slot, booked):
            raise Conflict(why)
        return slot, True
    begins = _read_when(draft.when)
    if not now < begins <= now + AHEAD_DAYS * DAY_MS:
        raise BadRequest.field("when", f"must lie within the next {AHEAD_DAYS} days")
    slot = Slot(begins, begins + length)
    if slot not in rules.slots(diary, begins, begins + 1):
        raise BadRequest.field("when", "is not the beginning of a slot; see /v1/callbacks/slots")
    booked = await booked_between(writing.tx, team, slot)
    if not rules.is_free(slot, booked, lines=lines_of(people, team, slot)):
        raise Conflict("this time is taken")
    return slot, False


def _why_not_now(
    people: Roster, team: str, diary: Diary, slot: Slot, booked: list[Slot]
) -> str | None:
    """Why nobody can call at once; none where somebody can."""
    if not diary.minutes:
        return "this team calls nobody back"
    if opening(diary.hours, slot.begins) != "open":
        return "the team is not there now; choose another time"
    if not rules.may_call(diary, slot):
        return "it is too early or too late where the customer is, unless any_hour is agreed to"
    if not rules.is_free(slot, booked, lines=lines_of(people, team, slot)):
        return "all who could call are on calls; choose another time"
    return None


def _read_when(text: str) -> int:
    try:
        return to_ms(text)
    except (ValueError, OverflowError) as error:
        raise BadRequest.field("when", f"must be now, or: {error}") from None


async def _phone(tx: Tx, thread: Thread, given: str | None) -> str:
    row = await tx.fetch_one(Q.get_customer, customer=thread.customer_id)
    if row is None:
        raise NotFound("there is no such customer")
    known = read_customer(row)
    phone = given if given is not None else known.phone
    if phone is None:
        raise BadRequest.field("phone", "is missing, and none is known")
    return read_phone(phone, region=known.region)


def _bounds(on: date, zone: tzinfo) -> tuple[int, int]:
    """The first instant of a date by a clock, and that of the next one."""
    try:
        days = (on, on + timedelta(days=1))
    except OverflowError:
        raise BadRequest.field("query.day", "is too far away") from None
    begins, ends = (
        int(datetime(one.year, one.month, one.day, tzinfo=zone).timestamp() * 1000) for one in days
    )
    return begins, ends
