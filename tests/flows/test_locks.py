"""No two flows ever wait for each other in a ring: on PostgreSQL that would cost a second each.

The engine tries again after a deadlock, so nothing is lost; here it may not, so that one shows.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from inbox.core.errors import BadRequest, Conflict, NotFound, Unauthorized
from inbox.core.policy import Customer
from inbox.flows import (
    agents,
    assignment,
    duty,
    erasure,
    handover,
    notes,
    receipts,
    signin,
    states,
    teams,
)
from inbox.flows.context import Context
from inbox.flows.imports.run import import_threads
from inbox.flows.retention import retention
from inbox.store.engine import Tx
from inbox.store.queries import Q
from tests.cast import OPERATOR, assert_dense, look
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

GOOD = "correct horse battery"
EXPECTED = (BadRequest, Conflict, NotFound, Unauthorized)
"""What a rule may say while others are at work."""


@pytest.fixture(autouse=True)
def _no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.store.postgres._REPEATS", 0)


async def ignore(_: object) -> None:
    """Nobody looks at the progress."""


async def all_at_once(acts: list[Awaitable[object]]) -> list[BaseException]:
    """Do all of it; what went wrong beyond what rules may say."""
    told = await asyncio.gather(*acts, return_exceptions=True)
    return [one for one in told if isinstance(one, BaseException) and not isinstance(one, EXPECTED)]


def import_for(ctx: Context, *people: Customer) -> Awaitable[object]:
    """Import an old word of each, and a profile."""
    said = {"author": "customer", "body": "Long ago", "sent_at": "2026-11-01T10:00:00.000Z"}
    lines = [
        {
            "customer": {"id": who.id, "name": "From afar", "locale": "en"},
            "messages": [{"client_id": "old", **said}],
        }
        for who in people
    ]
    file = io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    return import_threads(ctx, file, report=ignore)


def renew(stage: Stage, who: Customer) -> Awaitable[object]:
    """A newer token with another profile."""
    return stage.arrive(who.id, iat=stage.now_s, name="Somebody", region="US-FL")


Hold = Callable[[Tx], Awaitable[object]]


async def do_between(stage: Stage, act: Awaitable[object], *, first: Hold, then: Hold) -> None:
    """Do it while another transaction holds the `first` lock, which then wants the other.

    Where the act takes both in the other order, the two wait for each other and one fails.
    """
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        await first(tx)
        held.set()
        await go_on.wait()
        await then(tx)

    holding = asyncio.create_task(stage.ctx.store.write(hold))
    await held.wait()
    acting = asyncio.ensure_future(act)
    while not acting.done():
        if await look(
            stage.ctx,
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()",
        ):
            break
    go_on.set()
    await asyncio.gather(holding, acting)


@pytest.mark.parametrize("kind", ["renew", "import", "erase", "repin"])
async def test_the_thread_is_locked_before_its_customer(stage: Stage, kind: str) -> None:
    """As a first message does, which notes at the customer that they have written."""
    if stage.database.kind == "sqlite":
        return  # one writer: nobody waits for anybody
    ctx, ana = stage.ctx, await stage.arrive("ana", region="US-WA", iat=stage.now_s - 60)
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "renew": lambda: renew(stage, ana),
        "import": lambda: import_for(ctx, ana),
        "erase": lambda: erasure.erase(ctx, OPERATOR, customer="ana"),
        "repin": lambda: handover.repin(
            ctx, OPERATOR, thread=ana.thread, team=stage.tampa, reason="moved"
        ),
    }
    await do_between(
        stage,
        acts[kind](),
        first=lambda tx: tx.fetch(Q.lock_thread, thread=ana.thread),
        then=lambda tx: tx.fetch(Q.lock_customer, customer="ana"),
    )


@pytest.mark.parametrize("kind", ["import", "retention"])
async def test_who_writes_to_many_streams_locks_them_in_their_order(
    stage: Stage, kind: str
) -> None:
    """As one message does in a thread that two teams see; the threads come in another order."""
    if stage.database.kind == "sqlite":
        return  # one writer
    await stage.reopen(retention_days=1)
    ctx, (low, high) = stage.ctx, sorted([stage.spokane, stage.tampa])
    regions = {stage.spokane: "US-WA", stage.tampa: "US-FL"}
    ana = await stage.arrive("ana", region=regions[high])
    luis = await stage.arrive("luis", region=regions[low])
    for who, agent in ((ana, stage.ravi), (luis, stage.bo)):
        await stage.say(who, "1")
        await states.resolve(ctx, agent, thread=who.thread)
    stage.clock.pass_(9 * DAY)
    act = import_for(ctx, ana, luis) if kind == "import" else retention(ctx)
    await do_between(
        stage,
        act,
        first=lambda tx: tx.fetch(Q.advance_stream, stream=f"team:{low}", count=0),
        then=lambda tx: tx.fetch(Q.advance_stream, stream=f"team:{high}", count=0),
    )


async def test_retention_holds_no_stream_while_it_wants_a_thread(stage: Stage) -> None:
    if stage.database.kind == "sqlite":
        return  # one writer
    await stage.reopen(retention_days=1)
    ctx = stage.ctx
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(3)]
    for who in people:
        await stage.say(who, "1")
        await states.resolve(ctx, stage.bo, thread=who.thread)
    stage.clock.pass_(9 * DAY)
    last = max(who.thread for who in people)
    await do_between(
        stage,
        retention(ctx),
        first=lambda tx: tx.fetch(Q.lock_thread, thread=last),
        then=lambda tx: tx.fetch(Q.advance_stream, stream=f"team:{stage.spokane}", count=0),
    )


async def test_first_messages_renewed_tokens_erasures_and_imports_of_the_same_people(
    stage: Stage,
) -> None:
    ctx = stage.ctx
    for turn in range(4):
        everybody = [
            await stage.arrive(f"c{turn}-{n}", region="US-WA", iat=stage.now_s - 60)
            for n in range(8)
        ]
        acts: list[Awaitable[object]] = [import_for(ctx, *everybody)]
        for who in everybody:
            acts += [
                stage.say(who, "1"),
                renew(stage, who),
                erasure.erase(ctx, OPERATOR, customer=who.id),
                stage.say(who, "2"),
                agents.sign_out_customer(ctx, OPERATOR, customer=who.id),
            ]
        random.Random(turn).shuffle(acts)
        assert await all_at_once(acts) == []
        stage.clock.pass_(MINUTE)
    await assert_dense(ctx)


async def test_whatever_is_done_at_once(stage: Stage) -> None:
    await stage.reopen(retention_days=1)
    ctx, chance = stage.ctx, random.Random(1)
    people = [await stage.arrive(f"c{n}", region="US-WA", iat=stage.now_s - 90) for n in range(5)]
    both = await stage.agent("Bea", stage.spokane, stage.tampa, role="lead")
    await agents.set_password(ctx, OPERATOR, agent=stage.ravi.id, password=GOOD)
    crew = [stage.bo, stage.mia, stage.ravi, both]
    number = iter(range(10_000))

    def someone() -> Customer:
        return chance.choice(people)

    def on(act: Callable[..., Awaitable[object]], **more: Any) -> Awaitable[object]:
        return act(ctx, chance.choice([both, *crew]), thread=someone().thread, **more)

    def team() -> str:
        return chance.choice([stage.spokane, stage.tampa])

    def change_agent() -> Awaitable[object]:
        change = agents.AgentChange(line=f"No. {next(number)}", teams=(stage.spokane, stage.tampa))
        return agents.change_agent(ctx, OPERATOR, agent=both.id, change=change)

    kinds: list[Callable[[], Awaitable[object]]] = [
        lambda: stage.say(someone(), f"m{next(number)}"),
        lambda: stage.say(someone(), f"m{next(number)}"),
        lambda: stage.reply(both, someone().thread, f"a{next(number)}"),
        lambda: on(notes.note, client_id=f"n{next(number)}", body="Noted"),
        lambda: on(receipts.read, upto=99),
        lambda: on(assignment.take),
        lambda: on(assignment.release),
        lambda: on(assignment.assign, agent=both.id),
        lambda: on(states.snooze, until=stage.clock.now + HOUR),
        lambda: on(states.resolve),
        lambda: on(states.reopen),
        lambda: on(handover.transfer, team=team(), reason="turn"),
        lambda: handover.repin(ctx, OPERATOR, thread=someone().thread, team=team(), reason="turn"),
        lambda: stage.arrive(
            someone().id, iat=stage.now_s - chance.randint(0, 60), name=f"No. {next(number)}"
        ),
        lambda: stage.arrive(f"new{next(number)}", region=chance.choice(["US-WA", "US-FL"])),
        lambda: receipts.ack(ctx, (who := someone()), thread=who.thread, upto=99),
        lambda: erasure.erase(ctx, OPERATOR, customer=someone().id),
        lambda: retention(ctx),
        lambda: duty.set_duty(ctx, both, on=True),
        change_agent,
        lambda: teams.change_team(
            ctx, OPERATOR, team=team(), change=teams.TeamChange(default=True)
        ),
        lambda: agents.add_token(ctx, OPERATOR, agent=both.id),
        lambda: signin.open_session(ctx, name="Ravi", password=GOOD, address="192.0.2.1"),
        lambda: agents.set_password(ctx, OPERATOR, agent=stage.ravi.id, password=GOOD),
    ]
    for _ in range(6):
        acts = [chance.choice(kinds)() for _ in range(80)]
        assert await all_at_once(acts) == []
        stage.clock.pass_(2 * DAY)
    await assert_dense(ctx)
