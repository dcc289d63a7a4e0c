"""The epoch: which life of the database a cursor belongs to."""

from __future__ import annotations

import secrets

from inbox.core.policy import Agent, Operator, demand
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, write
from inbox.flows.signin import demand_admin_still
from inbox.store.queries import Q


async def renew_epoch(ctx: Context, who: Agent | Operator) -> str:
    """Void every cursor given so far, and give the new epoch.

    For a database that was set back (restored, or failed over with a loss) while this server ran:
    its clients are sent away within a second and load afresh. Other servers of the same database
    learn it at their next start.
    """
    demand(who, "administer")
    fresh = secrets.token_hex(4)

    async def work(writing: Writing) -> None:
        await demand_admin_still(writing.tx, who)
        await writing.tx.execute(Q.put_meta, key="epoch", value=fresh)
        await record(ctx, writing, who, "epoch_renew")

    await write(ctx, work)
    ctx.memory.epoch = fresh
    return fresh
