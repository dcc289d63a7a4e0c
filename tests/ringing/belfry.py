"""A process that rings for real: its bells, and a stand-in for Apple's service that they go to."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from inbox.core.policy import Customer
from inbox.flows import devices
from inbox.flows.devices import DeviceDraft
from inbox.ringing.bells import Bells
from inbox.settings import ApnsApp
from push.simulator.apns import ApnsSimulator, make_key, read_key
from push.simulator.record import Arrived, Faults, Records
from tests.flows.stage import Stage
from tests.push.stands import certificates

PATIENCE_S = 20
CARE = "com.example.care"
TEAM, KEY = "TEAMSPOKAN", "KEYOFTEAM1"
PHONE = "a1" * 32


class Belfry:
    """Ana has a phone; `bells` ring there, over a stand-in that checks what it gets."""

    def __init__(self, stage: Stage, apple: ApnsSimulator, app: ApnsApp, **more: Any) -> None:
        self.stage, self.apple, self.app = stage, apple, app
        settings = msgspec.structs.replace(
            stage.ctx.settings,
            apns_apps=(app,),
            apns_url=apple.url,
            push_ca_file=str(certificates().authority),
            **more,
        )
        stage.ctx = dataclasses.replace(stage.ctx, settings=settings, push=True)
        self.bells = Bells(stage.ctx)
        stage.ctx = dataclasses.replace(stage.ctx, ringer=self.bells)
        self._replies = 0

    async def ana(self, *, token: str = PHONE, name: str = "phone", **more: Any) -> Customer:
        """Ana, whose app has registered."""
        who = await self.stage.ana()
        facts: dict[str, Any] = {
            "platform": "apns",
            "push_enabled": True,
            "token": token,
            "app_id": CARE,
            "environment": "production",
        }
        draft = DeviceDraft(**(facts | more))
        await devices.register(self.stage.ctx, who, device_id=name, draft=draft)
        return who

    async def reply(self, who: Customer, body: str = "Hi") -> int:
        """Bo answers; where in the log."""
        self._replies += 1
        number = f"r{self._replies}"
        sent = await self.stage.reply(self.stage.bo, who.thread, number, body=body)
        return sent.seq

    async def arrival(self, number: int) -> Arrived:
        """What came as the so-manieth."""
        async with asyncio.timeout(PATIENCE_S):
            await self.apple.records.wait(number)
        return self.apple.records.after(number - 1)[0]


def make_app(folder: Path, **more: Any) -> ApnsApp:
    """An app with a key of its own."""
    file = folder / f"AuthKey_{KEY}.p8"
    make_key(file)
    return ApnsApp(app=CARE, team_id=TEAM, key_id=KEY, key_file=str(file), **more)


def know(apple: ApnsSimulator, app: ApnsApp) -> None:
    """Let Apple know the key that is in the file now."""
    key = read_key(
        Path(app.key_file), team_id=app.team_id, key_id=app.key_id, apps=frozenset({app.app})
    )
    apple.keys[app.key_id] = key


@asynccontextmanager
async def set_belfry(stage: Stage, folder: Path, **more: Any) -> AsyncIterator[Belfry]:
    """A belfry whose bells have not begun; they stop with the block."""
    context = certificates().server(alpn=("h2",))
    apple = ApnsSimulator(context=context, records=Records(), faults=Faults())
    await apple.start()
    app = make_app(folder)
    know(apple, app)
    belfry = Belfry(stage, apple, app, **more)
    try:
        yield belfry
    finally:
        await belfry.bells.stop(within_s=5)
        await apple.close()
