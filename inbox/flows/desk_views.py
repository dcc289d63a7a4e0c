"""What an agent sees besides the streams: who I am, the lists, one thread and its timeline."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from inbox.core.cursor import LARGEST, Cursor
from inbox.core.duty import ACTIVE_MS
from inbox.core.errors import BadRequest
from inbox.core.events import TeamRef, wire
from inbox.core.frames import NoticeShown
from inbox.core.policy import Agent, Role
from inbox.core.shifts import covers
from inbox.core.timetable import State
from inbox.flows.access import get_seen
from inbox.flows.audit import looked
from inbox.flows.context import Context, roster
from inbox.flows.customer_views import RawPage
from inbox.flows.duty import Duty, get_duty
from inbox.flows.hours import Today, opening
from inbox.flows.placing import may_cover
from inbox.flows.roster import Roster
from inbox.flows.storms import StormDetail, describe, show_notice
from inbox.flows.summaries import ThreadSummary, count_unread_of, read_summary, read_summary_of
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Query
from inbox.store.records import Thread, read_item, read_thread

View = Literal["mine", "waiting", "team", "all", "snoozed"]

_LISTS: dict[View, Query] = {
    "mine": Q.list_mine,
    "waiting": Q.list_waiting,
    "team": Q.list_team,
    "all": Q.list_all,
    "snoozed": Q.list_snoozed,
}


class Colleague(msgspec.Struct, frozen=True):
    """An agent as other agents see them."""

    id: str
    name: str
    role: Role
    photo_url: str | None
    line: str | None
    on_duty: bool


class Teammate(Colleague, frozen=True):
    """A colleague with how many of their conversations count for capacity, and their shift.

    `on_shift` is null where no shift is set.
    """

    active: int
    on_shift: bool | None


class TeamStream(msgspec.Struct, frozen=True):
    """A team of mine, its stream, and the cursor to follow it from."""

    team: TeamRef
    stream: str
    cursor: str


class Me(msgspec.Struct, frozen=True):
    """The signed-in agent. Fetched before the lists: events after the cursors apply as upserts."""

    agent: Colleague
    teams: tuple[TeamStream, ...]
    duty: Duty


class SummaryPage(msgspec.Struct, frozen=True):
    """A page of a list; `next` is the `cursor` of the next one, none at the end."""

    items: tuple[ThreadSummary, ...]
    next: str | None


class TeamSheet(msgspec.Struct, frozen=True):
    """A team of mine with its people, and whether it is there now, as its customers see it.

    `kept_rate` is the share of its promises kept within 28 days, null while they are few.
    `handing` and the limits are the team's rules of who gets what; `calls_back` says whether its
    customers can book a call.
    """

    team: TeamRef
    members: tuple[Teammate, ...]
    time_zone: str
    hours: Today | None
    open: bool
    state: State
    closes_at: str | None
    next_open: str | None
    line: str | None
    kept_rate: float | None
    handing: Literal["pull", "push"]
    soft_limit: int
    hard_limit: int
    calls_back: bool
    notice: NoticeShown | None = None
    storm: StormDetail | None = None


class TeamSheets(msgspec.Struct, frozen=True):
    """All teams of mine."""

    items: tuple[TeamSheet, ...]
    next: None = None


class TeamKnown(msgspec.Struct, frozen=True):
    """A team that one can transfer to, cover by or call on, and whether it is there now.

    `mine`: one is in it. `general`: it is general care. `next_open` is none while it is open.
    `storm` is there while new conversations of it spill, to whichever teams.
    `covers`: it could cover a conversation now, since it is there and has people.
    """

    team: TeamRef
    place: str | None
    state: State
    next_open: str | None
    general: bool
    mine: bool
    storm: StormDetail | None
    covers: bool


class TeamsKnown(msgspec.Struct, frozen=True):
    """Every team, by name."""

    items: tuple[TeamKnown, ...]
    next: None = None


async def me(ctx: Context, who: Agent) -> Me:
    """Who is signed in, the teams with their streams and cursors, and duty."""

    async def look(tx: Tx) -> dict[str, int]:
        return {row[0]: row[1] for row in await tx.fetch(Q.all_heads)}

    heads = await ctx.store.read(look)
    people = await roster(ctx)
    mine = await colleague(ctx, who.id)
    return Me(
        agent=mine,
        teams=tuple(
            TeamStream(
                people.team_ref(team),
                f"team:{team}",
                str(Cursor(ctx.memory.epoch, heads[f"team:{team}"])),
            )
            for team in sorted(who.teams)
        ),
        duty=await get_duty(ctx, who.id),
    )


async def colleague(ctx: Context, agent_id: str) -> Colleague:
    """An agent as other agents see them."""
    found = (await roster(ctx)).agent(agent_id)
    return Colleague(found.id, found.name, found.role, found.photo_url, found.line, found.on_duty)


async def my_teams(ctx: Context, who: Agent) -> TeamSheets:
    """The people of my teams, with who is on duty and how much each has."""
    people, at = await roster(ctx), ctx.clock()

    async def look(tx: Tx) -> dict[str, float | None]:
        measures = ctx.memory.measures
        return {team: await measures.kept_rate(tx, people, team, now=at) for team in who.teams}

    kept = await ctx.store.read(look)
    sheets = []
    for team in sorted(who.teams):
        now, storm = opening(people, team, at=at), people.storm_of(team, at=at)
        members = await _teammates(ctx, people, team, at=at)
        sheets.append(
            TeamSheet(
                team=people.team_ref(team),
                members=tuple(members),
                time_zone=people.team(team).time_zone,
                hours=now.hours,
                open=now.open,
                state=now.state,
                closes_at=now.closes_at,
                next_open=now.next_open,
                line=people.line_of(team, at=at),
                kept_rate=kept[team],
                handing=(rules := people.rules_of(team)).handing,
                soft_limit=rules.soft_limit,
                hard_limit=rules.hard_limit,
                calls_back=rules.callback_minutes > 0,
                notice=show_notice(people.notice_of(team, at=at)),
                storm=None if storm is None else describe(storm, people),
            )
        )
    return TeamSheets(tuple(sheets))


async def all_teams(ctx: Context, who: Agent) -> TeamsKnown:
    """Every team, my own and the others, whose people and threads stay theirs."""
    people, at = await roster(ctx), ctx.clock()
    found = []
    for team in sorted(people.teams.values(), key=lambda one: (one.name, one.id)):
        now, storm = opening(people, team.id, at=at), people.storm_of(team.id, at=at)
        found.append(
            TeamKnown(
                team=team.ref(),
                place=team.place,
                state=now.state,
                next_open=now.next_open,
                general=people.rules_of(team.id).general,
                mine=team.id in who.teams,
                storm=None if storm is None else describe(storm, people),
                covers=may_cover(people, team.id, at=at, urgent=False),
            )
        )
    return TeamsKnown(tuple(found))


async def _teammates(ctx: Context, people: Roster, team: str, *, at: int) -> list[Teammate]:
    async def look(tx: Tx) -> dict[str, int]:
        rows = await tx.fetch(Q.team_active, team=team, since=at - ACTIVE_MS)
        return {row[0]: row[1] for row in rows}

    active = await ctx.store.read(look)
    found = []
    for agent in people.active(team):
        known, shift = people.agent(agent), people.shift_of(agent)
        found.append(
            Teammate(
                known.id,
                known.name,
                known.role,
                known.photo_url,
                known.line,
                known.on_duty,
                active=active.get(agent, 0),
                on_shift=None if shift is None else covers(shift, at, at),
            )
        )
    return sorted(found, key=lambda one: (one.name, one.id))


async def queue(
    ctx: Context, who: Agent, *, view: View, cursor: str | None, limit: int
) -> SummaryPage:
    """One of the desk's lists, a page at a time.

    *mine*, *waiting* and *team* come by when an answer was promised, and where nothing was, by
    since when they wait; *snoozed* in the order of waking, *all* by newest message.
    """
    newest_first = view == "all"
    at, thread = _place(cursor, newest_first=newest_first)

    async def look(tx: Tx) -> tuple[list[Row], list[ThreadSummary]]:
        rows = await tx.fetch(_LISTS[view], agent=who.id, at=at, id=thread, limit=limit + 1)
        shown = [
            read_summary(row, unread=await count_unread_of(tx, row[0], agent=who.id))
            for row in rows[:limit]
        ]
        return rows, shown

    rows, shown = await ctx.store.read(look)
    more = len(rows) > limit
    return SummaryPage(
        items=tuple(shown), next=_after(view, read_thread(rows[limit - 1])) if more else None
    )


async def summary(ctx: Context, who: Agent, *, thread: str) -> ThreadSummary:
    """One thread in a line. NotFound unless it is one of the agent's."""

    async def look(tx: Tx) -> ThreadSummary:
        await get_seen(tx, who, thread)
        return await read_summary_of(tx, thread, agent=who.id)

    shown = await ctx.store.read(look)
    looked(ctx, who, "open", thread=thread)
    return shown


async def timeline(ctx: Context, who: Agent, *, thread: str, before: int, limit: int) -> RawPage:
    """Everything in a thread's log before a place, newest first: messages, notes and marks."""

    async def look(tx: Tx) -> list[Row]:
        await get_seen(tx, who, thread)
        return await tx.fetch(Q.thread_newest, thread=thread, before=before, limit=limit + 1)

    rows = await ctx.store.read(look)
    looked(ctx, who, "open", thread=thread)
    items = tuple(msgspec.Raw(wire(read_item(row))) for row in rows[:limit])
    return RawPage(items=items, next=str(rows[limit - 1][0]) if len(rows) > limit else None)


def _place(cursor: str | None, *, newest_first: bool) -> tuple[int, str]:
    """Where a page begins. Ids are lower-case hex and dashes: `g` is beyond all of them."""
    if cursor is None:
        return (LARGEST, "g") if newest_first else (-1, "")
    at, _, thread = cursor.partition(".")
    if not at.isdecimal() or len(at) > 16 or not re.fullmatch("[0-9a-f-]{1,64}", thread):
        raise BadRequest.field("query.cursor", "is not a cursor of this list")
    return int(at), thread


def _after(view: View, last: Thread) -> str:
    at = {"all": last.last_message_at, "snoozed": last.snoozed_until}.get(view, last.due_at)
    return f"{LARGEST if at is None else at}.{last.id}"
