"""Teams and their markets, as admins and operators keep them."""

from __future__ import annotations

import re

import msgspec

from inbox.auth.claims import check_region, check_time_zone
from inbox.core.errors import BadRequest, Conflict
from inbox.core.policy import Agent, Operator, demand
from inbox.core.text import clean_line
from inbox.flows.attaching import demand_photo
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.fields import check_url, checked
from inbox.flows.roster import Roster, read_roster
from inbox.flows.signin import demand_admin_still, move_registry
from inbox.store.queries import Q, Value
from inbox.store.records import Team

MOST_REGIONS = 500
MOST_LANGUAGES = 100

_KEY = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,3}")


class TeamDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new team. Customers of `regions` get it as their home; the default team gets the rest."""

    key: str
    name: str
    time_zone: str
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    place: str | None = None
    photo_url: str | None = None
    default: bool = False
    max_customers: int | None = None


class TeamChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a team; what is absent stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    regions: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    languages: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    place: str | msgspec.UnsetType | None = msgspec.UNSET
    photo_url: str | msgspec.UnsetType | None = msgspec.UNSET
    default: bool | msgspec.UnsetType = msgspec.UNSET
    max_customers: int | msgspec.UnsetType | None = msgspec.UNSET


class TeamDetail(msgspec.Struct, frozen=True):
    """A team as admins see it. `customers` counts those pinned here who have written."""

    id: str
    key: str
    name: str
    place: str | None
    photo_url: str | None
    time_zone: str
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    default: bool
    max_customers: int | None
    customers: int
    members: int


class TeamDetails(msgspec.Struct, frozen=True):
    """Every team."""

    items: tuple[TeamDetail, ...]
    next: None = None


async def list_teams(ctx: Context) -> TeamDetails:
    """Every team, in the order they were made."""
    people = await ctx.store.read(read_roster)
    return TeamDetails(tuple(_detail(people, team) for team in people.teams.values()))


async def add_team(ctx: Context, who: Agent | Operator, draft: TeamDraft) -> TeamDetail:
    """Make a team with its stream. The key is for ever; one that is taken raises Conflict.

    The first team is the default one, whatever the draft says: there is always one.
    """
    demand(who, "administer")
    if not _KEY.fullmatch(draft.key):
        raise BadRequest.field("key", "2 to 40 of a–z, 0–9 and -, beginning with a letter")
    team_id, regions = ctx.ids(), _regions(draft.regions)
    data: dict[str, Value] = {
        "name": clean_line(draft.name, path="name", limit=80),
        "place": _place(draft.place),
        "photo_url": _photo(draft.photo_url),
        "time_zone": checked("time_zone", check_time_zone, draft.time_zone),
        "languages": _languages(draft.languages),
        "max_customers": _capacity(draft.max_customers),
    }

    async def work(writing: Writing) -> None:
        tx = writing.tx
        await demand_admin_still(tx, who)
        await demand_photo(writing, draft.photo_url)
        if await tx.fetch_one(Q.find_team, key=draft.key) is not None:
            raise Conflict(f"there is a team {draft.key} already")
        default = draft.default or not await tx.fetch(Q.all_teams)
        if default:
            await tx.execute(Q.clear_default_team)
        await tx.execute(
            Q.add_team, team=team_id, key=draft.key, at=writing.at, **data, is_default=default
        )
        await tx.execute(Q.add_stream, stream=f"team:{team_id}")
        await _set_regions(writing, team_id, regions)
        await record(ctx, writing, who, "team.add", team=team_id)
        await move_registry(writing)

    await write(ctx, work)
    return await get_team(ctx, team_id)


async def change_team(
    ctx: Context, who: Agent | Operator, *, team: str, change: TeamChange
) -> TeamDetail:
    """Change a team. Another default team takes the mark over; it cannot only be put down."""
    demand(who, "administer")
    if change == TeamChange():
        return await get_team(ctx, team)
    regions = None if change.regions is msgspec.UNSET else _regions(change.regions)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        # Locked before they are read: what others change at the same moment is not set back.
        await writing.tx.fetch(Q.lock_teams)
        before = (await read_roster(writing.tx)).team(team)
        if change.default is False and before.is_default:
            raise BadRequest.field("default", "make another team the default instead")
        default = before.is_default or change.default is True
        if default:
            await writing.tx.execute(Q.clear_default_team)
        data = _changed(before, change)
        if data["photo_url"] != before.photo_url:
            await demand_photo(writing, str(data["photo_url"]))
        await writing.tx.execute(Q.save_team, team=team, is_default=default, **data)
        if regions is not None:
            await _set_regions(writing, team, regions)
        await record(ctx, writing, who, "team.change", team=team)
        await move_registry(writing)

    await write(ctx, work)
    return await get_team(ctx, team)


async def get_team(ctx: Context, team: str) -> TeamDetail:
    """One team. NotFound where there is none."""
    people = await ctx.store.read(read_roster)
    return _detail(people, people.team(team))


def _changed(before: Team, change: TeamChange) -> dict[str, Value]:
    """The team's data with what the change names, checked."""
    data: dict[str, Value] = {
        name: getattr(before, name)
        for name in ("name", "place", "photo_url", "time_zone", "languages", "max_customers")
    }
    if change.name is not msgspec.UNSET:
        data["name"] = clean_line(change.name, path="name", limit=80)
    if change.place is not msgspec.UNSET:
        data["place"] = _place(change.place)
    if change.photo_url is not msgspec.UNSET:
        data["photo_url"] = _photo(change.photo_url)
    if change.time_zone is not msgspec.UNSET:
        data["time_zone"] = checked("time_zone", check_time_zone, change.time_zone)
    if change.languages is not msgspec.UNSET:
        data["languages"] = _languages(change.languages)
    if change.max_customers is not msgspec.UNSET:
        data["max_customers"] = _capacity(change.max_customers)
    return data


def _place(place: str | None) -> str | None:
    return None if place is None else clean_line(place, path="place", limit=80)


def _photo(url: str | None) -> str | None:
    return None if url is None else checked("photo_url", check_url, url)


def _capacity(most: int | None) -> int | None:
    if most is not None and not 1 <= most <= 10_000_000:
        raise BadRequest.field("max_customers", "must be 1 to 10,000,000")
    return most


def _languages(languages: tuple[str, ...]) -> str:
    if len(languages) > MOST_LANGUAGES:
        raise BadRequest.field("languages", f"at most {MOST_LANGUAGES}")
    for place, tag in enumerate(languages):
        if not _LANGUAGE.fullmatch(tag):
            raise BadRequest.field(f"languages[{place}]", "must be a language tag as en or es-US")
    return msgspec.json.encode(languages).decode()


def _regions(regions: tuple[str, ...]) -> tuple[str, ...]:
    if len(regions) > MOST_REGIONS:
        raise BadRequest.field("regions", f"at most {MOST_REGIONS}")
    return tuple(
        checked(f"regions[{place}]", check_region, region) for place, region in enumerate(regions)
    )


async def _set_regions(writing: Writing, team: str, regions: tuple[str, ...]) -> None:
    await writing.tx.execute(Q.clear_regions, team=team)
    for region in regions:
        await writing.tx.execute(Q.add_region, team=team, region=region)


def _detail(people: Roster, team: Team) -> TeamDetail:
    return TeamDetail(
        id=team.id,
        key=team.key,
        name=team.name,
        place=team.place,
        photo_url=team.photo_url,
        time_zone=team.time_zone,
        regions=people.regions[team.id],
        languages=team.spoken(),
        default=team.is_default,
        max_customers=team.max_customers,
        customers=team.customers,
        members=len(people.active(team.id)),
    )
