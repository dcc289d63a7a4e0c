"""Which thread is whose: one that is not the caller's does not exist for them."""

from __future__ import annotations

from inbox.core.errors import NotFound
from inbox.core.policy import Agent, Customer, sees
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_thread


async def lock_seen(tx: Tx, who: Customer | Agent, thread: str) -> Thread:
    """Lock a thread for change; NotFound unless it is the caller's to see."""
    return _seen(await tx.fetch_one(Q.lock_thread, thread=thread), who)


async def get_seen(tx: Tx, who: Customer | Agent, thread: str) -> Thread:
    """A thread as it is; NotFound unless it is the caller's to see."""
    return _seen(await tx.fetch_one(Q.get_thread, thread=thread), who)


def _seen(row: Row | None, who: Customer | Agent) -> Thread:
    if row is not None:
        thread = read_thread(row)
        if isinstance(who, Customer):
            if thread.customer_id == who.id:
                return thread
        elif sees(who, thread.home_team, thread.serving_team):
            return thread
    raise NotFound("there is no such thread")
