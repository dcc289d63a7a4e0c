"""Who has a conversation, and its states: the first wins, and nothing is done twice."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.policy import Agent, Customer
from inbox.flows import agents, assignment, handover, states
from inbox.flows.context import Context
from inbox.flows.send import Draft, send
from inbox.flows.summaries import ThreadSummary
from inbox.store.engine import Tx
from inbox.store.queries import Q
from tests.cast import OPERATOR
from tests.flows.ledger import Line, audit_books, read_books
from tests.flows.stage import HOUR, MINUTE, Stage


async def asked(stage: Stage) -> Customer:
    """Ana has asked and waits."""
    ana = await stage.ana()
    await stage.say(ana, "1")
    return ana


async def log_of(ctx: Context, who: Customer) -> list[Line]:
    return (await audit_books(ctx)).logs[who.thread]


async def hire(stage: Stage, number: int) -> list[Agent]:
    """So many agents of Spokane, in one transaction."""
    crew = [
        Agent(stage.ctx.ids(), f"Agent {n}", "agent", frozenset({stage.spokane}))
        for n in range(number)
    ]

    async def work(tx: Tx) -> None:
        for one in crew:
            await tx.execute(
                Q.add_agent,
                agent=one.id,
                name=one.name,
                sign_in=one.name,
                role=one.role,
                photo_url=None,
                line=None,
                password_hash=None,
                is_stand_in=False,
                at=stage.clock.now,
            )
            await tx.execute(Q.add_membership, team=stage.spokane, agent=one.id)

    await stage.ctx.store.write(work)
    stage.ctx.memory.forget()
    return crew


async def test_200_takes_at_once_have_one_winner(stage: Stage) -> None:
    ana = await asked(stage)
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    crew = await hire(stage, 200)
    answers = await asyncio.gather(
        *(
            assignment.take(places[n % len(places)], who, thread=ana.thread)
            for n, who in enumerate(crew)
        ),
        return_exceptions=True,
    )
    won = [answer for answer in answers if isinstance(answer, ThreadSummary)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(won), len(lost)) == (1, 199)
    assert won[0].assignee is not None
    assert {answer.holder and answer.holder.id for answer in lost} == {won[0].assignee.id}
    assert {answer.holder and answer.holder.name for answer in lost} == {won[0].assignee.name}
    log = await log_of(stage.ctx, ana)
    assert [line.payload["reason"] for line in log if line.type == "assignee"] == ["taken"]


async def test_taking_what_is_mine_changes_nothing(stage: Stage) -> None:
    ana = await asked(stage)
    await asyncio.gather(
        *(assignment.take(stage.ctx, stage.bo, thread=ana.thread) for _ in range(20))
    )
    log = await log_of(stage.ctx, ana)
    assert sum(line.type == "assignee" for line in log) == 1


async def test_who_was_hired_a_moment_ago_elsewhere_holds_it_all_the_same(stage: Stage) -> None:
    """A process that has not heard of the agent yet refuses as ever; only the name is missing."""
    if stage.database.kind == "sqlite":
        return  # one process at a time: the folder's lock
    ana, beside = await asked(stage), await stage.beside()
    await assignment.take(beside, stage.bo, thread=ana.thread)  # it knows the people by now
    await assignment.release(beside, stage.bo, thread=ana.thread)
    new = await stage.agent("Noa", stage.spokane)
    await assignment.take(stage.ctx, new, thread=ana.thread)
    with pytest.raises(Conflict) as refused:
        await assignment.take(beside, stage.bo, thread=ana.thread)
    assert refused.value.holder is not None
    assert refused.value.holder.id == new.id


async def test_given_away_and_left_to_the_queue(stage: Stage) -> None:
    ctx, ana = stage.ctx, await asked(stage)
    await assignment.take(ctx, stage.bo, thread=ana.thread)
    given = await assignment.assign(ctx, stage.bo, thread=ana.thread, agent=stage.mia.id)
    assert given.assignee is not None
    assert given.assignee.name == "Mia"
    with pytest.raises(Conflict):
        await assignment.take(ctx, stage.bo, thread=ana.thread)
    left = await assignment.release(ctx, stage.bo, thread=ana.thread)
    assert left.assignee is None
    await assignment.take(ctx, stage.bo, thread=ana.thread)
    reasons = [line.payload["reason"] for line in await log_of(ctx, ana) if line.type == "assignee"]
    assert reasons == ["taken", "assigned", "released", "taken"]


async def test_given_only_to_active_people_of_the_serving_team(stage: Stage) -> None:
    ctx, ana = stage.ctx, await asked(stage)
    gone = await stage.agent("Gus", stage.spokane)
    await agents.change_agent(
        ctx, OPERATOR, agent=gone.id, change=agents.AgentChange(disabled=True)
    )
    for agent in (stage.ravi.id, gone.id, "nobody"):
        with pytest.raises(BadRequest):
            await assignment.assign(ctx, stage.bo, thread=ana.thread, agent=agent)
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roaming")
    with pytest.raises(BadRequest):
        await assignment.assign(ctx, stage.bo, thread=ana.thread, agent=stage.mia.id)
    given = await assignment.assign(ctx, stage.bo, thread=ana.thread, agent=stage.ravi.id)
    assert given.assignee is not None


Act = Callable[[Context, Agent, str], Awaitable[ThreadSummary]]
ACTS: dict[str, Act] = {
    "take": lambda ctx, who, thread: assignment.take(ctx, who, thread=thread),
    "assign": lambda ctx, who, thread: assignment.assign(ctx, who, thread=thread, agent=who.id),
    "release": lambda ctx, who, thread: assignment.release(ctx, who, thread=thread),
    "snooze": lambda ctx, who, thread: states.snooze(
        ctx, who, thread=thread, until=ctx.clock() + HOUR
    ),
    "resolve": lambda ctx, who, thread: states.resolve(ctx, who, thread=thread),
    "reopen": lambda ctx, who, thread: states.reopen(ctx, who, thread=thread),
}


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_on_a_foreign_thread_finds_nothing(stage: Stage, name: str) -> None:
    ana = await asked(stage)
    before = (await read_books(stage.ctx)).threads[ana.thread]
    for who, thread in ((stage.ravi, ana.thread), (stage.bo, "nowhere")):
        with pytest.raises(NotFound):
            await ACTS[name](stage.ctx, who, thread)
    assert (await read_books(stage.ctx)).threads[ana.thread] == before


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_done_again_at_once_is_in_the_log_once(stage: Stage, name: str) -> None:
    ana = await asked(stage)
    if name == "release":
        await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    if name == "reopen":
        await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    before = (await read_books(stage.ctx)).threads[ana.thread].head
    await asyncio.gather(*(ACTS[name](stage.ctx, stage.bo, ana.thread) for _ in range(10)))
    assert (await audit_books(stage.ctx)).threads[ana.thread].head == before + 1


async def test_a_snooze_ends_in_time_once(stage: Stage) -> None:
    ctx, ana = stage.ctx, await asked(stage)
    await stage.reply(stage.bo, ana.thread, "a")
    until = stage.clock.now + HOUR
    await states.snooze(ctx, stage.bo, thread=ana.thread, until=until)
    stage.clock.pass_(HOUR - 1)
    assert await states.wake_due(ctx) == 0
    stage.clock.pass_(1)
    places = [ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    await asyncio.gather(*(states.wake_due(place) for place in places * 5))
    log = await log_of(ctx, ana)
    told = [line.payload["status"] for line in log if line.type == "status"]
    assert [status["state"] for status in told] == ["open", "snoozed", "open"]
    assert told[1]["until"] == "2026-11-22T13:00:00.000Z"
    assert (await read_books(ctx)).threads[ana.thread].assignee_id == stage.bo.id


async def test_a_snooze_that_was_moved_sleeps_on(stage: Stage) -> None:
    ctx, ana = stage.ctx, await asked(stage)
    now = stage.clock.now
    await states.snooze(ctx, stage.bo, thread=ana.thread, until=now + HOUR)
    await states.snooze(ctx, stage.bo, thread=ana.thread, until=now + 2 * HOUR)
    stage.clock.pass_(HOUR)
    await states.wake_due(ctx)
    assert (await audit_books(ctx)).threads[ana.thread].state == "snoozed"


async def test_who_is_no_longer_due_under_the_lock_sleeps_on(stage: Stage) -> None:
    """Between the look for who is due and the lock the snooze may be moved, or the clock step."""
    ana = await asked(stage)
    until = stage.clock.now + HOUR
    await states.snooze(stage.ctx, stage.bo, thread=ana.thread, until=until)
    readings = iter([until, until - 1])
    stepping = dataclasses.replace(stage.ctx, clock=lambda: next(readings))
    assert await states.wake_due(stepping) == 1
    assert (await audit_books(stage.ctx)).threads[ana.thread].state == "snoozed"


async def test_many_snoozes_wake_in_batches(stage: Stage) -> None:
    for n in range(7):
        who = await stage.arrive(f"c{n}", region="US-WA")
        await stage.say(who, "1")
        until = stage.clock.now + MINUTE * (n + 1)
        await states.snooze(stage.ctx, stage.bo, thread=who.thread, until=until)
    stage.clock.pass_(HOUR)
    assert [await states.wake_due(stage.ctx, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    books = await audit_books(stage.ctx)
    assert {thread.state for thread in books.threads.values()} == {"open"}


async def test_the_customer_wakes_it(stage: Stage) -> None:
    ctx, ana = stage.ctx, await asked(stage)
    await states.snooze(ctx, stage.bo, thread=ana.thread, until=stage.clock.now + HOUR)
    await stage.say(ana, "2")
    thread = (await audit_books(ctx)).threads[ana.thread]
    assert (thread.state, thread.snoozed_until) == ("open", None)
    assert thread.waiting_since == stage.clock.now


async def test_what_is_resolved_is_not_taken_and_not_snoozed(stage: Stage) -> None:
    ana = await asked(stage)
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    for name in ("take", "assign", "snooze"):
        with pytest.raises(Conflict):
            await ACTS[name](stage.ctx, stage.bo, ana.thread)


async def test_an_agent_opens_again_whatever_its_age(stage: Stage) -> None:
    ana = await asked(stage)
    await stage.reply(stage.bo, ana.thread, "a")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    stage.clock.pass_(1000 * HOUR)
    summary = await states.reopen(stage.ctx, stage.mia, thread=ana.thread)
    assert summary.status is not None
    assert (summary.status.state, summary.conversation) == ("open", 1)
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].assignee_id == stage.bo.id


async def test_first_response_is_credited_to_who_gave_it(stage: Stage) -> None:
    ana = await asked(stage)
    stage.clock.pass_(MINUTE)
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    draft = Draft("m", "Let me help", seen_seq=0, force=True)
    await send(stage.ctx, stage.mia, thread=ana.thread, draft=draft)
    await stage.reply(stage.bo, ana.thread, "b")
    matter = (await audit_books(stage.ctx)).history[ana.thread, 1]
    assert matter.first_response_by == stage.mia.id
    assert matter.first_response_at == stage.clock.now
    assert matter.first_response_team == stage.spokane
