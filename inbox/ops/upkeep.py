"""Operations on the database as a whole, for whoever has it open."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.flows.context import Context
from inbox.flows.epoch import renew_epoch
from inbox.flows.examination import Examination, examine
from inbox.ops.operation import Nothing, Operation, Report
from inbox.ops.people import OPERATOR


class Renewed(msgspec.Struct, frozen=True):
    """The epoch that every new cursor carries."""

    epoch: str


async def renew(ctx: Context, _asked: Nothing, _report: Report) -> Renewed:
    """Void every cursor."""
    return Renewed(await renew_epoch(ctx, OPERATOR))


async def look(ctx: Context, _asked: Nothing, _report: Report) -> Examination:
    """Read through the database."""
    return await examine(ctx.store)


UPKEEP: tuple[Operation[Any], ...] = (
    Operation("epoch.renew", Nothing, renew),
    Operation("examine", Nothing, look),
)
