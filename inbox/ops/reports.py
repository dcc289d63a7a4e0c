"""The operation behind `pinbox report`, with the team by key."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from inbox.core.figures import Figures
from inbox.core.periods import By
from inbox.core.sheet import to_csv
from inbox.flows import reports
from inbox.flows.context import Context
from inbox.flows.reports import Per, Question
from inbox.ops.hours import find_team
from inbox.ops.operation import Operation
from inbox.ops.operation import Report as Progressed
from inbox.ops.people import OPERATOR


class ReportAsked(msgspec.Struct, frozen=True):
    """Which days, both included, and what the rows are; the team by key."""

    first: date
    last: date
    by: By = "total"
    per: Per = "team"
    team: str | None = None
    market: str | None = None


class Reported(msgspec.Struct, frozen=True):
    """The report, and the same as CSV."""

    items: tuple[Figures, ...]
    csv: str


async def make_report(ctx: Context, asked: ReportAsked, _report: Progressed) -> Reported:
    """Count."""
    team = None if asked.team is None else await find_team(ctx, asked.team)
    question = Question(asked.first, asked.last, asked.by, asked.per, team, asked.market)
    found = await reports.report(ctx, OPERATOR, question)
    return Reported(found.items, to_csv(found.items))


REPORTS: tuple[Operation[Any], ...] = (Operation("report", ReportAsked, make_report),)
