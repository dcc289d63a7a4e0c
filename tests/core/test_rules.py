"""A team's rules: the table is whole, and a change sets what it gives and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from inbox.core.rules import DEFAULT_RULES, RULES, Rule, RulesChange, change_rules


@pytest.mark.parametrize("row", RULES, ids=[row.name for row in RULES])
def test_every_rule_says_what_it_decides_and_its_default_is_allowed(row: Rule) -> None:
    assert row.about
    assert row.allowed
    given = {row.name: msgspec.to_builtins(row.default)}
    change = msgspec.convert(given, RulesChange)
    assert change_rules(DEFAULT_RULES, change) == DEFAULT_RULES


def test_a_change_sets_what_it_gives_and_leaves_the_rest() -> None:
    once = change_rules(DEFAULT_RULES, _change({"promise_target_minutes": 30}))
    assert once.promise_target_minutes == 30
    assert change_rules(once, _change({})) == once


@pytest.mark.parametrize(
    "given",
    [{"promise_target_minutes": -1}, {"promise_target_minutes": "30"}, {"no_such_rule": 1}],
    ids=["low", "text", "unknown"],
)
def test_what_is_no_rule_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match=next(iter(given))):
        _change(given)


def _change(given: dict[str, object]) -> msgspec.Struct:
    return msgspec.convert(given, RulesChange)
