"""What the buttons of the demo's page do to the teams: the night falls, a storm breaks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from inbox.client import CustomerClient, DeskClient
from inbox.client.hours import Day
from inbox.core.errors import Conflict
from inbox.ops.control import ask
from inbox.ops.demo.cast import DAY_S, SPOKANE, Cast
from inbox.ops.people import CustomerToken, CustomerTokenAsk

NOTICE = (
    "A storm has cut power around Spokane. We know, and crews are out; answers may take longer."
)
SHARE = 50
CROWD = (
    ("noah", "Noah", "No signal here at all since the lightning."),
    ("emma", "Emma", "Is there an outage? My router blinks orange."),
    ("liam", "Liam", "When will the network be back on South Hill?"),
    ("sofia", "Sofia", "I cannot call my mother. Is it me or is it you?"),
    ("omar", "Omar", "Internet is gone, and I work from home today."),
    ("yuki", "Yuki", "Tower down near Cheney? Nothing works."),
)


class Weather:
    """Team Spokane's day and its storm."""

    def __init__(self, url: str, cast: Cast, folder: Path) -> None:
        self._url, self._cast, self._folder = url, cast, folder
        self._ids: dict[str, str] = {}
        self.open = True
        self.storm = False

    async def begin(self) -> None:
        """A fine day: Spokane is there whatever the clock says, and Tampa would help."""
        async with self._admin() as ada:
            self._ids = {team.key: team.id for team in await ada.admin.teams()}
            home, far = self._ids["spokane"], self._ids["tampa"]
            for team in (home, far):
                await ada.admin.set_hours(team, None)
            await ada.admin.set_days(home, ())
            await ada.admin.set_rules(
                home, cover="ask", cover_by=["tampa"], callback_minutes=30, callback_share=50
            )
            await ada.cover.end_storm(home)

    async def close_team(self, *, closed: bool) -> None:
        """Spokane goes home, or is back."""
        today = datetime.now(UTC).astimezone(ZoneInfo(SPOKANE.time_zone)).date()
        # Yesterday too: a period of it may go past midnight.
        off = [Day(today + timedelta(days=days), "closed") for days in (-1, 0, 1)]
        async with self._admin() as ada:
            await ada.admin.set_days(self._ids["spokane"], off if closed else ())
        self.open = not closed

    async def break_storm(self, *, on: bool) -> None:
        """Many write at once, and half of what is new goes to Tampa; or it is over."""
        home, far = self._ids["spokane"], self._ids["tampa"]
        async with self._admin() as ada:
            if not on:
                await ada.cover.end_storm(home)
            else:
                with suppress(Conflict):  # it rages already
                    await ada.cover.begin_storm(home, shares={far: SHARE}, notice=NOTICE)
        self.storm = on
        if on:
            await asyncio.gather(*(self._write(*one) for one in CROWD))

    async def _write(self, who: str, name: str, text: str) -> None:
        asked = CustomerTokenAsk(who, name, "US-WA", SPOKANE.time_zone, "en", DAY_S)
        token = (await ask(self._folder, "token.customer", asked, into=CustomerToken)).token
        async with CustomerClient(self._url, token) as customer:
            await customer.send(text)

    def _admin(self) -> DeskClient:
        return DeskClient(self._url, self._cast.ada)
