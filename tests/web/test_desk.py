"""The desk's side of the API, as agents use it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox.core.instant import to_text
from tests.cast import DAY, NOON
from tests.servers import People, Reply, Server
from tests.web.stories import Told, write_in


async def act(
    server: Server, told: Told, what: str, token: str, body: dict[str, Any] | None = None
) -> Reply:
    return await server.ask("POST", f"{told.desk}/{what}", body, token=token)


async def test_me_says_where_my_streams_are(server: Server, people: People) -> None:
    me = (await server.ask("GET", "/v1/desk/me", token=people.bo)).body

    assert (me["agent"]["name"], me["agent"]["role"]) == ("Bo", "agent")
    assert [team["stream"] for team in me["teams"]] == [f"team:{people.spokane}"]
    assert me["duty"] == {"on": False, "since": None, "ends_at": None, "active": 0}


async def test_duty_is_my_choice(server: Server, people: People) -> None:
    on = await server.ask("PUT", "/v1/desk/me/duty", {"on": True}, token=people.bo)

    assert on.status == 200
    assert on.body == {
        "on": True,
        "since": "2026-11-22T12:00:00.000Z",
        "ends_at": None,
        "active": 0,
    }
    sheets = (await server.ask("GET", "/v1/desk/team", token=people.kim)).body["items"]
    duty = {one["name"]: one["on_duty"] for one in sheets[0]["members"]}
    assert duty == {"Bo": True, "Kim": False, "Mia": False}


async def test_every_team_is_known_by_name_and_state(server: Server, people: People) -> None:
    place = f"/v1/admin/teams/{people.tampa}"
    await server.ask("PUT", f"{place}/hours", {"weekly": {}}, token=people.mia)
    await server.ask("PATCH", f"{place}/rules", {"general": True}, token=people.mia)

    storm = {"teams": [{"team": people.tampa, "share": 30}], "notice": "Outage"}
    await server.ask("POST", f"/v1/desk/team/{people.spokane}/storm", storm, token=people.kim)

    known = (await server.ask("GET", "/v1/desk/teams", token=people.ravi)).body["items"]

    assert [one.pop("team")["key"] for one in known] == ["spokane", "tampa"]
    (raging, calm) = [one.pop("storm") for one in known]
    assert (raging["teams"][0]["share"], raging["notice"], calm) == (30, "Outage", None)
    assert known == [
        {
            "place": "Spokane",
            "state": "open",
            "next_open": None,
            "general": False,
            "mine": False,
            "covers": True,
        },
        {
            "place": "Tampa",
            "state": "closed",
            "next_open": None,
            "general": True,
            "mine": True,
            "covers": False,
        },
    ]


async def test_the_queue_shows_who_waits(server: Server, people: People) -> None:
    ana, luis = await write_in(server), await write_in(server, sub="luis", client_id="c1")

    waiting = (await server.ask("GET", "/v1/desk/queue?limit=1", token=people.bo)).body
    rest = (
        await server.ask("GET", f"/v1/desk/queue?limit=1&cursor={waiting['next']}", token=people.bo)
    ).body

    assert {waiting["items"][0]["id"], rest["items"][0]["id"]} == {ana.thread, luis.thread}
    assert rest["next"] is None
    first = next(item for item in waiting["items"] + rest["items"] if item["id"] == ana.thread)
    assert first["last_message"] == ana.message
    assert (first["unread"], first["waiting_since"]) == (1, to_text(NOON))
    mine = await server.ask("GET", "/v1/desk/queue?view=mine", token=people.bo)
    assert mine.body == {"items": [], "next": None}


async def test_a_thread_and_its_timeline(server: Server, people: People) -> None:
    told = await write_in(server)
    await act(server, told, "notes", people.bo, {"client_id": "n1", "body": "Third this month"})

    summary = (await server.ask("GET", told.desk, token=people.kim)).body
    timeline = (await server.ask("GET", f"{told.desk}/timeline", token=people.kim)).body

    assert summary["customer"]["name"] == "Ana"
    assert [item["type"] for item in timeline["items"]] == ["note", "message", "status", "pin"]
    assert timeline["items"][0]["note"]["body"] == "Third this month"
    page = await server.ask("GET", f"{told.desk}/timeline?limit=2", token=people.kim)
    rest = await server.ask(
        "GET", f"{told.desk}/timeline?before={page.body['next']}", token=people.kim
    )
    assert page.body["items"] + rest.body["items"] == timeline["items"]


async def test_a_reply_is_guarded_by_what_its_author_saw(server: Server, people: People) -> None:
    told = await write_in(server)
    later = await write_in(server, "And no data either", client_id="c2")
    draft: dict[str, Any] = {"client_id": "a1", "body": "I am looking", "seen_seq": told.seq}

    held = await act(server, told, "messages", people.bo, draft)
    forced = await act(server, told, "messages", people.bo, {**draft, "force": True})
    again = await act(server, told, "messages", people.bo, draft)

    assert (held.status, held.body["code"], held.media) == (
        409,
        "stale_view",
        "application/problem+json",
    )
    assert held.body["unseen"] == [later.message]
    assert held.body["head"] >= later.seq
    assert forced.status == 201
    assert (again.status, again.body) == (200, forced.body), "a retry comes before the guard"


async def test_two_agents_and_one_thread(server: Server, people: People) -> None:
    told = await write_in(server)

    both = await asyncio.gather(
        act(server, told, "take", people.bo), act(server, told, "take", people.kim)
    )

    assert sorted(reply.status for reply in both) == [200, 409]
    lost = next(reply for reply in both if reply.status == 409)
    won = next(reply for reply in both if reply.status == 200)
    assert lost.body["holder"] == won.body["assignee"]


async def test_a_conversation_through_its_states(server: Server, people: People) -> None:
    told = await write_in(server)

    given = await act(server, told, "assign", people.bo, {"agent": people.ids["kim"]})
    assert given.body["assignee"]["name"] == "Kim"
    left = await act(server, told, "release", people.kim)
    assert left.body["assignee"] is None
    until = to_text(NOON + DAY)
    asleep = await act(server, told, "snooze", people.bo, {"until": until})
    assert asleep.body["status"] == {"state": "snoozed", "conversation": 1, "until": until}
    listed = await server.ask("GET", "/v1/desk/queue?view=snoozed", token=people.bo)
    assert [item["id"] for item in listed.body["items"]] == [told.thread]
    customer = await server.ask("GET", "/v1/thread", token=server.token())
    assert customer.body["status"]["state"] == "open", "a snooze is the team's own business"
    done = await act(server, told, "resolve", people.bo)
    assert done.body["status"]["state"] == "resolved"
    back = await act(server, told, "reopen", people.bo)
    assert back.body["status"]["state"] == "open"


async def test_read_counts_down_my_unread(server: Server, people: People) -> None:
    told = await write_in(server)

    read = await act(server, told, "read", people.bo, {"upto": told.seq})

    assert (read.status, read.raw) == (204, b"")
    assert (await server.ask("GET", told.desk, token=people.bo)).body["unread"] == 0
    assert (await server.ask("GET", told.desk, token=people.kim)).body["unread"] == 1


async def test_a_transfer_shows_the_thread_to_the_other_team(
    server: Server, people: People
) -> None:
    told = await write_in(server)
    assert (await server.ask("GET", told.desk, token=people.ravi)).status == 404

    moved = await act(
        server, told, "transfer", people.bo, {"team": people.tampa, "reason": "Roaming in Florida"}
    )

    assert (moved.body["serving"]["team"]["key"], moved.body["serving"]["why"]) == (
        "tampa",
        "bounce",
    )
    assert (await server.ask("GET", told.desk, token=people.ravi)).status == 200
    seen = await server.ask("GET", "/v1/thread/events", token=server.token())
    assert b"Roaming" not in seen.raw, "a reason is never the customer's"


async def test_a_new_pin_needs_a_lead(server: Server, people: People) -> None:
    told = await write_in(server)
    body = {"team": people.tampa, "reason": "Moved to Tampa"}

    refused = await act(server, told, "pin", people.bo, body)
    moved = await act(server, told, "pin", people.kim, body)

    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    assert (moved.status, moved.body["team"]["key"]) == (200, "tampa")


async def test_the_teams_stream_by_long_poll(server: Server, people: People) -> None:
    stream = (await server.ask("GET", "/v1/desk/me", token=people.bo)).body["teams"][0]
    path = f"/v1/desk/events?stream={stream['stream']}&since={stream['cursor']}"
    waiting = asyncio.create_task(server.ask("GET", f"{path}&wait=20", token=people.bo))
    await asyncio.sleep(0.05)

    told = await write_in(server)
    async with asyncio.timeout(5):
        first = await waiting

    assert first.body["items"][0]["thread"] == told.thread
    everything = await server.ask("GET", path, token=people.bo)
    kinds = [item["type"] for item in everything.body["items"]]
    assert kinds == ["entered", "pin", "status", "message"]
    assert everything.body["items"][0]["summary"]["id"] == told.thread


async def test_another_teams_stream_is_not_there(server: Server, people: People) -> None:
    reply = await server.ask("GET", f"/v1/desk/events?stream=team:{people.tampa}", token=people.bo)

    assert (reply.status, reply.body["code"]) == (404, "not_found")


async def test_an_agent_who_leaves_the_team_while_polling_gets_nothing(
    server: Server, people: People
) -> None:
    stream = (await server.ask("GET", "/v1/desk/me", token=people.bo)).body["teams"][0]
    path = f"/v1/desk/events?stream={stream['stream']}&since={stream['cursor']}&wait=20"
    waiting = asyncio.create_task(server.ask("GET", path, token=people.bo))
    await asyncio.sleep(0.05)

    moved = await server.ask(
        "PATCH", f"/v1/admin/agents/{people.ids['bo']}", {"teams": [people.tampa]}, token=people.mia
    )
    assert moved.status == 200
    await write_in(server)
    async with asyncio.timeout(5):
        reply = await waiting

    assert reply.status == 404


async def test_a_snooze_lasts_to_the_next_opening(server: Server, people: People) -> None:
    told = await write_in(server)
    never = await act(server, told, "snooze", people.bo, {"until": "opening"})
    weekly = {"mon": [{"opens": "08:00", "closes": "20:00"}]}
    place = f"/v1/admin/teams/{people.spokane}/hours"
    await server.ask("PUT", place, {"weekly": weekly}, token=people.kim)
    asleep = await act(server, told, "snooze", people.bo, {"until": "opening"})

    assert (never.status, never.body["errors"][0]["path"]) == (400, "body.until")
    assert asleep.body["status"]["until"] == "2026-11-23T16:00:00.000Z"


async def test_a_lead_says_the_line_of_the_day(server: Server, people: People) -> None:
    place = f"/v1/desk/team/{people.spokane}/line"
    said = await server.ask("PUT", place, {"line": "Until six"}, token=people.kim)
    long = await server.ask("PUT", place, {"line": "x" * 201}, token=people.kim)

    assert (said.status, said.body["line"], said.body["date"]) == (200, "Until six", "2026-11-22")
    assert (long.status, long.body["errors"][0]["path"]) == (400, "body.line")
    page = (await server.ask("GET", "/v1/team", token=server.token())).body
    assert page["line"] == "Until six"


@pytest.mark.parametrize("until", ["tomorrow", "2026-11-23", "2026-11-23T09:00:00", "\u0660"])
async def test_a_snooze_needs_a_time(server: Server, people: People, until: str) -> None:
    told = await write_in(server)

    reply = await act(server, told, "snooze", people.bo, {"until": until})

    assert reply.status == 400
    assert reply.body["errors"][0]["path"] == "body.until"
