"""Rate limits: each counts whom it names, and nobody can slip through by coming all at once."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.errors import RateLimited, Unauthorized
from inbox.flows import agents, signin
from inbox.flows.context import Context
from inbox.flows.limits import Limits
from inbox.settings import Settings
from tests.cast import OPERATOR
from tests.flows.stage import Stage

GOOD = "correct horse battery"


async def sign_in(ctx: Context, name: str, password: str, address: str = "192.0.2.1") -> str:
    """How it ended."""
    try:
        await signin.open_session(ctx, name=name, password=password, address=address)
    except (Unauthorized, RateLimited) as error:
        return error.code
    return "in"


async def test_failed_sign_ins_count_by_address(stage: Stage) -> None:
    await stage.reopen(failed_sign_ins_per_minute=3)
    await agents.set_password(stage.ctx, OPERATOR, agent=stage.bo.id, password=GOOD)
    ctx = stage.ctx
    told = [await sign_in(ctx, "Bo", f"guess no. {n} of many") for n in range(5)]
    assert told == ["unauthorized"] * 3 + ["rate_limited"] * 2
    assert await sign_in(ctx, "Bo", GOOD) == "rate_limited", "a right guess is refused as well"
    assert await sign_in(ctx, "Bo", GOOD, address="192.0.2.2") == "in"


async def test_who_signs_in_rightly_is_never_counted(stage: Stage) -> None:
    await stage.reopen(failed_sign_ins_per_minute=3)
    await agents.set_password(stage.ctx, OPERATOR, agent=stage.bo.id, password=GOOD)
    told = await asyncio.gather(*(sign_in(stage.ctx, "Bo", GOOD) for _ in range(8)))
    assert set(told) == {"in"}, "an office comes to work behind one address"


async def test_guesses_all_at_once_are_not_more_than_the_limit(stage: Stage) -> None:
    await stage.reopen(failed_sign_ins_per_minute=3)
    await agents.set_password(stage.ctx, OPERATOR, agent=stage.bo.id, password=GOOD)
    guesses = (sign_in(stage.ctx, "Bo", f"guess no. {n} of many") for n in range(20))
    told = await asyncio.gather(*guesses)
    assert told.count("unauthorized") == 3
    assert told.count("rate_limited") == 17


async def test_zero_is_off() -> None:
    limits = Limits(Settings(customer_requests_per_minute=0, agent_requests_per_minute=2))
    assert all(limits.allows("customer_requests", "ana") for _ in range(10_000))
    limits.demand_room("customer_requests", "ana")
    assert [limits.allows("agent_requests", "bo") for _ in range(3)] == [True, True, False]


async def test_a_refusal_says_when_to_come_back() -> None:
    now = 1_000.0
    limits = Limits(Settings(agent_sends_per_minute=6), clock=lambda: now)
    for _ in range(6):
        limits.spend("agent_sends", "bo")
    with pytest.raises(RateLimited) as refused:
        limits.spend("agent_sends", "bo")
    assert refused.value.retry_after == 10
    limits.spend("agent_sends", "mia")
    with pytest.raises(RateLimited):
        limits.demand_room("agent_sends", "bo")
    now += 10
    limits.spend("agent_sends", "bo")
