"""The line of the day: what a team says to its customers, as long as that day lasts."""

from __future__ import annotations

from datetime import date

import msgspec

from inbox.core.events import TeamRef
from inbox.core.policy import Agent, Operator, demand_lead
from inbox.core.text import clean_line
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.roster import read_roster
from inbox.flows.signin import demand_lead_still, move_registry
from inbox.store.queries import Q

LINE_LIMIT = 200


class LineDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say today, in at most 200 characters; null: nothing."""

    line: str | None


class TeamLine(msgspec.Struct, frozen=True):
    """What a team says of a date of its own calendar."""

    team: TeamRef
    line: str | None
    date: date


async def set_line(ctx: Context, who: Agent | Operator, *, team: str, line: str | None) -> TeamLine:
    """Say something for the rest of the team's day, in place of what was said, or nothing any more.

    For leads of the team and admins. Raises Forbidden, NotFound for a team that is not theirs, and
    BadRequest.
    """
    demand_lead(who, team)
    said = None if line is None else ctx.mask(clean_line(line, path="line", limit=LINE_LIMIT))

    async def work(writing: Writing) -> TeamLine:
        await demand_lead_still(writing.tx, who, team)
        people = await read_roster(writing.tx)
        today = people.today(team, at=writing.at)
        if said is None:
            await writing.tx.execute(Q.drop_line, team=team)
        else:
            await writing.tx.execute(Q.put_line, team=team, line=said, date=today.isoformat())
        await record(ctx, writing, who, "team.line", team=team)
        await move_registry(writing)
        return TeamLine(people.team_ref(team), said, today)

    return await write(ctx, work)
