"""Callbacks over the API: a customer books, an agent makes the call."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.core.instant import to_ms
from tests.cast import SetClock
from tests.servers import People, Server

MONDAY_NOON = to_ms("2026-11-23T20:00:00Z")  # by Spokane's clock


@pytest.fixture
async def calling(server: Server, people: People, clock: SetClock) -> None:
    """Spokane calls back."""
    clock.now = MONDAY_NOON
    body = {"callback_minutes": 30, "callback_share": 50}
    place = f"/v1/admin/teams/{people.spokane}/rules"
    assert (await server.ask("PATCH", place, body, token=people.mia)).status == 200


@pytest.mark.usefixtures("calling")
async def test_a_customer_books_and_an_agent_calls(server: Server, people: People) -> None:
    ana = server.token(time_zone="America/Los_Angeles")
    slots = (await server.ask("GET", "/v1/callbacks/slots?day=2026-11-24", token=ana)).body
    assert (slots["enabled"], slots["now"], slots["day"]) == (True, True, "2026-11-24")
    assert slots["time_zone"] == "America/Los_Angeles"
    assert slots["items"][0] == {
        "starts_at": "2026-11-24T17:00:00.000Z",
        "ends_at": "2026-11-24T17:30:00.000Z",
    }
    draft: dict[str, Any] = {
        "client_id": "c1",
        "when": slots["items"][0]["starts_at"],
        "topic": "My bill",
        "phone": "+1 509 555 0100",
    }
    booked = await server.ask("POST", "/v1/callbacks", draft, token=ana)
    again = await server.ask("POST", "/v1/callbacks", draft, token=ana)
    assert (booked.status, again.status) == (201, 200)
    assert booked.body == again.body
    assert booked.body["phone"] == "+15095550100"
    mine = (await server.ask("GET", "/v1/callbacks", token=ana)).body
    assert mine["items"] == [booked.body]

    listed = (await server.ask("GET", "/v1/desk/callbacks", token=people.bo)).body
    (row,) = listed["items"]
    assert row["tel"] == "tel:+15095550100"
    place = f"/v1/desk/callbacks/{row['callback']['id']}"
    taken = await server.ask("POST", f"{place}/take", token=people.bo)
    assert taken.body["agent"]["name"] == "Bo"
    made = {"outcome": "spoke", "remark": "Will pay on Friday"}
    done = await server.ask("POST", f"{place}/attempt", made, token=people.bo)
    assert (done.status, done.body["state"]) == (200, "done")
    assert (await server.ask("DELETE", place, token=people.bo)).status == 409
    page = (await server.ask("GET", "/v1/thread/events", token=ana)).body
    assert "Will pay" not in str(page)
    over = await server.ask("GET", "/v1/desk/callbacks?view=over", token=people.bo)
    assert [one["callback"]["state"] for one in over.body["items"]] == ["done"]


@pytest.mark.usefixtures("calling")
async def test_an_agent_books_and_calls_off(server: Server, people: People) -> None:
    ana = server.token()
    thread = (await server.ask("GET", "/v1/thread", token=ana)).body["thread"]
    place = f"/v1/desk/threads/{thread}/callbacks"
    draft = {"client_id": "c1", "when": "now", "topic": "My bill", "phone": "+15095550100"}
    assert (await server.ask("POST", place, draft, token=people.ravi)).status == 404
    slots = await server.ask("GET", f"{place}/slots", token=people.bo)
    assert slots.body["now"]
    booked = await server.ask("POST", place, draft, token=people.bo)
    assert (booked.status, booked.body["state"]) == (201, "due")
    place = f"/v1/desk/callbacks/{booked.body['id']}"
    for method, path, body in (
        ("POST", f"{place}/take", None),
        ("POST", f"{place}/attempt", {"outcome": "spoke"}),
        ("DELETE", place, None),
    ):
        tried = await server.ask(method, path, body, token=people.ravi)
        assert tried.status == 404, "another team's"
    other = server.token("luis")
    assert (await server.ask("GET", "/v1/callbacks", token=other)).body["items"] == []
    await server.ask("DELETE", f"/v1/callbacks/{booked.body['id']}", token=other)
    (row,) = (await server.ask("GET", "/v1/desk/callbacks", token=people.bo)).body["items"]
    assert row["callback"]["state"] == "due", "it is not theirs to call off"
    gone = await server.ask("DELETE", f"/v1/callbacks/{booked.body['id']}", token=ana)
    assert gone.status == 204
    again = await server.ask("DELETE", f"/v1/desk/callbacks/{booked.body['id']}", token=people.bo)
    assert (again.status, again.body["state"]) == (200, "canceled")


@pytest.mark.usefixtures("calling")
@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"when": "soon"}, "body.when"),
        ({"phone": "12"}, "body.phone"),
        ({"phone": None}, "body.phone"),
        ({"topic": ""}, "body.topic"),
        ({"any_hour": "yes"}, "body.any_hour"),
        ({"extra": 1}, "body.extra"),
    ],
    ids=["when", "phone", "no-phone", "topic", "any-hour", "extra"],
)
async def test_bad_input_names_the_field(server: Server, body: dict[str, Any], path: str) -> None:
    draft = {"client_id": "c1", "when": "now", "topic": "My bill", "phone": "+15095550100"}
    refused = await server.ask("POST", "/v1/callbacks", {**draft, **body}, token=server.token())
    assert refused.status == 400
    assert [one["path"] for one in refused.body["errors"]] == [path]
