"""Agents' shifts: who may set them, in which zone, and who of a team is there when."""

from __future__ import annotations

import pytest

from inbox.core.errors import BadRequest, Forbidden, NotFound
from inbox.core.policy import Agent
from inbox.core.shorthand import read_weekly
from inbox.core.timetable import Period, Weekly
from inbox.flows import agents, shifts
from inbox.flows.agents import AgentChange
from inbox.flows.audit import list_audit
from inbox.flows.context import roster
from inbox.flows.shifts import ShiftDraft
from tests.cast import OPERATOR
from tests.flows.stage import DAY, HOUR, Stage

EARLY = read_weekly("mon-fri 07:00-15:00")
LATE = read_weekly("mon-fri 12:00-20:00")
MONDAY_SEVEN = DAY + 3 * HOUR
"""In Spokane, after the clock's first noon (UTC, a Sunday)."""


async def test_a_lead_sets_shifts_and_the_roster_has_them(stage: Stage) -> None:
    ctx, bo, mia = stage.ctx, stage.bo, stage.mia
    assert (await shifts.get_shift(ctx, mia, agent=bo.id)).weekly is None
    set_ = await shifts.set_shift(ctx, mia, agent=bo.id, draft=ShiftDraft(EARLY))
    assert (set_.weekly, set_.time_zone) == (EARLY, "America/Los_Angeles"), "that of the team"
    assert (set_.on, set_.begins_at, set_.ends_at) == (False, "2026-11-23T15:00:00.000Z", None)
    await shifts.set_shift(ctx, mia, agent=mia.id, draft=ShiftDraft(LATE))

    people, seven = await roster(ctx), stage.clock.now + MONDAY_SEVEN
    assert people.shift_of(stage.ravi.id) is None

    def there(start: int, end: int) -> frozenset[str]:
        return people.on_shift(stage.spokane, start=start, end=end)

    assert there(seven, seven + HOUR) == {bo.id}
    assert there(seven + 5 * HOUR, seven + 8 * HOUR) == {bo.id, mia.id}
    assert there(seven + 7 * HOUR, seven + 9 * HOUR) == {mia.id}
    assert there(seven + 13 * HOUR, seven + 13 * HOUR) == frozenset()
    assert people.on_shift(stage.tampa, start=seven, end=seven + 1) == frozenset()

    stage.clock.pass_(MONDAY_SEVEN)
    shown = await shifts.get_shift(ctx, OPERATOR, agent=bo.id)
    assert (shown.on, shown.begins_at, shown.ends_at) == (True, None, "2026-11-23T23:00:00.000Z")
    gone = await shifts.set_shift(ctx, mia, agent=bo.id, draft=ShiftDraft(None))
    assert (gone.weekly, gone.time_zone, gone.on) == (None, None, False)
    assert (await roster(ctx)).shift_of(bo.id) is None
    lines = [line.action for line in (await list_audit(ctx, OPERATOR)).items]
    assert lines.count("agent.shift") == 3


async def test_who_was_disabled_is_on_no_shift(stage: Stage) -> None:
    await shifts.set_shift(stage.ctx, OPERATOR, agent=stage.bo.id, draft=ShiftDraft(EARLY))
    change = AgentChange(disabled=True)
    await agents.change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=change)
    seven = stage.clock.now + MONDAY_SEVEN
    people = await roster(stage.ctx)
    assert people.on_shift(stage.spokane, start=seven, end=seven + HOUR) == frozenset()


async def test_the_zone_is_the_agents_own_and_stays(stage: Stage) -> None:
    """Somebody at home in Boise works by the clock there, whatever the team's is."""
    ctx, bo = stage.ctx, stage.bo.id
    draft = ShiftDraft(EARLY, time_zone="America/Boise")
    set_ = await shifts.set_shift(ctx, stage.mia, agent=bo, draft=draft)
    assert set_.begins_at == "2026-11-23T14:00:00.000Z"
    again = await shifts.set_shift(ctx, stage.mia, agent=bo, draft=ShiftDraft(LATE))
    assert (again.time_zone, again.weekly) == ("America/Boise", LATE)
    await agents.change_agent(ctx, OPERATOR, agent=bo, change=AgentChange(teams=(stage.tampa,)))
    assert (await shifts.get_shift(ctx, OPERATOR, agent=bo)).time_zone == "America/Boise"


async def test_what_is_no_shift_is_refused_by_name(stage: Stage) -> None:
    bad = Weekly(mon=(Period("08:00", "12:00"), Period("11:00", "13:00")))
    for draft, path in (
        (ShiftDraft(bad), "weekly.mon"),
        (ShiftDraft(EARLY, time_zone="Mars/Olympus"), "time_zone"),
    ):
        with pytest.raises(BadRequest) as refused:
            await shifts.set_shift(stage.ctx, stage.mia, agent=stage.bo.id, draft=draft)
        assert refused.value.errors[0].path == path
    nobody = await stage.agent("Noa")
    with pytest.raises(BadRequest) as refused:
        await shifts.set_shift(stage.ctx, OPERATOR, agent=nobody.id, draft=ShiftDraft(EARLY))
    assert refused.value.errors[0].path == "time_zone"


async def test_an_agent_may_not_and_a_lead_only_for_their_own(stage: Stage) -> None:
    ctx, draft = stage.ctx, ShiftDraft(EARLY)

    async def refused(who: Agent, agent: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            await shifts.set_shift(ctx, who, agent=agent, draft=draft)
        with pytest.raises(error):
            await shifts.get_shift(ctx, who, agent=agent)

    await refused(stage.bo, stage.bo.id, Forbidden)
    await refused(stage.mia, stage.ravi.id, NotFound)
    await refused(stage.mia, "nobody", NotFound)
    # What a request began before its sender was taken out of the team does not outlive that.
    change = AgentChange(teams=(stage.tampa,))
    await agents.change_agent(ctx, OPERATOR, agent=stage.mia.id, change=change)
    with pytest.raises(NotFound):
        await shifts.set_shift(ctx, stage.mia, agent=stage.bo.id, draft=draft)
    await shifts.set_shift(ctx, OPERATOR, agent=stage.bo.id, draft=draft)
