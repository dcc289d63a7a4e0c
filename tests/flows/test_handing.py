"""The open conversation finds its agent: theirs, who answered last, the queue; within limits."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from inbox.core.errors import Conflict, Forbidden, NotFound
from inbox.core.policy import Agent, Customer
from inbox.flows import assignment, handover, states
from inbox.flows.hand_out import hand_out
from inbox.store.queries import Query, load_queries
from inbox.store.sqlite_tx import SqliteTx
from tests.cast import assert_dense, look
from tests.flows.shift import holder_of, off, on, reasons, set_rules, thread_of, tick
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

DUTY = frozenset(load_queries("queries_duty.sql"))
"""Every statement that this part of the house has."""


async def write_all(stage: Stage, number: int, prefix: str = "c") -> list[Customer]:
    """So many customers of Spokane, each with a message, one after another."""
    people = []
    for n in range(number):
        people.append(await stage.arrive(f"{prefix}{n}", region="US-WA"))
        stage.clock.pass_(1)
        await stage.say(people[-1], "1")
    return people


async def resolved(stage: Stage, who: Agent) -> Customer:
    """Ana, long ago answered and resolved by an agent."""
    ana = await stage.ana()
    await stage.say(ana, "1")
    await stage.reply(who, ana.thread, "a")
    await states.resolve(stage.ctx, who, thread=ana.thread)
    stage.clock.pass_(30 * DAY)
    return ana


# ── pull ─────────────────────────────────────────────────────────────────────────────────────────


async def test_pull_waits_for_a_hand(stage: Stage) -> None:
    await on(stage, stage.bo, stage.mia)
    ana = await stage.ana()
    await stage.say(ana, "1")
    await tick(stage.ctx)
    assert await holder_of(stage, ana) is None


async def test_whoever_answered_last_gets_the_next_matter(stage: Stage) -> None:
    ana = await resolved(stage, stage.bo)
    await on(stage, stage.bo, stage.mia)
    await stage.say(ana, "2")
    thread = await thread_of(stage, ana)
    assert (thread.conversation, thread.assignee_id) == (2, stage.bo.id)
    assert (await reasons(stage, ana))[-2:] == [
        (None, "new conversation"),
        ("Bo", "answered last"),
    ]


async def test_but_not_off_duty_nor_from_another_team_nor_at_the_soft_limit(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, soft_limit=2)
    ana = await resolved(stage, stage.bo)
    await stage.say(ana, "2")
    assert await holder_of(stage, ana) is None, "off duty"

    await on(stage, stage.bo)
    luis, eva = await write_all(stage, 2)
    for who in (luis, eva):
        await assignment.take(stage.ctx, stage.bo, thread=who.thread)
    zoe = await stage.arrive("zoe", region="US-WA")
    await stage.say(zoe, "1")
    await stage.reply(stage.bo, zoe.thread, "a")  # an answer is never refused
    await states.resolve(stage.ctx, stage.bo, thread=zoe.thread)
    stage.clock.pass_(4 * DAY)
    await stage.say(zoe, "2")
    assert await holder_of(stage, zoe) is None, "two wait for Bo already"


async def test_who_comes_on_duty_gets_back_whom_they_know(stage: Stage) -> None:
    ana = await resolved(stage, stage.bo)
    await stage.say(ana, "2")
    luis, *_ = await write_all(stage, 1)
    await on(stage, stage.bo)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id
    assert await holder_of(stage, luis) is None, "nobody of this team knows them"


async def test_what_was_given_up_stays_in_the_queue(stage: Stage) -> None:
    ana = await resolved(stage, stage.bo)
    await on(stage, stage.bo)
    await stage.say(ana, "2")
    await assignment.release(stage.ctx, stage.bo, thread=ana.thread)
    await stage.say(ana, "3")
    await hand_out(stage.ctx, stage.spokane)
    assert await holder_of(stage, ana) is None
    await stage.reply(stage.bo, ana.thread, "b")
    assert await holder_of(stage, ana) == stage.bo.id


# ── push ─────────────────────────────────────────────────────────────────────────────────────────


async def test_push_gives_to_the_least_loaded_in_turn(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push", soft_limit=3)
    await on(stage, stage.bo, stage.mia)
    people = await write_all(stage, 8)
    held = [await holder_of(stage, who) for who in people]
    assert Counter(held) == {stage.bo.id: 3, stage.mia.id: 3, None: 2}
    assert held[6:] == [None, None], "the last two wait"
    assert (await reasons(stage, people[5]))[-1][1] == "least loaded, 2 active"
    shown = stage.ctx.metrics.render().decode()
    line = 'pinbox_conversations_handed_total{rule="least loaded",team="spokane"} 6.0'
    assert line in shown


async def test_ties_go_to_who_has_waited_longest_for_one(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push")
    await on(stage, stage.bo, stage.mia)
    turns = []
    for who in await write_all(stage, 6):
        turns.append(await holder_of(stage, who))
        await states.resolve(stage.ctx, stage.bo, thread=who.thread)
    first, second = turns[:2]
    assert turns == [first, second] * 3


async def test_a_queue_drains_oldest_first_as_hands_come_free(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push", soft_limit=2)
    people = await write_all(stage, 6)
    await on(stage, stage.bo)
    await tick(stage.ctx)
    mine = [who for who in people if await holder_of(stage, who) is not None]
    assert mine == people[:2]
    await states.resolve(stage.ctx, stage.bo, thread=people[0].thread)
    await tick(stage.ctx)
    assert await holder_of(stage, people[2]) == stage.bo.id
    until = stage.clock.now + HOUR
    await states.snooze(stage.ctx, stage.bo, thread=people[1].thread, until=until)
    await tick(stage.ctx)
    assert await holder_of(stage, people[3]) == stage.bo.id
    await handover.transfer(
        stage.ctx, stage.bo, thread=people[3].thread, team=stage.tampa, reason="theirs"
    )
    await tick(stage.ctx)
    assert await holder_of(stage, people[4]) == stage.bo.id
    # Answered, and fifteen quiet minutes later no longer active: time alone frees a hand.
    for who in (people[2], people[4]):
        await stage.reply(stage.bo, who.thread, "a")
    await hand_out(stage.ctx, stage.spokane)
    assert await holder_of(stage, people[5]) is None
    stage.clock.pass_(16 * MINUTE)
    await hand_out(stage.ctx, stage.spokane)
    assert await holder_of(stage, people[5]) == stage.bo.id


async def test_what_one_releases_goes_to_another_and_never_straight_back(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push")
    await on(stage, stage.bo)
    (ana,) = await write_all(stage, 1)
    await assignment.release(stage.ctx, stage.bo, thread=ana.thread)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) is None
    await on(stage, stage.mia)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.mia.id


async def test_a_bounce_arrives_with_somebody(stage: Stage) -> None:
    await set_rules(stage, stage.tampa, handing="push")
    await on(stage, stage.bo, stage.ravi)
    (ana,) = await write_all(stage, 1)
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="theirs"
    )
    assert await holder_of(stage, ana) == stage.ravi.id


async def test_a_snooze_that_ends_while_its_owner_is_away_finds_another(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, handing="push")
    await on(stage, stage.bo)
    (ana,) = await write_all(stage, 1)
    until = stage.clock.now + HOUR
    await states.snooze(stage.ctx, stage.bo, thread=ana.thread, until=until)
    await off(stage, stage.bo)
    await on(stage, stage.mia)
    await tick(stage.ctx)
    assert await holder_of(stage, ana) == stage.bo.id, "it sleeps"
    stage.clock.pass_(HOUR)
    await states.wake_due(stage.ctx)
    assert await holder_of(stage, ana) == stage.mia.id


@pytest.mark.parametrize("busy", [False, True])
async def test_many_at_once_never_pass_the_limit_nor_come_twice(
    stage: Stage, *, busy: bool
) -> None:
    """Customers write, queues are handed out and hands come free in several processes at once."""
    await set_rules(stage, stage.spokane, handing="push", soft_limit=4, hard_limit=6)
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    crew = [stage.bo, stage.mia, *[await stage.agent(f"A{n}", stage.spokane) for n in range(3)]]
    before = await write_all(stage, 10, "early") if busy else []
    await on(stage, *crew)
    for place in places:
        place.memory.forget()
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(30)]
    acts = [stage.say(who, "1") for who in people]
    acts += [hand_out(place, stage.spokane) for place in places * 3]  # type: ignore[misc]
    await asyncio.gather(*acts)
    await hand_out(stage.ctx, stage.spokane)
    rows = await look(
        stage.ctx,
        "SELECT assignee_id, COUNT(*) FROM threads WHERE state = 'open' GROUP BY assignee_id",
    )
    loads = dict(rows)
    assert loads.pop(None) == len(before) + len(people) - 20
    assert loads == {one.id: 4 for one in crew}, "each full, and none over"
    given = await look(
        stage.ctx,
        "SELECT thread_id, COUNT(*) FROM items WHERE type = 'assignee' GROUP BY thread_id",
    )
    assert {count for _, count in given} == {1}
    if before:
        oldest = [await holder_of(stage, who) for who in before]
        assert None not in oldest, "the longest wait first"
    await assert_dense(stage.ctx)


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_hard_limit_stops_all_but_returning_customers(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, soft_limit=1, hard_limit=2)
    ana = await resolved(stage, stage.bo)
    one, two, three, four = await write_all(stage, 4)
    for who in (one, two):
        await assignment.take(stage.ctx, stage.bo, thread=who.thread)
    with pytest.raises(Conflict, match="Bo has 2 active conversations"):
        await assignment.take(stage.ctx, stage.bo, thread=three.thread)
    with pytest.raises(Conflict, match="limit is reached"):
        await assignment.assign(stage.ctx, stage.mia, thread=three.thread, agent=stage.bo.id)
    with pytest.raises(Forbidden):
        await assignment.assign(
            stage.ctx, stage.bo, thread=three.thread, agent=stage.bo.id, force=True
        )
    await stage.say(ana, "2")
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)  # Bo knows Ana
    await assignment.assign(
        stage.ctx, stage.mia, thread=three.thread, agent=stage.bo.id, force=True
    )
    await stage.reply(stage.bo, four.thread, "a")
    held = [await holder_of(stage, who) for who in (one, two, three, four, ana)]
    assert held == [stage.bo.id] * 5


async def test_two_takes_of_one_agent_at_once_keep_the_limit(stage: Stage) -> None:
    await set_rules(stage, stage.spokane, hard_limit=3)
    people = await write_all(stage, 8)
    told = await asyncio.gather(
        *(assignment.take(stage.ctx, stage.bo, thread=who.thread) for who in people),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in told) == 5


# ── an answer that comes too late ────────────────────────────────────────────────────────────────


async def test_who_had_it_for_another_team_learns_who_has_it_now(stage: Stage) -> None:
    """A bounce to Tampa ends: Ravi, who was still writing, is told by name; nothing is stored."""
    (ana,) = await write_all(stage, 1)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="theirs"
    )
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    other = await stage.agent("Zoe", stage.tampa)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="ours"
    )
    head = (await thread_of(stage, ana)).head
    with pytest.raises(Conflict, match="Spokane has this conversation now") as queued:
        await stage.reply(stage.ravi, ana.thread, "late")
    assert queued.value.holder is None
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    with pytest.raises(Conflict) as refused:
        await stage.reply(stage.ravi, ana.thread, "late")
    assert refused.value.holder is not None
    assert refused.value.holder.name == "Bo"
    assert (await thread_of(stage, ana)).head == head + 1, "Bo's taking, and nothing of Ravi's"

    with pytest.raises(NotFound):
        await stage.reply(other, ana.thread, "never mine")
    with pytest.raises(NotFound):
        await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    with pytest.raises(NotFound):
        await stage.reply(stage.ravi, ana.thread, "late")


# ── what it costs ────────────────────────────────────────────────────────────────────────────────


async def test_a_customers_message_in_a_team_that_pulls_costs_no_statement_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a customer whom nobody on duty knows, and of one whose agent is there."""
    if stage.database.kind == "postgres":
        return  # the same statements
    said: list[str] = []
    for name in ("fetch", "fetch_one", "fetch_one_of", "execute", "later"):
        run = getattr(SqliteTx, name)

        def spy(self: SqliteTx, *args: object, _run: object = run, **params: object) -> object:
            said.extend(arg.name for arg in args if isinstance(arg, Query))
            return _run(self, *args, **params)  # type: ignore[operator]

        monkeypatch.setattr(SqliteTx, name, spy)
    await on(stage, stage.bo, stage.mia)
    (ana,) = await write_all(stage, 1)
    said.clear()
    await stage.say(ana, "2")
    assert said[0] == "lock_thread_for_send"
    assert set(said).isdisjoint(DUTY)
    await stage.reply(stage.bo, ana.thread, "a")
    said.clear()
    await stage.say(ana, "3")
    assert said[0] == "lock_thread_for_send"
    assert set(said).isdisjoint(DUTY)
    assert (await thread_of(stage, ana)).take_back_at == stage.clock.now + 30 * MINUTE
