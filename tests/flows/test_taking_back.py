"""Nothing is stuck: what its owner cannot or does not answer goes back to the queue, once."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.policy import Customer
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, assignment, hours, states
from inbox.flows.agents import AgentChange
from inbox.flows.taking_back import look_through_left, take_back_due
from tests.cast import OPERATOR, assert_dense, change
from tests.flows.shift import holder_of, off, on, reasons, set_rules, thread_of, tick
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

WEEK = read_weekly("mon-fri 08:00-20:00")
MONDAY_NOON = DAY + 8 * HOUR
"""In Spokane, after the clock's first noon (UTC, a Sunday)."""


async def taken(stage: Stage) -> Customer:
    """Ana waits, and Bo, on duty, has taken it."""
    ana = await stage.ana()
    await stage.say(ana, "1")
    await on(stage, stage.bo)
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    return ana


async def test_who_does_not_answer_in_time_has_it_no_longer(stage: Stage) -> None:
    ana = await taken(stage)
    stage.ctx.memory.presence.arrive(stage.bo.id)
    stage.clock.pass_(30 * MINUTE - 1)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    stage.clock.pass_(1)
    await tick(stage.ctx)
    assert await reasons(stage, ana) == [("Bo", "taken"), (None, "not answered")]
    assert (await thread_of(stage, ana)).take_back_at is None
    shown = stage.ctx.metrics.render().decode()
    line = 'pinbox_conversations_taken_back_total{reason="not answered",team="spokane"} 1.0'
    assert line in shown


async def test_an_answer_stops_the_clock_and_the_next_question_starts_it(stage: Stage) -> None:
    ana = await taken(stage)
    stage.clock.pass_(20 * MINUTE)
    await stage.say(ana, "2")  # the same wait
    assert (await thread_of(stage, ana)).take_back_at == stage.clock.now + 10 * MINUTE
    await stage.reply(stage.bo, ana.thread, "a")
    assert (await thread_of(stage, ana)).take_back_at is None
    stage.clock.pass_(5 * HOUR)
    await stage.say(ana, "3")
    assert (await thread_of(stage, ana)).take_back_at == stage.clock.now + 30 * MINUTE


@pytest.mark.parametrize("span", [MINUTE, 14 * HOUR])
async def test_a_clock_that_was_set_back_makes_nobody_wait_longer(stage: Stage, span: int) -> None:
    ana = await taken(stage)
    stage.ctx.memory.presence.arrive(stage.bo.id)
    await tick(stage.ctx)
    stage.clock.pass_(-span)
    await tick(stage.ctx)
    await tick(stage.ctx)
    stage.clock.pass_(29 * MINUTE)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    stage.clock.pass_(MINUTE)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) is None


async def test_in_a_team_that_pushes_it_goes_to_another_at_once(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push", take_back_after=10)
    ana = await taken(stage)
    await on(stage, stage.mia)
    for _ in range(3):
        stage.ctx.memory.presence.see(stage.bo.id, at=stage.clock.now)
        stage.ctx.memory.presence.see(stage.mia.id, at=stage.clock.now)
        await tick(stage.ctx)
        stage.clock.pass_(10 * MINUTE)
        await take_back_due(stage.ctx)
    told = await reasons(stage, ana)
    assert [one for one in told if one[0] is not None] == [
        ("Bo", "taken"),
        ("Mia", "least loaded, 0 active"),
        ("Bo", "least loaded, 0 active"),
        ("Mia", "least loaded, 0 active"),
    ]


async def test_no_rule_no_clock_until_there_is_one(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, take_back_after=0)
    ana = await taken(stage)
    assert (await thread_of(stage, ana)).take_back_at is None
    stage.clock.pass_(MINUTE)
    await set_rules(stage, stage.spokane, take_back_after=10)
    await take_back_due(stage.ctx)
    assert (await thread_of(stage, ana)).take_back_at == stage.clock.now + 10 * MINUTE


@pytest.mark.parametrize("how", ["choice", "unseen", "disabled", "removed"])
async def test_who_goes_leaves_it_to_the_queue_at_once(stage: Stage, how: str) -> None:
    ana = await taken(stage)
    luis = await stage.arrive("luis", region="US-WA")
    await stage.say(luis, "1")
    await stage.reply(stage.bo, luis.thread, "a")  # answered: nobody waits
    ctx, bo = stage.ctx, stage.bo
    if how == "choice":
        await off(stage, bo)
    elif how == "unseen":
        stage.clock.pass_(5 * MINUTE)
    elif how == "disabled":
        gone = AgentChange(disabled=True)
        await agents.change_agent(ctx, OPERATOR, agent=bo.id, change=gone)
    else:
        moved = AgentChange(teams=(stage.tampa,))
        await agents.change_agent(ctx, OPERATOR, agent=bo.id, change=moved)
    await tick(ctx)
    why = "off duty" if how in {"choice", "unseen"} else "left the team"
    assert (await reasons(stage, ana))[-1] == (None, why)
    assert await holder_of(stage, luis) == (bo.id if why == "off duty" else None)


async def test_a_crash_between_leaving_and_the_looking_through_loses_nothing(stage: Stage) -> None:
    ana = await taken(stage)
    await off(stage, stage.bo)
    await stage.reopen()
    await tick(stage.ctx)
    assert await holder_of(stage, ana) is None


async def test_what_was_handed_to_whoever_had_just_left_is_found(stage: Stage) -> None:
    """Another process hears of an end of duty up to a second later."""
    ana = await taken(stage)
    await assignment.release(stage.ctx, stage.bo, thread=ana.thread)
    await off(stage, stage.bo)
    await tick(stage.ctx)
    await change(
        stage.ctx,
        "UPDATE threads SET assignee_id = :agent, take_back_at = :at",
        agent=stage.bo.id,
        at=stage.clock.now + 30 * MINUTE,
    )
    stage.clock.pass_(1_000)
    await look_through_left(stage.ctx)
    assert await holder_of(stage, ana) is None
    stage.clock.pass_(5_000)
    assert await look_through_left(stage.ctx) == 1
    assert await look_through_left(stage.ctx) == 0, "done with"


async def test_the_customer_of_an_absent_owner_is_in_the_queue_at_once(stage: Stage) -> None:
    ana = await taken(stage)
    await stage.reply(stage.bo, ana.thread, "a")
    await off(stage, stage.bo)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id, "nobody waits"
    await stage.say(ana, "2")
    assert (await reasons(stage, ana))[-1] == (None, "off duty")


async def test_outside_hours_owners_keep_theirs_until_after_the_opening(stage: Stage) -> None:
    """Sunday: Bo is off, Ana writes. Monday at eight and thirty minutes it goes back."""
    ctx = stage.ctx
    ana = await taken(stage)
    await stage.reply(stage.bo, ana.thread, "a")
    await hours.set_weekly(ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
    await off(stage, stage.bo)
    await stage.say(ana, "2")
    await tick(ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    opening = 28 * HOUR
    assert (await thread_of(stage, ana)).take_back_at == stage.clock.now + opening + 30 * MINUTE
    stage.clock.pass_(opening + 30 * MINUTE - 1)
    await tick(ctx)
    assert await holder_of(stage, ana) == stage.bo.id, "Bo may be a little late"
    stage.clock.pass_(1)
    await tick(ctx)
    assert (await reasons(stage, ana))[-1] == (None, "off duty")


async def test_who_goes_home_when_the_team_closes_finds_it_in_the_morning(stage: Stage) -> None:
    ctx = stage.ctx
    await hours.set_weekly(ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
    await set_rules(stage, stage.spokane, take_back_after=0)
    stage.clock.pass_(MONDAY_NOON)
    ana = await taken(stage)
    stage.clock.pass_(8 * HOUR)
    await off(stage, stage.bo)
    await tick(ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    stage.clock.pass_(10 * HOUR)
    await on(stage, stage.bo)
    stage.clock.pass_(2 * HOUR)
    await take_back_due(ctx)
    assert await holder_of(stage, ana) == stage.bo.id, "Bo is there again"
    assert (await thread_of(stage, ana)).take_back_at is None


async def test_hours_that_were_changed_meanwhile_count_when_its_time_has_come(
    stage: Stage,
) -> None:
    ana = await taken(stage)
    await hours.set_weekly(stage.ctx, OPERATOR, team=stage.spokane, weekly=WEEK)
    stage.clock.pass_(30 * MINUTE)
    await take_back_due(stage.ctx)
    thread = await thread_of(stage, ana)
    assert (thread.assignee_id, thread.take_back_at) == (
        stage.bo.id,
        stage.clock.now + 28 * HOUR,  # half past eight on Monday
    )


async def test_whoever_takes_by_hand_off_duty_has_it_for_the_grace(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    stage.clock.pass_(MINUTE)
    await stage.say(ana, "2")
    stage.clock.pass_(4 * MINUTE - 1)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    stage.clock.pass_(1)
    await tick(stage.ctx)
    assert await reasons(stage, ana) == [("Bo", "taken"), (None, "off duty")]


async def test_what_sleeps_is_not_taken_back_until_it_wakes(stage: Stage) -> None:
    ana = await taken(stage)
    until = stage.clock.now + DAY
    await states.snooze(stage.ctx, stage.bo, thread=ana.thread, until=until)
    assert (await thread_of(stage, ana)).take_back_at is None
    await off(stage, stage.bo)
    stage.clock.pass_(DAY)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    await states.wake_due(stage.ctx)
    assert (await reasons(stage, ana))[-1] == (None, "off duty")


async def test_of_many_that_look_at_once_one_takes_back(stage: Stage) -> None:
    ana = await taken(stage)
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    stage.clock.pass_(30 * MINUTE)
    await asyncio.gather(*(take_back_due(place) for place in places * 5))
    assert await reasons(stage, ana) == [("Bo", "taken"), (None, "not answered")]
    await assert_dense(stage.ctx)


async def test_what_was_held_before_there_were_clocks_gets_one(stage: Stage) -> None:
    """The mark that the migration leaves."""
    ana = await taken(stage)
    await change(stage.ctx, "UPDATE threads SET take_back_at = 0")
    await take_back_due(stage.ctx)
    thread = await thread_of(stage, ana)
    assert thread.assignee_id == stage.bo.id
    assert thread.take_back_at == stage.clock.now + 30 * MINUTE
