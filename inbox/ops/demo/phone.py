"""Ana's phone in the story: what is on its lock screen, by a simulator of the push services."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec

from inbox.ops.simulator import settings_for
from push.simulator.record import Arrived
from push.simulator.screen import Screen, screens
from push.simulator.service import About, Simulator

APP = "com.example.care"
TOKEN = "a7" * 32
NAME = "ana-phone"
PATIENCE_S = 10.0


class Phone:
    """What arrives at Ana's phone, app open or closed."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._seen = simulator.records.count
        self._began = time.time()

    @property
    def page(self) -> str:
        """Where its lock screen can be seen."""
        return self._simulator.control.url

    def look_away(self) -> None:
        """From now on only what is new counts, and how soon it comes."""
        self._seen = self._simulator.records.count
        self._began = time.time()

    async def next(self) -> tuple[Arrived | None, float]:
        """The next push that comes, and after how many seconds; none where none comes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (new := self._new()):
                    await self._simulator.records.wait(self._simulator.records.count + 1)
        except TimeoutError:
            return None, PATIENCE_S
        self._seen = new[0].number
        return new[0], new[0].at / 1000 - self._began

    def count(self) -> int:
        """How many have come that were not looked at."""
        return len(self._new())

    def screen(self) -> Screen | None:
        """What stands on it now."""
        return next((one for one in screens(self._simulator.records) if one.token == TOKEN), None)

    def _new(self) -> list[Arrived]:
        return [one for one in self._simulator.records.after(self._seen) if one.token == TOKEN]


def environment(about: About) -> dict[str, str]:
    """What leads a server to the simulator, as variables: a kept folder had another one before."""
    key = Path(about.webpush.vapid_key_file).read_text("ascii").strip()
    settings = settings_for(about) | {"webpush_key": key}
    return {
        f"PINBOX_{name.upper()}": value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
        for name, value in settings.items()
    }
