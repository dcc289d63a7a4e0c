"""The customer's side of the API, as an app uses it."""

from __future__ import annotations

import asyncio

from tests.servers import People, Server

ANA = "ana"


async def write(server: Server, body: str, client_id: str, *, sub: str = ANA) -> dict[str, object]:
    reply = await server.ask(
        "POST",
        "/v1/thread/messages",
        {"client_id": client_id, "body": body},
        token=server.token(sub),
    )
    assert reply.status == 201, reply.raw
    return dict(reply.body["message"])


async def test_a_thread_is_there_at_first_sight(server: Server, people: People) -> None:
    reply = await server.ask("GET", "/v1/thread", token=server.token())

    assert reply.status == 200
    thread = reply.body
    assert thread["team"] == {"id": people.spokane, "key": "spokane", "name": "Spokane"}
    assert thread["serving"]["why"] == "home"
    assert (thread["status"], thread["unread"]) == (None, 0)
    again = await server.ask("GET", "/v1/thread", token=server.token())
    assert again.body == thread


async def test_a_send_answers_with_the_message_and_its_seq(server: Server) -> None:
    message = await write(server, "No signal since this morning", "c1")

    assert message["body"] == "No signal since this morning"
    assert message["client_id"] == "c1"
    assert message["author"] == {"kind": "customer", "id": ANA, "name": "Ana"}
    head = (await server.ask("GET", "/v1/thread", token=server.token())).body["head"]
    assert message["seq"] == head


async def test_a_repeated_send_answers_200_with_the_first_result(server: Server) -> None:
    first = await write(server, "Hello?", "c1")
    draft = {"client_id": "c1", "body": "Hello?"}

    again = await server.ask("POST", "/v1/thread/messages", draft, token=server.token())
    other = await server.ask(
        "POST", "/v1/thread/messages", {**draft, "body": "Other"}, token=server.token()
    )

    assert (again.status, again.body["message"]) == (200, first)
    assert (other.status, other.body["code"]) == (409, "conflict")


async def test_messages_come_newest_first_in_pages(server: Server) -> None:
    written = [await write(server, f"line {n}", f"c{n}") for n in range(5)]

    first = await server.ask("GET", "/v1/thread/messages?limit=3", token=server.token())
    rest = await server.ask(
        "GET", f"/v1/thread/messages?limit=3&before={first.body['next']}", token=server.token()
    )

    assert first.body["items"] + rest.body["items"] == written[::-1]
    assert rest.body["next"] is None


async def test_receipts_answer_204_and_show_in_the_events(server: Server, people: People) -> None:
    await write(server, "Hello?", "c1")
    thread = (await server.ask("GET", "/v1/thread", token=server.token())).body
    place = f"/v1/desk/threads/{thread['thread']}"
    answer = {"client_id": "a1", "body": "Good morning, Ana", "seen_seq": thread["head"]}
    sent = await server.ask("POST", f"{place}/messages", answer, token=people.bo)
    upto = sent.body["message"]["seq"]

    acked = await server.ask(
        "POST", "/v1/thread/ack", {"upto": upto, "device_id": "phone"}, token=server.token()
    )
    read = await server.ask("POST", "/v1/thread/read", {"upto": upto}, token=server.token())

    assert (acked.status, acked.raw, read.status) == (204, b"", 204)
    events = await server.ask(
        "GET", f"/v1/thread/events?since={thread['cursor']}", token=server.token()
    )
    kinds = [item["type"] for item in events.body["items"]]
    assert kinds == ["message", "delivered", "read"], "an assignee is the team's own business"
    assert "client_id" not in events.body["items"][0]["message"]


async def test_the_long_poll_waits_and_is_woken(server: Server) -> None:
    cursor = (await server.ask("GET", "/v1/thread", token=server.token())).body["cursor"]
    path = f"/v1/thread/events?since={cursor}&wait=20"
    waiting = asyncio.create_task(server.ask("GET", path, token=server.token()))
    await asyncio.sleep(0.05)
    assert not waiting.done()

    message = await write(server, "Hello?", "c1")
    async with asyncio.timeout(5):
        events = (await waiting).body

    assert events["since"] == cursor
    assert [item["type"] for item in events["items"]] == ["status", "message"]
    assert events["items"][-1]["seq"] == message["seq"]
    assert events["until"].endswith(f":{message['seq']}")


async def test_a_long_poll_ends_with_nothing(server: Server) -> None:
    cursor = (await server.ask("GET", "/v1/thread", token=server.token())).body["cursor"]

    reply = await server.ask(
        "GET", f"/v1/thread/events?since={cursor}&wait=0", token=server.token()
    )

    assert reply.body == {"since": cursor, "until": cursor, "items": [], "more": False}


async def test_a_cursor_of_another_life_is_gone(server: Server) -> None:
    cursor = (await server.ask("GET", "/v1/thread", token=server.token())).body["cursor"]

    reply = await server.ask("GET", "/v1/thread/events?since=ffffffff:1", token=server.token())

    assert (reply.status, reply.body["code"]) == (410, "gone")
    assert (reply.body["reason"], reply.body["cursor"]) == ("stale_epoch", cursor)


async def test_a_sign_out_ends_a_waiting_poll_with_401(server: Server, people: People) -> None:
    token = server.token()
    thread = (await server.ask("GET", "/v1/thread", token=token)).body
    waiting = asyncio.create_task(
        server.ask("GET", f"/v1/thread/events?since={thread['cursor']}&wait=20", token=token)
    )
    await asyncio.sleep(0.05)

    out = await server.ask("POST", f"/v1/admin/customers/{ANA}/sign-out", token=people.mia)
    answer = {"client_id": "a1", "body": "Good morning", "seen_seq": 0}
    await server.ask(
        "POST", f"/v1/desk/threads/{thread['thread']}/messages", answer, token=people.bo
    )
    async with asyncio.timeout(5):
        reply = await waiting

    assert out.status == 204
    assert reply.status == 401, "what came after the sign-out is not shown"
    assert (await server.ask("GET", "/v1/thread", token=token)).status == 401


async def test_the_team_page_shows_who_they_are(server: Server) -> None:
    page = (await server.ask("GET", "/v1/team", token=server.token())).body

    assert (page["name"], page["place"], page["key"]) == ("Spokane", "Spokane", "spokane")
    assert [person["name"] for person in page["people"]] == ["Bo", "Kim", "Mia"]
    assert (page["hours"], page["open"], page["next_open"]) == (None, True, None), "always"


async def test_a_resolved_conversation_is_rated(server: Server, people: People) -> None:
    place = "/v1/conversations/1/rating"
    best = {"score": 5, "comment": "Fast, and kind."}
    token = server.token()
    none = await server.ask("PUT", place, best, token=token)
    await write(server, "No signal", "c1")
    thread = (await server.ask("GET", "/v1/thread", token=token)).body["thread"]
    early = await server.ask("PUT", place, best, token=token)
    await server.ask("POST", f"/v1/desk/threads/{thread}/resolve", {}, token=people.bo)
    rated = await server.ask("PUT", place, best, token=token)
    again = await server.ask("PUT", place, best, token=token)

    assert (none.status, early.status) == (404, 409)
    assert (rated.status, again.body) == (200, rated.body)
    assert rated.body["rating"] == {"conversation": 1, **best}
    events = (await server.ask("GET", "/v1/thread/events", token=token)).body["items"]
    assert events[-1] == {"type": "rating", **rated.body}
    for body, path in (
        ({"score": 0}, "body.score"),
        ({"score": 6}, "body.score"),
        ({"score": 4.5}, "body.score"),
        ({"comment": "no score"}, "body.score"),
        ({"score": 5, "comment": ""}, "body.comment"),
        ({"score": 5, "comment": "\u200b"}, "body.comment"),
        ({"score": 5, "stars": 5}, "body.stars"),
    ):
        refused = await server.ask("PUT", place, body, token=token)
        assert (refused.status, refused.body["errors"][0]["path"]) == (400, path), body
    for number in ("0", "-1", "x", "1.0", "99999999999999999999"):
        gone = await server.ask("PUT", f"/v1/conversations/{number}/rating", best, token=token)
        assert gone.status == 404, number
