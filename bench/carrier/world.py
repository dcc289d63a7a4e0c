"""The carrier itself: teams in four zones, their hours, shifts and rules, on a real database.

The clock is the bench's. Everything else is as on a server: the same flows, rules and statements.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from inbox.app import open_context
from inbox.core.policy import Agent, Customer, Operator
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, hours, rules, shifts, signin, teams
from inbox.flows.agents import AgentDraft
from inbox.flows.context import Context
from inbox.flows.shifts import ShiftDraft
from inbox.flows.teams import TeamDraft
from inbox.settings import Settings

OPERATOR = Operator()
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A disk in memory: the weeks are to be quick, and nothing has to outlive them."""
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
HOURS = "daily 08:00-20:00"
SHIFTS = ("08:00-16:30", "11:30-20:00")
OFF = ("mon,tue", "tue,wed", "wed,thu", "thu,fri", "fri,sat", "sat,sun", "sun,mon")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SETTINGS = Settings(
    token_secret="a shared secret of enough bytes, for the bench",
    server_secret="a server secret of enough bytes, for the bench",
    max_token_age_s=0,
    customer_sends_per_minute=0,
    agent_sends_per_minute=0,
)


class Clock:
    """Unix milliseconds, moved by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        """What it shows."""
        return self.now


@dataclass
class Desk:
    """One agent: whose, and until when they are busy with which answer."""

    who: Agent
    team: int
    shift: tuple[int, int, frozenset[int]]
    """From which minute of the day to which, and on which weekdays."""
    on: bool = False
    busy_until: int = 0
    busy_ms: int = 0
    on_ms: int = 0


@dataclass
class World:
    """A carrier on its database."""

    ctx: Context
    clock: Clock
    team_ids: list[str]
    zones: list[ZoneInfo]
    desks: dict[str, Desk] = field(default_factory=dict)

    def offset(self, team: int) -> int:
        """By how much a team's clock is ahead of UTC, in ms, at this moment."""
        shown = datetime.fromtimestamp(self.clock.now // 1000, UTC).astimezone(self.zones[team])
        return int((shown.utcoffset() or timedelta()).total_seconds() * 1000)

    async def arrive(self, team: int, number: int) -> Customer:
        """A customer of a team's market."""
        token = self.ctx.tokens.sign(
            f"c{team}-{number}", now_ms=self.clock.now, ttl_s=600, region=f"US-T{team:02}"
        )
        return await signin.customer(self.ctx, token)


@contextlib.asynccontextmanager
async def build(*, start: int, team_count: int, people: int) -> AsyncIterator[World]:
    """A carrier with so many teams of so many people, on a file in memory where there is some."""
    with tempfile.TemporaryDirectory(prefix="pinbox-carrier-", dir=MEMORY) as folder:
        clock = Clock(start)
        async with open_context(Path(folder), SETTINGS, clock=clock) as ctx:
            world = World(ctx, clock, [], [])
            for number in range(team_count):
                await _found(world, number, team_count=team_count, people=people)
            for number in range(team_count):
                await _rule(world, number)
            yield world


async def _found(world: World, number: int, *, team_count: int, people: int) -> None:
    ctx, zone = world.ctx, ZONES[number * len(ZONES) // team_count]
    draft = TeamDraft(
        key=f"team-{number:02}",
        name=f"Team {number}",
        time_zone=zone,
        regions=(f"US-T{number:02}",),
    )
    made = await teams.add_team(ctx, OPERATOR, draft)
    world.team_ids.append(made.id)
    world.zones.append(ZoneInfo(zone))
    await hours.set_weekly(ctx, OPERATOR, team=made.id, weekly=read_weekly(HOURS))
    for place in range(people):
        await _hire(world, made.id, number, place, zone)


async def _rule(world: World, number: int) -> None:
    team_count = len(world.team_ids)
    neighbours = [f"team-{(number + step) % team_count:02}" for step in (10, 5, 15)]
    change = msgspec.convert(
        {
            "handing": "push",
            "soft_limit": 4,
            "hard_limit": 6,
            "take_back_after": 60,
            "promise_target_minutes": 60,
            "cover": "cover",
            "cover_by": neighbours,
        },
        RulesChange,
    )
    await rules.set_rules(world.ctx, OPERATOR, team=world.team_ids[number], change=change)


async def _hire(world: World, team_id: str, team: int, place: int, zone: str) -> None:
    ctx = world.ctx
    draft = AgentDraft(name=f"Agent {team}-{place}", teams=(team_id,))
    made = await agents.add_agent(ctx, OPERATOR, draft)
    off = OFF[place % 7].split(",")
    opens, closes = SHIFTS[place % 2].split("-")
    days = [day for day in DAYS if day not in off]
    week = read_weekly("; ".join(f"{day} {opens}-{closes}" for day in days))
    await shifts.set_shift(ctx, OPERATOR, agent=made.id, draft=ShiftDraft(week, zone))
    who = Agent(made.id, made.name, "agent", frozenset({team_id}))
    works = frozenset(DAYS.index(day) for day in days)
    world.desks[made.id] = Desk(who, team, (_minute(opens), _minute(closes), works))


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
