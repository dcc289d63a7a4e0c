"""What a team's customers see of it and of its people: its leads set that, and admins."""

from __future__ import annotations

import msgspec

from inbox.core.errors import NotFound
from inbox.core.events import TeamRef
from inbox.core.policy import Agent, Operator, demand_lead
from inbox.core.text import clean_line
from inbox.flows.agents import LINE_LIMIT, NAME_LIMIT
from inbox.flows.attaching import demand_photo
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.fields import check_url, checked
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_lead_still, move_registry
from inbox.store.queries import Q


class PersonLook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of what customers see of somebody; null takes it away. Names are admins'."""

    photo_url: str | msgspec.UnsetType | None = msgspec.UNSET
    line: str | msgspec.UnsetType | None = msgspec.UNSET


class PageLook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change at the head of a team's page; null takes it away. Names are admins'."""

    place: str | msgspec.UnsetType | None = msgspec.UNSET
    photo_url: str | msgspec.UnsetType | None = msgspec.UNSET


class PersonShown(msgspec.Struct, frozen=True):
    """Somebody as a team's customers see them."""

    id: str
    name: str
    photo_url: str | None
    line: str | None


class PageHead(msgspec.Struct, frozen=True):
    """The head of a team's page."""

    team: TeamRef
    place: str | None
    photo_url: str | None


async def change_person(
    ctx: Context, who: Agent | Operator, *, team: str, agent: str, change: PersonLook
) -> PersonShown:
    """Set the photo and the line of somebody in a team. For leads of that team and admins.

    What changes nothing writes nothing, into the audit log neither.

    Raises Forbidden, NotFound for a team that is not theirs or somebody who is not in it, and
    BadRequest.
    """
    demand_lead(who, team)
    told = _said(change)

    async def work(writing: Writing) -> PersonShown:
        await demand_lead_still(writing.tx, who, team)
        # Before it is read, so that nothing is set back.
        await writing.tx.fetch(Q.lock_agent, agent=agent)
        people = await read_roster(writing.tx)
        if agent not in people.active(team):
            raise NotFound("there is no such agent in this team")
        before = people.agent(agent)
        data = {"photo_url": before.photo_url, "line": before.line} | told
        shown = PersonShown(agent, before.name, **data)
        if data == {"photo_url": before.photo_url, "line": before.line}:
            return shown
        if data["photo_url"] != before.photo_url:
            await demand_photo(writing, data["photo_url"])
        await writing.tx.execute(Q.save_face, agent=agent, **data)
        await record(ctx, writing, who, "agent.look", agent=agent, team=team)
        await move_registry(writing)
        return shown

    return await write(ctx, work)


async def get_page(ctx: Context, who: Agent | Operator, *, team: str) -> PageHead:
    """The head of a team's page, for its leads and admins; for others there is no such team."""
    demand_lead(who, team)
    return _head(await ctx.store.read(read_roster), team)


async def change_page(
    ctx: Context, who: Agent | Operator, *, team: str, change: PageLook
) -> PageHead:
    """Set the place and the photo of a team. For its leads and admins.

    What changes nothing writes nothing, into the audit log neither.

    Raises Forbidden, NotFound for a team that is not theirs, and BadRequest.
    """
    demand_lead(who, team)
    told = _said(change)

    async def work(writing: Writing) -> PageHead:
        await demand_lead_still(writing.tx, who, team)
        await writing.tx.fetch(Q.lock_teams)
        people = await read_roster(writing.tx)
        before = people.team(team)
        data = {"place": before.place, "photo_url": before.photo_url} | told
        if data == {"place": before.place, "photo_url": before.photo_url}:
            return _head(people, team)
        if data["photo_url"] != before.photo_url:
            await demand_photo(writing, data["photo_url"])
        await writing.tx.execute(Q.save_page, team=team, **data)
        await record(ctx, writing, who, "team.look", team=team)
        await move_registry(writing)
        return _head(await read_roster(writing.tx), team)

    return await write(ctx, work)


def _said(change: PersonLook | PageLook) -> dict[str, str | None]:
    """What a change gives, fit to store; BadRequest."""
    told: dict[str, str | None] = {}
    for path in change.__struct_fields__:
        given = getattr(change, path)
        if given is msgspec.UNSET:
            continue
        if given is None:
            told[path] = None
        elif path == "photo_url":
            told[path] = checked(path, check_url, given)
        else:
            limit = LINE_LIMIT if path == "line" else NAME_LIMIT
            told[path] = clean_line(given, path=path, limit=limit)
    return told


def _head(people: Roster, team: str) -> PageHead:
    known = people.team(team)
    return PageHead(people.team_ref(team), known.place, known.photo_url)
