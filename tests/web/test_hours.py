"""A team's hours over the API: set by its lead, seen by its customers, refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.web.examples import EXAMPLES
from tests.cast import SetClock
from tests.servers import People, Server

WEEK: dict[str, Any] = EXAMPLES["HoursDraft"]
DAYS: dict[str, Any] = EXAMPLES["DaysDraft"]


async def test_a_lead_sets_hours_and_customers_see_them(
    server: Server, people: People, clock: SetClock
) -> None:
    place = f"/v1/admin/teams/{people.spokane}"
    clock.now += 28 * 3_600_000  # Monday, 08:00 in Spokane

    put = await server.ask("PUT", f"{place}/hours", WEEK, token=people.kim)
    days = await server.ask("PUT", f"{place}/holidays", DAYS, token=people.kim)
    got = await server.ask("GET", f"{place}/hours", token=people.mia)

    assert (put.status, days.status) == (200, 200)
    assert got.body == days.body
    assert {day: periods for day, periods in got.body["weekly"].items() if periods} == WEEK[
        "weekly"
    ]
    assert [day["date"] for day in got.body["days"]] == ["2026-12-24", "2026-12-25"]
    page = (await server.ask("GET", "/v1/team", token=server.token())).body
    assert (page["open"], page["state"], page["next_open"]) == (True, "open", None)
    assert page["closes_at"] == "2026-11-23T20:00:00.000Z"
    assert page["hours"]["date"] == "2026-11-23"
    assert [one["opens"] for one in page["hours"]["periods"]] == ["08:00", "13:00"]
    sheet = (await server.ask("GET", "/v1/desk/team", token=people.bo)).body["items"][0]
    assert (sheet["open"], sheet["hours"]) == (True, page["hours"])

    clock.now += 4 * 3_600_000
    page = (await server.ask("GET", "/v1/team", token=server.token())).body
    assert (page["open"], page["next_open"]) == (False, "2026-11-23T21:00:00.000Z")
    none = await server.ask("PUT", f"{place}/hours", {"weekly": None}, token=people.kim)
    gone = await server.ask("PUT", f"{place}/holidays", {"days": []}, token=people.kim)
    assert (none.status, gone.status) == (200, 200)


async def test_holidays_are_shown_before_they_are_saved(server: Server, people: People) -> None:
    place = f"/v1/admin/teams/{people.spokane}/holidays"

    shown = await server.ask(
        "GET", f"{place}?country=US&subdivision=WA&year=2026", token=people.kim
    )
    assert shown.status == 200
    thanks = next(one for one in shown.body["items"] if one["date"] == "2026-11-26")
    assert thanks == {"date": "2026-11-26", "name": "Thanksgiving Day", "listed": None}
    assert shown.body["next"] is None
    for query, path in (
        ("country=XX&year=2027", "query.country"),
        ("country=us&year=2027", "query.country"),
        ("country=US&subdivision=BY&year=2027", "query.subdivision"),
        ("country=US&year=3000", "query.year"),
        ("country=US", "query.year"),
    ):
        refused = await server.ask("GET", f"{place}?{query}", token=people.kim)
        assert (refused.status, refused.body["errors"][0]["path"]) == (400, path)


PERIOD = {"opens": "08:00", "closes": "20:00"}


@pytest.mark.parametrize(
    ("what", "body", "path", "says"),
    [
        ("hours", {}, "body.weekly", "is missing"),
        ("hours", {"weekly": {"munday": []}}, "body.weekly.munday", "no such member"),
        (
            "hours",
            {"weekly": {"mon": [{"opens": "08:00"}]}},
            "body.weekly.mon[0].closes",
            "missing",
        ),
        (
            "hours",
            {"weekly": {"mon": [{**PERIOD, "opens": "8"}]}},
            "body.weekly.mon[0].opens",
            "must be a time from 00:00 to 23:59",
        ),
        (
            "hours",
            {"weekly": {"mon": [PERIOD], "sun": [{"opens": "20:00", "closes": "08:30"}]}},
            "body.weekly.mon",
            "08:00-20:00 begins before sun 20:00-08:30 has ended",
        ),
        (
            "holidays",
            {"days": [{"date": "2026-02-30", "state": "closed"}]},
            "body.days[0].date",
            "must be a date as",
        ),
        (
            "holidays",
            {"days": [{"date": "2026-02-03", "state": "shut"}]},
            "body.days[0].state",
            "must be one of",
        ),
        (
            "holidays",
            {"days": [{"date": "2026-02-03", "state": "open"}]},
            "body.days[0].periods",
            "say which",
        ),
    ],
)
async def test_what_is_wrong_is_named(
    server: Server, people: People, what: str, body: dict[str, Any], path: str, says: str
) -> None:
    refused = await server.ask(
        "PUT", f"/v1/admin/teams/{people.spokane}/{what}", body, token=people.kim
    )

    assert refused.status == 400
    (fault,) = refused.body["errors"]
    assert fault["path"] == path
    assert says in fault["message"]


async def test_another_teams_hours_are_not_a_leads(server: Server, people: People) -> None:
    place = f"/v1/admin/teams/{people.tampa}"
    for method, what, body in (
        ("GET", "hours", None),
        ("PUT", "hours", WEEK),
        ("GET", "holidays?country=US&year=2027", None),
        ("PUT", "holidays", DAYS),
    ):
        as_lead = await server.ask(method, f"{place}/{what}", body, token=people.kim)
        as_admin = await server.ask(method, f"{place}/{what}", body, token=people.mia)
        assert (as_lead.status, as_admin.status) == (404, 200)
