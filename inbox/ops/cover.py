"""Operations on storms and notices, with teams by key."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.storm import Helper
from inbox.flows import storms
from inbox.flows.context import Context
from inbox.flows.storms import StormDetail, StormDraft, TeamNotice
from inbox.ops.hours import find_team
from inbox.ops.operation import Operation, Report
from inbox.ops.people import OPERATOR


class StormBegin(msgspec.Struct, frozen=True):
    """A team by key, the shares of others by theirs, and what customers are told."""

    key: str
    shares: dict[str, int]
    notice: str
    until: str | None = None
    widen: float = 1.0


class StormEnd(msgspec.Struct, frozen=True):
    """A team by key."""

    key: str


class NoticeSet(msgspec.Struct, frozen=True):
    """A team by key, and what its customers are told; none: nothing any more."""

    key: str
    notice: str | None = None


async def begin_storm(ctx: Context, asked: StormBegin, _report: Report) -> StormDetail:
    """Begin a storm."""
    team = await find_team(ctx, asked.key)
    helpers = [Helper(await find_team(ctx, key), share) for key, share in asked.shares.items()]
    draft = StormDraft(tuple(helpers), asked.notice, asked.until, asked.widen)
    return await storms.begin(ctx, OPERATOR, team=team, draft=draft)


async def end_storm(ctx: Context, asked: StormEnd, _report: Report) -> StormEnd:
    """End a storm, if there is one."""
    await storms.end(ctx, OPERATOR, team=await find_team(ctx, asked.key))
    return asked


async def set_notice(ctx: Context, asked: NoticeSet, _report: Report) -> TeamNotice:
    """Set a notice, or take it back."""
    team = await find_team(ctx, asked.key)
    return await storms.set_notice(ctx, OPERATOR, team=team, notice=asked.notice)


COVER: tuple[Operation[Any], ...] = (
    Operation("team.storm.begin", StormBegin, begin_storm),
    Operation("team.storm.end", StormEnd, end_storm),
    Operation("team.notice", NoticeSet, set_notice),
)
