"""Webhooks over the API: made and changed by admins, their secrets shown once, deliveries seen."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.web.examples import EXAMPLES
from tests.cast import change
from tests.hooks.receiver import Receiver, receive
from tests.servers import People, Reply, Server
from tests.web.stories import write_in

PLACE = "/v1/admin/webhooks"
DRAFT = EXAMPLES["WebhookDraft"]


async def make(server: Server, people: People, **more: Any) -> Any:
    made = await server.ask("POST", PLACE, {**DRAFT, **more}, token=people.mia)
    assert made.status == 201
    return made.body


async def actions(server: Server, people: People) -> list[str]:
    lines = (await server.ask("GET", "/v1/admin/audit", token=people.mia)).body["items"]
    return [line["action"] for line in lines if line["action"].startswith("webhook")]


async def test_a_secret_is_shown_once(server: Server, people: People) -> None:
    made = await make(server, people)
    assert made["secret"].startswith("whsec_")
    shown = {key: made["webhook"][key] for key in DRAFT}
    assert shown == DRAFT
    listed = await server.ask("GET", PLACE, token=people.mia)
    assert listed.body == {"items": [made["webhook"]], "next": None}
    audited = await server.ask("GET", "/v1/admin/audit", token=people.mia)
    assert made["secret"].encode() not in listed.raw + audited.raw


async def test_it_is_changed_and_forgotten(server: Server, people: People) -> None:
    made = await make(server, people)
    place = f"{PLACE}/{made['webhook']['id']}"
    draft = {**DRAFT, "types": ["pin"], "label": "CRM", "active": False}
    put = await server.ask("PUT", place, draft, token=people.mia)
    assert put.status == 200
    assert {key: put.body[key] for key in draft} == draft
    assert put.body["off"]["reason"] == "by an admin"
    on = await server.ask("PUT", place, {**draft, "active": True}, token=people.mia)
    assert (on.body["active"], on.body["off"]) == (True, None)
    assert (await server.ask("DELETE", place, token=people.mia)).status == 204
    assert (await server.ask("DELETE", place, token=people.mia)).status == 404
    assert (await server.ask("PUT", place, draft, token=people.mia)).status == 404
    assert await actions(server, people) == [
        "webhook.remove",
        "webhook.change",
        "webhook.change",
        "webhook.add",
    ]


@pytest.mark.parametrize(
    ("wrong", "path", "says"),
    [
        ({"url": "http://care.example.com/hook"}, "body.url", "https://"),
        ({"url": "https://care.example.com:8443/hook"}, "body.url", "443"),
        ({"url": "https://bo:secret@care.example.com/"}, "body.url", "user"),
        ({"url": "https://care.example.com/a b"}, "body.url", "https address"),
        ({"url": "https://care.example.com/\\a"}, "body.url", "https address"),
        ({"url": "https://care.example.com/#a"}, "body.url", "https address"),
        ({"url": "https://[::1"}, "body.url", "not an address"),
        ({"url": "https://care.example.com:999999/"}, "body.url", "not an address"),
        ({"url": "ftp://care.example.com/"}, "body.url", "https://"),
        ({"url": ""}, "body.url", "https address"),
        ({"url": "https://a.example/" + "x" * 2048}, "body.url", "2,048"),
        ({"types": []}, "body.types", "at least one"),
        ({"types": ["mesage"]}, "body.types[0]", "message.unread"),
        ({"label": "x" * 101}, "body.label", "100"),
        ({"secret": "whsec_mine"}, "body.secret", "no such member"),
    ],
)
async def test_what_is_wrong_is_named(
    server: Server, people: People, wrong: dict[str, Any], path: str, says: str
) -> None:
    refused = await server.ask("POST", PLACE, {**DRAFT, **wrong}, token=people.mia)
    (error,) = refused.body["errors"]
    assert (refused.status, error["path"]) == (400, path)
    assert says in error["message"]


async def test_fifty_are_enough(server: Server, people: People) -> None:
    for _ in range(50):
        await make(server, people)
    assert (await server.ask("POST", PLACE, DRAFT, token=people.mia)).status == 409


async def test_two_secrets_at_most_are_valid(server: Server, people: People) -> None:
    made = await make(server, people)
    place = f"{PLACE}/{made['webhook']['id']}/rotate"

    async def rotate(**body: int) -> Reply:
        return await server.ask("POST", place, body, token=people.mia)

    first = await rotate()
    assert first.status == 200
    assert first.body["secret"] != made["secret"]
    assert first.body["webhook"]["old_secret_until"] is not None
    assert (await rotate()).status == 409
    second = await rotate(keep_hours=0)
    assert second.status == 200
    assert second.body["webhook"]["old_secret_until"] is None
    assert len({made["secret"], first.body["secret"], second.body["secret"]}) == 3
    assert (await rotate(keep_hours=721)).status == 400


async def test_dead_letters_are_seen_and_sent_again(server: Server, people: People) -> None:
    made = await make(server, people, types=["message"])
    place = f"{PLACE}/{made['webhook']['id']}/deliveries"
    told = await write_in(server)
    (one,) = (await server.ask("GET", place, token=people.mia)).body["items"]
    assert (one["type"], one["state"], one["attempts"]) == ("message", "waits", 0)
    assert one["payload"]["data"]["thread"] == told.thread
    assert "text" not in one["payload"]["data"]
    again = f"{place}/{one['id']}/retry"
    await change(server.ctx, "UPDATE outbox SET state = 1, lease_by = 'x', lease_until = 1")
    assert (await server.ask("POST", again, token=people.mia)).status == 409
    await change(
        server.ctx,
        "UPDATE outbox SET state = 3, done_at = 1, attempts = 19, last_status = 500,"
        " last_reason = 'answered 500'",
    )
    dead = await server.ask("GET", f"{place}?state=dead", token=people.mia)
    (shown,) = dead.body["items"]
    assert (shown["state"], shown["status"], shown["reason"]) == ("dead", 500, "answered 500")
    assert (await server.ask("GET", f"{place}?state=waiting", token=people.mia)).body["items"] == []
    listed = (await server.ask("GET", PLACE, token=people.mia)).body["items"][0]
    assert (listed["waiting"], listed["dead"]) == (0, 1)
    retried = await server.ask("POST", again, token=people.mia)
    assert (retried.body["state"], retried.body["attempts"]) == ("waits", 0)
    assert retried.body["event"] == one["event"]


async def test_all_dead_letters_go_again_but_not_to_one_that_is_off(
    server: Server, people: People
) -> None:
    made = await make(server, people)
    place = f"{PLACE}/{made['webhook']['id']}"
    await write_in(server)
    await change(server.ctx, "UPDATE outbox SET state = 3, done_at = 1")
    off = {**DRAFT, "active": False}
    await server.ask("PUT", place, off, token=people.mia)
    assert (await server.ask("POST", f"{place}/retry", token=people.mia)).status == 409
    await server.ask("PUT", place, DRAFT, token=people.mia)
    assert (await server.ask("POST", f"{place}/retry", token=people.mia)).body == {"count": 2}
    assert (await server.ask("POST", f"{place}/retry", token=people.mia)).body == {"count": 0}


async def test_pages_go_on_where_the_last_one_ended(server: Server, people: People) -> None:
    made = await make(server, people, types=["message"])
    place = f"{PLACE}/{made['webhook']['id']}/deliveries?limit=2"
    for n in range(5):
        await write_in(server, client_id=f"c{n}")
    seen, before = list[str](), ""
    while True:
        page = (await server.ask("GET", place + before, token=people.mia)).body
        seen += [one["event"] for one in page["items"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert len(seen) == 5
    assert seen == sorted(set(seen), reverse=True)


async def test_another_endpoint_s_delivery_is_not_there(server: Server, people: People) -> None:
    first = await make(server, people, types=["message"])
    second = await make(server, people, types=["pin"])
    await write_in(server)
    mine = f"{PLACE}/{first['webhook']['id']}/deliveries"
    (one,) = (await server.ask("GET", mine, token=people.mia)).body["items"]
    theirs = f"{PLACE}/{second['webhook']['id']}/deliveries/{one['id']}/retry"
    assert (await server.ask("POST", theirs, token=people.mia)).status == 404


@pytest.fixture
async def receiver() -> Any:
    async with receive() as running:
        yield running


async def test_a_test_goes_nowhere_it_may_not(
    server: Server, people: People, receiver: Receiver
) -> None:
    """No network is allowed here: an address of this machine is refused at the socket."""
    made = await make(server, people)
    place = f"{PLACE}/{made['webhook']['id']}/test"
    await change(server.ctx, "UPDATE webhooks SET url = :url", url=receiver.url)
    tried = await server.ask("POST", place, token=people.mia)
    assert tried.status == 200
    assert not tried.body["works"]
    assert "not public" in tried.body["reason"]
    assert receiver.got == []
