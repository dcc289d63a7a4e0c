"""Canned responses: of a team, or of all; kept by leads and admins, filled in for a thread."""

from __future__ import annotations

import msgspec

from inbox.core import canned as rules
from inbox.core.canned import Facts
from inbox.core.errors import BadRequest, NotFound
from inbox.core.events import TeamRef
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand, demand_lead
from inbox.flows.access import get_seen
from inbox.flows.audit import looked, record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_admin_still, demand_lead_still
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_customer
from inbox.store.rows import sure

MOST = 500
"""Responses of one team, or of all teams together, at most."""


class CannedDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A response of a team by id, or (null) of all teams; `shortcut` is its key there."""

    shortcut: str
    title: str
    text: str
    team: str | None = None


class Canned(msgspec.Struct, frozen=True):
    """A canned response as it was written.

    `filled` is the text for the thread that was asked for, null without one; `missing` are the
    fields that had no value there and left a gap.
    """

    id: str
    team: TeamRef | None
    shortcut: str
    title: str
    text: str
    changed_at: str
    filled: str | None = None
    missing: tuple[str, ...] = ()


class CannedList(msgspec.Struct, frozen=True):
    """All that there are for the caller: shared ones first, by shortcut."""

    items: tuple[Canned, ...]
    next: None = None


async def list_canned(
    ctx: Context, who: Agent | Operator, *, thread: str | None = None
) -> CannedList:
    """The shared responses and those of one's teams; for admins and operators those of all.

    With a thread: the shared ones and those of its teams that are one's own, with their fields
    filled in. Nothing is sent. NotFound unless the thread is one of the agent's.
    """
    people = await roster(ctx)

    async def look(tx: Tx) -> tuple[list[Row], Thread | None, str | None]:
        rows = await tx.fetch(Q.list_canned)
        if thread is None or not isinstance(who, Agent):
            return rows, None, None
        seen = await get_seen(tx, who, thread)
        known = read_customer(sure(await tx.fetch_one(Q.get_customer, customer=seen.customer_id)))
        return rows, seen, known.name

    rows, seen, customer = await ctx.store.read(look)
    if seen is None or not isinstance(who, Agent):
        mine = who.teams if isinstance(who, Agent) and who.role != "admin" else people.teams.keys()
        of = {None, *(people.teams.keys() & mine)}
        return CannedList(tuple(_read(row, people) for row in rows if row[1] in of))
    looked(ctx, who, "open", thread=seen.id)
    facts = _facts(people, who, seen, customer)
    of = {None, *({seen.home_team, seen.serving_team} & who.teams)}
    return CannedList(tuple(_filled(_read(row, people), facts) for row in rows if row[1] in of))


async def set_canned(ctx: Context, who: Agent | Operator, draft: CannedDraft) -> Canned:
    """Keep a response, in place of the one with this shortcut in the same team.

    Leads write those of their teams, admins of any, and those of all. Raises Forbidden, NotFound
    for a team that is not the caller's, and BadRequest, which names what is wrong.
    """
    _demand(who, draft.team)
    shortcut = rules.check_shortcut(draft.shortcut)
    title, text = rules.check_title(draft.title), rules.check_text(draft.text)

    async def work(writing: Writing) -> Canned:
        tx, team = writing.tx, draft.team
        await _demand_still(tx, who, team)
        await tx.fetch(Q.lock_teams)  # one after the other, else two may be one too many
        people = await read_roster(tx)
        if team is not None:
            people.team(team)
        row = await tx.fetch_one(
            Q.put_canned,
            id=ctx.ids(),
            team=team,
            shortcut=shortcut,
            title=title,
            body=text,
            at=writing.at,
        )
        kept = _read(sure(row), people)
        if sum(row[1] == team for row in await tx.fetch(Q.list_canned)) > MOST:
            raise BadRequest.field("shortcut", f"there are {MOST} already, which is the most")
        await record(ctx, writing, who, "canned.set", team=team, canned=kept.id)
        return kept

    return await write(ctx, work)


async def remove_canned(ctx: Context, who: Agent | Operator, *, canned: str) -> None:
    """Forget a response by its id. NotFound where it is none of the caller's to write."""
    demand(who, "arrange")

    async def work(writing: Writing) -> None:
        row = await writing.tx.fetch_one(Q.get_canned, id=canned)
        if row is None:
            raise NotFound("there is no such response")
        await _demand_still(writing.tx, who, row[1])
        if not await writing.tx.execute(Q.drop_canned, id=canned):
            raise NotFound("there is no such response")
        await record(ctx, writing, who, "canned.remove", team=row[1], canned=canned)

    await write(ctx, work)


def _demand(who: Agent | Operator, team: str | None) -> None:
    if team is None:
        demand(who, "administer")
    else:
        demand_lead(who, team)


async def _demand_still(tx: Tx, who: Agent | Operator, team: str | None) -> None:
    if team is None:
        await demand_admin_still(tx, who)
    else:
        await demand_lead_still(tx, who, team)


def _facts(people: Roster, who: Agent, thread: Thread, customer: str | None) -> Facts:
    """What the fields say in this thread: the team is the one that serves it."""
    team = people.team(thread.serving_team)
    hours = people.hours.get(team.id)
    return Facts(
        customer=customer,
        agent=people.agent(who.id).name,
        team=team.name,
        place=team.place,
        weekly=None if hours is None else hours.weekly,
    )


def _read(row: Row, people: Roster) -> Canned:
    id_, team, shortcut, title, body, at = row
    ref = None if team is None else people.team_ref(team)
    return Canned(id_, ref, shortcut, title, body, to_text(at))


def _filled(canned: Canned, facts: Facts) -> Canned:
    filled = rules.fill(canned.text, facts)
    return msgspec.structs.replace(canned, filled=filled.text, missing=filled.missing)
