"""A team's rules: who may set them, what is kept, and that every process hears of it."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from inbox.core.errors import Forbidden, NotFound
from inbox.core.rules import DEFAULT_RULES, RulesChange
from inbox.flows import rules
from inbox.flows.audit import list_audit
from inbox.flows.context import Context, roster
from tests.cast import OPERATOR, Cast


async def test_rules_have_defaults_until_they_are_set(ctx: Context, cast: Cast) -> None:
    assert (await rules.get_rules(ctx, cast.mia, team=cast.spokane)).rules == DEFAULT_RULES
    assert (await roster(ctx)).rules_of(cast.spokane) == DEFAULT_RULES

    kept = await rules.set_rules(ctx, cast.mia, team=cast.spokane, change=_change(30))

    assert kept.rules.promise_target_minutes == 30
    assert kept == await rules.get_rules(ctx, OPERATOR, team=cast.spokane)
    assert (await roster(ctx)).rules_of(cast.spokane) == kept.rules
    assert (await roster(ctx)).rules_of(cast.tampa) == DEFAULT_RULES
    page = await list_audit(ctx, OPERATOR, limit=1)
    assert page.items[0].action == "team.rules"

    for nothing in (RulesChange(), _change(30)):
        assert await rules.set_rules(ctx, cast.mia, team=cast.spokane, change=nothing) == kept
    assert await list_audit(ctx, OPERATOR, limit=1) == page, "what changes nothing is no change"


async def test_only_leads_of_the_team_and_admins_may(ctx: Context, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        await rules.get_rules(ctx, cast.bo, team=cast.spokane)
    with pytest.raises(Forbidden):
        await rules.set_rules(ctx, cast.bo, team=cast.spokane, change=_change(1))
    with pytest.raises(NotFound):
        await rules.set_rules(ctx, OPERATOR, team="no-such-team", change=_change(1))


async def test_two_changes_at_once_are_both_kept(ctx: Context, cast: Cast) -> None:
    await asyncio.gather(
        *(
            rules.set_rules(ctx, OPERATOR, team=team, change=_change(number))
            for number in range(1, 6)
            for team in (cast.spokane, cast.tampa)
        )
    )
    found = await rules.get_rules(ctx, OPERATOR, team=cast.tampa)
    assert found.rules.promise_target_minutes in range(1, 6)


def _change(minutes: int) -> msgspec.Struct:
    return msgspec.convert({"promise_target_minutes": minutes}, RulesChange)
