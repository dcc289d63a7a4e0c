"""Night in Spokane and morning in Tampa: hours and rules under which cover has something to do."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.policy import Customer
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import hours, rules
from inbox.flows.context import Context
from inbox.flows.send import Draft, Sent, send
from inbox.flows.streams import Stream, page
from tests.cast import NOON, OPERATOR, look
from tests.flows.ledger import Line, audit_books
from tests.flows.stage import HOUR, Stage

OPENS = NOON + 4 * HOUR
"""Spokane opens: eight in the morning there, sixteen hours UTC. It is four at night now."""
CLOSES = OPENS + 12 * HOUR
TAMPA_CLOSES = NOON + 12 * HOUR
"""Seven in the evening in Tampa, where it is seven in the morning now."""


COVER: dict[str, Any] = {"cover": "cover", "cover_by": ["tampa"]}
"""Spokane's rules where Tampa covers."""


async def set_hours(ctx: Context, team: str, week: str | None) -> None:
    weekly = None if week is None else read_weekly(week)
    await hours.set_weekly(ctx, OPERATOR, team=team, weekly=weekly)


async def set_rules(ctx: Context, team: str, **given: Any) -> None:
    change = msgspec.convert(given, RulesChange)
    await rules.set_rules(ctx, OPERATOR, team=team, change=change)


async def night(stage: Stage, **given: Any) -> Customer:
    """Ana of Spokane, which is closed until `OPENS`; Tampa is there. Spokane's rules as given."""
    await set_hours(stage.ctx, stage.spokane, "mon-sun 08:00-20:00")
    await set_hours(stage.ctx, stage.tampa, "mon-sun 07:00-19:00")
    if given:
        await set_rules(stage.ctx, stage.spokane, **given)
    return await stage.ana()


async def urge(stage: Stage, who: Customer, client_id: str) -> Sent:
    """A customer writes that it cannot wait."""
    draft = Draft(client_id, "My alarm line is dead", urgent=True)
    return await send(stage.ctx, who, thread=who.thread, draft=draft)


async def serving(stage: Stage, who: Customer) -> tuple[str, str]:
    """Which team serves the thread, and why; the books are in order."""
    thread = (await audit_books(stage.ctx)).threads[who.thread]
    return thread.serving_team, thread.serving_why


async def log_of(stage: Stage, who: Customer) -> list[Line]:
    """The whole log."""
    return (await audit_books(stage.ctx)).logs[who.thread]


async def last(stage: Stage, who: Customer, type_: str) -> dict[str, Any]:
    """The newest item of a type."""
    return next(line.payload for line in reversed(await log_of(stage, who)) if line.type == type_)


async def shown_to(stage: Stage, team: str) -> list[dict[str, Any]]:
    """A team's whole stream, read again from the start."""
    found = await page(stage.ctx, Stream("team", team), since=0)
    return [msgspec.json.decode(item.data) for item in found.items]


async def leases(stage: Stage) -> list[tuple[Any, ...]]:
    """Why each began, when it was to end and did, why, and its note."""
    return await look(
        stage.ctx,
        "SELECT why, ends_at, ended_at, ended_why, note FROM covers ORDER BY began_at, id",
    )
