"""The line of the day: set by leads, shown as long as the day lasts where the team is."""

from __future__ import annotations

import pytest

from inbox.core.errors import BadRequest, Forbidden, NotFound
from inbox.flows.agents import AgentChange, change_agent
from inbox.flows.audit import list_audit
from inbox.flows.context import Context
from inbox.flows.customer_views import team_page
from inbox.flows.desk_views import my_teams
from inbox.flows.lines import set_line
from tests.cast import OPERATOR, Cast, SetClock, arrive, hire, look
from tests.flows.stage import HOUR

LINE = "Good morning from Spokane, Bo and Mia are in until six"


async def test_a_line_holds_until_the_teams_midnight(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana, luis = await arrive(ctx, "ana"), await arrive(ctx, "luis", region="US-FL")
    assert (await team_page(ctx, ana)).line is None
    said = await set_line(ctx, cast.mia, team=cast.spokane, line=f" {LINE} ")
    assert (said.line, said.date.isoformat()) == (LINE, "2026-11-22")

    assert (await team_page(ctx, ana)).line == LINE
    assert (await team_page(ctx, luis)).line is None
    assert [sheet.line for sheet in (await my_teams(ctx, cast.bo)).items] == [LINE]
    clock.pass_(20 * HOUR - 1)  # noon in London is four in Spokane, and there it is still the 22nd
    assert (await team_page(ctx, ana)).line == LINE
    clock.pass_(1)
    assert (await team_page(ctx, ana)).line is None
    assert [sheet.line for sheet in (await my_teams(ctx, cast.bo)).items] == [None]


async def test_a_line_is_changed_and_taken_back(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await set_line(ctx, cast.mia, team=cast.spokane, line=LINE)
    await set_line(ctx, OPERATOR, team=cast.spokane, line="Back at two")
    assert (await team_page(ctx, ana)).line == "Back at two"
    gone = await set_line(ctx, cast.mia, team=cast.spokane, line=None)
    assert (gone.line, (await team_page(ctx, ana)).line) == (None, None)
    assert await look(ctx, "SELECT * FROM team_lines") == []
    lines = (await list_audit(ctx, OPERATOR)).items[:3]
    assert [(one.action, one.detail) for one in lines] == [
        ("team.line", {"team": cast.spokane})
    ] * 3


async def test_leads_speak_for_their_own_team(ctx: Context, cast: Cast) -> None:
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    await set_line(ctx, kim, team=cast.spokane, line=LINE)
    with pytest.raises(Forbidden):
        await set_line(ctx, cast.bo, team=cast.spokane, line="Mine")
    with pytest.raises(NotFound):
        await set_line(ctx, kim, team=cast.tampa, line="Ours")
    for bad in ("", "x" * 201, "two\nlines"):
        with pytest.raises(BadRequest) as refused:
            await set_line(ctx, kim, team=cast.spokane, line=bad)
        assert [one.path for one in refused.value.errors] == ["line"]
    assert (await team_page(ctx, await arrive(ctx, "ana"))).line == LINE


async def test_who_leads_no_more_is_refused_whatever_the_request_knew(
    ctx: Context, cast: Cast
) -> None:
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    await change_agent(ctx, OPERATOR, agent=kim.id, change=AgentChange(role="agent"))
    with pytest.raises(Forbidden):
        await set_line(ctx, kim, team=cast.spokane, line="Still me")
