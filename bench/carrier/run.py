"""Three stories on one seed: an ordinary week, and a storm in one region, twice."""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench.carrier.plot import draw
from bench.carrier.shape import DAY, HOUR, MINUTE
from bench.carrier.week import Week
from bench.carrier.world import OPERATOR, World, build
from bench.table import print_table
from inbox.core.storm import Helper
from inbox.flows import storms
from inbox.flows.reports import Question, Report, report
from inbox.flows.storms import StormDraft

MONDAY = int(datetime(2026, 3, 2, 5, tzinfo=UTC).timestamp() * 1000)
"""Midnight in New York."""
TEAMS, PEOPLE, CUSTOMERS = 20, 35, 400_000
PER_CUSTOMER_WEEK = 0.16
"""Conversations that a customer begins in a week: one in six weeks."""
STRICKEN = 3
STORM_BEGINS, STORM_ENDS = DAY + 10 * HOUR, DAY + 16 * HOUR
STORM_TIMES = 12
"""So many times as many conversations begin in the stricken region."""
NOTICED_AFTER = 20 * MINUTE
HELP = (9, 10, 11, 12)


@dataclass(frozen=True)
class Story:
    """What happens: for how many days, whether there is a storm, and storm mode against it."""

    name: str
    days: int
    storm: bool = False
    mode: bool = False


STORIES = (
    Story("ordinary week", 7),
    Story("storm, nothing done", 3, storm=True),
    Story("storm, storm mode", 3, storm=True, mode=True),
)


@dataclass
class Told:
    """What came of a story."""

    story: Story
    all: Report
    teams: Report
    hours: list[tuple[int, int]]
    """Minutes since the beginning, and how many customers of the stricken region waited then."""
    busy: list[float]
    refused: int
    messages: int
    took_s: float


def main() -> None:
    """Run the stories. `SCALE` in the environment makes the carrier smaller."""
    scale = float(os.environ.get("SCALE", "1"))
    told = [asyncio.run(_tell(story, scale=scale)) for story in STORIES]
    print_table(
        f"{TEAMS} teams of {_people(scale)}, {int(CUSTOMERS * scale):,} customers",
        (
            "story",
            "conversations",
            "pinned-answer rate",
            "first response median / p90, min",
            "in business time",
            "kept rate",
            "cover share",
            "agents busy, mean (most)",
            "taken again",
        ),
        [_row(one) for one in told],
    )
    print_table(
        "The stricken team and those that helped",
        ("story", "team", "first response median / p90, min", "kept rate", "pinned-answer rate"),
        [row for one in told if one.story.storm for row in _team_rows(one)],
    )
    if plot := os.environ.get("PLOT"):
        Path(plot).write_text(draw({one.story.name: one.hours for one in told[1:]}))


def _people(scale: float) -> int:
    return max(2, round(PEOPLE * scale))


async def _tell(story: Story, *, scale: float) -> Told:
    began = time.monotonic()
    end = MONDAY + story.days * DAY
    per_team = CUSTOMERS * scale / TEAMS
    async with build(start=MONDAY, team_count=TEAMS, people=_people(scale)) as world:
        week = Week(world, random.Random(11), int(per_team))
        week.plan_arrivals(
            start=MONDAY, end=end, per_week=per_team * PER_CUSTOMER_WEEK, teams=range(TEAMS)
        )
        if story.storm:
            _strike(week, world, story, per_week=per_team * PER_CUSTOMER_WEEK)
        hours: list[tuple[int, int]] = []
        week.watch(world.team_ids[STRICKEN], every=15 * MINUTE, into=hours, since=MONDAY)
        await week.run(until=end)
        return Told(
            story,
            await _report(world, story, per="all"),
            await _report(world, story, per="team"),
            hours,
            [desk.busy_ms / desk.on_ms for desk in world.desks.values() if desk.on_ms],
            week.refused,
            week.messages,
            time.monotonic() - began,
        )


def _strike(week: Week, world: World, story: Story, *, per_week: float) -> None:
    week.plan_arrivals(
        start=MONDAY + STORM_BEGINS,
        end=MONDAY + STORM_ENDS,
        per_week=per_week * (STORM_TIMES - 1),
        teams=range(STRICKEN, STRICKEN + 1),
    )
    if not story.mode:
        return
    team = world.team_ids[STRICKEN]
    helpers = tuple(Helper(world.team_ids[number], 18) for number in HELP)
    draft = StormDraft(
        helpers, "Many of you write to us about the outage. We are on it.", widen=2.0
    )

    async def begin() -> None:
        await storms.begin(world.ctx, OPERATOR, team=team, draft=draft)

    async def finish() -> None:
        await storms.end(world.ctx, OPERATOR, team=team)

    week.plan(MONDAY + STORM_BEGINS + NOTICED_AFTER, begin)
    week.plan(MONDAY + STORM_ENDS + HOUR, finish)


async def _report(world: World, story: Story, *, per: str) -> Report:
    last = date(2026, 3, 2).toordinal() + story.days
    question = Question(date(2026, 3, 1), date.fromordinal(last), per=per)  # type: ignore[arg-type]
    return await report(world.ctx, OPERATOR, question)


def _row(told: Told) -> tuple[str, ...]:
    (all_,) = told.all.items
    return (
        told.story.name,
        f"{all_.conversations_begun:,}",
        _share(all_.pinned_answer_rate),
        _minutes(all_.first_response_median_ms, all_.first_response_p90_ms),
        _minutes(all_.first_response_business_median_ms, all_.first_response_business_p90_ms),
        _share(all_.promises_kept_rate),
        _share(all_.cover_share),
        f"{statistics.mean(told.busy):.0%} ({max(told.busy):.0%})",
        f"{told.refused / max(told.messages, 1):.1%}",
    )


def _team_rows(told: Told) -> list[tuple[str, ...]]:
    shown = {f"team-{number:02}" for number in (STRICKEN, *HELP)}
    return [
        (
            told.story.name,
            row.team.key,
            _minutes(row.first_response_median_ms, row.first_response_p90_ms),
            _share(row.promises_kept_rate),
            _share(row.pinned_answer_rate),
        )
        for row in told.teams.items
        if row.team is not None and row.team.key in shown
    ]


def _minutes(*values: int | None) -> str:
    return " / ".join("–" if value is None else f"{value / MINUTE:,.0f}" for value in values)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
