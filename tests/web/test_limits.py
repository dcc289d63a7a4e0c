"""How often one may ask: per customer and per agent, and a repeated send passes every limit."""

from __future__ import annotations

from typing import Any

from tests.cast import SetClock, open_on
from tests.engines import Database
from tests.servers import Reply, Server, make_people, serve
from tests.web.stories import write_in


def assert_limited(reply: Reply) -> None:
    assert (reply.status, reply.body["code"]) == (429, "rate_limited")
    assert reply.media == "application/problem+json"
    assert 1 <= int(reply.headers["Retry-After"]) <= 60


async def test_requests_are_counted_per_customer(file: Database, clock: SetClock) -> None:
    async with (
        open_on(file, clock, customer_requests_per_minute=3) as ctx,
        serve(ctx) as server,
    ):
        await make_people(ctx)
        ana, luis = server.token("ana"), server.token("luis")

        tries = [await server.ask("GET", "/v1/thread", token=ana) for _ in range(4)]

        assert [reply.status for reply in tries] == [200, 200, 200, 429]
        assert_limited(tries[-1])
        assert (await server.ask("GET", "/v1/thread", token=luis)).status == 200
        draft = {"client_id": "c1", "body": "Hello?"}
        sent = await server.ask("POST", "/v1/thread/messages", draft, token=ana)
        assert sent.status == 201, "sends have a limit of their own"


async def test_requests_are_counted_per_agent(file: Database, clock: SetClock) -> None:
    async with open_on(file, clock, agent_requests_per_minute=3) as ctx, serve(ctx) as server:
        people = await make_people(ctx)

        tries = [await server.ask("GET", "/v1/desk/me", token=people.bo) for _ in range(4)]

        assert [reply.status for reply in tries] == [200, 200, 200, 429]
        assert_limited(tries[-1])
        assert (await server.ask("GET", "/v1/desk/me", token=people.kim)).status == 200


async def test_a_known_send_passes_the_limit(file: Database, clock: SetClock) -> None:
    async with (
        open_on(file, clock, customer_sends_per_minute=2, agent_sends_per_minute=1) as ctx,
        serve(ctx) as server,
    ):
        people = await make_people(ctx)
        token = server.token()

        async def send(client_id: str) -> Reply:
            draft = {"client_id": client_id, "body": "Hello?"}
            return await server.ask("POST", "/v1/thread/messages", draft, token=token)

        assert [(await send(f"c{n}")).status for n in range(2)] == [201, 201]
        assert_limited(await send("c9"))
        assert (await send("c0")).status == 200

        told = await write_in(server, sub="luis")
        assert await replies(server, told.desk, people.bo, "a1", "a2", "a1") == [201, 429, 200]


async def replies(server: Server, desk: str, token: str, *client_ids: str) -> list[int]:
    found = []
    for client_id in client_ids:
        body: dict[str, Any] = {"client_id": client_id, "body": "Good morning", "seen_seq": 99}
        found.append((await server.ask("POST", f"{desk}/messages", body, token=token)).status)
    return found


async def test_the_size_of_a_body_is_a_setting(file: Database, clock: SetClock) -> None:
    async with open_on(file, clock, max_body_bytes=65_536) as ctx, serve(ctx) as server:
        await make_people(ctx)
        body = {"client_id": "c1", "body": "x" * 66_000}

        reply = await server.ask("POST", "/v1/thread/messages", body, token=server.token())

        assert (reply.status, reply.body["code"]) == (413, "too_large")
