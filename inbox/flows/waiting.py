"""How many customers wait in each team or are covered by it, for the figures of Prometheus."""

from __future__ import annotations

from inbox.flows.context import Context, roster
from inbox.store.engine import Tx
from inbox.store.queries import Q


async def gauge_waiting(ctx: Context) -> None:
    """Set the gauges for every team, those in which nobody waits too."""

    async def look(tx: Tx) -> tuple[dict[str, int], dict[str, int]]:
        waiting = {row[0]: row[1] for row in await tx.fetch(Q.waiting_by_team)}
        return waiting, {row[0]: row[1] for row in await tx.fetch(Q.covers_by_team)}

    waiting, covering = await ctx.store.read(look)
    people, at = await roster(ctx), ctx.clock()
    keys = {team.id: team.key for team in people.teams.values()}
    ctx.metrics.waiting({key: waiting.get(team, 0) for team, key in keys.items()})
    ctx.metrics.covering(
        {key: covering.get(team, 0) for team, key in keys.items()},
        [key for team, key in keys.items() if people.storm_of(team, at=at)],
    )
