"""Inside the team: the table of who gets it, whatever the load, and when it goes back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.duty import Choice, Load, choose, goes_back, may_take, soft_limit, take_back_at
from inbox.core.hours import ALWAYS, Hours, business_ms
from inbox.core.instant import to_ms
from inbox.core.rules import TeamRules
from inbox.core.shorthand import read_weekly

MINUTE = 60_000
PUSH = TeamRules(handing="push", soft_limit=3, hard_limit=5)
PULL = TeamRules(handing="pull", soft_limit=3, hard_limit=5)
BO, MIA, ZOE = "bo", "mia", "zoe"


def load(agent: str, active: int, handed_at: int = 0) -> Load:
    return Load(active, handed_at, agent)


@pytest.mark.parametrize(
    ("rules", "loads", "asked", "gets"),
    [
        # (2) who answered last, wherever they may have one more, before the least loaded
        (PULL, [load(BO, 2)], {"last": BO}, BO),
        (PUSH, [load(BO, 2), load(MIA, 0)], {"last": BO}, BO),
        (PULL, [load(BO, 3)], {"last": BO}, None),
        (PUSH, [load(BO, 3), load(MIA, 2)], {"last": BO}, MIA),
        (PULL, [load(MIA, 0)], {"last": BO}, None),  # Bo is not on duty
        (PULL, [load(BO, 0)], {"last": BO, "but": BO}, None),  # has just given it up
        # (3) pull waits for a hand; push gives to the least loaded
        (PULL, [load(BO, 0)], {}, None),
        (PUSH, [load(BO, 2), load(MIA, 1)], {}, MIA),
        (PUSH, [load(BO, 3), load(MIA, 3)], {}, None),
        (PUSH, [], {}, None),
        (PUSH, [load(BO, 0)], {"but": BO}, None),
        (PUSH, [load(BO, 0), load(MIA, 2)], {"but": BO}, MIA),
        # ties: longest without a new one, never before anybody, then the lowest id
        (PUSH, [load(BO, 1, 50), load(MIA, 1, 40)], {}, MIA),
        (PUSH, [load(BO, 1, 50), load(MIA, 1)], {}, MIA),
        (PUSH, [load(ZOE, 1, 50), load(MIA, 1, 50)], {}, MIA),
        # no limits; and a hard limit below the soft one counts
        (TeamRules(handing="push", soft_limit=0, hard_limit=0), [load(BO, 900)], {}, BO),
        (TeamRules(handing="push", soft_limit=9, hard_limit=2), [load(BO, 2)], {}, None),
        (TeamRules(handing="push", soft_limit=0, hard_limit=2), [load(BO, 1)], {}, BO),
    ],
)
def test_who_gets_it(
    rules: TeamRules, loads: list[Load], asked: dict[str, Any], gets: str | None
) -> None:
    choice = choose(loads, rules=rules, **asked)
    assert (choice and choice.agent) == gets


def test_the_choice_is_explained() -> None:
    assert choose([load(BO, 0)], rules=PULL, last=BO) == Choice(BO, "answered last")
    assert choose([load(BO, 2)], rules=PUSH) == Choice(BO, "least loaded, 2 active")


@given(
    loads=st.lists(
        st.builds(Load, st.integers(0, 6), st.integers(0, 9), st.sampled_from("abcdef")),
        unique_by=lambda one: one.agent,
    ),
    soft=st.integers(0, 6),
    hard=st.integers(0, 6),
    last=st.none() | st.sampled_from("abcdef"),
    but=st.none() | st.sampled_from("abcdef"),
    handing=st.sampled_from(["pull", "push"]),
)
def test_whatever_the_loads(
    loads: list[Load], soft: int, hard: int, last: str | None, but: str | None, handing: Any
) -> None:
    rules = TeamRules(handing=handing, soft_limit=soft, hard_limit=hard)
    choice, limit = choose(loads, rules=rules, last=last, but=but), soft_limit(rules)
    assert choice == choose(list(reversed(loads)), rules=rules, last=last, but=but)
    free = {
        one.agent: one.active
        for one in loads
        if one.agent != but and (limit is None or one.active < limit)
    }
    if choice is None:
        assert last not in free
        assert not free or handing == "pull"
        return
    assert choice.agent in free
    if choice.agent != last:
        assert handing == "push"
        assert free[choice.agent] == min(free.values())


@pytest.mark.parametrize(
    ("active", "hard", "returning", "may"),
    [(4, 5, False, True), (5, 5, False, False), (5, 5, True, True), (99, 0, False, True)],
)
def test_the_hard_limit_stops_all_but_returning_customers(
    active: int, hard: int, *, returning: bool, may: bool
) -> None:
    assert may_take(active, rules=TeamRules(hard_limit=hard), returning=returning) == may


@pytest.mark.parametrize(
    ("is_member", "on_duty", "is_open", "why"),
    [
        (True, True, True, None),
        (True, True, False, None),
        (True, False, True, "off duty"),
        (True, False, False, None),  # outside hours owners keep theirs
        (False, True, True, "left the team"),
        (False, False, False, "left the team"),
    ],
)
def test_what_goes_back(*, is_member: bool, on_duty: bool, is_open: bool, why: str | None) -> None:
    assert goes_back(is_member=is_member, on_duty=on_duty, is_open=is_open) == why


SPOKANE = Hours(ZoneInfo("America/Los_Angeles"), read_weekly("mon-fri 08:00-20:00"))
MONDAY = "2026-11-23T"
"""Eight in the morning there is 16:00 UTC, eight in the evening 04:00 of the next day."""


@pytest.mark.parametrize(
    ("hours", "at", "after", "on_duty", "due"),
    [
        (SPOKANE, MONDAY + "18:00:00Z", 30, True, MONDAY + "18:30:00Z"),
        (SPOKANE, MONDAY + "18:00:00Z", 0, True, None),
        # twenty minutes before closing: ten more after the opening
        (SPOKANE, "2026-11-24T03:40:00Z", 30, True, "2026-11-24T16:10:00Z"),
        # at night, on duty or not: the opening plus take_back_after
        (SPOKANE, MONDAY + "10:00:00Z", 30, False, MONDAY + "16:30:00Z"),
        (SPOKANE, MONDAY + "10:00:00Z", 30, True, MONDAY + "16:30:00Z"),
        (SPOKANE, MONDAY + "10:00:00Z", 0, False, MONDAY + "16:00:00Z"),
        (SPOKANE, "2026-11-28T04:00:00Z", 30, False, "2026-11-30T16:30:00Z"),  # a weekend
        # taken by hand by somebody off duty: the grace
        (SPOKANE, MONDAY + "18:00:00Z", 30, False, MONDAY + "18:05:00Z"),
        (ALWAYS, MONDAY + "18:00:00Z", 0, False, MONDAY + "18:05:00Z"),
        (Hours(ZoneInfo("UTC"), read_weekly("mon closed")), MONDAY + "18:00:00Z", 9, False, None),
    ],
)
def test_when_it_goes_back(
    hours: Hours, at: str, after: int, due: str | None, *, on_duty: bool
) -> None:
    found = take_back_at(
        hours,
        to_ms(at),
        rules=TeamRules(take_back_after=after),
        on_duty=on_duty,
        grace_ms=5 * MINUTE,
    )
    assert found == (None if due is None else to_ms(due))


@given(at=st.integers(to_ms("2026-10-01T00:00:00Z"), to_ms("2027-04-01T00:00:00Z")))
def test_whoever_is_on_duty_has_all_of_their_minutes(at: int) -> None:
    """Also through the nights on which clocks change."""
    due = take_back_at(
        SPOKANE, at, rules=TeamRules(take_back_after=90), on_duty=True, grace_ms=5 * MINUTE
    )
    assert due is not None
    assert business_ms(SPOKANE, at, due) == 90 * MINUTE
