"""What leads look at, over the API."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers import People, Server
from tests.web.stories import write_in

BOARD = "/v1/desk/board"
REPORTS = "/v1/desk/reports"


async def test_a_lead_sees_own_teams_an_admin_all_an_agent_none(
    server: Server, people: People
) -> None:
    await write_in(server)
    kim = (await server.ask("GET", BOARD, token=people.kim)).body
    mia = (await server.ask("GET", BOARD, token=people.mia)).body
    bo = await server.ask("GET", BOARD, token=people.bo)

    assert [one["team"]["key"] for one in kim["items"]] == ["spokane"]
    assert [one["team"]["key"] for one in mia["items"]] == ["spokane", "tampa"]
    assert (bo.status, bo.body["code"]) == (403, "forbidden")
    (shown,) = kim["items"]
    assert (shown["conversations"], shown["waiting"], shown["unassigned"]) == (1, 1, 1)
    assert [agent["name"] for agent in shown["agents"]] == ["Bo", "Kim", "Mia"]
    assert (shown["line"], shown["notice"]) == (None, None)
    place = f"/v1/desk/team/{people.spokane}"
    await server.ask("PUT", f"{place}/line", {"line": "Bo is in"}, token=people.kim)
    await server.ask("PUT", f"{place}/notice", {"notice": "No phones today"}, token=people.kim)
    (shown,) = (await server.ask("GET", BOARD, token=people.kim)).body["items"]
    assert (shown["line"], shown["notice"]["text"]) == ("Bo is in", "No phones today")
    assert (await server.ask("GET", f"{BOARD}?team=x", token=people.kim)).status == 400


def days() -> str:
    """Yesterday to tomorrow, so that today is in it by the calendar of every team."""
    now = datetime.now(UTC).date()
    return f"from={now - timedelta(days=1)}&to={now + timedelta(days=1)}"


async def test_a_report_as_json_and_as_a_file(server: Server, people: People) -> None:
    told = await write_in(server)
    body = {"client_id": "a1", "body": "Looking", "seen_seq": told.seq}
    await server.ask("POST", f"{told.desk}/messages", body, token=people.bo)
    await write_in(server, sub="zoe", region="US-FL")

    shown = await server.ask("GET", f"{REPORTS}?{days()}", token=people.kim)
    (row,) = shown.body["items"]
    assert row["team"]["key"] == "spokane"
    assert (row["messages_in"], row["messages_out"], row["first_responses"]) == (1, 1, 1)
    assert (row["pinned_answer_rate"], row["rating_mean"]) == (1.0, None)

    file = await server.ask(
        "GET", f"{REPORTS}?{days()}&per=team_market&format=csv", token=people.mia
    )
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="report-20')
    lines = list(csv.DictReader(io.StringIO(file.raw.decode(), newline="")))
    assert [(line["team"], line["market"]) for line in lines] == [
        ("spokane", "US-WA"), ("tampa", "US-FL")
    ]  # fmt: skip
    assert (lines[0]["messages_out"], lines[1]["messages_out"]) == ("1", "0")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("from=2026-11-01", "query.to"),
        ("from=2026-11-01&to=yesterday", "query.to"),
        ("from=2026-11-02&to=2026-11-01", "query.to"),
        ("from=2026-11-01&to=2026-11-01&by=year", "query.by"),
        ("from=2026-11-01&to=2026-11-01&market=wa", "query.market"),
        ("from=1026-11-01&to=2026-11-01", "query.from"),
    ],
)
async def test_a_report_names_what_is_wrong(
    server: Server, people: People, query: str, path: str
) -> None:
    refused = await server.ask("GET", f"{REPORTS}?{query}", token=people.kim)
    assert (refused.status, [one["path"] for one in refused.body["errors"]]) == (400, [path])


async def test_reports_are_for_leads_and_of_their_teams(server: Server, people: People) -> None:
    own = f"{REPORTS}?{days()}&team={people.spokane}"
    other = f"{REPORTS}?{days()}&team={people.tampa}"
    asked = [(own, people.bo), (own, people.kim), (other, people.kim), (other, people.mia)]
    got = [(await server.ask("GET", path, token=token)).status for path, token in asked]
    assert got == [403, 200, 404, 200]
