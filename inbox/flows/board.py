"""The board: what goes on in each team at this moment, for its leads and for admins."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import msgspec

from inbox.core.duty import ACTIVE_MS
from inbox.core.events import TeamRef
from inbox.core.frames import NoticeShown
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, overseen
from inbox.core.timetable import State
from inbox.flows.context import Context, roster
from inbox.flows.hours import opening
from inbox.flows.roster import Roster
from inbox.flows.storms import StormDetail, describe, show_notice
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.rows import sure

SOON_MS = 10 * 60_000
"""A promise that is due so soon is at risk."""


class AgentLoad(msgspec.Struct, frozen=True):
    """One of the team's people.

    `waiting`: in so many of their open conversations, of whatever team, the customer waits.
    `active` counts those, too, in which something was written within 15 minutes.
    """

    id: str
    name: str
    on_duty: bool
    active: int
    waiting: int


class TeamBoard(msgspec.Struct, frozen=True):
    """A team now.

    `conversations` are open ones that it serves; `waiting` those whose customer waits for an
    answer, `unassigned` those of them that nobody has; the longest has waited since
    `waiting_since`. `promises_at_risk` is how many of them were promised an answer that is due
    within 10 minutes, `promises_lapsed` how many one that is overdue; `kept_rate` the share of the
    team's promises kept within 28 days, null while they are few. `covers_given` of its
    conversations another team covers now, `covers_taken` of others' it covers itself. `line` and
    `notice` are what its customers are told today, and now.
    """

    team: TeamRef
    state: State
    closes_at: str | None
    next_open: str | None
    conversations: int
    waiting: int
    unassigned: int
    waiting_since: str | None
    promises_at_risk: int
    promises_lapsed: int
    kept_rate: float | None
    covers_given: int
    covers_taken: int
    storm: StormDetail | None
    line: str | None
    notice: NoticeShown | None
    on_duty: int
    agents: tuple[AgentLoad, ...]


class Board(msgspec.Struct, frozen=True):
    """Every team that the asker leads, as it was `at` one moment."""

    at: str
    items: tuple[TeamBoard, ...]
    next: None = None


class _Counts(NamedTuple):
    """A team's open conversations, and what its people have in it or anywhere."""

    open: int
    waiting: int
    unassigned: int
    since: int | None
    at_risk: int
    lapsed: int
    kept_rate: float | None
    waiting_of: dict[str, int]
    """By agent, in whatever team."""
    lately_of: Counter[str]
    """By agent, in this team: what was answered and is still at work."""


async def board(ctx: Context, who: Agent | Operator) -> Board:
    """The teams of a lead, or for an admin all, in the order of their names; Forbidden for agents.

    Counted anew each time, from indexes: about 10 ms for 20,000 open conversations.
    """
    people, at = await roster(ctx), ctx.clock()
    shown = overseen(who, people.teams, team=None)
    # An agent of several teams is at work in all of them.
    looked_at = {
        team.id for one in shown for agent in people.active(one) for team in people.teams_of(agent)
    }

    async def look(tx: Tx) -> tuple[dict[str, _Counts], list[Row]]:
        wanted = sorted(looked_at | shown)
        counts = {team: await _count(ctx, tx, people, team, at=at) for team in wanted}
        return counts, await tx.fetch(Q.board_covers)

    counts, covers = await ctx.store.read(look)
    teams = sorted(shown, key=lambda team: (people.team(team).name, team))
    return Board(to_text(at), tuple(_team(people, team, counts, covers, at=at) for team in teams))


async def _count(ctx: Context, tx: Tx, people: Roster, team: str, *, at: int) -> _Counts:
    row = await tx.fetch_one(Q.board_open, team=team, now=at, soon=at + SOON_MS)
    number, waiting, unassigned, since, at_risk, lapsed = sure(row)
    lately: Counter[str] = Counter()
    for agent, more in await tx.fetch(Q.board_answered_lately, team=team, since=at - ACTIVE_MS):
        lately[agent] += more
    waiting_of = {row[0]: row[1] for row in await tx.fetch(Q.board_waiting, team=team)}
    kept = await ctx.memory.measures.kept_rate(tx, people, team, now=at)
    return _Counts(number, waiting, unassigned, since, at_risk, lapsed, kept, waiting_of, lately)


def _team(
    people: Roster, team: str, counts: dict[str, _Counts], covers: list[Row], *, at: int
) -> TeamBoard:
    storm = people.storm_of(team, at=at)
    now, mine = opening(people, team, at=at), counts[team]
    members = sorted(people.active(team), key=lambda agent: (people.agents[agent].name, agent))
    agents = tuple(_load(people, agent, counts) for agent in members)
    return TeamBoard(
        team=people.team_ref(team),
        state=now.state,
        closes_at=now.closes_at,
        next_open=now.next_open,
        conversations=mine.open,
        waiting=mine.waiting,
        unassigned=mine.unassigned,
        waiting_since=None if mine.since is None else to_text(mine.since),
        promises_at_risk=mine.at_risk,
        promises_lapsed=mine.lapsed,
        kept_rate=mine.kept_rate,
        covers_given=sum(number for back, _, number in covers if back == team),
        covers_taken=sum(number for _, to, number in covers if to == team),
        storm=None if storm is None else describe(storm, people),
        line=people.line_of(team, at=at),
        notice=show_notice(people.notice_of(team, at=at)),
        on_duty=sum(agent.on_duty for agent in agents),
        agents=agents,
    )


def _load(people: Roster, agent: str, counts: dict[str, _Counts]) -> AgentLoad:
    known = people.agents[agent]
    everywhere = [counts[team.id] for team in people.teams_of(agent)]
    waiting = everywhere[0].waiting_of.get(agent, 0)
    lately = sum(one.lately_of[agent] for one in everywhere)
    return AgentLoad(agent, known.name, known.on_duty, waiting + lately, waiting)
