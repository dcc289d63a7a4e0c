"""Storm mode and notices: a team's state, which one call sets and one takes back.

No thread is touched by either call, so both are quick however many are open. What was spilled is
called back afterwards in steps, by a task that goes on where another process stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from inbox.core import storm as rules
from inbox.core.errors import BadRequest, Conflict
from inbox.core.events import TeamRef
from inbox.core.frames import NoticeShown
from inbox.core.hours import state
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer, Operator, demand_lead
from inbox.core.storm import Helper, Plan, Storm
from inbox.core.text import clean_line
from inbox.core.timetable import State
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.fields import read_until
from inbox.flows.roster import Notice, Roster, read_roster
from inbox.flows.signin import demand_lead_still, move_registry
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q

NOTICE_LIMIT = 300
TOGETHER = 200
"""Leases called back in one transaction."""
LATE_MS = 10_000
"""So long after its end a storm may still be known to a node, and get a conversation."""


class StormDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who helps, with how many of a hundred new conversations; what all customers are told.

    `until` is an RFC 3339 time, a day from now where absent. `widen`: so many times as long is
    promised.
    """

    teams: tuple[Helper, ...]
    notice: str
    until: str | None = None
    widen: float = 1.0


class NoticeDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to tell all customers, in at most 300 characters; null: nothing any more."""

    notice: str | None


class HelperShown(msgspec.Struct, frozen=True):
    """A team that helps, and how many of a hundred new conversations it takes."""

    team: TeamRef
    share: int


class StormDetail(msgspec.Struct, frozen=True):
    """A storm that is in force."""

    team: TeamRef
    since: str
    until: str
    teams: tuple[HelperShown, ...]
    notice: str
    widen: float


class TeamNotice(msgspec.Struct, frozen=True):
    """What a team tells its customers now; a storm's notice comes before its own."""

    team: TeamRef
    notice: NoticeShown | None


async def begin(
    ctx: Context, who: Agent | Operator, *, team: str, draft: StormDraft
) -> StormDetail:
    """Begin a storm: from now on new conversations spill, and the notice is shown.

    For leads of the team and admins. Raises Forbidden, NotFound, BadRequest, and Conflict where
    the team has a storm already.
    """
    demand_lead(who, team)
    helpers = rules.check_helpers(team, draft.teams)
    plan = Plan(helpers, rules.check_widen(draft.widen))
    notice = ctx.mask(clean_line(draft.notice, path="notice", limit=NOTICE_LIMIT))
    given = None if draft.until is None else read_until(draft.until)

    async def work(writing: Writing) -> StormDetail:
        await demand_lead_still(writing.tx, who, team)
        # Locked before they are read: two that begin at once do not both succeed.
        await writing.tx.fetch(Q.lock_teams)
        people = await read_roster(writing.tx)
        people.team(team)
        for place, helper in enumerate(helpers):
            if helper.team not in people.teams:
                raise BadRequest.field(f"teams[{place}].team", "there is no such team")
        until = rules.check_until(given, now=writing.at)
        if known := people.storms.get(team):
            if known.rages(writing.at):
                raise Conflict("this team has a storm already; end it first")
            await writing.tx.execute(Q.end_storm, id=known.id, at=known.until, by=None)
        storm = Storm(ctx.ids(), team, writing.at, until, notice, plan)
        await writing.tx.execute(
            Q.add_storm,
            id=storm.id,
            team=team,
            at=writing.at,
            by=who.id,
            until=until,
            plan=msgspec.json.encode(plan).decode(),
            notice=notice,
        )
        await record(ctx, writing, who, "team.storm", team=team, storm=storm.id)
        await move_registry(writing)
        return describe(storm, people)

    return await write(ctx, work)


async def end(ctx: Context, who: Agent | Operator, *, team: str) -> None:
    """End a storm; where there is none nothing happens. What it spilled comes back by and by."""
    demand_lead(who, team)

    async def work(writing: Writing) -> None:
        await demand_lead_still(writing.tx, who, team)
        people = await read_roster(writing.tx)
        people.team(team)
        storm = people.storms.get(team)
        if storm is None:
            return
        await writing.tx.execute(Q.end_storm, id=storm.id, at=writing.at, by=who.id)
        await record(ctx, writing, who, "team.storm.end", team=team, storm=storm.id)
        await move_registry(writing)

    await write(ctx, work)


async def set_notice(
    ctx: Context, who: Agent | Operator, *, team: str, notice: str | None
) -> TeamNotice:
    """Tell all customers of a team something until it is taken back; none: nothing any more.

    For leads of the team and admins. Raises Forbidden, NotFound and BadRequest.
    """
    demand_lead(who, team)
    text = notice
    if text is not None:
        text = ctx.mask(clean_line(text, path="notice", limit=NOTICE_LIMIT))

    async def work(writing: Writing) -> TeamNotice:
        await demand_lead_still(writing.tx, who, team)
        people = await read_roster(writing.tx)
        ref = people.team_ref(team)
        if text is None:
            await writing.tx.execute(Q.drop_notice, team=team)
        else:
            await writing.tx.execute(Q.put_notice, team=team, notice=text, at=writing.at)
        await record(ctx, writing, who, "team.notice", team=team)
        await move_registry(writing)
        now = await read_roster(writing.tx)
        return TeamNotice(ref, show_notice(now.notice_of(team, at=writing.at)))

    return await write(ctx, work)


async def sweep_storms(ctx: Context) -> bool:
    """End the storms whose time is over, and call back what they spilled, some at a time.

    True where there is more to call back. For a task of every second.
    """

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.spent_storms, now=ctx.clock(), limit=20)

    more = False
    for storm, _, until, ended_at in await ctx.store.read(look):
        ended = until if ended_at is None else min(ended_at, until)

        async def work(
            writing: Writing, storm: str = storm, ended: int = ended, known: int | None = ended_at
        ) -> bool:
            if known is None and await writing.tx.execute(Q.end_storm, id=storm, at=ended, by=None):
                await move_registry(writing)
            called = await writing.tx.execute(Q.call_back, storm=storm, at=ended, limit=TOGETHER)
            if called == 0 and writing.at >= ended + LATE_MS:
                await writing.tx.execute(Q.storm_swept, id=storm)
            return called == TOGETHER

        more |= await write(ctx, work, long=True)
    return more


def describe(storm: Storm, people: Roster) -> StormDetail:
    """A storm as leads see it."""
    return StormDetail(
        team=people.team_ref(storm.team),
        since=to_text(storm.began_at),
        until=to_text(storm.until),
        teams=tuple(
            HelperShown(people.team_ref(helper.team), helper.share) for helper in storm.plan.helpers
        ),
        notice=storm.notice,
        widen=storm.plan.widen,
    )


async def notices_now(ctx: Context) -> dict[str, NoticeShown]:
    """What teams tell their customers now, by team; those that say nothing are absent."""
    people, at = await roster(ctx), ctx.clock()
    shown = {team: show_notice(people.notice_of(team, at=at)) for team in people.teams}
    return {team: notice for team, notice in shown.items() if notice is not None}


async def states_now(ctx: Context) -> dict[str, State]:
    """Whether teams are there by their hours, by team."""
    people, at = await roster(ctx), ctx.clock()
    return {team: state(people.hours_of(team), at) for team in people.teams}


async def homes_of(ctx: Context, customers: Sequence[Customer]) -> list[str | None]:
    """The home teams of these customers, in their order; in one look."""

    async def look(tx: Tx) -> list[str | None]:
        rows = [await tx.fetch_one(Q.home_of, thread=who.thread) for who in customers]
        return [None if row is None else row[0] for row in rows]

    return await ctx.store.read(look)


def show_notice(notice: Notice | None) -> NoticeShown | None:
    """A notice as customers see it."""
    if notice is None:
        return None
    until = None if notice.until is None else to_text(notice.until)
    return NoticeShown(notice.text, to_text(notice.since), until)
