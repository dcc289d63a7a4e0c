"""A customer's client: the thread, a durable outbox, and events that go on where they ended."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from inbox.client.answers import Covered, Message, Page, Rating, Sent, TeamPage, ThreadState
from inbox.client.callbacks import Callbacks
from inbox.client.calls import Calls
from inbox.client.care import Care, CarePreference
from inbox.client.credentials import Credentials, TokenSource
from inbox.client.devices import Devices
from inbox.client.events import Event, Reset
from inbox.client.feed import Feed
from inbox.client.files import Files
from inbox.client.journal import Draft, Journal, Refused
from inbox.client.link import CUSTOMER, Link
from inbox.client.outbox import Outbox
from inbox.client.pace import Chance, Pace
from inbox.client.running import Running, insist
from inbox.core.frames import Ack, Send, Typing

_STREAM = "thread"


class _Upto(msgspec.Struct, frozen=True, omit_defaults=True):
    upto: int
    device_id: str | None = None


class _Rating(msgspec.Struct, frozen=True, omit_defaults=True):
    score: int
    comment: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    choice: Literal["wait", "now"]


class _Care(msgspec.Struct, frozen=True):
    preference: CarePreference


class _Rated(msgspec.Struct, frozen=True):
    seq: int
    rating: Rating


class CustomerClient:
    """One customer's side of one thread. Use it with `async with`.

    `token` is a JWT that the company's backend has signed, or an async function that fetches one.
    With `store` (a file) drafts and the place in the thread outlive the process; without it they
    live as long as the client. A store belongs to one customer and one process at a time.

    Every call raises the errors of `inbox.core.errors`, and Unreachable where no answer came; a
    `url` without `http://` or `https://` is a ValueError.
    """

    def __init__(
        self,
        url: str,
        token: TokenSource,
        *,
        store: Path | None = None,
        device: str | None = None,
        pace: Pace | None = None,
        chance: Chance = random.random,
    ) -> None:
        self._device = device
        self._pace = pace or Pace()
        self._chance = chance
        self._journal = Journal(store)
        self._credentials = Credentials(token, self._pace, on_subject=self._journal.claim)
        self._calls = Calls(url, self._credentials, pace=self._pace)
        self._feed = Feed(self._journal, self._reload)
        self._outbox = Outbox(self._journal, self._post, pace=self._pace, chance=chance)
        self._link = Link(
            self._calls,
            self._feed,
            doors=CUSTOMER,
            credentials=self._credentials,
            device=device,
            pace=self._pace,
            chance=chance,
        )
        self._link.streams.add(_STREAM)
        self._link.on_live = self._outbox.nudge
        self._running = Running(self._calls, self._journal, self._feed, self._link)
        self.files = Files(self._calls)
        """Uploading for a message, and fetching what came with one."""
        self.devices = Devices(self._calls)
        """Registering for pushes, and quiet hours."""
        self.callbacks = Callbacks(self._calls)
        """Calls that I want."""

    async def __aenter__(self) -> CustomerClient:
        await self._running.open(self._credentials)
        self._running.start(self._outbox.run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.close(in_peace=kind is None)

    async def send(
        self,
        body: str,
        *,
        client_id: str | None = None,
        urgent: bool = False,
        attachments: tuple[str, ...] = (),
    ) -> Sent:
        """Send a message and wait until it is on the server's disk, however long that takes.

        It is in the store before anything is sent, goes out after those before it, and becomes one
        message whatever happens on the way. Cancelled, it stays in the store and goes out later.
        Raises Unauthorized where signing in fails (it stays in the store); after any other error it
        stands in `refused`.
        """
        draft = _draft(body, client_id, urgent=urgent, attachments=attachments)
        return await asyncio.shield(await self._outbox.put(draft))

    async def post(
        self,
        body: str,
        *,
        client_id: str | None = None,
        urgent: bool = False,
        attachments: tuple[str, ...] = (),
    ) -> str:
        """As `send`, but returns once the message is in the store; gives its `client_id`."""
        draft = _draft(body, client_id, urgent=urgent, attachments=attachments)
        await self._outbox.put(draft)
        return draft.client_id

    async def flush(self) -> None:
        """Wait until the outbox is empty, however long that takes."""
        await self._outbox.flush()

    def pending(self) -> list[Draft]:
        """What is still on its way out, in order."""
        return self._journal.drafts()

    def refused(self) -> list[Refused]:
        """What the server will not take, with the reason: show it, then send it anew or discard."""
        return self._journal.refused()

    def discard(self, client_id: str) -> None:
        """Forget a refused draft."""
        self._journal.drop(client_id)

    async def thread(self) -> ThreadState:
        """The thread as it stands; begins it, with its pin, at first sight."""
        answer, _ = await self._calls.call("GET", "/v1/thread", into=ThreadState)
        return answer

    async def messages(self, *, before: int | None = None, limit: int = 50) -> Page[Message]:
        """Messages newest first, those before a seq."""
        answer, _ = await self._calls.call(
            "GET",
            "/v1/thread/messages",
            into=Page[Message],
            query={"before": before, "limit": limit},
        )
        return answer

    async def read(self, upto: int) -> None:
        """Everything up to this seq was read. May be repeated; never goes back."""
        await self._calls.call("POST", "/v1/thread/read", into=object, body=_Upto(upto))

    async def ack(self, upto: int) -> None:
        """Everything up to this seq is stored or shown on this device. May be repeated.

        While the app is in front it goes over the socket, which spares the customer a push.
        """
        if self._link.in_front and await self._link.send(Ack(upto=upto)):
            return
        body = _Upto(upto, self._device)
        await self._calls.call("POST", "/v1/thread/ack", into=object, body=body)

    async def team(self) -> TeamPage:
        """The team page: name, place, people."""
        answer, _ = await self._calls.call("GET", "/v1/team", into=TeamPage)
        return answer

    async def rate(self, conversation: int, score: int, comment: str | None = None) -> Rating:
        """Say how well a resolved conversation went, from 1 to 5; may be changed for some days.

        Conflict where it is not resolved, or was so too long ago.
        """
        answer, _ = await self._calls.call(
            "PUT",
            f"/v1/conversations/{conversation}/rating",
            into=_Rated,
            body=_Rating(score, comment),
        )
        return msgspec.structs.replace(answer.rating, seq=answer.seq)

    async def choose_cover(self, choice: Literal["wait", "now"]) -> Covered:
        """Wait for my team, or be answered by another now, where `thread().choice` asks.

        Again is safe. Conflict where nothing is asked, or nobody else is there.
        """
        answer, _ = await self._calls.call(
            "POST", "/v1/thread/cover", into=Covered, body=_Choice(choice)
        )
        return answer

    async def set_care(self, preference: CarePreference) -> Care:
        """Be cared for by my team, by general care, or mostly by myself; at once in force.

        Conflict where the company does not offer it: see `offers` of `thread().care`.
        """
        answer, _ = await self._calls.call("PUT", "/v1/care", into=Care, body=_Care(preference))
        return answer

    def events(self) -> AsyncIterator[Event]:
        """Everything that happens in the thread, from where the store ends: each once, in order.

        The first use connects; the connection is then kept until the client is closed, by long
        polls where no socket gets through. A Reset says that the past must be forgotten and brings
        the present. Ends by raising what makes coming back useless (Unauthorized above all). One
        reader at a time; the next one goes on where the last one stopped.
        """
        return self._running.events()

    def connect(self) -> None:
        """Go live without reading events yet; `events` does it by itself."""
        self._running.connect()

    def cursor(self) -> str | None:
        """Where the store stands in the thread; none before the first event. Opaque."""
        return self._feed.cursor(_STREAM)

    @property
    def connected(self) -> bool:
        """Whether there is a live socket now."""
        return self._link.connected

    async def visible(self, *, on: bool) -> None:
        """The app is in front, or not; said again after each reconnect."""
        await self._link.visible(on=on)

    async def typing(self, *, on: bool) -> None:
        """Somebody types; repeat every few seconds. Lost without a socket."""
        await self._link.send(Typing(on=on))

    async def _post(self, draft: Draft) -> Sent:
        await self._link.way()
        if self._link.connected:
            return await self._link.ask(
                Send(
                    id="",
                    client_id=draft.client_id,
                    body=draft.body,
                    urgent=draft.urgent,
                    attachments=draft.attachments,
                )
            )
        answer, status = await self._calls.call(
            "POST", "/v1/thread/messages", into=Sent, body=draft
        )
        return msgspec.structs.replace(answer, duplicate=status == 200)

    async def _reload(self, reset: Reset) -> Reset:
        thread = await insist(self.thread, pace=self._pace, chance=self._chance)
        page = await insist(self.messages, pace=self._pace, chance=self._chance)
        return msgspec.structs.replace(reset, thread=thread, messages=page.items)


def _draft(
    body: str, client_id: str | None, *, urgent: bool, attachments: tuple[str, ...]
) -> Draft:
    return Draft(client_id or str(uuid.uuid4()), body, attachments, urgent)
