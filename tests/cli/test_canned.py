"""Canned responses by command, with the server stopped and running."""

from __future__ import annotations

from tests.cli.processes import Inbox

SET = ("canned", "set", "hello", "--title", "Greeting", "--text")


def test_responses_are_set_listed_and_removed(either: Inbox) -> None:
    shared = either.say(*SET, "Hello {customer.first_name|there}")
    ours = either.say(*SET, "Hi from {team.name}", "--team", "spokane")
    assert shared["team"] is None
    assert ours["team"]["key"] == "spokane"
    assert either.say("canned", "list")["items"] == [shared, ours]
    assert "Hi from {team.name}" in either.run("canned", "list").out

    either.run("canned", "remove", "hello")
    assert either.say("canned", "list")["items"] == [ours]
    either.say("canned", "remove", "hello", "--team", "spokane")
    assert "No canned response yet" in either.run("canned", "list").out
