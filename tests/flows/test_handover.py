"""A thread changes hands: the pin stays unless a person changes it, and streams say so."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
import pytest

from inbox.core.errors import BadRequest, Conflict, Forbidden, NotFound
from inbox.core.policy import Customer
from inbox.flows import agents, assignment, desk_views, handover, signin, states
from inbox.flows.context import Context
from inbox.flows.customer_views import customer_thread
from inbox.flows.streams import Stream, page
from tests.cast import OPERATOR
from tests.flows.ledger import Line, audit_books
from tests.flows.stage import DAY, MINUTE, Stage


async def asked(stage: Stage) -> Customer:
    """Ana has asked, and Bo has taken it."""
    ana = await stage.ana()
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    return ana


async def bounced(stage: Stage) -> Customer:
    """Ana's conversation, bounced to Tampa."""
    ana = await asked(stage)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roams in Florida"
    )
    return ana


async def log_of(ctx: Context, who: Customer) -> list[Line]:
    return (await audit_books(ctx)).logs[who.thread]


async def team_types(ctx: Context, team: str) -> list[str]:
    found = await page(ctx, Stream("team", team), since=0)
    return [msgspec.json.decode(item.data)["type"] for item in found.items]


# ── bounce ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_bounce_moves_the_conversation_and_not_the_pin(stage: Stage) -> None:
    ana = await bounced(stage)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.home_team, thread.serving_team) == (stage.spokane, stage.tampa)
    assert thread.assignee_id is None, "whoever had it has it no longer"
    assert thread.waiting_since is not None
    assert books.history[ana.thread, 1].bounces == 1
    queue = await desk_views.queue(stage.ctx, stage.ravi, view="waiting", cursor=None, limit=10)
    assert [one.id for one in queue.items] == [ana.thread]
    types = await team_types(stage.ctx, stage.tampa)
    assert types == ["entered", "serving", "assignee"]
    # Home goes on seeing what is its customer's.
    assert (
        await desk_views.summary(stage.ctx, stage.bo, thread=ana.thread)
    ).serving.why == "bounce"


async def test_a_bounce_ends_with_resolved_and_goes_home(stage: Stage) -> None:
    ana = await bounced(stage)
    await stage.reply(stage.ravi, ana.thread, "r")
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.serving_team, thread.serving_why) == (stage.spokane, "home")
    assert thread.assignee_id is None, "Ravi cannot see it any more"
    assert books.history[ana.thread, 1].resolved_team == stage.tampa
    assert books.history[ana.thread, 1].first_response_team == stage.tampa
    assert (await team_types(stage.ctx, stage.tampa))[-1] == "left"
    with pytest.raises(NotFound):
        await desk_views.summary(stage.ctx, stage.ravi, thread=ana.thread)
    stage.clock.pass_(MINUTE)
    await stage.say(ana, "2")
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.serving_team, thread.conversation) == (stage.spokane, 1)


async def test_what_nobody_had_goes_home_without_a_word_of_an_assignee(stage: Stage) -> None:
    ana = await bounced(stage)
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    log = await log_of(stage.ctx, ana)
    assert [line.type for line in log][-2:] == ["status", "serving"]


async def test_home_again_with_somebody_of_home_stays_theirs(stage: Stage) -> None:
    ana = await bounced(stage)
    await assignment.take(stage.ctx, stage.mia, thread=ana.thread)  # she sees it as home
    await states.resolve(stage.ctx, stage.mia, thread=ana.thread)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert thread.assignee_id == stage.mia.id


async def test_sent_home_the_bounce_is_over(stage: Stage) -> None:
    ana = await bounced(stage)
    await handover.transfer(
        stage.ctx, stage.ravi, thread=ana.thread, team=stage.spokane, reason="not ours"
    )
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.serving_team, thread.serving_why) == (stage.spokane, "home")
    assert books.history[ana.thread, 1].bounces == 1, "home is no bounce"
    assert await team_types(stage.ctx, stage.tampa) == ["withdrawn"] * 3 + ["left"]


async def test_a_bounce_needs_an_open_conversation_a_reason_and_another_team(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()

    async def transfer(team: str = stage.tampa, reason: str = "roaming") -> None:
        await handover.transfer(ctx, stage.bo, thread=ana.thread, team=team, reason=reason)

    with pytest.raises(Conflict):
        await transfer()
    await stage.say(ana, "1")
    for wrong in ({"reason": " "}, {"team": stage.spokane}, {"team": "nowhere"}):
        with pytest.raises(BadRequest):
            await transfer(**wrong)
    with pytest.raises(NotFound):
        await handover.transfer(
            ctx, stage.ravi, thread=ana.thread, team=stage.tampa, reason="I want it"
        )
    await states.resolve(ctx, stage.bo, thread=ana.thread)
    with pytest.raises(Conflict):
        await transfer()
    await audit_books(ctx)


async def test_the_next_conversation_starts_at_home(stage: Stage) -> None:
    ana = await bounced(stage)
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    stage.clock.pass_(90 * DAY)
    await stage.say(ana, "2")
    books = await audit_books(stage.ctx)
    assert books.history[ana.thread, 2].opened_team == stage.spokane


# ── re-pin ───────────────────────────────────────────────────────────────────────────────────────


async def repin(stage: Stage, who: Customer, team: str, by: Any = OPERATOR) -> None:
    await handover.repin(stage.ctx, by, thread=who.thread, team=team, reason="moved to Florida")


async def test_a_new_pin_takes_along_what_the_old_home_served(stage: Stage) -> None:
    ana = await asked(stage)
    await repin(stage, ana, stage.tampa, by=stage.mia)
    books = await audit_books(stage.ctx)
    thread = books.threads[ana.thread]
    assert (thread.home_team, thread.serving_team) == (stage.tampa, stage.tampa)
    assert (thread.assignee_id, thread.pin_reason) == (None, "moved to Florida")
    assert books.customers == {stage.spokane: 0, stage.tampa: 1}
    kinds = [(line.type, line.payload.get("by")) for line in books.logs[ana.thread]]
    assert kinds[-2:] == [("pin", stage.mia.id), ("assignee", None)]
    assert (await team_types(stage.ctx, stage.spokane))[-1] == "left"
    assert await team_types(stage.ctx, stage.tampa) == ["entered", "pin", "assignee"]
    with pytest.raises(NotFound):
        await stage.reply(stage.bo, ana.thread, "b")


async def test_a_new_pin_to_who_serves_it_brings_it_home(stage: Stage) -> None:
    ana = await bounced(stage)
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    await repin(stage, ana, stage.tampa)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.home_team, thread.serving_why) == (stage.tampa, "home")
    assert thread.assignee_id == stage.ravi.id
    shown = await customer_thread(stage.ctx, ana)
    assert (shown.team.key, shown.serving.team.key, shown.serving.why) == ("tampa", "tampa", "home")


async def test_a_new_pin_leaves_what_a_third_team_serves(stage: Stage) -> None:
    boise = await stage.team("boise", "US-ID", "America/Boise")
    ana = await bounced(stage)
    await assignment.take(stage.ctx, stage.ravi, thread=ana.thread)
    await repin(stage, ana, boise)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.home_team, thread.serving_team) == (boise, stage.tampa)
    assert (thread.serving_why, thread.assignee_id) == ("bounce", stage.ravi.id)
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.serving_team, thread.assignee_id) == (boise, None)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("third", [False, True])
async def test_whoever_had_it_and_may_see_it_no_longer_has_it_no_longer(
    stage: Stage, *, third: bool, answered: bool
) -> None:
    boise = await stage.team("boise", "US-ID", "America/Boise")
    ana = await bounced(stage)
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)  # of home, which still sees it
    if answered:
        await stage.reply(stage.bo, ana.thread, "b")
    await repin(stage, ana, boise if third else stage.tampa)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.serving_team, thread.assignee_id) == (stage.tampa, None)
    await stage.reply(stage.ravi, ana.thread, "c")


@pytest.mark.parametrize("by_reply", [False, True])
async def test_what_is_opened_again_is_not_with_somebody_who_left(
    stage: Stage, *, by_reply: bool
) -> None:
    """They had it when it was resolved; then they went, and nobody looked at what is settled."""
    ana = await asked(stage)
    await stage.reply(stage.bo, ana.thread, "2")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    change = agents.AgentChange(teams=(stage.tampa,))
    await agents.change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=change)
    if by_reply:
        await stage.reply(stage.mia, ana.thread, "3")
    else:
        await states.reopen(stage.ctx, stage.mia, thread=ana.thread)
    assert (await audit_books(stage.ctx)).threads[ana.thread].assignee_id is None
    changes = [one for one in await log_of(stage.ctx, ana) if one.type == "assignee"]
    assert changes[-1].payload["reason"] == "left the team"


async def test_who_never_wrote_is_counted_nowhere(stage: Stage) -> None:
    ana = await stage.ana()
    await repin(stage, ana, stage.tampa)
    assert set((await audit_books(stage.ctx)).customers.values()) == {0}
    await stage.say(ana, "1")
    assert (await audit_books(stage.ctx)).customers == {stage.spokane: 0, stage.tampa: 1}


async def test_a_pin_is_changed_by_leads_and_admins_of_what_they_see(stage: Stage) -> None:
    ana = await asked(stage)
    lea = await stage.agent("Lea", stage.tampa, role="admin")
    for who, error in ((stage.bo, Forbidden), (lea, NotFound)):
        with pytest.raises(error):
            await repin(stage, ana, stage.tampa, by=who)
    for team in (stage.spokane, "nowhere"):
        with pytest.raises(BadRequest):
            await repin(stage, ana, team)
    with pytest.raises(NotFound):
        await handover.repin(
            stage.ctx, OPERATOR, thread="nowhere", team=stage.tampa, reason="moved"
        )
    await repin(stage, ana, stage.tampa)


async def test_there_and_back_at_once_counts_right(stage: Stage) -> None:
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(6)]
    for who in people:
        await stage.say(who, "1")

    async def move(who: Customer, team: str) -> None:
        with contextlib.suppress(BadRequest):  # it is there already
            await repin(stage, who, team)

    await asyncio.gather(
        *(move(who, team) for who in people for team in (stage.tampa, stage.spokane) * 4)
    )
    books = await audit_books(stage.ctx)
    assert sum(books.customers.values()) == 6


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


async def test_threads_handed_both_ways_between_teams_never_wait_in_a_ring(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.store.postgres._REPEATS", 0)  # a deadlock fails its caller
    boise = await stage.team("boise", "US-ID", "America/Boise")
    places = [stage.spokane, stage.tampa, boise]
    made = await agents.add_agent(
        stage.ctx, OPERATOR, agents.AgentDraft(name="Everywhere", teams=tuple(places), role="lead")
    )
    token = await agents.add_token(stage.ctx, OPERATOR, agent=made.id)
    all_around = await signin.agent(stage.ctx, token.token)
    regions = ["US-WA", "US-FL", "US-ID"]
    people = [await stage.arrive(f"c{n}", region=regions[n % 3]) for n in range(18)]
    for who in people:
        await stage.say(who, "1")
    refused: list[Exception] = []

    async def toss(n: int, who: Customer) -> None:
        for turn in range(6):
            team = places[(n + turn) % 3]
            try:
                if turn % 3 == 2:
                    await repin(stage, who, team, by=all_around)
                else:
                    await handover.transfer(
                        stage.ctx, all_around, thread=who.thread, team=team, reason="turn"
                    )
                await stage.say(who, f"m{turn}")
            except BadRequest as error:  # it is there already
                refused.append(error)

    await asyncio.gather(*(toss(n, who) for n, who in enumerate(people)))
    await audit_books(stage.ctx)
    assert len(refused) < 18 * 6 / 2
