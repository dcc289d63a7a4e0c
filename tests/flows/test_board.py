"""The board: counted from indexes, equal to a count of everything by hand."""

from __future__ import annotations

import pytest
from msgspec import convert

from inbox.core.errors import Forbidden
from inbox.core.instant import to_text
from inbox.core.policy import Agent
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.core.storm import Helper
from inbox.flows import assignment, duty, handover, states, storms
from inbox.flows.board import AgentLoad, Board, TeamBoard, board
from inbox.flows.context import Context
from inbox.flows.hours import set_weekly
from inbox.flows.rules import set_rules
from inbox.flows.storms import StormDraft
from tests.cast import DAY, OPERATOR, Cast, SetClock, answer, arrive, hire, say

MINUTE = 60_000
HOUR = 60 * MINUTE


def of(shown: Board, team: str) -> TeamBoard:
    (found,) = (one for one in shown.items if one.team.id == team)
    return found


def loads(shown: TeamBoard) -> dict[str, tuple[int, int]]:
    return {agent.name: (agent.active, agent.waiting) for agent in shown.agents}


async def test_what_waits_and_who_has_it(ctx: Context, cast: Cast, clock: SetClock) -> None:
    began = clock.now
    customers = [await arrive(ctx, f"c{number}") for number in range(6)]
    for customer in customers:
        await say(ctx, customer, "Hello")
        clock.pass_(MINUTE)
    for customer in customers[:2]:
        await assignment.take(ctx, cast.bo, thread=customer.thread)
    await answer(ctx, cast.bo, customers[0].thread, "Hello")
    await answer(ctx, cast.mia, customers[5].thread, "Hello")
    await states.resolve(ctx, cast.mia, thread=customers[5].thread)
    await handover.transfer(
        ctx, cast.bo, thread=customers[4].thread, team=cast.tampa, reason="roaming"
    )
    await duty.set_duty(ctx, cast.bo, on=True)

    shown = await board(ctx, OPERATOR)

    assert shown.at == to_text(clock.now)
    assert [one.team.key for one in shown.items] == ["spokane", "tampa"]
    spokane, tampa = shown.items
    assert (spokane.conversations, spokane.waiting, spokane.unassigned) == (4, 3, 2)
    assert spokane.waiting_since == to_text(began + MINUTE)
    assert (tampa.conversations, tampa.waiting, tampa.unassigned) == (1, 1, 1)
    assert (spokane.on_duty, tampa.on_duty) == (1, 0)
    assert spokane.agents == (
        AgentLoad(cast.bo.id, "Bo", True, 2, 1),  # noqa: FBT003
        AgentLoad(cast.mia.id, "Mia", False, 0, 0),  # noqa: FBT003
    )

    clock.pass_(15 * MINUTE)  # what was answered is at work no longer; who waits still waits
    assert loads(of(await board(ctx, OPERATOR), cast.spokane)) == {"Bo": (1, 1), "Mia": (0, 0)}


async def test_an_agent_of_two_teams_is_at_work_in_both(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    bea = await hire(ctx, "Bea", cast.spokane, cast.tampa)
    kim = await hire(ctx, "Kim", cast.spokane, role="lead")
    for sub, region in (("ana", "US-WA"), ("luis", "US-FL"), ("zoe", "US-FL")):
        customer = await arrive(ctx, sub, region=region)
        await say(ctx, customer, "Hello")
        await assignment.take(ctx, bea, thread=customer.thread)
        if sub == "zoe":
            await answer(ctx, bea, customer.thread, "Hello")
        clock.pass_(1)

    (shown,) = (await board(ctx, kim)).items
    assert shown.team.id == cast.spokane, "a lead sees no other team"
    assert loads(shown)["Bea"] == (3, 2)
    assert shown.waiting == 1


async def test_what_is_snoozed_is_not_on_the_board(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "Hello")
    await assignment.take(ctx, cast.bo, thread=ana.thread)
    await states.snooze(ctx, cast.bo, thread=ana.thread, until=clock.now + MINUTE)
    shown = of(await board(ctx, OPERATOR), cast.spokane)

    assert (shown.conversations, shown.waiting, shown.waiting_since) == (0, 0, None)
    assert loads(shown)["Bo"] == (0, 0)


async def test_it_says_whether_the_team_is_there(ctx: Context, cast: Cast) -> None:
    week = read_weekly("mon-sun 08:00-20:00")  # noon in UTC is four in the morning there
    await set_weekly(ctx, cast.mia, team=cast.spokane, weekly=week)
    spokane, tampa = (await board(ctx, cast.mia)).items
    assert (spokane.state, spokane.next_open) == ("closed", "2026-11-22T16:00:00.000Z")
    assert (tampa.state, tampa.closes_at) == ("open", None)


@pytest.mark.parametrize("name", ["bo", "ravi"])
async def test_it_is_no_agents_affair(ctx: Context, cast: Cast, name: str) -> None:
    who: Agent = getattr(cast, name)
    with pytest.raises(Forbidden):
        await board(ctx, who)


async def test_promises_that_are_due_soon_and_that_are_overdue(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    change = convert({"promise_target_minutes": 30}, RulesChange)
    await set_rules(ctx, OPERATOR, team=cast.spokane, change=change)
    for number in range(3):
        await say(ctx, await arrive(ctx, f"c{number}"), "Hello")
        clock.pass_(MINUTE)
    zoe = await arrive(ctx, "zoe", region="US-FL")  # whose team promises nothing
    await say(ctx, zoe, "Hello")

    async def risks() -> tuple[int, int]:
        one, other = (await board(ctx, OPERATOR)).items
        assert (other.promises_at_risk, other.promises_lapsed, other.waiting) == (0, 0, 1)
        return one.promises_at_risk, one.promises_lapsed

    assert await risks() == (0, 0)
    clock.pass_(17 * MINUTE)  # the first is due in ten minutes
    assert await risks() == (1, 0)
    clock.pass_(10 * MINUTE)
    assert await risks() == (3, 0)
    clock.pass_(1)
    assert await risks() == (2, 1)
    clock.pass_(DAY)
    assert await risks() == (0, 3)


async def test_covers_in_force_and_storms(ctx: Context, cast: Cast, clock: SetClock) -> None:
    draft = StormDraft(
        teams=(Helper(cast.tampa, 100),), notice="Outage", until=to_text(clock.now + 6 * HOUR)
    )
    await storms.begin(ctx, OPERATOR, team=cast.spokane, draft=draft)
    for number in range(2):
        await say(ctx, await arrive(ctx, f"c{number}"), "Hello")
    spokane, tampa = (await board(ctx, OPERATOR)).items

    assert spokane.storm is not None
    assert (spokane.storm.notice, tampa.storm) == ("Outage", None)
    assert (spokane.covers_given, spokane.covers_taken, spokane.waiting) == (2, 0, 0)
    assert (tampa.covers_given, tampa.covers_taken, tampa.waiting) == (0, 2, 2)
    clock.pass_(6 * HOUR)
    assert (await board(ctx, OPERATOR)).items[0].storm is None
