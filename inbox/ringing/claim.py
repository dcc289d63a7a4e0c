"""Lease what is due for a provider: judged, gathered, and built with the counts of this moment."""

from __future__ import annotations

from typing import NamedTuple

from inbox.core.pushes import Beside, Due, Gathered, Over, circuit_of, gather
from inbox.flows.context import Context, Writing
from inbox.ringing.facts import FACTS_WIDTH, Facts, build, due_of, read_facts
from inbox.ringing.fanout import Ended, fan_out
from inbox.ringing.lease import Lease
from inbox.ringing.telling import tell
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q, Value
from push.model import ProviderName, Push


class Claim(NamedTuple):
    """What a claim gave, and what whoever claims next should know."""

    pushes: list[Push]
    others: set[ProviderName]
    """Providers for which there is something new besides."""
    more: bool
    """There may be more that is due, or rings."""
    ended: Ended
    """What was over without being sent."""


async def claim(ctx: Context, writing: Writing, lease: Lease) -> Claim:
    """Bring what rings to the devices, and lease as many due pushes as there is room for.

    One transaction: what it answers with is what stands in the database when it has committed. What
    has just rung is leased as it is written, unless something has waited longer.
    """
    found = await _claim(ctx, writing, lease)
    if found.pushes and (ctx.settings.push_names or ctx.settings.push_previews):
        told = await tell(writing.tx, found.pushes, lease.claim, settings=ctx.settings)
        return found._replace(pushes=told)
    return found


async def _claim(ctx: Context, writing: Writing, lease: Lease) -> Claim:
    provider = lease.provider
    lines = await _due_lines(writing, lease)
    rung = await fan_out(ctx, writing, lease, at_once=not lines)
    others = rung.waiting - {provider}
    if rung.leased:
        more = rung.more or provider in rung.waiting
        return Claim(rung.leased, others, more, rung.ended)
    if provider in rung.waiting:
        lines = await _due_lines(writing, lease)
    if not lines:
        return Claim([], others, rung.more, rung.ended)
    pushes, leased, ended = await _claim_lines(writing, lease, lines)
    return Claim(pushes, others, rung.more or leased >= lease.room, rung.ended + ended)


async def _due_lines(writing: Writing, lease: Lease) -> list[str]:
    rows = await writing.tx.fetch(Q.push_lines, provider=lease.provider)
    return [line for line, at in rows if at <= writing.at and circuit_of(line) not in lease.hold]


async def _claim_lines(
    writing: Writing, lease: Lease, lines: list[str]
) -> tuple[list[Push], int, Ended]:
    """Claim along the lines: what is to be sent, how many were leased at first, what is over."""
    tx, leased = writing.tx, 0
    for line in lines:
        found = await tx.fetch(
            Q.claim_pushes,
            provider=lease.provider,
            queue=line,
            now=writing.at,
            limit=lease.room - leased,
            claim=lease.claim,
            until=lease.until,
        )
        leased += len(found)
        if leased >= lease.room:
            break
    rows = await tx.fetch(Q.claimed_pushes, claim=lease.claim) if leased else []
    claimed = [_read(row, lease, now=writing.at) for row in rows]
    beside = await _beside(tx, lease.claim)
    done = gather([one.due for one in claimed], beside=beside, now=writing.at)
    await _store(writing, lease.claim, done)
    pushes = [
        build(
            one.facts,
            one.due,
            attempts=one.attempts,
            unseen=one.facts.unread if one.unseen is None else one.unseen,
            claim=lease.claim,
            passive=one.passive,
        )
        for one in claimed
        if one.due.id not in done.over and one.due.id not in done.later
    ]
    return pushes, leased, [(lease.provider, end.state) for end in done.over.values()]


class _Claimed(NamedTuple):
    """A row of `claimed_pushes`."""

    facts: Facts
    due: Due
    attempts: int
    unseen: int | None
    passive: bool


def _read(row: Row, lease: Lease, *, now: int) -> _Claimed:
    push, kind, attempts, expires_at, unseen = row[FACTS_WIDTH:]
    facts = read_facts(row)
    hush = lease.hushes.of(facts, now=now)
    due = due_of(facts, id=push, kind=kind, expires_at=expires_at, quiet_until=hush.until)
    return _Claimed(facts, due, attempts, unseen, hush.passive)


async def _beside(tx: Tx, claim: str) -> dict[tuple[str, str], list[Beside]]:
    found: dict[tuple[str, str], list[Beside]] = {}
    for push, kind, thread, device, seq, state in await tx.fetch(Q.beside_claimed, claim=claim):
        one = Beside(push, kind, seq, leased=state == 1)
        others = found.setdefault((thread, device), [])
        if one not in others:
            others.append(one)
    return found


async def _store(writing: Writing, claim: str, done: Gathered) -> None:
    """Store what is over and what waits on; both are seldom more than a few."""
    if done.over:
        await end_pushes(writing, {push: (claim, over) for push, over in done.over.items()})
    if done.later:
        rows: list[dict[str, Value]] = [
            {
                "id": push,
                "claim": claim,
                "not_before": later.at,
                "expires_at": later.expires_at,
                "reason": later.reason,
            }
            for push, later in done.later.items()
        ]
        await writing.tx.execute_many(Q.put_off_push, rows)


async def end_pushes(writing: Writing, over: dict[str, tuple[str, Over]]) -> None:
    """End pushes that are not sent, each by its id, claim and reason."""
    rows: list[dict[str, Value]] = [
        {
            "id": push,
            "claim": claim,
            "state": end.state.value,
            "reason": end.reason,
            "into": end.into,
            "at": writing.at,
        }
        for push, (claim, end) in over.items()
    ]
    await writing.tx.execute_many(Q.end_push, rows)
