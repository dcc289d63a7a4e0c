"""The reference outbox: what `push.model.Outbox` promises, in plain memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Literal

import msgspec
from msgspec.structs import replace

from push.circuit import circuit_of
from push.model import (
    Again,
    Dead,
    Forget,
    Hold,
    Kind,
    Notice,
    ProviderName,
    Push,
    Sent,
    Settled,
    Target,
)
from tests.push.cast import DAY_MS, PHONE, push
from tests.push.steered import Steered

LEASE_MS = 60_000

State = Literal["waits", "leased", "sent", "dead", "gone", "suppressed", "expired", "collapsed"]


class Row(msgspec.Struct, kw_only=True):
    """One row, with all that happened to it."""

    push: Push
    state: State = "waits"
    not_before: int = 0
    leased_by: str = ""
    lease_until: int = 0
    last: Settled | None = None


class Shelf:
    """The rows, shared by the workers of a test."""

    def __init__(self, steered: Steered) -> None:
        self.steered = steered
        self.rows: dict[str, Row] = {}
        self.registered: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        """How far the customer of a device has read."""
        self.slowed: dict[str, int] = {}
        """Devices that are to be left alone until then."""
        self.calls: Counter[str] = Counter()
        self.failing: set[str] = set()
        """The calls that raise."""
        self.takes_s: dict[str, float] = {}
        """How long a call takes to answer when its work is done."""
        self.claimed_most = 0
        self.stirred = asyncio.Event()

    def put(
        self,
        number: int,
        *,
        device: str | None = None,
        target: Target = PHONE,
        kind: Kind = "message",
        lives_ms: int = DAY_MS,
    ) -> str:
        """A reply is written: one row for a device."""
        now = self.steered.now()
        device = device or f"phone-{number}"
        self.registered.setdefault(device, target.registered_at)
        one = push(
            Notice(kind=kind, thread=f"thread of {device}", seq=number, badge=1),
            target=replace(target, token=f"{target.token}{device}"),
            id=f"row-{number}",
            push_id=f"id-{number}",
            device=device,
            created_at=now,
            expires_at=now + lives_ms,
        )
        self.rows[one.id] = Row(push=one, not_before=now)
        self.stirred.set()
        return one.id

    def states(self) -> Counter[State]:
        """How many rows there are of each state."""
        return Counter(row.state for row in self.rows.values())

    def state(self, row: str) -> State:
        """What became of a row."""
        return self.rows[row].state

    def called(self, what: str) -> None:
        """Count the call, and fail it where that is wanted."""
        self.calls[what] += 1
        if what in self.failing:
            raise OSError(f"{what} fails")


class Desk:
    """An outbox as one worker sees it: `push.model.Outbox`."""

    def __init__(self, shelf: Shelf, worker: str = "one") -> None:
        self._shelf = shelf
        self._worker = worker
        self._claims = 0

    async def claim(
        self, provider: ProviderName, *, limit: int, hold: frozenset[str]
    ) -> list[Push]:
        """Lease what is due, the newest of each device's thread for all that wait there."""
        shelf, now = self._shelf, self._shelf.steered.now()
        shelf.called("claim")
        self._claims += 1
        claim = f"{self._worker}-{self._claims}"
        found: dict[tuple[str, str], Row] = {}
        for row in sorted(shelf.rows.values(), key=lambda row: row.push.notice.seq):
            one = row.push
            if row.state == "leased" and row.lease_until <= now:
                row.state = "waits"
            if row.state != "waits" or row.not_before > now or one.target.provider != provider:
                continue
            if one.expires_at <= now:
                row.state = "expired"
            elif shelf.slowed.get(one.device, 0) > now:
                continue
            elif circuit_of(one.target) not in hold:
                place = (one.device, one.notice.thread)
                if place in found:
                    self._gather(found[place], row)
                    found[place] = row
                elif len(found) < limit:
                    found[place] = row
        for row in found.values():
            row.state, row.leased_by, row.lease_until = "leased", claim, now + LEASE_MS
            row.push = replace(row.push, lease=claim)
        await shelf.steered.sleep(shelf.takes_s.get("claim", 0))
        leased = sum(row.state == "leased" for row in shelf.rows.values())
        shelf.claimed_most = max(shelf.claimed_most, leased)
        return [row.push for row in found.values()]

    def _gather(self, older: Row, newer: Row) -> None:
        older.state = "collapsed"
        notice = newer.push.notice
        told = notice.count + older.push.notice.count
        newer.push = replace(newer.push, notice=replace(notice, count=told, badge=told))

    async def wanted(self, pushes: list[Push]) -> set[str]:
        """Those that the customer has not read meanwhile."""
        self._shelf.called("wanted")
        wanted = set()
        for one in pushes:
            if one.notice.seq <= self._shelf.seen.get(one.device, -1):
                self._shelf.rows[one.id].state = "suppressed"
            else:
                wanted.add(one.id)
        await self._shelf.steered.sleep(self._shelf.takes_s.get("wanted", 0))
        return wanted

    async def settle(self, settled: list[Settled]) -> None:
        """As the verdicts say, where the lease is still ours."""
        self._shelf.called("settle")
        for one in settled:
            if (row := self._mine(one.push)) is not None:
                row.last = one
                self._apply(row, one)
        self._shelf.stirred.set()

    def _apply(self, row: Row, settled: Settled) -> None:
        verdict = settled.verdict
        match verdict:
            case Sent():
                row.state = "sent"
            case Dead():
                row.state = "dead"
            case Hold():
                row.state = "waits"
            case Forget():
                row.state = "gone"
                self._forget(row.push, verdict)
            case Again():
                row.state, row.not_before = "waits", verdict.at
                attempts = row.push.attempts + verdict.counts
                row.push = replace(row.push, attempts=attempts)
                if verdict.whole_device:
                    self._shelf.slowed[row.push.device] = verdict.at

    def _forget(self, one: Push, verdict: Forget) -> None:
        registered = self._shelf.registered.get(one.device)
        if registered != one.target.registered_at:
            return
        if verdict.dead_since is None or registered < verdict.dead_since:
            del self._shelf.registered[one.device]

    async def release(self, pushes: list[Push]) -> None:
        """Back as they were."""
        self._shelf.called("release")
        for one in pushes:
            if (row := self._mine(one)) is not None:
                row.state = "waits"
        self._shelf.stirred.set()

    async def wait(self, provider: ProviderName, *, timeout: float) -> None:  # noqa: ARG002
        """Until something stirs."""
        self._shelf.called("wait")
        now = self._shelf.steered.now()
        waiting = [row.not_before for row in self._shelf.rows.values() if row.state == "waits"]
        due = min((at - now for at in waiting if at > now), default=DAY_MS) / 1000
        shortest = min(timeout, due)
        await self._shelf.steered.surroundings().within(shortest, self._shelf.stirred.wait())
        self._shelf.stirred.clear()

    def _mine(self, one: Push) -> Row | None:
        row = self._shelf.rows[one.id]
        return row if row.state == "leased" and row.leased_by == one.lease else None
