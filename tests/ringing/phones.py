"""Customers with phones, and a worker that sends when it is told.

`Phones` stands on a stage whose process has a provider of pushes; its outbox is the real one.
"""

from __future__ import annotations

import dataclasses
from itertools import count
from typing import Any

from inbox.core.policy import Customer
from inbox.core.pushes import PushState
from inbox.flows import devices
from inbox.flows.context import Context
from inbox.flows.devices import DeviceDraft, Subscription, SubscriptionKeys
from inbox.ringing.outbox import PushOutbox
from push.model import (
    Again,
    Answer,
    NotProcessed,
    Outcome,
    ProviderName,
    Push,
    Sent,
    Settled,
    Verdict,
)
from tests.cast import look
from tests.flows.stage import Stage

_numbers = count(1)
NO_HOLD: frozenset[str] = frozenset()
_KEYS = SubscriptionKeys(p256dh="B" * 87, auth="A" * 22)
OK = Answer(status=200)


class Phones:
    """A stage where pushes are on, and the outbox of its process."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.ctx = dataclasses.replace(stage.ctx, push=True)
        self.outbox = PushOutbox(stage.ctx)

    @property
    def ctx(self) -> Context:
        """The process's own."""
        return self.stage.ctx

    def pass_(self, ms: int) -> None:
        """Let time pass."""
        self.stage.clock.pass_(ms)

    async def beside(self) -> PushOutbox:
        """The outbox of another process on the same database (PostgreSQL)."""
        return PushOutbox(dataclasses.replace(await self.stage.beside(), push=True))

    async def ana(self, *names: str, **more: Any) -> Customer:
        """Ana, with a phone or with the devices that are named."""
        ana = await self.stage.ana()
        for name in names or ("phone",):
            await self.register(ana, name, **more)
        return ana

    async def register(
        self, who: Customer, name: str, *, token: str | None = None, platform: Any = "fcm"
    ) -> None:
        """A device's app says that it is there."""
        draft = DeviceDraft(
            platform=platform,
            push_enabled=True,
            token=token or f"{who.id} {name}",
            app_id="com.example",
        )
        await devices.register(self.ctx, who, device_id=name, draft=draft)

    async def subscribe(self, who: Customer, name: str) -> None:
        """A web page says that it is there."""
        there = Subscription(f"https://push.example/{who.id}/{name}", _KEYS)
        draft = DeviceDraft(platform="webpush", push_enabled=True, subscription=there)
        await devices.register(self.ctx, who, device_id=name, draft=draft)

    async def reply(self, who: Customer) -> int:
        """Bo answers; where in the log."""
        sent = await self.stage.reply(self.stage.bo, who.thread, f"r{next(_numbers)}")
        return sent.seq

    async def claim(
        self,
        provider: ProviderName = "fcm",
        *,
        limit: int = 50,
        hold: frozenset[str] = NO_HOLD,
        outbox: PushOutbox | None = None,
    ) -> list[Push]:
        """What a worker is given by one claim, which may leave a rest for the next."""
        return await (outbox or self.outbox).claim(provider, limit=limit, hold=hold)

    async def settle(
        self, pushes: list[Push], verdict: Verdict | None = None, outcome: Outcome = OK
    ) -> None:
        """All of them ended so."""
        told = [
            Settled(push=push, verdict=verdict or Sent(f"at-{push.id}"), outcome=outcome)
            for push in pushes
        ]
        await self.outbox.settle(told)

    async def put_off(self, pushes: list[Push], ms: int, **more: Any) -> None:
        """All of them are to be tried again after a while."""
        verdict = Again(self.stage.clock.now + ms, "busy", **more)
        await self.settle(pushes, verdict, NotProcessed("busy"))

    async def rows(self) -> list[tuple[str, str, int, str | None]]:
        """Device, state, place and reason of every push, in the order they were written."""
        found = await look(
            self.ctx, "SELECT device_id, state, seq, last_reason FROM push_outbox ORDER BY id"
        )
        return [(device, PushState(state).name, seq, why) for device, state, seq, why in found]

    async def states(self) -> list[str]:
        """The state of every push, in the order they were written."""
        return [row[1] for row in await self.rows()]


def told(pushes: list[Push]) -> list[tuple[str, int, int, int]]:
    """Device, place, count and badge of each, by device."""
    return sorted(
        (
            push.device.partition("/")[2],
            push.notice.seq,
            push.notice.count,
            push.notice.badge,
        )
        for push in pushes
    )
