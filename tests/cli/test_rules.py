"""A team's rules by command, with the server stopped and running."""

from __future__ import annotations

from tests.cli.processes import Inbox

PLACE = ("team", "rules", "spokane")


def test_rules_are_set_and_shown(either: Inbox) -> None:
    assert either.say(*PLACE)["rules"]["promise_target_minutes"] == 0
    kept = either.say(*PLACE, "--set", "promise_target_minutes=30")
    assert kept["rules"]["promise_target_minutes"] == 30
    assert either.say(*PLACE) == kept
    assert "what the team aims to answer within" in either.run(*PLACE).out


def test_what_is_no_rule_is_refused_and_nothing_is_set(inbox: Inbox) -> None:
    for text, says in (
        ("promise_target_minutes=soon", "promise_target_minutes"),
        ("promise=1", "promise: there is no such member here"),
    ):
        refused = inbox.refuse(*PLACE, "--set", text, status=2)
        assert says in refused["detail"]
    assert inbox.run(*PLACE, "--set", "soon", status=2).err
    assert inbox.say(*PLACE)["rules"]["promise_target_minutes"] == 0
