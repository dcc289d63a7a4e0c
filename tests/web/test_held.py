"""What a body that is held back cannot do: it is judged by who its sender is when it has come."""

from __future__ import annotations

from tests.cast import look
from tests.servers import People, Server
from tests.web.stories import held


async def test_a_message_held_back_over_a_sign_out_is_refused(
    server: Server, people: People
) -> None:
    token = server.token()
    await server.ask("GET", "/v1/thread", token=token)
    draft = {"client_id": "late", "body": "After all"}
    async with held(server, "POST", "/v1/thread/messages", draft, token) as send_rest:
        out = await server.ask("POST", "/v1/admin/customers/ana/sign-out", token=people.mia)
        assert out.status == 204
        assert await send_rest() == 401
    assert await look(server.ctx, "SELECT seq FROM items WHERE type = 'message'") == []


async def test_an_act_held_back_over_a_revocation_is_refused(
    server: Server, people: People
) -> None:
    mia = people.ids["mia"]
    made = await server.ask("POST", "/v1/admin/tokens", {"agent": mia}, token=people.mia)
    path, body = "/v1/admin/tokens", {"agent": people.ids["bo"], "label": "back door"}
    async with held(server, "POST", path, body, made.body["token"]) as send_rest:
        gone = await server.ask("DELETE", f"{path}/{made.body['id']}", token=people.mia)
        assert gone.status == 204
        assert await send_rest() == 401
    listed = await server.ask("GET", f"{path}?agent={people.ids['bo']}", token=people.mia)
    assert [one["label"] for one in listed.body["items"]] == [None]


async def test_a_role_taken_meanwhile_is_taken(server: Server, people: People) -> None:
    path, body = "/v1/admin/teams", {"key": "boise", "name": "Boise", "time_zone": "America/Boise"}
    kim = f"/v1/admin/agents/{people.ids['kim']}"
    await server.ask("PATCH", kim, {"role": "admin"}, token=people.mia)
    async with held(server, "POST", path, body, people.kim) as send_rest:
        await server.ask("PATCH", kim, {"role": "lead"}, token=people.mia)
        assert await send_rest() == 403


async def test_what_others_change_does_not_stop_an_honest_slow_body(
    server: Server, people: People
) -> None:
    draft = {"client_id": "slow", "body": "From the train"}
    async with held(server, "POST", "/v1/thread/messages", draft, server.token()) as send_rest:
        await server.ask("PUT", "/v1/desk/me/duty", {"on": True}, token=people.bo)
        assert await send_rest() == 201
