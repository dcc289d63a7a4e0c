"""Duty ends by choice, with the shift, or unseen; never by a restart, and once."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.policy import Agent
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, desk_views, duty, shifts
from inbox.flows.agents import AgentChange
from inbox.flows.audit import list_audit
from inbox.flows.context import Context
from inbox.flows.shifts import ShiftDraft
from tests.cast import OPERATOR, look
from tests.flows.shift import off, on, tick
from tests.flows.stage import DAY, HOUR, MINUTE, Stage


async def is_on(ctx: Context, who: Agent) -> bool:
    mine = await desk_views.me(ctx, who)
    assert mine.duty.on == mine.agent.on_duty
    return mine.duty.on


async def run(stage: Stage, ms: int, *, seen: Agent | None = None) -> None:
    """Let time pass second by second as the server sees it, in steps of half a minute."""
    for _ in range(ms // 30_000):
        stage.clock.pass_(30_000)
        if seen is not None:
            stage.ctx.memory.presence.see(seen.id, at=stage.clock.now)
        await tick(stage.ctx)


async def test_it_lasts_while_there_are_requests_and_five_minutes_more(stage: Stage) -> None:
    await on(stage, stage.bo, stage.mia)
    await run(stage, HOUR, seen=stage.bo)
    assert await is_on(stage.ctx, stage.bo)
    assert not await is_on(stage.ctx, stage.mia), "neither socket nor request"
    await run(stage, 5 * MINUTE - 30_000)
    assert await is_on(stage.ctx, stage.bo)
    await run(stage, 30_000)
    assert not await is_on(stage.ctx, stage.bo)
    lines = (await list_audit(stage.ctx, OPERATOR)).items
    ends = [(one.actor.name, one.detail) for one in lines if one.action == "duty.off"]
    assert ends[0] == ("Pinbox", {"agent": stage.bo.id, "why": "unseen"})


async def test_a_socket_is_enough_and_its_loss_begins_the_grace(stage: Stage) -> None:
    presence = stage.ctx.memory.presence
    await on(stage, stage.bo)
    presence.arrive(stage.bo.id)
    presence.arrive(stage.bo.id)
    await run(stage, HOUR)
    presence.depart(stage.bo.id, at=stage.clock.now)
    await run(stage, HOUR)
    assert await is_on(stage.ctx, stage.bo), "one of two tabs"
    stage.clock.pass_(10_000)
    presence.depart(stage.bo.id, at=stage.clock.now)
    await run(stage, 5 * MINUTE - 30_000)
    assert await is_on(stage.ctx, stage.bo)
    await run(stage, MINUTE)
    assert not await is_on(stage.ctx, stage.bo)


async def test_the_setting_says_how_long(stage: Stage) -> None:
    await stage.reopen(duty_grace_minutes=20)
    await on(stage, stage.bo)
    await run(stage, 19 * MINUTE)
    assert await is_on(stage.ctx, stage.bo)
    await run(stage, 2 * MINUTE)
    assert not await is_on(stage.ctx, stage.bo)


async def test_each_agent_is_written_once_a_minute_whatever_they_ask(stage: Stage) -> None:
    await on(stage, stage.bo)
    written = set()
    for _ in range(600):
        stage.clock.pass_(1_000)
        stage.ctx.memory.presence.see(stage.bo.id, at=stage.clock.now)
        await duty.write_presence(stage.ctx)
        ((seen,),) = await look(stage.ctx, "SELECT seen_at FROM duty")
        written.add(seen)
    assert len(written) == 10


async def test_a_restart_is_nobodys_absence(stage: Stage) -> None:
    await on(stage, stage.bo)
    await duty.forgive_absence(stage.ctx)
    await stage.reopen()
    stage.clock.pass_(30 * MINUTE)
    await duty.forgive_absence(stage.ctx)
    await tick(stage.ctx)
    assert await is_on(stage.ctx, stage.bo), "no server ran, so nobody could be seen"
    for _ in range(11):
        stage.clock.pass_(30_000)
        await duty.forgive_absence(stage.ctx)
        await tick(stage.ctx)
    assert not await is_on(stage.ctx, stage.bo), "the grace began anew, and is over"


async def test_a_quick_restart_forgives_nothing(stage: Stage) -> None:
    await on(stage, stage.bo)
    await duty.forgive_absence(stage.ctx)
    stage.clock.pass_(4 * MINUTE + 50_000)
    await duty.forgive_absence(stage.ctx)  # a minute and more: begins anew
    ((seen,),) = await look(stage.ctx, "SELECT seen_at FROM duty")
    assert seen == stage.clock.now
    await stage.reopen()
    stage.clock.pass_(45_000)
    await duty.forgive_absence(stage.ctx)
    ((again,),) = await look(stage.ctx, "SELECT seen_at FROM duty")
    assert again == seen


async def test_another_process_sees_them(stage: Stage) -> None:
    if stage.database.kind == "sqlite":
        return  # one process at a time: the folder's lock
    beside = await stage.beside()
    await on(stage, stage.bo)
    beside.memory.forget()
    beside.memory.presence.arrive(stage.bo.id)
    for _ in range(20):
        stage.clock.pass_(30_000)
        await tick(beside)
        await tick(stage.ctx)
    assert await is_on(stage.ctx, stage.bo)
    beside.memory.presence.depart(stage.bo.id, at=stage.clock.now)
    stage.clock.pass_(5 * MINUTE)
    await duty.write_presence(beside)
    await asyncio.gather(*(duty.end_due(ctx) for ctx in (stage.ctx, beside) * 5))
    lines = (await list_audit(stage.ctx, OPERATOR)).items
    assert [one.action for one in lines].count("duty.off") == 1, "ended once"


@pytest.mark.parametrize("early", [0, 30 * MINUTE])
async def test_it_ends_with_the_shift(stage: Stage, early: int) -> None:
    """Bo's shift is 07:00 to 15:00 on Mondays; who comes early stays to the end of it."""
    ctx, bo = stage.ctx, stage.bo
    draft = ShiftDraft(read_weekly("mon 07:00-15:00"))
    await shifts.set_shift(ctx, OPERATOR, agent=bo.id, draft=draft)
    stage.clock.pass_(DAY + 3 * HOUR - early)
    await on(stage, bo)
    mine = (await desk_views.me(ctx, bo)).duty
    assert mine.ends_at == "2026-11-23T23:00:00.000Z"
    ctx.memory.presence.arrive(bo.id)
    await run(stage, 8 * HOUR + early - 30_000)
    assert await is_on(ctx, bo)
    await run(stage, 30_000)
    assert not await is_on(ctx, bo)
    await on(stage, bo)  # overtime, by choice
    await run(stage, HOUR)
    assert await is_on(ctx, bo)


async def test_a_changed_shift_counts_at_once(stage: Stage) -> None:
    ctx, bo = stage.ctx, stage.bo
    await on(stage, bo)
    ctx.memory.presence.arrive(bo.id)
    assert (await desk_views.me(ctx, bo)).duty.ends_at is None
    draft = ShiftDraft(read_weekly("sun 00:00-05:00"))  # it is four in the morning there
    await shifts.set_shift(ctx, OPERATOR, agent=bo.id, draft=draft)
    assert (await desk_views.me(ctx, bo)).duty.ends_at == "2026-11-22T13:00:00.000Z"
    await run(stage, HOUR)
    assert not await is_on(ctx, bo)


async def test_the_same_choice_again_changes_nothing(stage: Stage) -> None:
    await on(stage, stage.bo, stage.bo)
    await off(stage, stage.bo, stage.bo)
    actions = [one.action for one in (await list_audit(stage.ctx, OPERATOR)).items]
    assert (actions.count("duty.on"), actions.count("duty.off")) == (1, 1)


async def test_who_was_disabled_is_off_and_stays_so(stage: Stage) -> None:
    await on(stage, stage.bo)
    change = AgentChange(disabled=True)
    await agents.change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=change)
    assert not (await duty.get_duty(stage.ctx, stage.bo.id)).on
    await on(stage, stage.bo)  # a request that was under way
    assert not (await duty.get_duty(stage.ctx, stage.bo.id)).on


async def test_the_team_sees_who_is_there_and_what_they_have(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await on(stage, stage.bo)
    await stage.reply(stage.bo, ana.thread, "a")
    (sheet,) = (await desk_views.my_teams(stage.ctx, stage.mia)).items
    assert [(one.name, one.on_duty, one.active, one.on_shift) for one in sheet.members] == [
        ("Bo", True, 1, None),
        ("Mia", False, 0, None),
    ]
    assert (await duty.get_duty(stage.ctx, stage.bo.id)).active == 1
    stage.clock.pass_(15 * MINUTE)
    assert (await duty.get_duty(stage.ctx, stage.bo.id)).active == 0, "answered, and quiet"
    await duty.gauge_duty(stage.ctx)
    shown = stage.ctx.metrics.render().decode()
    assert 'pinbox_agents_on_duty{team="spokane"} 1.0' in shown
    assert 'pinbox_agents_on_duty{team="tampa"} 0.0' in shown
