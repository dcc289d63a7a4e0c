"""The second chapter: the team is closed, another one covers, and the thread goes home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from inbox.client import CustomerClient, DeskClient
from inbox.client.hours import Day
from inbox.core.errors import NotFound
from inbox.ops.demo.cast import SPOKANE, Cast
from inbox.ops.demo.server import Server
from inbox.ops.demo.teller import Teller

ASKS = "I am off to Canada in an hour. What will roaming cost me there?"
TELLS = "Hello Ana, Ravi from Tampa. Spokane sleeps, so I looked: Canada is in your plan."
HAND_BACK = "Roaming in Canada is in her plan. She is back on Monday."
TARGET_MIN = 30


class Night:
    """One telling. What it sets of the teams' rules it leaves; their hours are as before."""

    def __init__(self, teller: Teller, server: Server, cast: Cast, *, thread: str) -> None:
        self._teller, self._server, self._cast = teller, server, cast
        self._thread = thread

    async def play(self) -> None:
        """Tell it from the beginning to the end."""
        teller = self._teller
        await teller.scene("Spokane closes, and Tampa covers")
        async with self._agent(self._cast.ada) as ada, self._night(ada):
            await self._is_answered()
            await self._goes_home()

    async def _is_answered(self) -> None:
        teller = self._teller
        await teller.tell(
            "Spokane is closed for today. Ana cannot wait, and says so. Tampa covers."
        )
        async with CustomerClient(self._server.url, self._cast.ana) as ana:
            sent = await ana.send(ASKS, urgent=True)
            thread = await ana.thread()
        await teller.quote("Ana", ASKS)
        serving = thread.serving
        await teller.check(
            "Team Tampa has it, and her team is still Spokane",
            serving
            and (serving.why, serving.team.key, thread.team.key) == ("cover", "tampa", "spokane"),
            otherwise=serving,
        )
        promise = thread.promise
        await teller.check(
            f"she is told: “{promise.text if promise else '–'}”", promise, otherwise=promise
        )
        async with self._agent(self._cast.ravi) as ravi:
            told = await ravi.timeline(self._thread, limit=100)
            await teller.tell("Ravi sees all that went before, the private note too. He answers:")
            await teller.check("nobody has to tell it twice", len(told.items) > 10)
            await ravi.reply(self._thread, TELLS, seen_seq=sent.message.seq)
        await teller.quote("Ravi", TELLS)

    async def _goes_home(self) -> None:
        teller = self._teller
        async with self._agent(self._cast.ravi) as ravi:
            back = await ravi.cover.end(self._thread, note=HAND_BACK)
            await teller.tell("He hands it back with a note; in the morning it would go by itself.")
            await teller.quote("Ravi’s note", HAND_BACK)
            await teller.check(
                "the thread is home", back.serving and back.serving.why == "home", otherwise=back
            )
            try:
                await ravi.summary(self._thread)
                gone = False
            except NotFound:
                gone = True
        await teller.check("for Ravi there is no such thread any more", gone)
        async with self._agent(self._cast.bo) as bo:
            done = await bo.resolve(self._thread)
        await teller.tell("In the morning Bo reads the note, and closes the matter.")
        await teller.check("resolved", done.status and done.status.state == "resolved")

    @asynccontextmanager
    async def _night(self, ada: DeskClient) -> AsyncIterator[None]:
        """Spokane has a day off, and Tampa is there whatever the hour of this telling is."""
        ids = {team.key: team.id for team in await ada.admin.teams()}
        rules = {"cover": "cover", "cover_by": ["tampa"]}
        await ada.admin.set_rules(ids["spokane"], **rules)
        await ada.admin.set_rules(ids["tampa"], promise_target_minutes=TARGET_MIN)
        before = await ada.admin.hours(ids["tampa"])
        today = datetime.now(UTC).astimezone(ZoneInfo(SPOKANE.time_zone)).date()
        # Yesterday too: a period of it may go past midnight.
        off = [Day(today + timedelta(days=days), "closed") for days in (-1, 0, 1)]
        await ada.admin.set_hours(ids["tampa"], None)
        await ada.admin.set_days(ids["spokane"], off)
        try:
            yield
        finally:
            await ada.admin.set_days(ids["spokane"], ())
            await ada.admin.set_hours(ids["tampa"], before.weekly)

    def _agent(self, token: str) -> DeskClient:
        return DeskClient(self._server.url, token)
