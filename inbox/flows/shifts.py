"""Agents' shifts, as their leads and admins keep them. Duty ends with them."""

from __future__ import annotations

import msgspec

from inbox.auth.claims import check_time_zone
from inbox.core import hours as rules
from inbox.core.errors import BadRequest, NotFound
from inbox.core.events import AgentRef
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand, demand_leader
from inbox.core.shifts import ends_at
from inbox.core.timetable import Weekly, check_weekly
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.fields import checked
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_leader_still, move_registry
from inbox.store.queries import Q


class ShiftDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an agent is at work in an ordinary week; null: not said.

    `time_zone` (IANA) is the agent's own; without it that of the shift before, else that of their
    first team by key.
    """

    weekly: Weekly | None
    time_zone: str | None = None


class ShiftDetail(msgspec.Struct, frozen=True):
    """An agent's shift, and whether it is now. `begins_at` is none while it is, `ends_at` else."""

    agent: AgentRef
    time_zone: str | None
    weekly: Weekly | None
    on: bool
    begins_at: str | None
    ends_at: str | None


async def get_shift(ctx: Context, who: Agent | Operator, *, agent: str) -> ShiftDetail:
    """An agent's shift, for leads of their teams and for admins; NotFound for others."""
    people = await ctx.store.read(read_roster)
    demand_leader(who, [team.id for team in people.teams_of(agent)])
    _find(people, agent)
    return _detail(people, agent, at=ctx.clock())


async def set_shift(
    ctx: Context, who: Agent | Operator, *, agent: str, draft: ShiftDraft
) -> ShiftDetail:
    """Say when an agent is at work from now on. Raises BadRequest, which names the period."""
    demand(who, "arrange")
    weekly = None if draft.weekly is None else check_weekly(draft.weekly)
    zone = draft.time_zone
    if zone is not None:
        zone = checked("time_zone", check_time_zone, zone)

    async def work(writing: Writing) -> ShiftDetail:
        await writing.tx.fetch(Q.lock_agent, agent=agent)
        await demand_leader_still(writing.tx, who, agent)
        people = await read_roster(writing.tx)
        _find(people, agent)
        if weekly is None:
            await writing.tx.execute(Q.drop_shift, agent=agent)
        else:
            await writing.tx.execute(
                Q.put_shift,
                agent=agent,
                time_zone=zone or _zone_of(people, agent),
                weekly=msgspec.json.encode(weekly).decode(),
            )
        people = await read_roster(writing.tx)
        await writing.tx.execute(
            Q.move_duty_end, agent=agent, ends_at=ends_at(people.shift_of(agent), writing.at)
        )
        await record(ctx, writing, who, "agent.shift", agent=agent)
        await move_registry(writing)
        return _detail(people, agent, at=writing.at)

    return await write(ctx, work)


def _find(people: Roster, agent: str) -> None:
    if people.agent(agent).is_stand_in:
        raise NotFound("there is no such agent")


def _zone_of(people: Roster, agent: str) -> str:
    known = people.shift_of(agent)
    if known is not None:
        return str(known.zone)
    teams = sorted(people.teams_of(agent), key=lambda team: team.key)
    if not teams:
        raise BadRequest.field("time_zone", "is needed, since the agent is in no team")
    return teams[0].time_zone


def _detail(people: Roster, agent: str, *, at: int) -> ShiftDetail:
    shift, ref = people.shift_of(agent), people.agent_ref(agent)
    if shift is None:
        return ShiftDetail(ref, None, None, on=False, begins_at=None, ends_at=None)
    on = rules.state(shift, at) == "open"
    return ShiftDetail(
        ref,
        str(shift.zone),
        shift.weekly,
        on=on,
        begins_at=None if on else _text(rules.next_open(shift, at)),
        ends_at=_text(rules.closes_at(shift, at)) if on else None,
    )


def _text(at: int | None) -> str | None:
    return None if at is None else to_text(at)
