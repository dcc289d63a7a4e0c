"""Single fields that admins and leads send, and changes that change nothing."""

from __future__ import annotations

import pytest

from inbox.flows import agents, faces, teams
from inbox.flows.audit import list_audit
from inbox.flows.context import Context
from inbox.flows.fields import check_url
from tests.cast import OPERATOR, Cast


@pytest.mark.parametrize(
    "address",
    [
        "/v1/photos/0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8bff",
        "/photos/bo.jpg",
        "/photos//bo.jpg",
        "/a:b@c",
        "https://pictures.example.com/bo.jpg",
        "https://pictures.example.com:8443/",
        "/" + "a" * 1_999,
    ],
)
def test_pictures_come_by_https_or_from_this_server(address: str) -> None:
    assert check_url(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bo.jpg",
        "//evil.example/bo.jpg",
        "///evil.example/bo.jpg",
        "////evil.example",
        "/\\evil.example/bo.jpg",
        "/\\/evil.example",
        "\\\\evil.example",
        "/photos\\bo.jpg",
        "https:\\\\evil.example",
        "https://evil.example\\@pictures.example.com",
        "/\t/evil.example",
        "/\n/evil.example",
        "http://pictures.example.com/bo.jpg",
        "https:///bo.jpg",
        "https:/bo.jpg",
        "https://bo@pictures.example.com/",
        "https://@pictures.example.com/",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "/bo jpg",
        "/" + "a" * 2_000,
    ],
)
def test_an_address_that_a_browser_takes_elsewhere_is_none(address: str) -> None:
    with pytest.raises(ValueError, match=r"must be an"):
        check_url(address)


async def test_a_change_that_changes_nothing_is_not_in_the_audit_log(
    ctx: Context, cast: Cast
) -> None:
    look = faces.PersonLook(line="Coffee first")
    person = await faces.change_person(
        ctx, cast.mia, team=cast.spokane, agent=cast.bo.id, change=look
    )
    page = faces.PageLook(place="Spokane")
    head = await faces.change_page(ctx, cast.mia, team=cast.spokane, change=page)
    before = await list_audit(ctx, OPERATOR, limit=50)
    assert [one.action for one in before.items[:2]] == ["team.look", "agent.look"]

    for again in (faces.PersonLook(), look):
        told = await faces.change_person(
            ctx, cast.mia, team=cast.spokane, agent=cast.bo.id, change=again
        )
        assert told == person
    for anew in (faces.PageLook(), page):
        assert await faces.change_page(ctx, cast.mia, team=cast.spokane, change=anew) == head
    changed = await teams.change_team(ctx, OPERATOR, team=cast.spokane, change=teams.TeamChange())
    assert changed.place == "Spokane"
    still = await agents.change_agent(ctx, OPERATOR, agent=cast.bo.id, change=agents.AgentChange())
    assert still.line == "Coffee first"

    assert await list_audit(ctx, OPERATOR, limit=50) == before
