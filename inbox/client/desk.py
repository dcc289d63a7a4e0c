"""An agent's client: the lists, a thread and what can be done with it, and the teams' events."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from inbox.client.admin import Admin
from inbox.client.answers import (
    Canned,
    Duty,
    Found,
    Me,
    Noted,
    Page,
    Sent,
    Summary,
    TeamKnown,
    TeamSheet,
)
from inbox.client.board import By, Per, ReportRow, TeamBoard
from inbox.client.callbacks import TeamCallbacks
from inbox.client.calls import Calls
from inbox.client.cover import DeskCover
from inbox.client.credentials import Credentials, TokenSource
from inbox.client.devices import Trail
from inbox.client.events import Event, Reset, read_event
from inbox.client.feed import Feed
from inbox.client.files import Files
from inbox.client.journal import Journal
from inbox.client.link import DESK, Link
from inbox.client.pace import Chance, Pace
from inbox.client.running import Running, insist
from inbox.core.frames import Ack, Typing, Viewing

View = Literal["mine", "waiting", "team", "all", "snoozed"]


class _SignIn(msgspec.Struct, frozen=True):
    name: str
    password: str


class _Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    client_id: str
    body: str
    seen_seq: int
    force: bool = False
    attachments: tuple[str, ...] = ()


class _NoteBody(msgspec.Struct, frozen=True):
    client_id: str
    body: str


class _Assign(msgspec.Struct, frozen=True, omit_defaults=True):
    agent: str
    force: bool = False


class _Transfer(msgspec.Struct, frozen=True):
    team: str
    reason: str


class _Snooze(msgspec.Struct, frozen=True):
    until: datetime | Literal["opening"]


class _Line(msgspec.Struct, frozen=True):
    line: str | None


class _Canned(msgspec.Struct, frozen=True):
    shortcut: str
    title: str
    text: str
    team: str | None


class _Upto(msgspec.Struct, frozen=True):
    upto: int


class _On(msgspec.Struct, frozen=True):
    on: bool


class DeskClient:
    """One agent's desk. Use it with `async with`.

    Signs in by a personal token (`pbx_…`), or by name and password for a session that ends with the
    client. With `store` (a file) the place in the teams' streams outlives the process.

    Every call raises the errors of `inbox.core.errors`, and Unreachable where no answer came.
    Nothing is repeated by itself: repeat a reply or a note with its `client_id`, all else as it is.
    """

    def __init__(
        self,
        url: str,
        token: TokenSource | None = None,
        *,
        name: str | None = None,
        password: str | None = None,
        store: Path | None = None,
        pace: Pace | None = None,
        chance: Chance = random.random,
    ) -> None:
        if (token is None) == (name is None or password is None):
            raise ValueError("give a token, or a name and a password")
        self._sign_in = None if name is None or password is None else _SignIn(name, password)
        self._pace = pace or Pace()
        self._chance = chance
        self._journal = Journal(store)
        self._credentials = None if token is None else Credentials(token, self._pace)
        self._calls = Calls(url, self._credentials, pace=self._pace)
        self._feed = Feed(self._journal, self._reload)
        self._link = Link(
            self._calls,
            self._feed,
            doors=DESK,
            credentials=self._credentials,
            device=None,
            pace=self._pace,
            chance=chance,
        )
        self._running = Running(self._calls, self._journal, self._feed, self._link)
        self.callbacks = TeamCallbacks(self._calls)
        """Calls that customers of my teams want."""
        self.cover = DeskCover(self._calls)
        """Another team answers for a while; storms and notices."""
        self.files = Files(self._calls)
        """Uploading for a reply, and fetching what came with a message."""
        self.admin = Admin(self._calls)
        """What only admins may do."""

    async def __aenter__(self) -> DeskClient:
        await self._running.open(self._credentials)
        if self._sign_in is not None:
            try:
                await self._calls.call("POST", "/v1/desk/session", into=object, body=self._sign_in)
            except BaseException:
                await self._running.close(in_peace=False)
                raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.close(in_peace=kind is None)

    async def sign_out(self) -> None:
        """End the session that name and password began."""
        await self._calls.call("DELETE", "/v1/desk/session", into=object)

    async def me(self) -> Me:
        """Who is signed in, the teams with their streams and cursors, and duty."""
        answer, _ = await self._calls.call("GET", "/v1/desk/me", into=Me)
        return answer

    async def duty(self, *, on: bool) -> Duty:
        """Go on duty, or off. The end of the shift ends it, and being away for some minutes."""
        answer, _ = await self._calls.call("PUT", "/v1/desk/me/duty", into=Duty, body=_On(on))
        return answer

    async def team(self) -> tuple[TeamSheet, ...]:
        """The people of the agent's teams, with who is on duty."""
        answer, _ = await self._calls.call("GET", "/v1/desk/team", into=Page[TeamSheet])
        return answer.items

    async def teams(self) -> tuple[TeamKnown, ...]:
        """Every team, the agent's own or not, and whether it is there."""
        answer, _ = await self._calls.call("GET", "/v1/desk/teams", into=Page[TeamKnown])
        return answer.items

    async def board(self) -> tuple[TeamBoard, ...]:
        """What goes on now in each of my teams; for an admin in all. Leads only."""
        answer, _ = await self._calls.call("GET", "/v1/desk/board", into=Page[TeamBoard])
        return answer.items

    async def report(
        self,
        first: date,
        last: date,
        *,
        by: By = "total",
        per: Per = "team",
        team: str | None = None,
        market: str | None = None,
    ) -> tuple[ReportRow, ...]:
        """How it went from one day to another, both included; `team` is an id. Leads only."""
        query: dict[str, str | int | None] = {
            "from": first.isoformat(),
            "to": last.isoformat(),
            "by": by,
            "per": per,
            "team": team,
            "market": market,
        }
        answer, _ = await self._calls.call(
            "GET", "/v1/desk/reports", into=Page[ReportRow], query=query
        )
        return answer.items

    async def queue(
        self, view: View, *, cursor: str | None = None, limit: int = 50
    ) -> Page[Summary]:
        """One of the lists; its `next` is the `cursor` of the following page."""
        query: dict[str, str | int | None] = {"view": view, "cursor": cursor, "limit": limit}
        answer, _ = await self._calls.call("GET", "/v1/desk/queue", into=Page[Summary], query=query)
        return answer

    async def summary(self, thread: str) -> Summary:
        """One thread in a line. NotFound unless one of the agent's teams has it."""
        answer, _ = await self._calls.call("GET", _path(thread), into=Summary)
        return answer

    async def timeline(
        self, thread: str, *, before: int | None = None, limit: int = 50
    ) -> Page[Event]:
        """Messages, notes and marks of a thread, newest first, those before a seq."""
        answer, _ = await self._calls.call(
            "GET",
            _path(thread, "/timeline"),
            into=Page[msgspec.Raw],
            query={"before": before, "limit": limit},
        )
        stream = f"thread:{thread}"
        events = (read_event(stream, bytes(item)) for item in answer.items)
        return Page(tuple(event for event in events if event is not None), answer.next)

    async def pushes(self, thread: str, *, before: str | None = None, limit: int = 50) -> Trail:
        """What became of the pushes to the customer's devices, newest first."""
        query: dict[str, str | int | None] = {"before": before, "limit": limit}
        answer, _ = await self._calls.call("GET", _path(thread, "/pushes"), into=Trail, query=query)
        return answer

    async def reply(
        self,
        thread: str,
        body: str,
        *,
        seen_seq: int,
        force: bool = False,
        client_id: str | None = None,
        attachments: tuple[str, ...] = (),
    ) -> Sent:
        """Answer the customer; it is on the server's disk when this returns.

        `seen_seq` is the last seq that the author has seen. Raises StaleView with the messages that
        came since (`force` sends anyway), and Conflict with the holder where another agent has it.
        With `attachments` (ids of uploads) the text may be empty.
        """
        sent = _Reply(client_id or str(uuid.uuid4()), body, seen_seq, force, attachments)
        answer, status = await self._calls.call(
            "POST", _path(thread, "/messages"), into=Sent, body=sent
        )
        return msgspec.structs.replace(answer, duplicate=status == 200)

    async def note(self, thread: str, body: str, *, client_id: str | None = None) -> Noted:
        """Write a private note: the customer never sees it."""
        noted = _NoteBody(client_id or str(uuid.uuid4()), body)
        answer, status = await self._calls.call(
            "POST", _path(thread, "/notes"), into=Noted, body=noted
        )
        return msgspec.structs.replace(answer, duplicate=status == 200)

    async def take(self, thread: str) -> Summary:
        """Make it mine. Raises Conflict with the holder where somebody was first."""
        return await self._act(thread, "take")

    async def assign(self, thread: str, agent: str, *, force: bool = False) -> Summary:
        """Give it to an agent of the serving team, by id.

        Raises Conflict where the agent is at the hard limit; leads may `force` it.
        """
        return await self._act(thread, "assign", _Assign(agent, force))

    async def release(self, thread: str) -> Summary:
        """Put it back into the queue."""
        return await self._act(thread, "release")

    async def transfer(self, thread: str, *, team: str, reason: str) -> Summary:
        """Bounce the open conversation to another team (by id): counted, and reported."""
        return await self._act(thread, "transfer", _Transfer(team, reason))

    async def repin(self, thread: str, *, team: str, reason: str) -> Summary:
        """Give the thread another home team (by id): recorded, told the customer. Leads only."""
        return await self._act(thread, "pin", _Transfer(team, reason))

    async def snooze(self, thread: str, *, until: datetime | Literal["opening"]) -> Summary:
        """Put it aside until then, or the team's next opening, or until the customer writes."""
        return await self._act(thread, "snooze", _Snooze(until))

    async def resolve(self, thread: str) -> Summary:
        """The matter is done."""
        return await self._act(thread, "resolve")

    async def reopen(self, thread: str) -> Summary:
        """It is not done after all."""
        return await self._act(thread, "reopen")

    async def read(self, thread: str, upto: int) -> None:
        """Everything up to this seq was read by this agent."""
        await self._calls.call("POST", _path(thread, "/read"), into=object, body=_Upto(upto))

    async def search(self, text: str, *, cursor: str | None = None, limit: int = 50) -> Found:
        """Messages, notes and customers with these words, in the agent's threads.

        May lag the sends by two seconds. `next` is the `cursor` of the following page.
        """
        query: dict[str, str | int | None] = {"q": text, "cursor": cursor, "limit": limit}
        answer, _ = await self._calls.call("GET", "/v1/desk/search", into=Found, query=query)
        return answer

    async def set_line(self, team: str, line: str | None) -> None:
        """Say something to a team's customers for the rest of its day. Leads only."""
        path = f"/v1/desk/team/{team}/line"
        await self._calls.call("PUT", path, into=object, body=_Line(line))

    async def canned(self, thread: str | None = None) -> tuple[Canned, ...]:
        """The canned responses, the shared ones first; with a thread filled in for it."""
        answer, _ = await self._calls.call(
            "GET", "/v1/desk/canned", into=Page[Canned], query={"thread": thread}
        )
        return answer.items

    async def set_canned(
        self, shortcut: str, *, title: str, text: str, team: str | None = None
    ) -> Canned:
        """Keep a response of a team (by id) or of all, in place of the one with this shortcut."""
        body = _Canned(shortcut, title, text, team)
        answer, _ = await self._calls.call("PUT", "/v1/desk/canned", into=Canned, body=body)
        return answer

    async def remove_canned(self, canned: str) -> None:
        """Forget a response by its id."""
        await self._calls.call("DELETE", f"/v1/desk/canned/{canned}", into=object)

    async def follow(self, streams: Iterable[str] | None = None) -> None:
        """Go live on these streams (none: all teams of `me`), from where the store ends.

        A stream that the store does not know begins now: fetch the lists after this, and apply
        events as upserts. The connection is then kept until the client is closed.
        """
        wanted = None if streams is None else tuple(streams)
        me = await insist(self.me, pace=self._pace, chance=self._chance)
        self._journal.claim(me.agent.id)
        cursors = {team.stream: team.cursor for team in me.teams}
        for stream in cursors if wanted is None else wanted:
            if self._feed.cursor(stream) is None and stream in cursors:
                self._journal.restart(stream, cursors[stream])
            await self._link.follow(stream)
        self._running.connect()

    def events(self) -> AsyncIterator[Event]:
        """What happens in the streams that are followed, each event once, in order.

        Follows all teams of the agent unless `follow` has said otherwise. A Reset says that what is
        known of its stream must be forgotten, and brings the present queue. Ends by raising what
        makes coming back useless. One reader at a time; the next goes on where the last stopped.
        """
        return self._running.events(self._follow_all)

    async def _follow_all(self) -> None:
        if not self._link.streams:
            await self.follow()

    @property
    def connected(self) -> bool:
        """Whether there is a live socket now."""
        return self._link.connected

    async def ack(self, thread: str, upto: int) -> None:
        """Everything up to this seq has arrived here. Lost without a socket; `read` is not."""
        await self._link.send(Ack(upto=upto, thread=thread))

    async def typing(self, thread: str, *, on: bool, private: bool = False) -> None:
        """I am writing (`private`: a note); repeat every few seconds. Lost without a socket."""
        await self._link.send(Typing(on=on, thread=thread, private=private))

    async def viewing(self, thread: str, *, on: bool) -> None:
        """I am looking at this thread; repeat within a minute. Lost without a socket."""
        await self._link.send(Viewing(on=on, thread=thread))

    async def _act(self, thread: str, act: str, body: msgspec.Struct | None = None) -> Summary:
        answer, _ = await self._calls.call(
            "POST", _path(thread, f"/{act}"), into=Summary, body=body
        )
        return answer

    async def _reload(self, reset: Reset) -> Reset:
        queue: list[Summary] = []
        cursor: str | None = None
        while True:

            async def ask(cursor: str | None = cursor) -> Page[Summary]:
                return await self.queue("team", cursor=cursor, limit=100)

            page = await insist(ask, pace=self._pace, chance=self._chance)
            queue += page.items
            if page.next is None:
                return msgspec.structs.replace(reset, queue=tuple(queue))
            cursor = page.next


def _path(thread: str, rest: str = "") -> str:
    return f"/v1/desk/threads/{thread}{rest}"
