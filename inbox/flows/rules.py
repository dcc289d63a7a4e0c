"""How each team works, as its leads and admins set it."""

from __future__ import annotations

import msgspec

from inbox.core.errors import BadRequest
from inbox.core.events import TeamRef
from inbox.core.policy import Agent, Operator, demand_lead
from inbox.core.rules import TeamRules, change_rules
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_lead_still, move_registry
from inbox.flows.taking_back import begin_clocks_anew
from inbox.store.queries import Q


class RulesDetail(msgspec.Struct, frozen=True):
    """A team's rules: those that were never set with their defaults."""

    team: TeamRef
    rules: TeamRules


async def get_rules(ctx: Context, who: Agent | Operator, *, team: str) -> RulesDetail:
    """A team's rules, for its leads and for admins; for others there is no such team."""
    demand_lead(who, team)
    people = await ctx.store.read(read_roster)
    return RulesDetail(people.team_ref(team), people.rules_of(team))


async def set_rules(
    ctx: Context, who: Agent | Operator, *, team: str, change: msgspec.Struct
) -> RulesDetail:
    """Set what a `RulesChange` gives, from now on; what it leaves out stays.

    What changes nothing writes nothing, into the audit log neither.
    """
    demand_lead(who, team)

    async def work(writing: Writing) -> RulesDetail:
        await demand_lead_still(writing.tx, who, team)
        # Locked before they are read: what others change at the same moment is not set back.
        await writing.tx.fetch(Q.lock_teams)
        people = await read_roster(writing.tx)
        ref = people.team_ref(team)
        rules = change_rules(people.rules_of(team), change)
        _check_cover(rules, people, team)
        if rules == people.rules_of(team):
            return RulesDetail(ref, rules)
        await writing.tx.execute(Q.put_rules, team=team, rules=msgspec.json.encode(rules).decode())
        await record(ctx, writing, who, "team.rules", team=team)
        await move_registry(writing)
        return RulesDetail(ref, rules)

    detail = await write(ctx, work)
    if getattr(change, "take_back_after", msgspec.UNSET) is not msgspec.UNSET:
        await begin_clocks_anew(ctx, team)
    return detail


def _check_cover(rules: TeamRules, people: Roster, team: str) -> None:
    """BadRequest names a covering team that there is not, or that would cover itself."""
    keys = {one.key: one.id for one in people.teams.values()}
    for place, key in enumerate(rules.cover_by):
        if key not in keys:
            known = ", ".join(sorted(keys))
            raise BadRequest.field(
                f"cover_by[{place}]", f"there is no team {key}; there are {known}"
            )
        if keys[key] == team or key in rules.cover_by[:place]:
            raise BadRequest.field(f"cover_by[{place}]", "is the team itself, or named twice")
