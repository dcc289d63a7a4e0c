"""Cover, storms and choices over the API: shapes, roles, and what is refused by name."""

from __future__ import annotations

from typing import Any

from inbox.core.shorthand import read_weekly
from inbox.flows import hours
from inbox.flows.context import Context
from tests.cast import OPERATOR
from tests.servers import People, Server
from tests.web.stories import write_in

OUTAGE = "There is an outage around Spokane"


async def night(ctx: Context, server: Server, people: People, **rules: Any) -> None:
    """Spokane is closed; Tampa is there."""
    weekly = read_weekly("mon-sun 08:00-20:00")
    await hours.set_weekly(ctx, OPERATOR, team=people.spokane, weekly=weekly)
    place = f"/v1/admin/teams/{people.spokane}/rules"
    given = {"cover_by": ["tampa"], **rules}
    assert (await server.ask("PATCH", place, given, token=people.mia)).status == 200


async def test_a_team_covers_and_hands_back(ctx: Context, server: Server, people: People) -> None:
    await night(ctx, server, people, cover="cover")
    told = await write_in(server)
    seen = await server.ask("GET", told.desk, token=people.ravi)
    assert seen.body["serving"]["why"] == "cover"
    back = await server.ask("DELETE", told.desk + "/cover", {"note": "done"}, token=people.ravi)
    assert (back.status, back.body["serving"]["why"]) == (200, "home")
    assert (await server.ask("GET", told.desk, token=people.ravi)).status == 404
    draft = {"team": people.tampa, "reason": "swamped"}
    begun = await server.ask("POST", told.desk + "/cover", draft, token=people.bo)
    assert (begun.status, begun.body["serving"]["team"]["key"]) == (200, "tampa")
    ended = await server.ask("DELETE", told.desk + "/cover", token=people.bo)
    assert ended.status == 200, "the body may be left out"
    assert (await server.ask("DELETE", told.desk + "/cover", token=people.bo)).status == 409


async def test_what_is_no_cover_is_refused_by_name(server: Server, people: People) -> None:
    told = await write_in(server)
    for body, path in (
        ({"team": people.tampa}, "body.reason"),
        ({"team": people.spokane, "reason": "x"}, "body.team"),
        ({"team": people.tampa, "reason": "x", "until": "soon"}, "body.until"),
        ({"team": people.tampa, "reason": "x", "hours": 2}, "body.hours"),
    ):
        refused = await server.ask("POST", told.desk + "/cover", body, token=people.bo)
        assert refused.status == 400
        assert [one["path"] for one in refused.body["errors"]] == [path]
    unknown = await server.ask("DELETE", told.desk + "/cover", {"nte": "x"}, token=people.bo)
    assert (unknown.status, unknown.body["errors"][0]["path"]) == (400, "body.nte")


async def test_the_customer_is_asked_and_answers(
    ctx: Context, server: Server, people: People
) -> None:
    await night(ctx, server, people, cover="ask")
    ana = server.token("ana")
    sent = await server.ask(
        "POST", "/v1/thread/messages", {"client_id": "1", "body": "No signal"}, token=ana
    )
    assert sent.body["choice"]["state"] == "open"
    thread = await server.ask("GET", "/v1/thread", token=ana)
    assert thread.body["choice"] == sent.body["choice"]
    wait = await server.ask("POST", "/v1/thread/cover", {"choice": "wait"}, token=ana)
    assert (wait.status, wait.body["choice"]["state"]) == (200, "wait")
    now = await server.ask("POST", "/v1/thread/cover", {"choice": "now"}, token=ana)
    assert (now.body["serving"]["why"], now.body["choice"]) == ("cover", None)
    other = server.token("luis")
    assert (await server.ask("GET", "/v1/thread", token=other)).status == 200
    none = await server.ask("POST", "/v1/thread/cover", {"choice": "now"}, token=other)
    assert none.status == 409
    bad = await server.ask("POST", "/v1/thread/cover", {"choice": "later"}, token=ana)
    assert (bad.status, bad.body["errors"][0]["path"]) == (400, "body.choice")


async def test_care_is_chosen_among_what_is_offered(server: Server, people: People) -> None:
    ana = server.token("ana")
    refused = await server.ask("PUT", "/v1/care", {"preference": "general"}, token=ana)
    assert refused.status == 409
    place = f"/v1/admin/teams/{people.tampa}/rules"
    await server.ask("PATCH", place, {"general": True}, token=people.mia)
    chosen = await server.ask("PUT", "/v1/care", {"preference": "general"}, token=ana)
    assert chosen.body == {
        "preference": "general",
        "offers": ["team", "general"],
        "self_service_url": None,
    }
    thread = (await server.ask("GET", "/v1/thread", token=ana)).body
    assert (thread["care"], thread["serving"]["why"]) == (chosen.body, "general")
    bad = await server.ask("PUT", "/v1/care", {"preference": "none"}, token=ana)
    assert bad.status == 400


async def test_a_storm_and_its_notice(server: Server, people: People) -> None:
    place, ana = f"/v1/desk/team/{people.spokane}", server.token("ana")
    draft = {"teams": [{"team": people.tampa, "share": 100}], "notice": OUTAGE}
    for token, status in ((people.bo, 403), (people.ravi, 403), (people.kim, 201)):
        begun = await server.ask("POST", place + "/storm", draft, token=token)
        assert begun.status == status
    assert (await server.ask("POST", place + "/storm", draft, token=people.mia)).status == 409
    told = await write_in(server)
    assert (await server.ask("GET", told.desk, token=people.ravi)).status == 200
    page = (await server.ask("GET", "/v1/team", token=ana)).body
    assert page["notice"]["text"] == OUTAGE
    sheets = (await server.ask("GET", "/v1/desk/team", token=people.kim)).body["items"]
    assert next(one for one in sheets if one["team"]["key"] == "spokane")["storm"]["widen"] == 1.0
    assert (await server.ask("DELETE", place + "/storm", token=people.kim)).status == 204
    assert (await server.ask("GET", "/v1/team", token=ana)).body["notice"] is None
    for token, status in ((people.bo, 403), (people.kim, 200)):
        body = {"notice": "Phones down"}
        said = await server.ask("PUT", place + "/notice", body, token=token)
        assert said.status == status
    assert said.body["notice"]["text"] == "Phones down"
    bad = {**draft, "teams": [{"team": people.tampa, "share": 101}]}
    refused = await server.ask("POST", place + "/storm", bad, token=people.mia)
    assert [one["path"] for one in refused.body["errors"]] == ["body.teams[0].share"]
    bad["teams"] = [{"team": people.tampa, "share": 1, "shere": 2}]
    refused = await server.ask("POST", place + "/storm", bad, token=people.mia)
    assert [one["path"] for one in refused.body["errors"]] == ["body.teams[0].shere"]
    late = {**draft, "until": "tomorrow"}
    refused = await server.ask("POST", place + "/storm", late, token=people.mia)
    assert [one["path"] for one in refused.body["errors"]] == ["body.until"]
    assert "2026-11-22T20:00:00Z" in refused.body["detail"], "as one writes it"
