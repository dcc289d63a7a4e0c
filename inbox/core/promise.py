"""The promise: by when we tell a customer to expect an answer, from what was measured.

Of each hour of a team's week, and of each kind of wait, a histogram tells how long customers
waited for an answer in business time. Its 80th percentile is what the team usually needs; what the
queue of this moment needs (who waits already ÷ answers per minute) counts where that is longer.
The longer of the two, widened in a storm, goes up to a friendly figure, and that much business time
from now on, or from the next opening, is when to expect an answer. So the promise never lies before
an opening, and neither a longer queue nor a wider storm ever makes it earlier.

Buckets are spaced by factors of the fourth root of two. A percentile is the upper edge of its
bucket: never less than that of the raw samples, and at most 19 % more (above 15 s, the first edge).
The number of samples and the rate are exact. Times are Unix ms, figures minutes of business time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

import msgspec

from inbox.core import hours as business
from inbox.core.hours import Hours

Basis = Literal["first", "next"]
"""Which answer: the first of a conversation, or a later one."""
Kind = Literal["measured", "target"]
Form = Literal["within", "back", "by"]
"""How it is said: within so long; back then and an answer by then; an answer by then."""
State = Literal["waiting", "kept", "broken", "void"]
"""Of a promise in the ledger; *void*: the wait ended in another way, before its time was over."""

MINUTE_MS = 60_000
HOUR_MINUTES, DAY_MINUTES = 60, 1_440
WEEK_HOURS = 168

EDGES = tuple(round(15_000 * 2 ** (step / 4)) for step in range(71))
"""Upper edges of the buckets in ms of business time, from 15 s to 32 days."""
SHARE = (4, 5)
"""The 80th percentile, as a fraction."""
WINDOW_DAYS = 28
FEWEST = 20
"""Samples below which nothing counts as measured, and answers below which no kept rate is told."""

FIGURES = (
    *(1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90),
    *(hours * HOUR_MINUTES for hours in (2, 3, 4, 6, 8, 12, 18, 24, 36)),
    *(days * DAY_MINUTES for days in (2, 3, 4, 5, 7, 10, 14, 21, 28)),
)
"""Minutes that are told. What would take longer than the last is not promised at all."""
CLOCK_STEP_MS = 5 * MINUTE_MS
"""A time by the clock is told in steps of five minutes."""


class Facts(msgspec.Struct, frozen=True, cache_hash=True):
    """What was measured of a team in one hour of its week, over the last 28 days.

    `counts`: waits of one basis by bucket. `answered`: waits of either, on so many `days`.
    """

    counts: tuple[tuple[int, int], ...] = ()
    answered: int = 0
    days: int = 0

    @property
    def samples(self) -> int:
        """How many waits the percentile stands on."""
        return _sum_up(self)[0]

    @property
    def usual(self) -> int | None:
        """Their 80th percentile; none where it lies beyond the last edge."""
        return _sum_up(self)[1]


class Promised(msgspec.Struct, frozen=True, array_like=True):
    """What a customer may be told: `minutes` of business time, so an answer by `due`.

    `opens_at` is when the team is back, none where it is there. Stored, so fields are only added.
    """

    kind: Kind
    basis: Basis
    minutes: int
    due: int
    opens_at: int | None
    samples: int
    form: Form


class Promise(msgspec.Struct, frozen=True):
    """A promise as everybody sees it; `text` in the customer's language and time zone.

    *measured*: the 80th percentile of `samples` waits for a *first* or *next* answer. *target*:
    the team's own aim, while too little is measured. `minutes` are business time; `expect_by` is
    the instant. `opens_at`: when the team is back, null while it is there. `form` is how `text`
    says it: *within* so long, *back* then and an answer by then, *by* then.
    """

    kind: Kind
    basis: Basis
    form: Form
    minutes: int
    expect_by: str
    opens_at: str | None
    samples: int
    text: str


@lru_cache(maxsize=1_024)
def _sum_up(facts: Facts) -> tuple[int, int | None]:
    return sum(count for _, count in facts.counts), percentile(facts.counts)


def bucket_of(waited: int) -> int:
    """The bucket of a wait; one beyond the last edge has the number after the last."""
    return bisect_left(EDGES, waited)


def percentile(counts: Iterable[tuple[int, int]]) -> int | None:
    """The nearest-rank 80th percentile, as the upper edge of its bucket; none beyond the last."""
    ordered = sorted(counts)
    top, bottom = SHARE
    rank = -(-sum(count for _, count in ordered) * top // bottom)
    for bucket, count in ordered:
        rank -= count
        if rank <= 0:
            return EDGES[bucket] if bucket < len(EDGES) else None
    return None


def promise(
    facts: Facts,
    *,
    hours: Hours,
    at: int,
    basis: Basis,
    target: int | None,
    ahead: int = 0,
    widening: float = 1.0,
    urgent: bool = False,
) -> Promised | None:
    """What to tell a customer whose wait begins at `at`; none: nothing.

    `facts` are those of the hour in which the team is there for them (`begins`). `target` is in
    minutes; it is the team's word, so no queue changes it. `ahead` customers wait already.
    `widening` is at least 1. What is `urgent` is served in limited hours too.
    """
    opens = begins(hours, at, urgent=urgent)
    if opens is None:
        return None
    kind: Kind = "measured"
    if facts.samples >= FEWEST:
        usual = facts.usual
        needed = None if usual is None else max(usual, queue_ms(facts, ahead))
    else:
        kind, needed = "target", None if target is None else target * MINUTE_MS
    if needed is None:
        return None
    minutes = friendly(needed * max(1.0, widening) / MINUTE_MS)
    if minutes is None:
        return None
    due = business.after(hours, opens, minutes * MINUTE_MS, urgent=urgent)
    if due is None:
        return None
    form: Form = "within"
    if opens > at:
        form, due = "back", _up_to_step(due)
    elif due - opens > minutes * MINUTE_MS:
        form, due = "by", _up_to_step(due)
    return Promised(kind, basis, minutes, due, opens if opens > at else None, facts.samples, form)


def begins(hours: Hours, at: int, *, urgent: bool = False) -> int | None:
    """When the team is there for a wait that begins at `at`; none: never."""
    if business.state(hours, at) == "open":
        return at
    return business.next_open(hours, at, urgent=urgent)


def queue_ms(facts: Facts, ahead: int) -> int:
    """How long the team needs for those who wait already, as fast as it answers in this hour.

    Hours in which it is there for a part only, or nobody wrote, make it slower: to be on the
    customer's safe side.
    """
    if ahead <= 0 or facts.answered <= 0:
        return 0
    return -(-ahead * facts.days * HOUR_MINUTES * MINUTE_MS // facts.answered)


def friendly(minutes: float) -> int | None:
    """The least figure that is not less; none where there is none."""
    place = bisect_left(FIGURES, minutes)
    return FIGURES[place] if place < len(FIGURES) else None


def sample(hours: Hours, *, since: int, at: int) -> tuple[int, int] | None:
    """When a wait counts from, and how long it was in business time; none: it measures nothing.

    A night is not counted, nor an answer outside the hours, before they began. A clock that
    stepped back makes an age of none.
    """
    at = max(at, since)
    counted = begins(hours, since)
    if counted is None or counted > at:
        return None
    return counted, business.business_ms(hours, counted, at)


def hour_of_week(zone: tzinfo, at: int) -> int:
    """Which hour of the week it is by a zone's clock, from 0 (Monday, midnight) to 167.

    An hour that the clock shows twice is one and the same.
    """
    local = _local(zone, at // MINUTE_MS)
    return local.weekday() * 24 + local.hour


def day_of(zone: tzinfo, at: int) -> int:
    """The date by a zone's clock, as a number that grows by one a day."""
    return _local(zone, at // MINUTE_MS).toordinal()


def kept_rate(kept: int, broken: int) -> float | None:
    """Which share of promises was kept, to two digits, rounded down; none while they are few."""
    if kept + broken < FEWEST:
        return None
    return kept * 100 // (kept + broken) / 100


def _up_to_step(at: int) -> int:
    return -(-at // CLOCK_STEP_MS) * CLOCK_STEP_MS


@lru_cache(maxsize=1_024)
def _local(zone: tzinfo, minute: int) -> datetime:
    """What a zone's clock shows at a Unix minute; all who write in it are told from one look."""
    return zone.fromutc(datetime(1970, 1, 1, tzinfo=zone) + timedelta(minutes=minute))
