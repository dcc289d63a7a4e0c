"""The registry moved: whose sign-in still stands, of everybody who is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import partial
from itertools import islice

from inbox.core.errors import PinboxError
from inbox.core.policy import Customer
from inbox.live.node import Node
from inbox.live.session import Session

AT_ONCE = 4
"""Looks at the store under way; the rest of it is for those who work."""

TOGETHER = 100
"""Customers in one look: there may be thousands, and a sign-out must not wait for all of them."""

Look = Callable[[], Awaitable[bool]]


async def recheck(sessions: Collection[Session], node: Node) -> bool:
    """Look at every sign-in, and close what was taken back; false where some are not known now.

    Agents come first: they are few, and what they may see is more and may have changed.
    """
    looks = iter(list(_looks(sessions, node)))

    async def go_on() -> bool:
        known = True
        for look in looks:  # shared by all
            known &= await look()
        return known

    return all(await asyncio.gather(*(go_on() for _ in range(AT_ONCE))))


def _looks(sessions: Collection[Session], node: Node) -> Iterator[Look]:
    for session in sessions:
        if session.audience == "desk":
            yield session.recheck
    customers = iter([one for one in sessions if one.audience == "customer"])
    while some := list(islice(customers, TOGETHER)):
        yield partial(_recheck_customers, some, node)


async def _recheck_customers(sessions: list[Session], node: Node) -> bool:
    asked = [(one, who) for one in sessions if isinstance(who := one.who, Customer)]
    found = await node.outcome(node.people.signed_out([who for _, who in asked]))
    if isinstance(found, PinboxError):
        return False
    for (session, who), gone in zip(asked, found, strict=True):
        if gone:
            session.revoke(who)
    return True
