"""Teams, agents, tokens and customers by command, with the server stopped and running."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.cli.processes import TEAM, Inbox


def ask(url: str, token: str) -> tuple[int, Any]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_teams_and_people_are_made_and_shown(either: Inbox) -> None:
    tampa = either.say(
        *("team", "add", "tampa", "--name", "Team Tampa", "--time-zone", "America/New_York"),
        *("--region", "US-FL", "--region", "US-GA", "--default", "--max-customers", "500"),
        *("--place", "Tampa, Florida", "--language", "en", "--language", "es-US"),
    )
    assert tampa["key"] == "tampa"
    teams = {team["key"]: team for team in either.say("team", "list")["items"]}
    assert teams["tampa"]["id"] == tampa["id"]
    assert teams["tampa"]["regions"] == ["US-FL", "US-GA"]
    assert (teams["tampa"]["default"], teams["spokane"]["default"]) == (True, False)
    assert teams["tampa"]["place"] == "Tampa, Florida"

    again = either.refuse(*TEAM)
    assert again["code"] == "conflict"
    assert "spokane" in again["detail"]

    bo = either.say("agent", "add", "Bo", "--team", "spokane", "--team", "tampa", "--role", "lead")
    assert bo["token"].startswith("pbx_")
    shown = either.say("agent", "list")["items"]
    assert [(one["id"], one["role"], set(one["teams"])) for one in shown] == [
        (bo["id"], "lead", {"spokane", "tampa"})
    ]
    nowhere = either.refuse("agent", "add", "Mia", "--team", "spokan")
    assert (nowhere["code"], "spokane" in nowhere["detail"]) == ("not_found", True)

    table = either.run("team", "list").out
    assert "Team Tampa" in table
    assert tampa["id"] in table


def test_teams_and_people_are_changed(either: Inbox) -> None:
    """What is not named stays; whoever leaves signs in no more, and may come back."""
    either.say("team", "add", "tampa", "--name", "Tampa", "--time-zone", "America/New_York")
    bo = either.say("agent", "add", "Bo", "--team", "spokane", "--line", "Fishes")
    moved = either.say("agent", "change", "bo", "--team", "tampa", "--role", "lead", "--line", "")
    assert (moved["teams"], moved["role"], moved["id"]) == (["tampa"], "lead", bo["id"])
    assert either.run("agent", "change", "Bo", "--name", "Bob").out == "Bob: lead in tampa\n"
    assert either.run("agent", "change", "Bob", "--disable").out == "Bob: disabled\n"
    gone = either.say("token", "list", "--agent", bo["id"])["items"]
    assert all(one["revoked_at"] for one in gone)
    assert either.refuse("token", "agent", "Bob")["code"] == "conflict"
    assert not either.say("agent", "change", "Bob", "--enable")["disabled"]
    assert either.say("token", "agent", "Bob")["token"]
    either.run("agent", "change", "Bob", "--password", stdin="a long enough password\n")
    assert all(one["revoked_at"] for one in either.say("token", "list", "--agent", "Bob")["items"])

    changed = either.say(
        *("team", "change", "spokane", "--name", "Spokane", "--place", "By the river"),
        *("--region", "US-ID", "--language", "es", "--max-customers", "9"),
    )
    known = (changed["name"], changed["place"], changed["regions"], changed["languages"])
    assert known == ("Spokane", "By the river", ["US-ID"], ["es"])
    assert (changed["max_customers"], changed["time_zone"]) == (9, "America/Los_Angeles")
    back = either.say("team", "change", "spokane", "--max-customers", "0", "--no-region")
    assert (back["max_customers"], back["regions"], back["place"]) == (None, [], "By the river")
    assert either.say("team", "change", "tampa", "--default")["default"]

    for command, status, says in (
        (("agent", "change", "Bob"), 2, "say what to change"),
        (("team", "change", "tampa"), 2, "say what to change"),
        (("agent", "change", "Bob", "--team", "boise"), 1, "there is no team boise"),
        (("agent", "change", "Nobody", "--enable"), 1, "there is no agent Nobody"),
        (("team", "change", "boise", "--name", "B"), 1, "there is no team boise"),
        (("team", "change", "tampa", "--time-zone", "Mars/Base"), 2, "time_zone"),
    ):
        assert says in either.refuse(*command, status=status)["detail"]
    assert either.run("team", "change", "tampa", "--region", "US", "--no-region", status=2).err

    board = {one["team"]["key"]: one for one in either.say("board")["items"]}
    assert {"spokane", "tampa"} <= set(board)
    assert [one["name"] for one in board["tampa"]["agents"]] == ["Bob"]
    assert "waits since" in either.run("board").out


def test_tokens_are_made_listed_and_end(inbox: Inbox) -> None:
    bo = inbox.say("agent", "add", "Bo", "--team", "spokane")
    second = inbox.say("token", "agent", "bo", "--label", "script")
    listed = inbox.say("token", "list", "--agent", bo["id"])["items"]
    assert {one["id"] for one in listed} == {bo["token_id"], second["id"]}
    assert not any("pbx_" in json.dumps(one) for one in listed)
    with inbox.served() as server:
        me = f"{server.url}/v1/desk/me"
        assert ask(me, bo["token"])[0] == 200
        inbox.say("token", "revoke", bo["token_id"])
        assert ask(me, bo["token"])[0] == 401
        assert ask(me, second["token"])[0] == 200
        assert inbox.refuse("token", "revoke", bo["token_id"])["code"] == "not_found"
        third = inbox.say("token", "agent", bo["id"])
        assert ask(me, third["token"])[0] == 200
    inbox.say("token", "revoke", second["id"])
    with inbox.served() as server:
        assert ask(f"{server.url}/v1/desk/me", second["token"])[0] == 401


def test_a_customers_token_signs_in_until_signed_out(inbox: Inbox) -> None:
    signed = inbox.say(
        *("token", "customer", "ana", "--name", "Ana", "--region", "US-WA"),
        *("--time-zone", "America/Los_Angeles", "--locale", "en", "--ttl", "600"),
    )
    assert signed["customer"] == "ana"
    assert inbox.run("token", "customer", "ana").out.count(".") == 2
    with inbox.served() as server:
        status, thread = ask(f"{server.url}/v1/thread", signed["token"])
        assert (status, thread["team"]["key"]) == (200, "spokane")
        inbox.say("customer", "sign-out", "ana")
        assert ask(f"{server.url}/v1/thread", signed["token"])[0] == 401
    assert inbox.refuse("customer", "sign-out", "nobody")["code"] == "not_found"


def test_a_wrong_claim_is_named(inbox: Inbox) -> None:
    wrong = inbox.refuse("token", "customer", "ana", "--region", "washington", status=2)
    assert wrong["code"] == "bad_request"
    assert "region" in wrong["detail"]


def test_a_password_is_asked_for_and_signs_in(inbox: Inbox) -> None:
    inbox.run(
        "agent", "add", "Bo", "--team", "spokane", "--password", stdin="too short\n", status=2
    )
    inbox.say(
        "agent", "add", "Bo", "--team", "spokane", "--password", stdin="nine lives, and more\n"
    )
    with inbox.served() as server:
        body = json.dumps({"name": "bo", "password": "nine lives, and more"}).encode()
        request = urllib.request.Request(
            f"{server.url}/v1/desk/session", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status in {200, 201}
