"""Words for the tests of duty: who is on, what a team's rules are, who has a thread, the clock."""

from __future__ import annotations

import msgspec

from inbox.core.policy import Agent, Customer
from inbox.core.rules import RulesChange
from inbox.flows import duty, rules
from inbox.flows.context import Context
from inbox.flows.hand_out import hand_out
from inbox.flows.taking_back import look_through_left, take_back_due
from inbox.store.records import Thread
from tests.cast import OPERATOR
from tests.flows.ledger import audit_books
from tests.flows.stage import Stage


async def set_rules(stage: Stage, team: str, **given: object) -> None:
    """Set rules of a team; every process of the stage hears of it."""
    change = msgspec.convert(given, RulesChange)
    await rules.set_rules(stage.ctx, OPERATOR, team=team, change=change)


async def on(stage: Stage, *agents: Agent) -> None:
    """These go on duty."""
    for agent in agents:
        await duty.set_duty(stage.ctx, agent, on=True)


async def off(stage: Stage, *agents: Agent) -> None:
    """These go off."""
    for agent in agents:
        await duty.set_duty(stage.ctx, agent, on=False)


async def tick(ctx: Context) -> None:
    """What the server does each second, but for what says that it does."""
    await duty.write_presence(ctx)
    await duty.end_due(ctx)
    await look_through_left(ctx)
    await take_back_due(ctx)
    for team in sorted(ctx.memory.freed.take()):
        await hand_out(ctx, team)


async def thread_of(stage: Stage, who: Customer) -> Thread:
    """A customer's thread as it stands."""
    return (await audit_books(stage.ctx)).threads[who.thread]


async def holder_of(stage: Stage, who: Customer) -> str | None:
    """Who has a customer's conversation, by id."""
    return (await thread_of(stage, who)).assignee_id


async def reasons(stage: Stage, who: Customer) -> list[tuple[str | None, str]]:
    """Who got a customer's conversation, by name, and why, in order."""
    log = (await audit_books(stage.ctx)).logs[who.thread]
    return [
        (
            None if one.payload["assignee"] is None else one.payload["assignee"]["name"],
            one.payload["reason"],
        )
        for one in log
        if one.type == "assignee"
    ]
