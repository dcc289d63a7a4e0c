"""Operations on canned responses, with teams by key."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import NotFound
from inbox.flows import canned
from inbox.flows.canned import Canned, CannedDraft, CannedList
from inbox.flows.context import Context
from inbox.ops.hours import find_team
from inbox.ops.operation import Nothing, Operation, Report
from inbox.ops.people import OPERATOR


class CannedSet(msgspec.Struct, frozen=True):
    """A response of a team by key, or of all teams."""

    shortcut: str
    title: str
    text: str
    team: str | None = None


class CannedRemove(msgspec.Struct, frozen=True):
    """A response by its shortcut in a team by key, or among those of all teams."""

    shortcut: str
    team: str | None = None


async def show_canned(ctx: Context, _asked: Nothing, _report: Report) -> CannedList:
    """Every canned response."""
    return await canned.list_canned(ctx, OPERATOR)


async def keep_canned(ctx: Context, asked: CannedSet, _report: Report) -> Canned:
    """Set one response."""
    team = None if asked.team is None else await find_team(ctx, asked.team)
    draft = CannedDraft(asked.shortcut, asked.title, asked.text, team)
    return await canned.set_canned(ctx, OPERATOR, draft)


async def drop_canned(ctx: Context, asked: CannedRemove, _report: Report) -> Nothing:
    """Remove one response."""
    team = None if asked.team is None else await find_team(ctx, asked.team)
    for one in (await canned.list_canned(ctx, OPERATOR)).items:
        if one.shortcut == asked.shortcut and (one.team.id if one.team else None) == team:
            await canned.remove_canned(ctx, OPERATOR, canned=one.id)
            return Nothing()
    raise NotFound(f"there is no response {asked.shortcut} there; see `pinbox canned list`")


CANNED: tuple[Operation[Any], ...] = (
    Operation("canned.list", Nothing, show_canned),
    Operation("canned.set", CannedSet, keep_canned),
    Operation("canned.remove", CannedRemove, drop_canned),
)
