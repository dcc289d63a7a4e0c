"""A team's rules over the API: set by its lead, refused by name."""

from __future__ import annotations

from tests.servers import People, Server


async def test_a_lead_sets_a_rule_and_the_rest_stays(server: Server, people: People) -> None:
    place = f"/v1/admin/teams/{people.spokane}/rules"

    put = await server.ask("PATCH", place, {"promise_target_minutes": 30}, token=people.mia)
    nothing = await server.ask("PATCH", place, {}, token=people.mia)
    got = await server.ask("GET", place, token=people.kim)

    assert (put.status, nothing.status, got.status) == (200, 200, 200)
    assert got.body == put.body == nothing.body
    assert got.body["rules"]["promise_target_minutes"] == 30
    assert (await server.ask("GET", place, token=people.bo)).status == 403


async def test_what_is_no_rule_is_refused_by_name(server: Server, people: People) -> None:
    place = f"/v1/admin/teams/{people.spokane}/rules"
    for body, path in (
        ({"promise_target_minutes": -1}, "promise_target_minutes"),
        ({"promise_target_minutes": None}, "promise_target_minutes"),
        ({"promise": 1}, "promise"),
    ):
        refused = await server.ask("PATCH", place, body, token=people.kim)
        assert refused.status == 400
        assert [one["path"] for one in refused.body["errors"]] == [f"body.{path}"]
