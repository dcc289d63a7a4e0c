"""The operation on an agent's shift, with the week as operators type it."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.errors import BadRequest
from inbox.core.shorthand import read_weekly
from inbox.flows import shifts
from inbox.flows.context import Context
from inbox.flows.shifts import ShiftDetail, ShiftDraft
from inbox.ops.operation import Operation, Report
from inbox.ops.people import OPERATOR, find_agent


class ShiftAsk(msgspec.Struct, frozen=True):
    """An agent by name or id, and what to set of the shift (none: take it away)."""

    agent: str
    weekly: str | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: str | None = None


async def keep_shift(ctx: Context, asked: ShiftAsk, _report: Report) -> ShiftDetail:
    """Set what is asked for, and show the shift."""
    agent = (await find_agent(ctx, asked.agent)).id
    if asked.weekly is msgspec.UNSET:
        return await shifts.get_shift(ctx, OPERATOR, agent=agent)
    try:
        week = None if asked.weekly is None else read_weekly(asked.weekly)
    except ValueError as error:
        raise BadRequest.field("set", str(error)) from None
    draft = ShiftDraft(week, asked.time_zone)
    return await shifts.set_shift(ctx, OPERATOR, agent=agent, draft=draft)


SHIFTS: tuple[Operation[Any], ...] = (Operation("agent.shift", ShiftAsk, keep_shift),)
