"""Cover's rules: the table line by line, what holds of every line, and when a lease ends."""

from __future__ import annotations

from datetime import UTC, date
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.cover import (
    LONGEST_COVER_MS,
    PATIENCE_MS,
    QUIET_MS,
    STAY,
    Ask,
    Choice,
    Cover,
    Decision,
    GoHome,
    Policy,
    Situation,
    decide,
    ends_at,
    hand_back_note,
    hands_back_at,
    holder_after,
    opens_after,
    serves,
)
from inbox.core.events import ServingWhy
from inbox.core.hours import ALWAYS, Hours, local_date
from inbox.core.shorthand import read_weekly
from inbox.core.timetable import NEVER, Day

MINUTE = 60_000
HOUR = 60 * MINUTE
MONDAY = 1_795_392_000_000
"""2026-11-23T00:00:00Z."""
DAYS = Hours(UTC, read_weekly("mon-sun 08:00-20:00"))
NIGHTS = Hours(UTC, read_weekly("mon-sun 20:00-02:00"))

AWAY: dict[str, Any] = {"why": "home", "there": False, "first": "tampa", "anybody": "tampa"}

TABLE: list[tuple[str, dict[str, Any], Decision]] = [
    ("there", {**AWAY, "there": True}, STAY),
    ("there, urgent", {**AWAY, "there": True, "urgent": True}, STAY),
    ("policy wait", AWAY, STAY),
    ("policy cover", {**AWAY, "policy": "cover"}, Cover("tampa", "policy")),
    ("policy cover, nobody there", {**AWAY, "policy": "cover", "first": None}, STAY),
    ("policy ask", {**AWAY, "policy": "ask"}, Ask()),
    ("policy ask, nobody there", {**AWAY, "policy": "ask", "first": None}, STAY),
    ("asked", {**AWAY, "policy": "ask", "choice": "open"}, STAY),
    ("chose to wait", {**AWAY, "policy": "cover", "choice": "wait"}, STAY),
    ("chose now", {**AWAY, "policy": "ask", "choice": "now"}, Cover("tampa", "choice")),
    ("given back", {**AWAY, "policy": "cover", "choice": "home"}, STAY),
    ("urgent", {**AWAY, "urgent": True}, Cover("tampa", "urgent")),
    ("urgent, chose to wait", {**AWAY, "urgent": True, "choice": "wait"}, Cover("tampa", "urgent")),
    ("urgent, nobody there", {**AWAY, "urgent": True, "anybody": None, "first": None}, STAY),
    ("urgent, only others", {**AWAY, "urgent": True, "first": None}, Cover("tampa", "urgent")),
    ("storm", {**AWAY, "there": True, "new": True, "spill": "boise"}, Cover("boise", "storm")),
    ("storm, going on", {**AWAY, "there": True, "spill": "boise"}, STAY),
    ("storm, bounced", {**AWAY, "why": "bounce", "there": True, "new": True, "spill": "b"}, STAY),
    ("bounced", {**AWAY, "why": "bounce", "policy": "cover"}, STAY),
    ("bounced, urgent", {**AWAY, "why": "bounce", "urgent": True}, Cover("tampa", "urgent")),
    ("general", {**AWAY, "why": "general", "policy": "ask"}, STAY),
    ("general, urgent", {**AWAY, "why": "general", "urgent": True}, Cover("tampa", "urgent")),
    ("covered", {**AWAY, "why": "cover", "there": True}, STAY),
    ("covered by who is gone", {**AWAY, "why": "cover", "policy": "cover"}, STAY),
    ("the same, urgent", {**AWAY, "why": "cover", "urgent": True}, Cover("tampa", "urgent")),
    (
        "the same, home is there",
        {**AWAY, "why": "cover", "urgent": True, "home_there": True},
        GoHome(),
    ),
    ("the same, nobody", {**AWAY, "why": "cover", "urgent": True, "anybody": None}, STAY),
]


@pytest.mark.parametrize(("told", "then"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_the_table(told: dict[str, Any], then: Decision) -> None:
    assert decide(Situation(**told)) == then


def every_situation() -> list[Situation]:
    return [
        Situation(
            why=why,
            there=there,
            home_there=home_there,
            urgent=urgent,
            policy=policy,
            choice=choice,
            new=new,
            spill=spill,
            first=first,
            anybody=first or anybody,
        )
        for why, there, home_there, urgent, policy, choice, new, spill, first, anybody in product(
            get_args(ServingWhy),
            (True, False),
            (True, False),
            (True, False),
            get_args(Policy),
            (None, *get_args(Choice)),
            (True, False),
            (None, "boise"),
            (None, "tampa"),
            (None, "miami"),
        )
    ]


def test_what_holds_of_every_situation() -> None:
    for told in every_situation():
        then = decide(told)
        spills = told.why == "home" and told.new and told.spill is not None
        if isinstance(then, Cover):
            assert then.team in {told.spill, told.first, told.anybody}, "a team that is there"
        if told.there and not spills:
            assert then == STAY, "who is there is not covered"
        if told.urgent and not told.there and told.anybody is not None:
            assert then != STAY, "urgent matters are always covered if anyone is open"
        if not told.urgent and told.why != "home":
            assert then == STAY, "not covered again"
        if told.choice in {"wait", "home"} and not told.urgent and not spills:
            assert then == STAY, "whoever wants to wait waits"
        if isinstance(then, Ask):
            assert told.first is not None, "nothing is offered that nobody can do"


# ── how long ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("home", "at", "opens"),
    [
        (DAYS, MONDAY + 3 * HOUR, MONDAY + 8 * HOUR),
        (DAYS, MONDAY + 9 * HOUR, MONDAY + 32 * HOUR),
        (ALWAYS, MONDAY, MONDAY + LONGEST_COVER_MS),
        (Hours(UTC, NEVER), MONDAY, MONDAY + LONGEST_COVER_MS),
    ],
    ids=["at night", "by day", "always there", "never there"],
)
def test_the_next_opening_ends_a_lease(home: Hours, at: int, opens: int) -> None:
    assert opens_after(home, at) == opens


def test_a_limited_day_is_an_opening_for_what_is_urgent() -> None:
    limited = Hours(UTC, DAYS.weekly, (Day(_date(MONDAY), "limited"),))
    at = MONDAY + 3 * HOUR
    assert opens_after(limited, at, urgent=True) == MONDAY + 8 * HOUR
    assert opens_after(limited, at) == MONDAY + 32 * HOUR
    assert serves(limited, MONDAY + 9 * HOUR, urgent=True)
    assert not serves(limited, MONDAY + 9 * HOUR, urgent=False)


def test_a_lease_ends_when_the_covering_team_closes() -> None:
    at, back = MONDAY + 21 * HOUR, MONDAY + 32 * HOUR
    assert ends_at(NIGHTS, at, back=back) == MONDAY + 26 * HOUR
    assert ends_at(ALWAYS, at, back=back) == back


instants = st.integers(MONDAY, MONDAY + 14 * 24 * HOUR)


@given(st.sampled_from([DAYS, NIGHTS, ALWAYS]), st.sampled_from([DAYS, NIGHTS, ALWAYS]), instants)
def test_a_lease_always_ends_after_it_began(home: Hours, covering: Hours, at: int) -> None:
    back = opens_after(home, at)
    ends = ends_at(covering, at, back=back)
    assert at < ends <= max(back, at + 1) <= at + LONGEST_COVER_MS


@given(instants, st.none() | st.integers(-PATIENCE_MS * 3, PATIENCE_MS * 3))
def test_a_hand_back_waits_for_quiet_and_not_for_ever(ends: int, last: int | None) -> None:
    at = hands_back_at(ends, None if last is None else ends + last)
    assert ends <= at <= ends + PATIENCE_MS
    quiet = last is None or at >= ends + last + QUIET_MS
    assert quiet or at == ends + PATIENCE_MS
    if last is None or last + QUIET_MS <= 0:
        assert at == ends, "nobody writes"


@pytest.mark.parametrize(
    ("assignee", "kept", "then"),
    [
        ("ravi", "bo", "bo"),
        (None, "bo", "bo"),
        ("ravi", None, None),
        ("ravi", "ghost", None),
        ("mia", "bo", "mia"),
    ],
    ids=["had it", "queue", "nobody", "gone", "a colleague took it"],
)
def test_who_has_it_after(assignee: str | None, kept: str | None, then: str | None) -> None:
    assert holder_after(assignee, kept=kept, members={"bo", "mia"}) == then


def test_a_note_says_whether_somebody_waits() -> None:
    assert "waits for an answer" in hand_back_note("Tampa", waits=True)
    assert "nobody waits" in hand_back_note("Tampa", waits=False)


def _date(at: int) -> date:
    return local_date(ALWAYS, at)
