"""The story of Ana and Bo, played through the public API by the Python client."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path

from inbox.client import CustomerClient, DeskClient, Event, Message, Note
from inbox.client.answers import Summary
from inbox.client.devices import TracedPush
from inbox.core.errors import Conflict, NotFound
from inbox.ops.demo.cast import Cast
from inbox.ops.demo.phone import APP, NAME, TOKEN, Phone
from inbox.ops.demo.server import Server
from inbox.ops.demo.teller import Teller

SOON_S = 1.0
"""So soon after the answer a phone rings, where the network takes no time."""
PATIENCE_S = 30.0
"""Nothing in the story takes longer; what does is not as told."""

WRITES = "Good morning! My new phone shows ‘no service’ since I left home. Can you have a look?"
NOTE = "Her SIM was activated twice. Cleared it on our side; if it comes back, call the depot."
ANSWER = "Good morning Ana, Bo here. Your SIM was activated twice by mistake; I have cleared it."
ADVICE = "Please switch the phone off and on once. I stay with you, take your time."
WELCOME = "I see four bars on my side now. Does it ring when you call it?"
THANKS = "It works! Thank you, Bo."


class Story:
    """One telling. Each part leaves behind what the next one needs."""

    def __init__(self, teller: Teller, server: Server, cast: Cast, phone: Phone) -> None:
        self._teller = teller
        self._lock_screen = phone
        self._server = server
        self._cast = cast
        self._phone: Path = server.folder / f"ana-phone-{uuid.uuid4().hex[:8]}.db"
        self.thread = ""
        """Ana's, known from her first message on."""
        self._first = 0
        self._answers: list[int] = []

    async def play(self) -> None:
        """Tell it from the beginning to the end."""
        async with asyncio.timeout(PATIENCE_S * 4):
            await self._ana_writes()
            await self._power_goes()
            await self._bo_answers()
            await self._phone_rings()
            await self._ana_returns()
            await self._phone_is_silent()
            await self._tunnel()
            await self._others()

    def _ana(self, *, phone: bool = True) -> CustomerClient:
        return CustomerClient(
            self._server.url, self._cast.ana, store=self._phone if phone else None
        )

    def _agent(self, token: str) -> DeskClient:
        return DeskClient(self._server.url, token)

    async def _ana_writes(self) -> None:
        teller = self._teller
        await teller.scene("Ana writes, and closes the app")
        async with self._agent(self._cast.bo) as bo:
            await bo.duty(on=True)
            on_duty = (await bo.me()).duty.on
        await teller.tell("Bo answers for Team Spokane. He pours a coffee and goes on duty.")
        await teller.check("Bo is on duty", on_duty)
        await teller.tell("Ana, in Washington State, opens the carrier's app and writes:")
        await teller.quote("Ana", WRITES)
        async with self._ana() as ana:
            sent = await ana.send(WRITES)
            await self._receive(ana, sent.message.seq)
            await ana.devices.register(
                NAME, "apns", token=TOKEN, app_id=APP, environment="production", locale="en"
            )
            thread, team = await ana.thread(), await ana.team()
        self.thread, self._first = thread.thread, sent.message.seq
        await teller.check("her message is on the server's disk", not sent.duplicate)
        names = " and ".join(person.name for person in team.people)
        await teller.check(
            f"her team is {team.name}, with {names}, and stays hers",
            thread.team.key == "spokane",
            otherwise=thread.team.key,
        )
        await teller.check("she sees when they are there today, and when next", team.hours)
        await teller.tell("Ana closes the app and gets on the train. No hold music, no waiting.")

    async def _power_goes(self) -> None:
        teller = self._teller
        await teller.scene("At the worst moment, the power goes")
        await teller.tell("The server is cut off at once (kill -9), and started again.")
        await self._server.cut_power()
        await self._server.start()
        async with self._agent(self._cast.bo) as bo:
            waiting = await self._find_waiting(bo)
        await teller.check(
            "Ana's message is there: what was acknowledged is never lost",
            waiting is not None
            and waiting.last_message is not None
            and waiting.last_message.seq == self._first,
            otherwise=waiting,
        )

    async def _bo_answers(self) -> None:
        teller = self._teller
        await teller.scene("Bo answers, while Ana is away")
        async with (
            self._agent(self._cast.bo) as bo,
            self._agent(self._cast.mia) as mia,
            self._agent(self._cast.ravi) as ravi,
        ):
            taken = await bo.take(self.thread)
            await teller.tell("Bo's desk shows one who waits. He takes the conversation.")
            await teller.check("it is Bo's", taken.assignee and taken.assignee.name == "Bo")
            holder = await self._try_to_take(mia)
            await teller.tell("Mia, of the same team, reaches for it a moment later.")
            await teller.check("she is told that Bo has it", holder == "Bo", otherwise=holder)
            await teller.tell("Ravi, of Team Tampa, has the address of the thread and tries it.")
            await teller.check("for him there is no such thread", await self._is_hidden_from(ravi))
            await teller.tell("Bo leaves a private note for his colleagues, then answers twice:")
            await bo.note(self.thread, NOTE)
            await teller.quote("Bo’s note", NOTE)
            self._lock_screen.look_away()
            for words in (ANSWER, ADVICE):
                sent = await bo.reply(self.thread, words, seen_seq=self._first)
                self._answers.append(sent.message.seq)
                await teller.quote("Bo", words)
        await teller.tell("Ana's app is still closed. Nothing has to wait for her.")

    async def _phone_rings(self) -> None:
        """In the story's own time: it looks at what came while Bo wrote."""
        teller, phone = self._teller, self._lock_screen
        await teller.scene("On the train, Ana's phone lights up")
        push, seconds = await phone.next()
        banner = phone.screen()
        if push is None or banner is None or not banner.banners:
            await teller.check("a push arrives", None, otherwise="nothing")
            return
        await teller.tell("The push came through a simulator of Apple's service, which checks it:")
        await teller.quote("The lock screen", banner.banners[0].text)
        await teller.check(
            f"it was there {seconds:.2f} s after Bo's answer", seconds < SOON_S, otherwise=seconds
        )
        await teller.check(
            "it carries not a word of the answer, and no name",
            ANSWER[:12] not in str(push.body) and "Bo" not in str(push.body),
            otherwise=push.body,
        )

    async def _ana_returns(self) -> None:
        teller = self._teller
        await teller.scene("Ana comes back, and receives exactly what she missed")
        await teller.tell("At lunch she opens the app. It says how far it had come, no more.")
        async with self._ana() as ana:
            events = await self._receive(ana, self._answers[-1])
            await ana.read(self._answers[-1])
        messages = [event.what for event in events if isinstance(event.what, Message)]
        for message in messages:
            await teller.quote(message.author.name or "?", message.body)
        await teller.check(
            "exactly Bo's two answers, once each, in order",
            [message.body for message in messages] == [ANSWER, ADVICE],
            otherwise=[message.body for message in messages],
        )
        await teller.check(
            "not a word of the private note",
            not any(isinstance(event.what, Note) for event in events)
            and not any(NOTE in message.body for message in messages),
        )

    async def _phone_is_silent(self) -> None:
        teller, phone = self._teller, self._lock_screen
        await teller.scene("While she looks, nothing rings")
        async with self._ana() as ana, self._agent(self._cast.bo) as bo:
            ana.connect()
            await ana.visible(on=True)
            await self._until(lambda: ana.connected)
            await self._decided(bo, self._answers[-1])
            phone.look_away()
            sent = await bo.reply(self.thread, WELCOME, seen_seq=self._first)
            await teller.quote("Bo", WELCOME)
            await self._receive(ana, sent.message.seq)
            await ana.ack(sent.message.seq)
            push = await self._decided(bo, sent.message.seq)
            await ana.read(sent.message.seq)
        await teller.check(
            "with the app open in her hand, no push was sent",
            push.state == "suppressed" and phone.count() == 0,
            otherwise=push,
        )
        self._answers.append(sent.message.seq)

    async def _decided(self, bo: DeskClient, seq: int) -> TracedPush:
        """What became of the push that tells of a message, once that is decided."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for push in (await bo.pushes(self.thread)).pushes:
                    if push.seq == seq and push.kind == "message" and push.done_at is not None:
                        return push
                await asyncio.sleep(0.05)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110  a client has no event for it
                await asyncio.sleep(0.02)

    async def _tunnel(self) -> None:
        teller = self._teller
        await teller.scene("A tunnel, a resend, and no double")
        await teller.tell("Ana answers. The train enters a tunnel before her phone hears “stored”,")
        await teller.tell("so the app sends the same message once more when it is out again.")
        await teller.quote("Ana", THANKS)
        same = str(uuid.uuid4())
        async with self._ana() as ana:
            first = await ana.send(THANKS, client_id=same)
        async with self._ana() as ana:
            again = await ana.send(THANKS, client_id=same)
            page = await ana.messages(limit=10)
        await teller.check(
            "the second one is answered with the first one's message", again.duplicate
        )
        await teller.check(
            "Bo will read it once",
            again.message.seq == first.message.seq
            and [message.client_id for message in page.items].count(same) == 1,
        )
        async with self._ana(phone=False) as tablet:
            shown = await tablet.messages(limit=10)
        await teller.tell("At home Ana opens her tablet, which has never seen this thread.")
        await teller.check(
            "the same thread, word for word",
            [message.body for message in shown.items[:5]]
            == [THANKS, WELCOME, ADVICE, ANSWER, WRITES],
            otherwise=[message.body for message in shown.items[:5]],
        )
        async with self._agent(self._cast.bo) as bo:
            done = await bo.resolve(self.thread)
        await teller.tell("Bo marks the matter resolved. The thread stays, for the next time.")
        await teller.check("resolved", done.status and done.status.state == "resolved")

    async def _others(self) -> None:
        teller = self._teller
        await teller.scene("Everybody has a team")
        async with CustomerClient(self._server.url, self._cast.luis) as luis:
            await luis.send("Hola! Is there an outage near the bay?")
            his = (await luis.thread()).team
        await teller.tell("Luis writes from Florida, Mei from an app that does not say where.")
        await teller.check("Luis is with Team Tampa", his.key == "tampa", otherwise=his.key)
        async with CustomerClient(self._server.url, self._cast.mei) as mei:
            await mei.send("Can I keep my number if I move?")
            hers = (await mei.thread()).team
        await teller.check(
            f"Mei is with the default team, {hers.name}", hers.key == "tampa", otherwise=hers.key
        )
        async with self._agent(self._cast.ravi) as ravi:
            queue = await ravi.queue("waiting", limit=100)
        names = {one.customer.name for one in queue.items}
        await teller.check("both wait in Ravi's queue", {"Luis", "Mei"} <= names, otherwise=names)

    async def _receive(self, ana: CustomerClient, upto: int) -> list[Event]:
        """What Ana's app is given, in order, up to a message with this number."""
        received: list[Event] = []
        async with asyncio.timeout(PATIENCE_S):
            async for event in ana.events():
                received.append(event)
                if isinstance(event.what, Message) and event.what.seq >= upto:
                    break
        return received

    async def _find_waiting(self, agent: DeskClient) -> Summary | None:
        cursor: str | None = None
        while True:
            page = await agent.queue("team", cursor=cursor, limit=100)
            for one in page.items:
                if one.id == self.thread:
                    return one
            if page.next is None:
                return None
            cursor = page.next

    async def _try_to_take(self, agent: DeskClient) -> str:
        try:
            await agent.take(self.thread)
        except Conflict as refused:
            return refused.holder.name if refused.holder is not None else "somebody"
        return "nobody"

    async def _is_hidden_from(self, agent: DeskClient) -> bool:
        try:
            await agent.summary(self.thread)
        except NotFound:
            return True
        return False
