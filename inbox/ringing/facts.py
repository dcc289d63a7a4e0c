"""What is known of a push at the moment when it is decided, and what is built of that."""

from __future__ import annotations

import msgspec

from inbox.core.pushes import Due
from inbox.ringing.targets import collapse_key, make_target
from inbox.store.rows import reader
from push.model import Environment, Kind, Notice, ProviderName, Push


class Facts(msgspec.Struct, frozen=True):
    """Thread, customer and device of a push, in one row: the columns that `{facts}` ends."""

    thread: str
    device: str | None
    seq: int
    at: int
    """When what it tells of was written."""
    seen: int
    read: int
    unread: int
    platform: ProviderName | None
    """None: the device is gone, or takes no pushes any more."""
    token: str | None
    subscription: str | None
    app: str | None
    environment: Environment | None
    registered_at: int | None
    push_after: int
    locale: str | None
    time_zone: str | None
    quiet: str | None
    home_team: str


FACTS_WIDTH = len(Facts.__struct_fields__)
"""Columns of the facts: what a query adds to them begins here."""

read_facts = reader(Facts)


def due_of(
    facts: Facts,
    *,
    id: str,  # noqa: A002
    kind: Kind,
    expires_at: int,
    quiet_until: int | None = None,
) -> Due:
    """The push as the rules judge it."""
    return Due(
        id=id,
        kind=kind,
        thread=facts.thread,
        device=facts.device or "",
        seq=facts.seq,
        expires_at=expires_at,
        seen=facts.seen,
        read=facts.read,
        gone=facts.platform is None,
        push_after=facts.push_after,
        quiet_until=quiet_until,
    )


def build(facts: Facts, due: Due, *, attempts: int, unseen: int, claim: str, passive: bool) -> Push:
    """The push as the worker gets it; `unseen` is how many messages its banner stands for."""
    return Push(
        id=due.id,
        push_id=due.id,
        device=f"{facts.thread}/{facts.device}",
        collapse=collapse_key(facts.thread, due.kind),
        target=make_target(
            facts.platform or "apns",
            token=facts.token,
            subscription=facts.subscription,
            app=facts.app,
            environment=facts.environment,
            registered_at=facts.registered_at or 0,
        ),
        notice=Notice(
            kind=due.kind,
            thread=facts.thread,
            seq=facts.seq,
            badge=facts.unread,
            count=max(unseen, 1),
            locale=facts.locale,
            passive=passive,
        ),
        attempts=attempts,
        expires_at=due.expires_at,
        lease=claim,
        created_at=facts.at,
    )
