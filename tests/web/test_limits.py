"""How often one may ask: per customer and per agent, and a repeated send passes every limit."""

from __future__ import annotations

from typing import Any

from inbox.flows import agents, signin
from tests.cast import DAY, OPERATOR, SetClock, open_on
from tests.engines import Database
from tests.servers import Reply, Server, make_people, serve
from tests.web.stories import write_in

PASSWORD = "correct horse battery"


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


async def test_refused_tokens_are_counted_by_address(file: Database, clock: SetClock) -> None:
    settings = {"trusted_proxies": ("127.0.0.1/32",), "failed_sign_ins_per_minute": 3}
    async with open_on(file, clock, **settings) as ctx, serve(ctx) as server:
        people = await make_people(ctx)

        async def ask(path: str, token: str | None, address: str = "203.0.113.9") -> Reply:
            headers = {"X-Forwarded-For": address}
            return await server.ask("GET", path, token=token, headers=headers)

        for path, forged, good in (
            ("/v1/thread", "aaaa.bbbb.cccc", server.token()),
            ("/v1/thread/messages", "pbf_" + "0" * 36, server.token()),
            ("/v1/desk/me", "pbx_" + "0" * 36, people.bo),
        ):
            await ask(path, None)
            if path != "/v1/thread/messages":  # a customer's tokens of both kinds count together
                tries = [await ask(path, forged) for _ in range(4)]
                assert [reply.status for reply in tries] == [401, 401, 401, 429]
            assert_limited(await ask(path, forged))
            assert (await ask(path, good)).status == 200, "a good token is never held back"
            assert (await ask(path, forged, "203.0.113.10")).status == 401


async def test_stale_tokens_and_passwords_do_not_use_up_each_others_tries(
    file: Database, clock: SetClock
) -> None:
    """An office behind one address: its forgotten script, its phones, its people who sign in."""
    async with open_on(file, clock, failed_sign_ins_per_minute=3) as ctx, serve(ctx) as server:
        people = await make_people(ctx)
        await agents.set_password(ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)

        async def token(path: str, stale: str) -> int:
            return (await server.ask("GET", path, token=stale)).status

        async def password(given: str) -> int:
            body = {"name": "Bo", "password": given}
            return (await server.ask("POST", "/v1/desk/session", body)).status

        assert {await token("/v1/desk/me", "pbx_" + "0" * 36) for _ in range(9)} == {401, 429}
        assert await password(PASSWORD) == 201
        assert [await password("guess") for _ in range(4)] == [401, 401, 401, 429]
        assert [await token("/v1/thread", "aa.bb.cc") for _ in range(4)] == [401, 401, 401, 429]
        assert await token("/v1/thread", server.token()) == 200


async def test_a_token_whose_time_is_over_is_not_counted(file: Database, clock: SetClock) -> None:
    async with open_on(file, clock, failed_sign_ins_per_minute=2) as ctx, serve(ctx) as server:
        people = await make_people(ctx)
        await agents.set_password(ctx, OPERATOR, agent=people.ids["bo"], password=PASSWORD)
        session = await signin.open_session(ctx, name="Bo", password=PASSWORD, address="192.0.2.1")
        customer = server.token(ttl_s=60)
        clock.pass_(DAY)

        for path, token in (("/v1/thread", customer), ("/v1/desk/me", session.token)):
            tries = [await server.ask("GET", path, token=token) for _ in range(5)]
            assert {reply.status for reply in tries} == {401}


async def test_the_same_duty_again_makes_nobody_look_anew(file: Database, clock: SetClock) -> None:
    async with open_on(file, clock) as ctx, serve(ctx) as server:
        people = await make_people(ctx)

        async def choose(*, on: bool) -> int:
            reply = await server.ask("PUT", "/v1/desk/me/duty", {"on": on}, token=people.bo)
            assert (reply.status, reply.body["on"]) == (200, on)
            return ctx.memory.registry

        first = await choose(on=True)
        assert {await choose(on=True) for _ in range(5)} == {first}
        assert await choose(on=False) == first + 1
        assert await choose(on=True) == first + 2
