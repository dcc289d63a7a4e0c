"""Canned responses over the API."""

from __future__ import annotations

import pytest

from inbox.web.examples import EXAMPLES
from tests.servers import People, Server
from tests.web.stories import write_in

PLACE = "/v1/desk/canned"


async def test_a_lead_writes_one_and_agents_use_it(server: Server, people: People) -> None:
    told = await write_in(server)
    draft = {**EXAMPLES["CannedDraft"], "team": people.spokane}
    put = await server.ask("PUT", PLACE, draft, token=people.kim)
    shared = await server.ask("PUT", PLACE, {**draft, "team": None}, token=people.kim)

    assert (put.status, shared.status) == (200, 403)
    assert {name: put.body[name] for name in ("shortcut", "title", "text")} == {
        name: draft[name] for name in ("shortcut", "title", "text")
    }
    listed = (await server.ask("GET", PLACE, token=people.bo)).body
    assert listed == {"items": [put.body], "next": None}
    filled = await server.ask("GET", f"{PLACE}?thread={told.thread}", token=people.bo)
    assert filled.body["items"][0]["filled"] == "Good morning Ana, this is Bo."
    other = await server.ask("GET", f"{PLACE}?thread={told.thread}", token=people.ravi)
    assert other.status == 404

    gone = await server.ask("DELETE", f"{PLACE}/{put.body['id']}", token=people.kim)
    assert gone.status == 204
    assert (await server.ask("GET", PLACE, token=people.bo)).body["items"] == []


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"text": "{customer.firstname}"}, "body.text", "did you mean {customer.first_name}?"),
        ({"text": "x" * 4_001}, "body.text", "longer than 4000"),
        ({"title": ""}, "body.title", ""),
        ({"title": "two\nlines"}, "body.title", "line end"),
        ({"shortcut": "A b"}, "body.shortcut", "a–z"),
        ({"shortcuts": "a"}, "body.shortcuts", "no such member"),
    ],
)
async def test_what_is_wrong_is_named(
    server: Server, people: People, change: dict[str, str], path: str, says: str
) -> None:
    draft = {**EXAMPLES["CannedDraft"], **change}
    refused = await server.ask("PUT", PLACE, draft, token=people.mia)
    (error,) = refused.body["errors"]
    assert (refused.status, error["path"]) == (400, path)
    assert says in error["message"]
