"""The rules of callbacks: which times may be booked, and what becomes of one.

    state      its time comes   spoke   nobody answered                     given up
    booked     due              done    booked again, or missed             canceled
    due        –                done    booked again, or missed             canceled
    done, missed, canceled: over

After two attempts without speaking it is *missed*. Times are Unix ms. Slots lie on a grid by the
team's clock, so that one always begins at the same times, whatever the hours of a day are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec
from msgspec.structs import replace

from inbox.core import hours as rules
from inbox.core.errors import Conflict
from inbox.core.hours import DAY_MS, Hours

CallbackState = Literal["booked", "due", "done", "missed", "canceled"]
Outcome = Literal["spoke", "no_answer"]

MOST_ATTEMPTS = 2
"""Without speaking."""
REMIND_MS = 10 * 60_000
"""So long before, the customer is reminded."""
RETRY_MS = 15 * 60_000
"""So long after an attempt in vain, the next one is due at the earliest."""
AHEAD_DAYS = 14
"""So far ahead may be booked."""
FROM_MINUTE, TO_MINUTE = 9 * 60, 20 * 60
"""When a customer is called, by their own clock, unless they agree to any hour."""
MINUTE_MS = 60_000


class Slot(msgspec.Struct, frozen=True):
    """A stretch of time in which a call may be made, its end not included."""

    begins: int
    ends: int


class Callback(msgspec.Struct, frozen=True):
    """A call that a customer wants: when it is due, and what has become of it."""

    state: CallbackState
    due_at: int
    ends_at: int
    attempts: int = 0
    first_attempt_at: int | None = None
    settled_at: int | None = None


class Diary(msgspec.Struct, frozen=True):
    """What decides when a team can call a customer.

    `zone` is the customer's; `any_hour`: they agree to be called at any hour of their clock.
    """

    hours: Hours
    minutes: int
    zone: tzinfo
    any_hour: bool = False


def slots(diary: Diary, start: int, end: int) -> Iterator[Slot]:
    """The slots that begin from `start` on and before `end`, in order, whoever is free.

    The team is open from the first to the last moment of each, and the customer may be called.
    """
    length = diary.minutes * MINUTE_MS
    if not length:
        return
    at = start - (start + _offset(diary.hours.zone, start)) % length
    while at < end:
        slot = Slot(at, at + length)
        if at >= start and _is_open(diary.hours, slot) and may_call(diary, slot):
            yield slot
        at += length


def may_call(diary: Diary, slot: Slot) -> bool:
    """Whether the customer may be called all through a slot."""
    if diary.any_hour:
        return True
    begins, ends = _wall(diary.zone, slot.begins), _wall(diary.zone, slot.ends)
    last = ends.hour * 60 + ends.minute
    return (
        begins.date() == ends.date()
        and begins.hour * 60 + begins.minute >= FROM_MINUTE
        and last <= TO_MINUTE
    )


def lines(staff: int, share: int) -> int:
    """How many calls a team makes at a time: a share (per cent) of who is there, at least one."""
    return max(1, staff * share // 100) if staff else 0


def is_free(slot: Slot, booked: Sequence[Slot], *, lines: int) -> bool:
    """Whether one more call fits into a slot, beside those that overlap with it."""
    return sum(one.begins < slot.ends and one.ends > slot.begins for one in booked) < lines


def next_try(diary: Diary, now: int) -> Slot | None:
    """When to try again after an attempt in vain: the first time that fits both sides.

    None: there is none within the days ahead.
    """
    soonest = now + RETRY_MS
    at_once = Slot(soonest, soonest + diary.minutes * MINUTE_MS)
    if _is_open(diary.hours, at_once) and may_call(diary, at_once):
        return at_once
    return next(slots(diary, soonest, soonest + AHEAD_DAYS * DAY_MS), None)


def come_due(callback: Callback, *, now: int) -> Callback:
    """Its time has come; nothing where it was moved, or another act was first."""
    if callback.state != "booked" or now < callback.due_at:
        return callback
    return replace(callback, state="due")


def tried(
    callback: Callback, outcome: Outcome, *, now: int, again: Callable[[], Slot | None]
) -> Callback:
    """An agent has called. `again` says when a next attempt could be.

    Raises Conflict where it is over.
    """
    demand_open(callback)
    called = replace(
        callback,
        attempts=callback.attempts + 1,
        first_attempt_at=callback.first_attempt_at or now,
    )
    if outcome == "spoke":
        return replace(called, state="done", settled_at=now)
    slot = again() if called.attempts < MOST_ATTEMPTS else None
    if slot is None:
        return replace(called, state="missed", settled_at=now)
    return replace(called, state="booked", due_at=slot.begins, ends_at=slot.ends)


def cancel(callback: Callback, *, now: int) -> Callback:
    """Nobody is to call any more; a repeat changes nothing. Conflict where it was settled."""
    if callback.state == "canceled":
        return callback
    demand_open(callback)
    return replace(callback, state="canceled", settled_at=now)


def demand_open(callback: Callback) -> None:
    """Raise Conflict where the callback is over."""
    if callback.state not in {"booked", "due"}:
        raise Conflict(f"this callback is over: {callback.state}")


def _is_open(hours: Hours, slot: Slot) -> bool:
    return rules.business_ms(hours, slot.begins, slot.ends) == slot.ends - slot.begins


def _wall(zone: tzinfo, at: int) -> datetime:
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(zone)


def _offset(zone: tzinfo, at: int) -> int:
    offset = _wall(zone, at).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * 1000
