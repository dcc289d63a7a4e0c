"""How many customers wait in each team, for the figures that Prometheus reads."""

from __future__ import annotations

from inbox.flows.context import Context, roster
from inbox.store.engine import Tx
from inbox.store.queries import Q


async def gauge_waiting(ctx: Context) -> None:
    """Set the gauge for every team, those in which nobody waits too."""

    async def look(tx: Tx) -> dict[str, int]:
        return {row[0]: row[1] for row in await tx.fetch(Q.waiting_by_team)}

    waiting = await ctx.store.read(look)
    teams = (await roster(ctx)).teams.values()
    ctx.metrics.waiting({team.key: waiting.get(team.key, 0) for team in teams})
