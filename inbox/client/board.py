"""What leads see: the board, and reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from inbox.client.answers import TeamRef
from inbox.client.care import Notice
from inbox.client.hours import OpenState

By = Literal["day", "week", "month", "total"]
Per = Literal["team", "market", "team_market", "all"]


class AgentLoad(msgspec.Struct, frozen=True):
    """One of a team's people, and the open conversations they have at work."""

    id: str
    name: str
    on_duty: bool = False
    active: int = 0
    waiting: int = 0


class Helper(msgspec.Struct, frozen=True):
    """A team that helps in a storm, and how many of a hundred new conversations it takes."""

    team: TeamRef
    share: int


class Storm(msgspec.Struct, frozen=True):
    """A storm in force, with what customers are told."""

    since: datetime
    until: datetime
    notice: str
    teams: tuple[Helper, ...] = ()
    widen: float = 1.0


class TeamBoard(msgspec.Struct, frozen=True):
    """A team now: its open conversations, who waits in them and since when, who is there."""

    team: TeamRef
    state: OpenState = "open"
    closes_at: datetime | None = None
    next_open: datetime | None = None
    conversations: int = 0
    waiting: int = 0
    unassigned: int = 0
    waiting_since: datetime | None = None
    promises_at_risk: int = 0
    promises_lapsed: int = 0
    kept_rate: float | None = None
    covers_given: int = 0
    covers_taken: int = 0
    storm: Storm | None = None
    line: str | None = None
    notice: Notice | None = None
    on_duty: int = 0
    agents: tuple[AgentLoad, ...] = ()


class ReportRow(msgspec.Struct, frozen=True):
    """One row of a report; what each figure is stands in docs/reports.md."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    team: TeamRef | None = None
    market: str | None = None
    conversations_begun: int = 0
    conversations_resolved: int = 0
    conversations_reopened: int = 0
    reopen_rate: float | None = None
    bounces: int = 0
    bounces_per_100: float | None = None
    contacts: int = 0
    customers: int = 0
    contacts_per_customer: float | None = None
    first_responses: int = 0
    first_response_median_ms: int | None = None
    first_response_p90_ms: int | None = None
    first_response_business_median_ms: int | None = None
    first_response_business_p90_ms: int | None = None
    next_responses: int = 0
    next_response_median_ms: int | None = None
    next_response_p90_ms: int | None = None
    next_response_business_median_ms: int | None = None
    next_response_business_p90_ms: int | None = None
    resolution_median_ms: int | None = None
    resolution_p90_ms: int | None = None
    pinned_answer_rate: float | None = None
    cover_share: float | None = None
    covers_taken: int = 0
    promises: int = 0
    promises_kept: int = 0
    promises_kept_rate: float | None = None
    callbacks: int = 0
    callbacks_kept: int = 0
    callbacks_kept_rate: float | None = None
    ratings: int = 0
    rating_mean: float | None = None
    ratings_1: int = 0
    ratings_2: int = 0
    ratings_3: int = 0
    ratings_4: int = 0
    ratings_5: int = 0
    messages_in: int = 0
    messages_out: int = 0
