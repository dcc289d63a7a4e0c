"""What admins do over the API."""

from __future__ import annotations

import aiohttp
import pytest

from inbox.flows.search import index_due
from tests.servers import People, Server
from tests.web.stories import write_in


async def test_teams_are_made_listed_and_changed(server: Server, people: People) -> None:
    draft = {
        "key": "reno",
        "name": "Reno",
        "time_zone": "America/Los_Angeles",
        "regions": ["US-NV"],
    }

    made = await server.ask("POST", "/v1/admin/teams", draft, token=people.mia)
    taken = await server.ask("POST", "/v1/admin/teams", draft, token=people.mia)
    place = f"/v1/admin/teams/{made.body['id']}"
    changed = await server.ask("PATCH", place, {"max_customers": 4000}, token=people.mia)

    assert (made.status, made.body["regions"]) == (201, ["US-NV"])
    assert (taken.status, taken.body["code"]) == (409, "conflict")
    assert (changed.status, changed.body["max_customers"]) == (200, 4000)
    assert (await server.ask("GET", place, token=people.mia)).body == changed.body
    listed = await server.ask("GET", "/v1/admin/teams", token=people.mia)
    assert [team["key"] for team in listed.body["items"]] == ["spokane", "tampa", "reno"]


async def test_an_agent_from_the_first_day_to_the_last(server: Server, people: People) -> None:
    draft = {"name": "Noa", "teams": [people.tampa], "password": "a long password of Noa's"}
    made = await server.ask("POST", "/v1/admin/agents", draft, token=people.mia)
    place = f"/v1/admin/agents/{made.body['id']}"
    assert made.status == 201
    token = await server.ask(
        "POST", "/v1/admin/tokens", {"agent": made.body["id"], "label": "phone"}, token=people.mia
    )
    assert (await server.ask("GET", "/v1/desk/me", token=token.body["token"])).status == 200

    lead = await server.ask("PATCH", place, {"role": "lead"}, token=people.mia)
    fresh = await server.ask(
        "PUT", f"{place}/password", {"password": "another long password"}, token=people.mia
    )
    ended = await server.ask("GET", "/v1/desk/me", token=token.body["token"])
    gone = await server.ask("PATCH", place, {"disabled": True}, token=people.mia)

    assert lead.body["role"] == "lead"
    assert (fresh.status, ended.status) == (204, 401), "a new password ends what was signed in"
    assert gone.body["disabled"] is True
    assert (await server.ask("GET", place, token=people.mia)).body == gone.body
    names = [
        one["name"]
        for one in (await server.ask("GET", "/v1/admin/agents", token=people.mia)).body["items"]
    ]
    assert names == ["Bo", "Kim", "Mia", "Ravi", "Noa"]


async def test_a_token_is_shown_once_and_can_be_revoked(server: Server, people: People) -> None:
    bo = people.ids["bo"]
    made = await server.ask("POST", "/v1/admin/tokens", {"agent": bo}, token=people.mia)
    secret = made.body["token"]

    listed = await server.ask("GET", f"/v1/admin/tokens?agent={bo}", token=people.mia)
    ended = await server.ask("DELETE", f"/v1/admin/tokens/{made.body['id']}", token=people.mia)

    assert made.status == 201
    assert secret.encode() not in listed.raw
    assert made.body["id"] in [one["id"] for one in listed.body["items"]]
    assert ended.status == 204
    assert (await server.ask("GET", "/v1/desk/me", token=secret)).status == 401
    assert (await server.ask("GET", "/v1/desk/me", token=people.bo)).status == 200


async def test_a_customer_is_signed_out(server: Server, people: People) -> None:
    token = server.token("ana/1 & co")
    assert (await server.ask("GET", "/v1/thread", token=token)).status == 200

    out = await server.ask(
        "POST", "/v1/admin/customers/ana%2F1%20%26%20co/sign-out", token=people.mia
    )
    nobody = await server.ask("POST", "/v1/admin/customers/nobody/sign-out", token=people.mia)

    assert out.status == 204
    assert (await server.ask("GET", "/v1/thread", token=token)).status == 401
    assert nobody.status == 404


async def test_settings_are_shown_without_secrets(server: Server, people: People) -> None:
    reply = await server.ask("GET", "/v1/admin/settings", token=people.mia)

    rows = {row["name"]: row for row in reply.body["items"]}
    assert rows["session_hours"]["value"] == 12
    assert rows["server_secret"]["value"] is True
    assert rows["jwks_url"]["value"] == ""
    assert server.ctx.settings.server_secret.encode() not in reply.raw
    assert server.ctx.settings.token_secret.encode() not in reply.raw


async def test_the_audit_log_can_be_read(server: Server, people: People) -> None:
    told = await write_in(server)
    await server.ask("GET", told.desk, token=people.bo)

    page = await server.ask("GET", f"/v1/admin/audit?thread={told.thread}", token=people.mia)

    assert page.status == 200
    assert all(line["thread"] == told.thread for line in page.body["items"])


async def test_a_customer_is_handed_over_whole(server: Server, people: People) -> None:
    for n in range(3):
        told = await write_in(server, f"line {n}", client_id=f"c{n}")

    reply = await server.ask("GET", "/v1/admin/customers/ana/export", token=people.mia)
    nobody = await server.ask("GET", "/v1/admin/customers/nobody/export", token=people.mia)

    assert (reply.status, reply.media) == (200, "application/json")
    bodies = [item["message"]["body"] for item in reply.body["items"] if item["type"] == "message"]
    assert bodies == ["line 0", "line 1", "line 2"]
    assert reply.body["customer"]["id"] == "ana"
    assert reply.body["audit"][0]["action"] == "export"
    assert reply.body["thread"]["id"] == told.thread
    assert (nobody.status, nobody.body["code"]) == (404, "not_found")


async def test_an_export_that_breaks_is_not_taken_for_whole(
    server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_in(server)

    async def fail(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr("inbox.flows.export._page", fail)

    with pytest.raises(aiohttp.ClientPayloadError):
        await server.ask("GET", "/v1/admin/customers/ana/export", token=people.mia)


async def test_a_customer_is_erased(server: Server, people: People) -> None:
    await write_in(server, "a word that must go")

    reply = await server.ask("POST", "/v1/admin/customers/ana/erase", token=people.mia)
    again = await server.ask("POST", "/v1/admin/customers/ana/erase", token=people.mia)
    left = await server.ask("GET", "/v1/admin/customers/ana/export", token=people.mia)

    assert (reply.status, again.status) == (200, 200)
    assert reply.body["items"] > 0
    assert b"must go" not in left.raw
    assert (await server.ask("GET", "/v1/thread", token=server.token())).status == 401


async def test_what_was_written_is_found(server: Server, people: People) -> None:
    told = await write_in(server, "The antenna on the roof")
    while await index_due(server.ctx):
        pass

    found = await server.ask("GET", "/v1/desk/search?q=antenna", token=people.bo)
    other = await server.ask("GET", "/v1/desk/search?q=antenna", token=people.ravi)
    empty = await server.ask("GET", "/v1/desk/search?q=%20.%20", token=people.bo)

    assert [item["thread"] for item in found.body["items"]] == [told.thread]
    assert other.body["items"] == []
    assert (empty.status, empty.body["errors"][0]["path"]) == (400, "query.q")
