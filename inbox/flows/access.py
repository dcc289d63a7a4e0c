"""Which thread is whose: one that is not the caller's does not exist for them."""

from __future__ import annotations

from inbox.core.errors import NotFound
from inbox.core.policy import Agent, Customer, sees
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Customer as Profile
from inbox.store.records import Thread, read_customer, read_thread
from inbox.store.rows import sure


async def lock_seen(tx: Tx, who: Customer | Agent, thread: str) -> Thread:
    """Lock a thread for change; NotFound unless it is the caller's to see."""
    return _seen(await tx.fetch_one(Q.lock_thread, thread=thread), who)


async def get_seen(tx: Tx, who: Customer | Agent, thread: str) -> Thread:
    """A thread as it is; NotFound unless it is the caller's to see."""
    return _seen(await tx.fetch_one(Q.get_thread, thread=thread), who)


async def lock_customer(tx: Tx, customer: str) -> tuple[Profile, Thread]:
    """A customer's profile and thread, both locked, the thread first as everywhere; NotFound."""
    found = await tx.fetch_one(Q.get_thread_of, customer=customer)
    if found is None:
        raise NotFound("there is no such customer")
    locked = sure(await tx.fetch_one(Q.lock_thread, thread=found[0]))
    row = sure(await tx.fetch_one(Q.lock_customer, customer=customer))
    return read_customer(row), read_thread(locked)


def _seen(row: Row | None, who: Customer | Agent) -> Thread:
    if row is not None:
        thread = read_thread(row)
        if isinstance(who, Customer):
            if thread.customer_id == who.id:
                return thread
        elif sees(who, thread.home_team, thread.serving_team):
            return thread
    raise NotFound("there is no such thread")
