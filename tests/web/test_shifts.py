"""Shifts over the API: for leads of the agent's teams and admins, refused by name."""

from __future__ import annotations

from inbox.web.examples import EXAMPLES
from tests.servers import People, Server


async def test_a_lead_keeps_the_shift_of_their_agent(server: Server, people: People) -> None:
    bo = (await server.ask("GET", "/v1/desk/me", token=people.bo)).body["agent"]["id"]
    place = f"/v1/admin/agents/{bo}/shift"
    put = await server.ask("PUT", place, EXAMPLES["ShiftDraft"], token=people.kim)
    got = await server.ask("GET", place, token=people.mia)
    assert (put.status, got.body) == (200, put.body)
    assert got.body["weekly"]["mon"] == EXAMPLES["ShiftDraft"]["weekly"]["mon"]
    assert (got.body["on"], got.body["time_zone"]) == (False, "America/Los_Angeles")

    wrong = {"weekly": {"mon": [{"opens": "08:00", "closes": "08:00"}]}}
    refused = await server.ask("PUT", place, wrong, token=people.kim)
    assert (refused.status, refused.body["errors"][0]["path"]) == (400, "body.weekly.mon[0].closes")
    assert (await server.ask("PUT", place, wrong, token=people.bo)).status == 403
    assert (await server.ask("GET", place, token=people.bo)).status == 403
    gone = await server.ask("PUT", place, {"weekly": None}, token=people.mia)
    assert (gone.status, gone.body["weekly"]) == (200, None)
