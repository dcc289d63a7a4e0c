"""What operators ask for, and how the door closes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox.core.errors import NotDurable
from inbox.flows.context import Context
from inbox.web.application import SITE
from tests.servers import Server, make_people, serve
from tests.web.stories import write_in


async def test_it_is_alive_and_ready(server: Server) -> None:
    assert (await server.ask("GET", "/healthz")).body == {"status": "ok"}
    assert (await server.ask("GET", "/readyz")).body == {"status": "ok"}


async def test_it_is_not_ready_when_nothing_can_be_stored(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, draft = server.token(), {"client_id": "c1", "body": "Hello?"}
    await server.ask("GET", "/v1/thread", token=token)

    async def full(_work: object) -> None:
        raise NotDurable("disk full at /var/lib/pinbox/pinbox.db")

    monkeypatch.setattr(type(server.ctx.store), "write", lambda _self, work, **_: full(work))

    ready = await server.ask("GET", "/readyz")
    sent = await server.ask("POST", "/v1/thread/messages", draft, token=token)
    monkeypatch.undo()
    again = await server.ask("POST", "/v1/thread/messages", draft, token=token)

    assert (ready.status, ready.body["code"]) == (503, "not_durable")
    assert int(ready.headers["Retry-After"]) >= 1
    assert b"/var/lib" not in ready.raw, "where the disk is is nobody's business"
    assert (sent.status, sent.body["code"]) == (503, "not_durable")
    assert again.status == 201, "nothing had been stored"
    assert (await server.ask("GET", "/readyz")).status == 200


async def test_a_server_that_sends_its_clients_away_serves_and_is_not_ready(
    server: Server,
) -> None:
    server.app[SITE].draining.set()

    reply = await server.ask("GET", "/readyz")

    assert (reply.status, reply.body["code"]) == (503, "overloaded")
    assert (await server.ask("GET", "/v1/thread", token=server.token())).status == 200


async def test_it_is_not_ready_when_the_store_hangs(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_self: object, _work: object, **_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(type(server.ctx.store), "write", hang)
    monkeypatch.setattr("inbox.flows.readiness.check_ready.__kwdefaults__", {"within_s": 0.1})

    reply = await server.ask("GET", "/readyz")

    assert (reply.status, reply.body["code"]) == (503, "not_durable")


async def test_metrics_count_what_was_answered(server: Server) -> None:
    await write_in(server)
    await server.ask("GET", "/v1/thread")
    await server.ask("GET", "/v1/nothing")

    page = await server.ask("GET", "/metrics")

    text = page.raw.decode()
    assert page.media == "text/plain"
    assert 'pinbox_messages_accepted_total{author="customer"} 1.0' in text
    assert 'pinbox_errors_total{code="unauthorized",door="http"} 1.0' in text
    assert 'pinbox_errors_total{code="not_found",door="http"} 1.0' in text
    route = 'route="POST /v1/thread/messages"'
    assert f"pinbox_http_request_seconds_count{{{route}}} 1.0" in text
    assert "ana" not in text, "figures name routes, never people"


async def test_the_documents_are_served(server: Server) -> None:
    http: dict[str, Any] = (await server.ask("GET", "/openapi.json")).body
    live: dict[str, Any] = (await server.ask("GET", "/asyncapi.json")).body

    assert http["openapi"] == "3.1.0"
    assert live["asyncapi"].startswith("3.")


async def test_a_live_address_without_a_handshake_is_a_problem(server: Server) -> None:
    for path in ("/v1/thread/live", "/v1/desk/live"):
        reply = await server.ask("GET", path)
        assert (reply.status, reply.body["code"]) == (400, "bad_request")
        assert reply.media == "application/problem+json"


async def test_the_live_sockets_are_mounted(server: Server) -> None:
    async with server.http.ws_connect(
        f"{server.url}/v1/thread/live", protocols=("pinbox.v1",)
    ) as socket:
        await socket.send_json(
            {"type": "hello", "token": server.token(), "streams": [{"stream": "thread"}]}
        )
        assert (await socket.receive_json(timeout=5))["type"] == "welcome"


async def test_a_stop_answers_those_who_wait(ctx: Context) -> None:
    async with serve(ctx) as server:
        await make_people(ctx)
        cursor = (await server.ask("GET", "/v1/thread", token=server.token())).body["cursor"]
        path = f"/v1/thread/events?since={cursor}&wait=25"
        waiting = asyncio.create_task(server.ask("GET", path, token=server.token()))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await server.stop()
            reply = await waiting

    assert (reply.status, reply.body["items"]) == (200, [])
    assert reply.body["until"] == cursor
