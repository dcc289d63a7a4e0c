"""Devices: registered and kept, with a token that can fetch and acknowledge and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.cast import look
from tests.servers import People, Reply, Server
from tests.web.stories import held

PHONE = {
    "platform": "apns",
    "token": "AB" * 32,
    "app_id": "com.example.carrier",
    "environment": "production",
    "locale": "en-US",
    "push_enabled": True,
}
BROWSER = {
    "platform": "webpush",
    "push_enabled": True,
    "subscription": {
        "endpoint": "https://push.example.com/abc",
        "expirationTime": None,
        "keys": {"p256dh": "B" * 87, "auth": "a" * 22},
    },
}


async def register(server: Server, sub: str = "ana", **changed: Any) -> str:
    token = server.token(sub)
    draft = {**PHONE, **changed}
    reply = await server.ask("PUT", "/v1/devices/phone-1", draft, token=token)
    assert reply.status == 200, reply.raw
    assert reply.body["device"]["id"] == "phone-1"
    assert "token" not in reply.body["device"]
    return str(reply.body["fetch_token"])


async def test_a_fetch_token_reads_and_acknowledges_and_no_more(server: Server) -> None:
    fetch = await register(server)
    sent = await server.ask(
        "POST", "/v1/thread/messages", {"client_id": "1", "body": "Hi"}, token=server.token("ana")
    )
    seen = await server.ask("GET", "/v1/thread/messages", token=fetch)
    assert [one["seq"] for one in seen.body["items"]] == [sent.body["message"]["seq"]]
    assert (await server.ask("GET", "/v1/thread/events", token=fetch)).status == 200
    assert (await server.ask("POST", "/v1/thread/ack", {"upto": 3}, token=fetch)).status == 204
    for method, path, body in (
        ("GET", "/v1/thread", None),
        ("POST", "/v1/thread/messages", {"client_id": "2", "body": "Hi"}),
        ("POST", "/v1/thread/read", {"upto": 3}),
        ("PUT", "/v1/devices/phone-1", PHONE),
        ("DELETE", "/v1/devices/phone-1", None),
        ("GET", "/v1/team", None),
        ("GET", "/v1/desk/me", None),
    ):
        assert (await server.ask(method, path, body, token=fetch)).status == 401, path


async def test_the_next_registration_ends_the_token_before(server: Server) -> None:
    first = await register(server)
    second = await register(server, push_enabled=False)
    assert (await server.ask("GET", "/v1/thread/messages", token=first)).status == 401
    assert (await server.ask("GET", "/v1/thread/messages", token=second)).status == 200


async def test_a_removed_device_is_forgotten(server: Server) -> None:
    fetch, token = await register(server), server.token("ana")
    assert (await server.ask("DELETE", "/v1/devices/phone-1", token=token)).status == 204
    assert (await server.ask("GET", "/v1/thread/messages", token=fetch)).status == 401
    assert (await server.ask("DELETE", "/v1/devices/phone-1", token=token)).status == 404


async def test_a_sign_out_forgets_the_devices_and_an_export_shows_them(
    server: Server, people: People
) -> None:
    fetch = await register(server)
    held = await server.ask("GET", "/v1/admin/customers/ana/export", token=people.mia)
    assert held.body["devices"][0]["token"] == "ab" * 32
    out = await server.ask("POST", "/v1/admin/customers/ana/sign-out", token=people.mia)
    assert out.status == 204
    assert (await server.ask("GET", "/v1/thread/messages", token=fetch)).status == 401


async def test_a_browser_registers_its_subscription(server: Server) -> None:
    token = server.token("ana")
    reply = await server.ask("PUT", "/v1/devices/tab", BROWSER, token=token)
    assert (reply.status, reply.body["device"]["platform"]) == (200, "webpush")


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"token": "not hex"}, "body.token"),
        ({"token": None}, "body.token"),
        ({"environment": None}, "body.environment"),
        ({"environment": "moon"}, "body.environment"),
        ({"platform": "pigeon"}, "body.platform"),
        ({"platform": "fcm", "token": "\n"}, "body.token"),
        ({"subscription": BROWSER["subscription"]}, "body.subscription"),
        ({"platform": "webpush"}, "body.token"),
        ({"platform": "webpush", "token": None}, "body.subscription"),
        ({"locale": "??"}, "body.locale"),
        ({"push_enabled": "yes"}, "body.push_enabled"),
        ({"colour": "red"}, "body.colour"),
    ],
)
async def test_bad_input_names_the_field(
    server: Server, changed: dict[str, Any], path: str
) -> None:
    token = server.token("ana")
    reply = await server.ask("PUT", "/v1/devices/phone-1", {**PHONE, **changed}, token=token)
    assert reply.status == 400, reply.raw
    assert [one["path"] for one in reply.body["errors"]] == [path]


async def test_a_sign_out_while_the_body_is_on_its_way_leaves_no_device(
    server: Server, people: People
) -> None:
    await server.ask("GET", "/v1/thread", token=server.token())
    async with held(server, "PUT", "/v1/devices/phone-1", PHONE, server.token()) as send_rest:
        out = await server.ask("POST", "/v1/admin/customers/ana/sign-out", token=people.mia)
        assert out.status == 204
        assert await send_rest() == 401
    export = await server.ask("GET", "/v1/admin/customers/ana/export", token=people.mia)
    assert export.body["devices"] == []


async def fetch_after_a_sign_out(server: Server, people: People) -> str:
    """A fetch token of a customer who was signed out once, and came back."""
    await register(server)
    await server.ask("POST", "/v1/admin/customers/ana/sign-out", token=people.mia)
    back = server.token(iat=server.ctx.clock() // 1000 + 5)
    reply = await server.ask("PUT", "/v1/devices/phone-1", PHONE, token=back)
    assert reply.status == 200, reply.raw
    return str(reply.body["fetch_token"])


async def poll(server: Server, fetch: str) -> asyncio.Task[Reply]:
    """Wait for what comes after now, by a fetch token; it waits already."""
    now = await server.ask("GET", "/v1/thread/events", token=fetch)
    path = f"/v1/thread/events?since={now.body['until']}&wait=20"
    waiting = asyncio.create_task(server.ask("GET", path, token=fetch))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    return waiting


async def write_to_ana(server: Server, people: People) -> None:
    (found,) = await look(server.ctx, "SELECT id FROM threads WHERE customer_id = 'ana'")
    body = {"client_id": "a1", "body": "Good morning", "seen_seq": 99, "force": True}
    path = f"/v1/desk/threads/{found[0]}/messages"
    assert (await server.ask("POST", path, body, token=people.bo)).status == 201


async def test_a_waiting_fetch_token_stands_whatever_moves(server: Server, people: People) -> None:
    waiting = await poll(server, await fetch_after_a_sign_out(server, people))
    await server.ask("PUT", "/v1/desk/me/duty", {"on": True}, token=people.bo)
    await write_to_ana(server, people)
    reply = await asyncio.wait_for(waiting, 10)
    assert reply.status == 200, reply.raw
    assert reply.body["items"]


async def test_who_waits_by_a_removed_devices_token_gets_nothing(
    server: Server, people: People
) -> None:
    waiting = await poll(server, await register(server))
    gone = await server.ask("DELETE", "/v1/devices/phone-1", token=server.token())
    assert gone.status == 204
    await write_to_ana(server, people)
    reply = await asyncio.wait_for(waiting, 10)
    assert (reply.status, reply.body["code"]) == (401, "unauthorized")


async def test_a_customer_chooses_quiet_hours(server: Server) -> None:
    token = server.token("ana", time_zone="America/New_York")
    path = "/v1/quiet-hours"
    assert (await server.ask("GET", path, token=token)).body["hours"] is None
    chosen = {"hours": "22:00-08:00", "mode": "passive"}
    reply = await server.ask("PUT", path, chosen, token=token)
    assert (reply.status, reply.body["own"], reply.body["mode"]) == (200, True, "passive")
    assert reply.body["time_zone"] == "America/New_York"
    reply = await server.ask("PUT", path, {"hours": "8 to 9"}, token=token)
    assert [one["path"] for one in reply.body["errors"]] == ["body.hours"]
    assert (await server.ask("DELETE", path, token=token)).status == 204
    assert (await server.ask("GET", path, token=token)).body["own"] is False
