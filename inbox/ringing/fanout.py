"""From what rings to one push per device, off the path of whoever wrote it."""

from __future__ import annotations

from typing import NamedTuple

from inbox.core.pushes import (
    BADGE_EVERY_MS,
    LIFE_MS,
    Due,
    Later,
    Over,
    PushState,
    circuit_of,
    grace_ms,
    judge,
    line_of,
)
from inbox.flows.context import Context, Writing
from inbox.ringing.facts import FACTS_WIDTH, Facts, build, due_of, read_facts
from inbox.ringing.lease import Lease
from inbox.ringing.targets import circuit_by_row
from inbox.store.engine import Row
from inbox.store.queries import Q, Value
from push.model import Kind, ProviderName, Push

Rows = list[dict[str, Value]]
Ended = list[tuple[ProviderName, PushState]]


class FannedOut(NamedTuple):
    """What became of what rang."""

    leased: list[Push]
    """Pushes that the caller has at once."""
    waiting: set[ProviderName]
    """Providers for which pushes wait."""
    more: bool
    """More threads may ring."""
    ended: Ended
    """What was over before it could be sent."""


class _Ring(NamedTuple):
    """What rings on one device."""

    facts: Facts
    rings_from: int
    badged: bool
    read_on: str | None
    badge_at: int
    customer: str
    in_front: bool
    has_open: bool


async def fan_out(ctx: Context, writing: Writing, lease: Lease, *, at_once: bool) -> FannedOut:
    """Write the pushes of some threads that ring, and take their marks away.

    All in the caller's transaction, under the threads' locks: nothing is lost or written twice.
    Where an app is in front, its acknowledgement is waited for. What may go `at_once` is leased as
    it is written; else it waits for the next claim.
    """
    tx, limit = writing.tx, lease.room
    locked = [row[0] for row in await tx.fetch(Q.lock_ringing, limit=limit)]
    if not locked:
        return FannedOut([], set(), more=False, ended=[])
    rows = await tx.fetch(Q.ringing_devices, first=locked[0], last=locked[-1], now=writing.at)
    mine = set(locked)  # what has begun to ring since is not locked, and waits
    rings = [_read(row) for row in rows if row[0] in mine]
    alerts = [ring for ring in rings if ring.rings_from and ring.facts.device is not None]
    written, leased, waiting, ended = _alerts(ctx, writing, alerts, lease, at_once=at_once)
    written += await _badges(ctx, writing, rings, waiting)
    if written:
        await tx.execute_many(Q.add_push, written)
    await _clear(writing, rings)
    return FannedOut(leased, waiting, more=len(locked) == limit, ended=ended)


def _read(row: Row) -> _Ring:
    rings_from, badged, read_on, badge_at, customer, in_front, has_open = row[FACTS_WIDTH:]
    facts = read_facts(row)
    return _Ring(
        facts,
        rings_from,
        bool(badged),
        read_on,
        badge_at,
        customer,
        bool(in_front),
        bool(has_open),
    )


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────


def _alerts(
    ctx: Context, writing: Writing, rings: list[_Ring], lease: Lease, *, at_once: bool
) -> tuple[Rows, list[Push], set[ProviderName], Ended]:
    """The rows of what rings: what is leased at once, for whom the rest waits, what is over."""
    now, grace = writing.at, grace_ms(ctx.settings.receipts_interval_ms)
    rows, leased, waiting, ended = Rows(), list[Push](), set[ProviderName](), Ended()
    for ring in rings:
        facts = ring.facts
        hush = lease.hushes.of(facts, now=now)
        due = due_of(
            facts,
            id=ctx.ids(),
            kind="message",
            expires_at=facts.at + LIFE_MS,
            quiet_until=hush.until,
        )
        row = _row(facts, due, first_seq=ring.rings_from, at=facts.at, start=now)
        rows.append(row)
        judged = judge(due, now=now)
        if isinstance(judged, Over):
            row["state"], row["reason"] = judged.state.value, judged.reason
            row["done_at"] = now
            if facts.platform is not None:
                ended.append((facts.platform, judged.state))
            continue
        if isinstance(judged, Later):
            row["not_before"], row["reason"] = judged.at, judged.reason
            row["expires_at"] = judged.expires_at
        elif ring.in_front and facts.at + grace > now:
            row["not_before"] = facts.at + grace
        elif at_once and _may_go(lease, ring, row, room=lease.room - len(leased)):
            row["state"], row["claimed_at"] = PushState.LEASED.value, now
            row["claim"], row["until"] = lease.claim, lease.until
            push = build(
                facts,
                due,
                attempts=0,
                unseen=facts.unread,
                claim=lease.claim,
                passive=hush.passive,
            )
            leased.append(push)
            continue
        if facts.platform is not None:
            waiting.add(facts.platform)
    return rows, leased, waiting, ended


def _may_go(lease: Lease, ring: _Ring, row: dict[str, Value], *, room: int) -> bool:
    """Whether it may be leased at once: for this provider, with no other beside it.

    What was acknowledged in front and not read is counted apart, by the ordinary claim.
    """
    facts = ring.facts
    return (
        room > 0
        and facts.platform == lease.provider
        and not ring.has_open
        and facts.seen <= facts.read
        and circuit_of(str(row["queue"])) not in lease.hold
    )


# ── badges ───────────────────────────────────────────────────────────────────────────────────────


async def _badges(
    ctx: Context, writing: Writing, rings: list[_Ring], waiting: set[ProviderName]
) -> Rows:
    """Where the count alone has changed: a badge for each device but the one on which it was read.

    One that waits is enough, since its value is that of the moment when it is claimed. Browsers
    get none: there is nothing to show.
    """
    rows = Rows()
    for ring in rings:
        facts = ring.facts
        if not _badge_changed(ring) or facts.device is None or facts.device == ring.read_on:
            continue
        if facts.platform == "webpush":  # browsers take the permission back for what is not shown
            continue
        found = await writing.tx.fetch(Q.waiting_badges, thread=facts.thread)
        if any(row[0] == facts.device for row in found):
            continue
        start = max(writing.at, ring.badge_at + BADGE_EVERY_MS, facts.push_after)
        due = due_of(facts, id=ctx.ids(), kind="badge", expires_at=start + LIFE_MS)
        rows.append(_row(facts, due, first_seq=facts.seq, at=writing.at, start=start))
        await writing.tx.execute(
            Q.note_badge, customer=ring.customer, device=facts.device, at=start
        )
        if facts.platform is not None:
            waiting.add(facts.platform)
    return rows


def _badge_changed(ring: _Ring) -> bool:
    """Whether devices may show another count than there is now, and no alert will bring it."""
    return ring.badged and (not ring.rings_from or ring.facts.seq <= ring.facts.read)


async def _clear(writing: Writing, rings: list[_Ring]) -> None:
    """Take the marks away. A customer without a device is not marked again until there is one."""
    marks, unreachable = dict[str, dict[str, Value]](), Rows()
    for ring in rings:
        facts = ring.facts
        badged = facts.unread > 0 and (ring.badged or ring.rings_from > 0)
        marks[facts.thread] = {"thread": facts.thread, "badged": badged}
        if facts.device is None:
            unreachable.append({"thread": facts.thread})
    await writing.tx.execute_many(Q.clear_ringing, list(marks.values()))
    if unreachable:
        await writing.tx.execute_many(Q.clear_reachable, unreachable)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────


def _row(facts: Facts, due: Due, *, first_seq: int, at: int, start: int) -> dict[str, Value]:
    """A row that waits; what is decided of it is put in later."""
    kind: Kind = due.kind
    circuit = circuit_by_row(
        facts.platform or "apns",
        subscription=facts.subscription,
        app=facts.app,
        environment=facts.environment,
    )
    return {
        "id": due.id,
        "kind": kind,
        "thread": facts.thread,
        "device": facts.device,
        "first_seq": first_seq,
        "seq": facts.seq,
        "provider": facts.platform,
        "queue": line_of(kind, circuit),
        "state": PushState.WAITS.value,
        "not_before": start,
        "expires_at": due.expires_at,
        "claim": None,
        "until": None,
        "claimed_at": None,
        "reason": None,
        "at": at,
        "done_at": None,
    }
