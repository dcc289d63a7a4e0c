"""Storms, notices and general care by command, with the server stopped and running."""

from __future__ import annotations

from tests.cli.processes import Inbox

ADD = ("team", "add", "tampa", "--name", "Team Tampa", "--time-zone", "America/New_York")
OUTAGE = "There is an outage around Spokane"
BEGIN = ("team", "storm", "begin", "spokane", "--notice", OUTAGE)


def test_a_storm_begins_and_ends(either: Inbox) -> None:
    either.run(*ADD)
    begun = either.say(*BEGIN, "--to", "tampa=40", "--widen", "2")
    assert [(one["team"]["key"], one["share"]) for one in begun["teams"]] == [("tampa", 40)]
    assert begun["widen"] == 2.0
    again = either.refuse(*BEGIN, "--to", "tampa=40", status=1)
    assert "has a storm already" in again["detail"]
    assert "has no storm" in either.run("team", "storm", "end", "spokane").out
    assert "until 20" in either.run(*BEGIN, "--to", "tampa=100").out


def test_a_notice_is_said_and_taken_back(either: Inbox) -> None:
    assert either.say("team", "notice", "spokane", OUTAGE)["notice"]["text"] == OUTAGE
    assert either.say("team", "notice", "spokane", "--clear")["notice"] is None


def test_a_team_gives_general_care_and_no_more(either: Inbox) -> None:
    either.run(*ADD)
    assert either.say("team", "general", "tampa")["rules"]["general"] is True
    assert "ordinary team" in either.run("team", "general", "tampa", "--off").out


def test_what_cannot_be_is_refused(inbox: Inbox) -> None:
    inbox.run(*BEGIN, "--to", "tampa", status=2)
    inbox.run(*BEGIN, "--to", "tampa=1", "--to", "tampa=2", status=2)
    inbox.run("team", "notice", "spokane", status=2)
    inbox.run("team", "notice", "spokane", "x", "--clear", status=2)
    refused = inbox.refuse(*BEGIN, "--to", "nowhere=1", status=1)
    assert "there is no team nowhere" in refused["detail"]
