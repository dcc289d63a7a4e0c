"""The desk's lists against a plain reading of the same threads, page by page."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from inbox.core.cursor import LARGEST
from inbox.core.errors import BadRequest, Conflict
from inbox.core.policy import Agent
from inbox.core.rules import RulesChange
from inbox.flows import agents, assignment, desk_views, handover, receipts, rules, states
from inbox.flows.context import Context
from inbox.flows.customer_views import customer_messages
from inbox.flows.desk_views import View
from inbox.store.records import Thread
from tests.cast import OPERATOR
from tests.flows.ledger import Books, audit_books
from tests.flows.stage import HOUR, MINUTE, Stage

VIEWS: tuple[View, ...] = ("mine", "waiting", "team", "all", "snoozed")


def expected(books: Books, who: Agent, view: View) -> list[str]:
    """A view as the contract's words say it, by looking at every thread."""
    teams, threads = who.teams, books.threads.values()
    seen = [one for one in threads if one.home_team in teams or one.serving_team in teams]
    served = [one for one in threads if one.serving_team in teams]

    def waiting(one: Thread) -> tuple[int, str]:
        if one.waiting_since is None:
            return LARGEST, one.id
        due = one.waiting_since
        if one.promise is not None:
            _, _, (_, _, _, due, *_), *_ = json.loads(one.promise)
        return due, one.id

    found: list[Thread]
    match view:
        case "mine":
            mine = [one for one in seen if one.assignee_id == who.id and one.state != "resolved"]
            found = sorted(mine, key=waiting)
        case "waiting":
            waits = [one for one in served if one.state == "open" and one.waiting_since is not None]
            found = sorted([one for one in waits if one.assignee_id is None], key=waiting)
        case "team":
            found = sorted([one for one in served if one.state == "open"], key=waiting)
        case "snoozed":
            asleep = [one for one in served if one.state == "snoozed"]
            found = sorted(asleep, key=lambda one: (one.snoozed_until or 0, one.id))
        case "all":
            written = [one for one in seen if one.last_message_at is not None]
            found = sorted(
                written, key=lambda one: (one.last_message_at or 0, one.id), reverse=True
            )
    return [one.id for one in found]


async def listed(ctx: Context, who: Agent, view: View, limit: int) -> list[str]:
    """A view, page by page, each of them full but the last."""
    ids: list[str] = []
    cursor = None
    while True:
        found = await desk_views.queue(ctx, who, view=view, cursor=cursor, limit=limit)
        assert len(found.items) == limit or found.next is None
        ids += [one.id for one in found.items]
        cursor = found.next
        if cursor is None:
            return ids


async def check_views(ctx: Context, books: Books, people: list[Agent], limit: int) -> None:
    """Every view of everybody is what a plain reading finds."""
    for who in people:
        for view in VIEWS:
            assert await listed(ctx, who, view, limit) == expected(books, who, view), (
                who.name,
                view,
            )


@pytest.mark.parametrize("seed", range(3))
async def test_every_view_of_a_random_desk(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    ctx = stage.ctx
    both = await stage.agent("Bea", stage.spokane, stage.tampa)
    crew = [stage.bo, stage.mia, stage.ravi, both]
    regions = ["US-WA", "US-FL"]
    threads = [
        (await stage.arrive(f"c{n}", region=chance.choice(regions))).thread for n in range(14)
    ]
    customers = [await stage.arrive(f"c{n}") for n in range(14)]
    acts: list[Callable[[Agent, str], object]] = [
        lambda who, thread: stage.reply(who, thread, f"a{chance.random()}"),
        lambda who, thread: assignment.take(ctx, who, thread=thread),
        lambda who, thread: assignment.release(ctx, who, thread=thread),
        lambda who, thread: states.resolve(ctx, who, thread=thread),
        lambda who, thread: states.snooze(
            ctx, who, thread=thread, until=stage.clock.now + chance.randint(1, 5) * HOUR
        ),
        lambda who, thread: handover.transfer(
            ctx,
            who,
            thread=thread,
            team=chance.choice([stage.spokane, stage.tampa]),
            reason="as it comes",
        ),
    ]
    # One of the teams says by when it answers, the other says nothing.
    target = RulesChange(promise_target_minutes=chance.choice([5, 90]))
    await rules.set_rules(ctx, OPERATOR, team=stage.tampa, change=target)
    done = 0
    for n in range(160):
        # Sometimes many at the same millisecond: then the id decides.
        stage.clock.pass_(chance.choice([0, 0, 0, MINUTE]))
        if chance.random() < 0.4:
            await stage.say(chance.choice(customers), f"m{n}")
            continue
        try:
            await chance.choice(acts)(both, chance.choice(threads))  # type: ignore[misc]
            done += 1
        except (BadRequest, Conflict):
            continue
    assert done > 40
    books = await audit_books(ctx)
    filled = [len(expected(books, both, view)) for view in VIEWS]
    assert sum(filled) > 20
    for limit in (1, 3, 100):
        await check_views(ctx, books, crew, limit)


async def test_a_list_counts_what_the_agent_has_not_read(stage: Stage) -> None:
    ana = await stage.ana()
    first = await stage.say(ana, "1")
    await stage.say(ana, "2")

    async def unread(who: Agent) -> list[object]:
        found = await desk_views.queue(stage.ctx, who, view="all", cursor=None, limit=10)
        return [one.unread for one in found.items]

    await receipts.read(stage.ctx, stage.bo, thread=ana.thread, upto=first.seq)
    assert (await unread(stage.bo), await unread(stage.mia)) == ([1], [2])


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.", ".a", "-1.a", "12345678901234567.a", "1.é", "1' OR 1=1"]
)
async def test_a_cursor_that_is_none_is_refused(stage: Stage, cursor: str) -> None:
    with pytest.raises(BadRequest):
        await desk_views.queue(stage.ctx, stage.bo, view="all", cursor=cursor, limit=10)


async def test_a_page_of_messages_and_of_the_timeline_goes_back_to_the_first(
    stage: Stage,
) -> None:
    ana = await stage.ana()
    for n in range(7):
        await stage.say(ana, f"m{n}")
        await stage.reply(stage.bo, ana.thread, f"a{n}")
    log = (await audit_books(stage.ctx)).logs[ana.thread]
    for limit in (1, 4, 100):
        for whose in ("customer", "desk"):
            seqs: list[int] = []
            before = LARGEST
            while True:
                if whose == "customer":
                    found = await customer_messages(stage.ctx, ana, before=before, limit=limit)
                else:
                    found = await desk_views.timeline(
                        stage.ctx, stage.bo, thread=ana.thread, before=before, limit=limit
                    )
                seqs += [read_seq(bytes(raw)) for raw in found.items]
                if found.next is None:
                    break
                before = int(found.next)
            shown = [line.seq for line in log if whose == "desk" or line.type == "message"]
            assert seqs == shown[::-1]


def read_seq(data: bytes) -> int:
    assert data.startswith(b'{"seq":')
    return int(data[7 : data.index(b",")])


async def test_who_is_disabled_keeps_nobody_from_the_queue(stage: Stage) -> None:
    """What an agent had who is gone can be had by others: given, or left to the queue."""
    ana = await stage.ana()
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.bo, thread=ana.thread)
    change = agents.AgentChange(disabled=True)
    await agents.change_agent(stage.ctx, OPERATOR, agent=stage.bo.id, change=change)
    await assignment.assign(stage.ctx, stage.mia, thread=ana.thread, agent=stage.mia.id)
    await stage.reply(stage.mia, ana.thread, "a")
    await audit_books(stage.ctx)
