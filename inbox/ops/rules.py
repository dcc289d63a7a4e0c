"""Operations on a team's rules, with values as operators type them."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.misfit import misfit
from inbox.core.rules import RulesChange
from inbox.flows import rules
from inbox.flows.context import Context
from inbox.flows.rules import RulesDetail
from inbox.ops.hours import find_team
from inbox.ops.operation import Operation, Report
from inbox.ops.people import OPERATOR


class RulesAsk(msgspec.Struct, frozen=True):
    """A team by key, and what to set, by name: each value is JSON, or else the text itself."""

    key: str
    values: dict[str, str] = {}


async def keep_rules(ctx: Context, asked: RulesAsk, _report: Report) -> RulesDetail:
    """Set what is asked for, and show the rules."""
    team = await find_team(ctx, asked.key)
    if not asked.values:
        return await rules.get_rules(ctx, OPERATOR, team=team)
    values = {name: _read(text) for name, text in asked.values.items()}
    try:
        change = msgspec.convert(values, RulesChange)
    except msgspec.ValidationError as error:
        raise misfit(error, kind=RulesChange) from None
    return await rules.set_rules(ctx, OPERATOR, team=team, change=change)


def _read(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


RULES: tuple[Operation[Any], ...] = (Operation("team.rules", RulesAsk, keep_rules),)
