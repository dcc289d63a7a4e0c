"""Who may use which address: every route of the table, asked by everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from inbox.flows.context import Context
from inbox.web.examples import EXAMPLES
from inbox.web.route import NUMBERS, Route
from inbox.web.routes import ROUTES
from tests.cast import SetClock, open_on
from tests.engines import Database
from tests.servers import People, Reply, Server
from tests.web.stories import write_in

SIGNED = [route for route in ROUTES if route.scope != "public"]
NOBODY = "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff"
MAY = {
    "customer": {"ana"},
    "anyone": {"ana", "bo", "kim", "mia", "ravi"},
    "agent": {"bo", "kim", "mia", "ravi"},
    "lead": {"kim", "mia"},
    "admin": {"mia"},
}


@pytest.fixture
async def ctx(database: Database, clock: SetClock) -> AsyncIterator[Context]:
    """Bad tokens may be tried as often as a test likes."""
    async with open_on(database, clock, failed_sign_ins_per_minute=0) as opened:
        yield opened


async def knock(server: Server, route: Route, token: str | None, **names: str) -> Reply:
    """Ask as anybody would, with ids that exist unless said otherwise."""
    known = {**dict.fromkeys(NUMBERS, "1"), **names}
    path = route.path.format(**{name: known.get(name, NOBODY) for name in route.names})
    if route.query is not None:
        path += {
            "SinceOf": f"?stream=team:{names.get('team', NOBODY)}",
            "OfAgent": f"?agent={NOBODY}",
            "OfYear": "?country=US&year=2027",
            "Sought": "?q=signal",
        }.get(route.query.__name__, "")
    body: dict[str, Any] | None = None
    if route.body is not None:
        body = dict(EXAMPLES[route.body.__name__])
        if "team" in body:
            body["team"] = names.get("team", NOBODY)
    return await server.ask(route.method, path, body, token=token)


async def test_every_route_lets_in_whom_it_is_for_and_nobody_else(
    server: Server, people: People
) -> None:
    tokens = {
        "nobody": None,
        "forged": "pbx_" + "0" * 36,
        "garbled": "no token at all",
        "ana": server.token(),
        "bo": people.bo,
        "kim": people.kim,
        "mia": people.mia,
        "ravi": people.ravi,
    }
    for route in SIGNED:
        for name, token in tokens.items():
            reply = await knock(server, route, token)
            where = f"{name} at {route.method} {route.path}: {reply.status} {reply.raw[:200]!r}"
            if name in MAY[route.scope]:
                assert reply.status not in {401, 403, 405}, where
                assert reply.status < 500, where
            elif route.scope in {"lead", "admin"} and name in MAY["agent"]:
                assert (reply.status, reply.body["code"]) == (403, "forbidden"), where
            else:
                assert (reply.status, reply.body["code"]) == (401, "unauthorized"), where
                assert reply.headers["WWW-Authenticate"] == "Bearer"


THREADS = [route for route in SIGNED if "{thread}" in route.path]


async def test_another_teams_thread_is_not_there(server: Server, people: People) -> None:
    told = await write_in(server)
    before = (await server.ask("GET", told.desk, token=people.bo)).body
    for route in THREADS:
        if route.scope == "lead":
            continue
        reply = await knock(server, route, people.ravi, thread=told.thread, team=people.tampa)
        where = f"{route.method} {route.path}: {reply.status}"
        assert (reply.status, reply.body["code"]) == (404, "not_found"), where
        assert told.thread.encode() not in reply.raw

    assert (await server.ask("GET", told.desk, token=people.bo)).body == before


LED = [route for route in SIGNED if route.scope == "lead" and {"team", "agent"} & {*route.names}
       and "{thread}" not in route.path]  # fmt: skip


async def test_a_leads_power_ends_at_their_own_team(server: Server, people: People) -> None:
    ravi = (await server.ask("GET", "/v1/desk/me", token=people.ravi)).body["agent"]["id"]

    async def state() -> list[Any]:
        shown = [f"/v1/admin/teams/{people.tampa}/{part}" for part in ("hours", "rules")]
        shown.append(f"/v1/admin/agents/{ravi}/shift")
        return [(await server.ask("GET", path, token=people.mia)).body for path in shown]

    before = await state()
    assert len(LED) > 8
    for route in LED:
        reply = await knock(server, route, people.kim, team=people.tampa, agent=ravi)
        where = f"{route.method} {route.path}: {reply.status} {reply.raw[:200]!r}"
        assert reply.status in {403, 404}, where
    assert await state() == before


async def test_even_an_admin_sees_only_threads_of_their_own_teams(
    server: Server, people: People
) -> None:
    told = await write_in(server, sub="mei", region="US-FL")

    for token in (people.mia, people.kim):
        assert (await server.ask("GET", told.desk, token=token)).status == 404
        pinned = await server.ask(
            "POST", f"{told.desk}/pin", {"team": people.spokane, "reason": "x"}, token=token
        )
        assert pinned.status == 404


async def test_a_customer_sees_its_own_thread_alone(server: Server) -> None:
    await write_in(server, "Ana's own words")
    other = server.token("luis")

    for path in ("/v1/thread", "/v1/thread/messages", "/v1/thread/events"):
        reply = await server.ask("GET", path, token=other)
        assert reply.status == 200
        assert b"Ana" not in reply.raw


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_read_without_regard_to_case(
    server: Server, people: People, scheme: str
) -> None:
    said = {"Authorization": f"{scheme} {people.bo}"}

    assert (await server.ask("GET", "/v1/desk/me", headers=said)).status == 200


async def test_ids_that_are_none_are_not_found(server: Server, people: People) -> None:
    for odd in ("1", "..%2F..%2Fetc", "%00", "'%20OR%201=1", "A" * 300, NOBODY.upper()):
        reply = await server.ask("GET", f"/v1/desk/threads/{odd}", token=people.bo)
        assert (reply.status, reply.body["code"]) == (404, "not_found"), odd
    reply = await server.ask("POST", "/v1/admin/customers/a%00b/sign-out", token=people.mia)
    assert reply.status == 404
