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
    desk_views,
    handover,
    notes,
    privacy,
    receipts,
    signin,
    states,
    teams,
)
from inbox.flows.imports.run import import_threads
from inbox.flows.retention import retention
from tests.cast import OPERATOR, assert_dense
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


async def test_first_messages_renewed_tokens_erasures_and_imports_of_the_same_people(
    stage: Stage,
) -> None:
    ctx = stage.ctx
    for turn in range(4):
        everybody = [
            await stage.arrive(f"c{turn}-{n}", region="US-WA", iat=stage.now_s - 60)
            for n in range(8)
        ]
        lines = [
            {
                "customer": {"id": who.id, "name": "From afar", "locale": "en"},
                "messages": [
                    {
                        "client_id": f"old-{n}",
                        "author": "customer",
                        "body": "Long ago",
                        "sent_at": "2026-11-01T10:00:00.000Z",
                    }
                    for n in range(5)
                ],
            }
            for who in everybody
        ]
        file = io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        acts: list[Awaitable[object]] = [import_threads(ctx, file, report=ignore)]
        for who in everybody:
            acts += [
                stage.say(who, "1"),
                stage.arrive(who.id, iat=stage.now_s, name="Somebody", region="US-FL"),
                privacy.erase(ctx, OPERATOR, customer=who.id),
                stage.say(who, "2"),
                agents.sign_out_customer(ctx, OPERATOR, customer=who.id),
            ]
        random.Random(turn).shuffle(acts)
        assert await all_at_once(acts) == []
        stage.clock.pass_(MINUTE)
    await assert_dense(ctx)


async def test_whatever_is_done_at_once(stage: Stage) -> None:
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
        lambda: privacy.erase(ctx, OPERATOR, customer=someone().id),
        lambda: retention(ctx),
        lambda: desk_views.set_duty(ctx, both, on=True),
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
        stage.clock.pass_(DAY)
    await assert_dense(ctx)
