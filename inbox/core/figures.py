"""The figures of a report, counted up fact by fact. What each is stands in docs/reports.md.

A *rate* is a share between 0 and 1. What nothing happened for has no median, rate or mean: none.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from inbox.core.events import ServingWhy, TeamRef

DIGITS = 4
"""Decimals of rates and means."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a report. Times in milliseconds; `market` as `US-WA`, `unknown`, or none: all."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    team: TeamRef | None
    market: str | None
    conversations_begun: int
    conversations_resolved: int
    conversations_reopened: int
    reopen_rate: float | None
    bounces: int
    bounces_per_100: float | None
    contacts: int
    customers: int
    contacts_per_customer: float | None
    first_responses: int
    first_response_median_ms: int | None
    first_response_p90_ms: int | None
    first_response_business_median_ms: int | None
    first_response_business_p90_ms: int | None
    next_responses: int
    next_response_median_ms: int | None
    next_response_p90_ms: int | None
    next_response_business_median_ms: int | None
    next_response_business_p90_ms: int | None
    resolution_median_ms: int | None
    resolution_p90_ms: int | None
    pinned_answer_rate: float | None
    cover_share: float | None
    covers_taken: int
    promises: int
    promises_kept: int
    promises_kept_rate: float | None
    callbacks: int
    callbacks_kept: int
    callbacks_kept_rate: float | None
    ratings: int
    rating_mean: float | None
    ratings_1: int
    ratings_2: int
    ratings_3: int
    ratings_4: int
    ratings_5: int
    messages_in: int
    messages_out: int


def percentile(values: Sequence[int], percent: int) -> int | None:
    """By nearest rank: the least value that so many percent of all do not exceed; none of none."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(rank, 1) - 1]


def share(part: float, whole: float) -> float | None:
    """Part of the whole; none where there is no whole."""
    return round(part / whole, DIGITS) if whole else None


class Waits:
    """How long customers waited for answers, by the clock and by the team's hours."""

    def __init__(self) -> None:
        self.wall = array("q")
        self.business = array("q")

    def add(self, wall: int, business: int | None) -> None:
        """One more. Business time of what was before reports is not known."""
        self.wall.append(wall)
        if business is not None:
            self.business.append(business)


class Tally:
    """One row in the making."""

    def __init__(self) -> None:
        self.begun = self.contacts = self.reopened = self.bounces = 0
        self.customers: set[str] = set()
        self.first, self.next = Waits(), Waits()
        self.resolutions = array("q")
        self.home_firsts = self.home_firsts_by_home = 0
        self.home_answers = self.home_answers_covered = self.covers_taken = 0
        self.promises = self.promises_kept = 0
        self.callbacks = self.callbacks_kept = 0
        self.ratings = [0] * 5
        self.messages_in = self.messages_out = 0

    def begin(self, *, thread: str, by: str) -> None:
        """A conversation began; one that its customer began is a contact."""
        self.begun += 1
        if by == "customer":
            self.contacts += 1
            self.customers.add(thread)

    def answer(self, wall: int, business: int | None, *, is_first: bool, why: ServingWhy) -> None:
        """The team answered somebody who waited."""
        (self.first if is_first else self.next).add(wall, business)
        self.covers_taken += why == "cover"

    def answered_for_home(self, *, is_first: bool, by_home: bool, why: ServingWhy) -> None:
        """One of the customers pinned to the team was answered, by whomever."""
        self.home_answers += 1
        self.home_answers_covered += why == "cover"
        if is_first:
            self.home_firsts += 1
            self.home_firsts_by_home += by_home

    def end(self, kind: Literal["resolved", "reopened", "bounced"], took: int) -> None:
        """A conversation was resolved so long after it began, or reopened, or given away."""
        match kind:
            case "resolved":
                self.resolutions.append(took)
            case "reopened":
                self.reopened += 1
            case "bounced":
                self.bounces += 1

    def figures(
        self, first: date, last: date, *, team: TeamRef | None, market: str | None
    ) -> Figures:
        """The row."""
        rated = sum(self.ratings)
        score = sum(number * count for number, count in enumerate(self.ratings, start=1))
        return Figures(
            first=first,
            last=last,
            team=team,
            market=market,
            conversations_begun=self.begun,
            conversations_resolved=len(self.resolutions),
            conversations_reopened=self.reopened,
            reopen_rate=share(self.reopened, len(self.resolutions)),
            bounces=self.bounces,
            bounces_per_100=share(100 * self.bounces, self.begun),
            contacts=self.contacts,
            customers=len(self.customers),
            contacts_per_customer=share(self.contacts, len(self.customers)),
            first_responses=len(self.first.wall),
            first_response_median_ms=percentile(self.first.wall, 50),
            first_response_p90_ms=percentile(self.first.wall, 90),
            first_response_business_median_ms=percentile(self.first.business, 50),
            first_response_business_p90_ms=percentile(self.first.business, 90),
            next_responses=len(self.next.wall),
            next_response_median_ms=percentile(self.next.wall, 50),
            next_response_p90_ms=percentile(self.next.wall, 90),
            next_response_business_median_ms=percentile(self.next.business, 50),
            next_response_business_p90_ms=percentile(self.next.business, 90),
            resolution_median_ms=percentile(self.resolutions, 50),
            resolution_p90_ms=percentile(self.resolutions, 90),
            pinned_answer_rate=share(self.home_firsts_by_home, self.home_firsts),
            cover_share=share(self.home_answers_covered, self.home_answers),
            covers_taken=self.covers_taken,
            promises=self.promises,
            promises_kept=self.promises_kept,
            promises_kept_rate=share(self.promises_kept, self.promises),
            callbacks=self.callbacks,
            callbacks_kept=self.callbacks_kept,
            callbacks_kept_rate=share(self.callbacks_kept, self.callbacks),
            ratings=rated,
            rating_mean=share(score, rated),
            ratings_1=self.ratings[0],
            ratings_2=self.ratings[1],
            ratings_3=self.ratings[2],
            ratings_4=self.ratings[3],
            ratings_5=self.ratings[4],
            messages_in=self.messages_in,
            messages_out=self.messages_out,
        )
