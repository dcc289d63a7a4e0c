"""Keeps one live connection going: reconnects, resumes, renews the token, falls back to polling.

    wait ──▶ connect ──▶ hello ──▶ converse ──┬─ again, renew, drained ──▶ wait
      ▲                                       └─ stop ──▶ the error is raised
      └──────────── long polls ◀── no socket to be had, several times

What arrives goes into the feed, whose journal remembers the cursor; so whatever cuts the line, the
next `hello` or poll goes on where the last applied range ended.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

import msgspec

from inbox.client.answers import Sent
from inbox.client.asked import Asked
from inbox.client.calls import Calls
from inbox.client.care import NoticeChanged
from inbox.client.credentials import Credentials
from inbox.client.feed import Feed
from inbox.client.follow import Range
from inbox.client.live import BadFrame, Closed, Heard, LiveSocket, NoSocket
from inbox.client.pace import BAD_FRAME, Chance, Pace, after_close, wait
from inbox.client.poll import poll
from inbox.client.problems import Unreachable
from inbox.core.errors import BadRequest, Internal, PinboxError, Unauthorized
from inbox.core.frames import (
    ClientFrame,
    Drain,
    Error,
    Events,
    Live,
    Notice,
    Ok,
    Ping,
    Pong,
    Presence,
    ResetFrame,
    Send,
    Subscribe,
    Token,
    TypingShown,
    ViewingShown,
    Visible,
    Want,
)
from inbox.core.problems import read_error

_log = logging.getLogger(__name__)
_notice = msgspec.json.Decoder(NoticeChanged).decode


class Doors(msgspec.Struct, frozen=True):
    """Where this side's live socket and long poll are."""

    live: str
    events: str


CUSTOMER = Doors("/v1/thread/live", "/v1/thread/events")
DESK = Doors("/v1/desk/live", "/v1/desk/events")


class Link:
    """One person's live connection. `run` keeps it until it is cancelled or told to stay away."""

    def __init__(
        self,
        calls: Calls,
        feed: Feed,
        *,
        doors: Doors,
        credentials: Credentials | None,
        device: str | None,
        pace: Pace,
        chance: Chance = random.random,
    ) -> None:
        self.streams: set[str] = set()
        self.on_live: Callable[[], None] = lambda: None
        """Called when the socket has caught up: what waited for the network can go."""
        self._calls = calls
        self._feed = feed
        self._doors = doors
        self._credentials = credentials
        self._device = device
        self._pace = pace
        self._chance = chance
        self._socket: LiveSocket | None = None
        self._asked = Asked()
        self._visible = False
        self._tries = 0
        self._no_socket = 0
        self._renew = False
        self._way = asyncio.Event()
        self._way.set()

    async def way(self) -> None:
        """Wait until a send can go: by the socket, or by HTTP where no socket is being waited for.

        So while the network is away the link alone tries it.
        """
        await self._way.wait()

    @property
    def connected(self) -> bool:
        """Whether there is a live socket now."""
        return self._socket is not None

    async def follow(self, stream: str) -> None:
        """Hear this stream too, from where the feed stands in it."""
        if stream not in self.streams:
            self.streams.add(stream)
            await self.send(Subscribe(stream=stream, since=self._feed.cursor(stream)))

    async def run(self) -> None:
        """Stay connected. Returns never; raises what makes coming back useless."""
        self._way.clear()
        try:
            await self._run()
        finally:
            self._way.set()

    async def _run(self) -> None:
        at_least = 0.0
        while True:
            pause = wait(self._pace, self._tries, at_least=at_least, chance=self._chance)
            await asyncio.sleep(pause)
            self._tries += 1
            try:
                await self._converse()
                at_least = 0.0
            except Closed as closed:
                at_least = self._judge(closed)
            except NoSocket as refusal:
                at_least = await self._without(refusal)
            except PinboxError as error:
                if not error.temporary:
                    raise
                at_least = error.retry_after or 0.0
            except (BadFrame, Unreachable, TimeoutError) as error:
                self._tell("live_lost error=%s", error or type(error).__name__)
                at_least = 0.0

    async def send(self, frame: ClientFrame) -> bool:
        """Send a frame now; whether there was a socket to take it."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(frame)
        except Closed:
            return False
        return True

    async def ask(self, frame: Send) -> Sent:
        """Send a message and wait for its answer; gives the frame an `id` of its own.

        Raises the error that the server names, and Unreachable if the line goes first.
        """
        if self._socket is None:
            raise Unreachable("there is no live socket")
        with self._asked.open() as (name, answer):
            try:
                async with asyncio.timeout(self._pace.request_s):
                    await self._socket.send(msgspec.structs.replace(frame, id=name))
                    return await answer
            except (Closed, TimeoutError) as error:
                raise Unreachable(f"send: {error or 'no answer in time'}") from error

    @property
    def in_front(self) -> bool:
        """Whether the app said that it is in front."""
        return self._visible

    async def visible(self, *, on: bool) -> None:
        """Say whether the app is in front, now and again after each reconnect."""
        self._visible = on
        await self.send(Visible(on=on))

    async def _converse(self) -> None:
        """One connection from hello until it is lost (raises) or left because the server drains."""
        token = None
        if self._credentials is not None:
            token = await (self._credentials.renew if self._renew else self._credentials.token)()
        self._renew = False
        socket = await LiveSocket.open(
            "ws" + self._calls.url.removeprefix("http") + self._doors.live,
            cookie=self._calls.cookies(),
            origin=self._calls.url if self._credentials is None else None,
            open_s=self._pace.open_s,
        )
        try:
            async with asyncio.timeout(self._pace.open_s):
                welcome = await socket.hello(
                    [Want(name, self._feed.cursor(name)) for name in sorted(self.streams)],
                    token=token,
                    device=self._device,
                )
            self._no_socket = 0
            self._socket = socket
            self._way.set()
            if self._visible:
                await socket.send(Visible(on=True))
            await self._listen(socket, welcome.ping_s + welcome.pong_s)
        finally:
            self._socket = None
            self._way.clear()
            self._asked.drop()
            await socket.close()

    async def _listen(self, socket: LiveSocket, silence_s: float) -> None:
        loop = asyncio.get_running_loop()
        silent_at, leave_at = loop.time() + silence_s, float("inf")
        renew_at = self._renew_at()
        while True:
            try:
                async with asyncio.timeout_at(min(silent_at, leave_at, renew_at)):
                    frame = await socket.receive()
            except TimeoutError:
                now = loop.time()
                if now >= leave_at:
                    return
                if now >= silent_at:
                    raise
                if self._credentials is not None:
                    await socket.send(Token(token=await self._credentials.renew()))
                renew_at = self._renew_at()
                continue
            silent_at = loop.time() + silence_s
            if isinstance(frame, Drain):
                leave_at = min(leave_at, loop.time() + self._chance() * frame.within_ms / 1000)
            else:
                await self._hear(socket, frame)

    async def _hear(self, socket: LiveSocket, frame: Heard) -> None:
        match frame:
            case Events() if frame.stream in self.streams:
                range_ = Range(frame.since, frame.until, tuple(frame.items), frame.more)
                before = self._feed.cursor(frame.stream)
                if not await self._feed.apply(frame.stream, range_):
                    raise BadFrame(f"a gap before {frame.since} in {frame.stream}")
                if before != self._feed.cursor(frame.stream):
                    self._tries = 0  # a line that leads on is no failure, however soon it is cut
            case ResetFrame() if frame.stream in self.streams:
                await self._feed.restart(frame.stream, reason=frame.reason, cursor=frame.cursor)
            case Live():
                self._tries = 0
                self.on_live()
            case Ping():
                await socket.send(Pong())
            case Ok():
                self._asked.answer(frame)
            case Error():
                self._fault(frame)
            case TypingShown() | ViewingShown() | Presence():
                self._feed.pass_on(frame, thread=frame.thread)
            case Notice():
                self._feed.pass_on(_notice(msgspec.json.encode(frame)))
            case _:
                pass

    def _fault(self, frame: Error) -> None:
        error = read_error(frame)
        if isinstance(frame.id, str):
            self._asked.refuse(frame.id, error)
        elif isinstance(frame.stream, str) and not frame.temporary:
            _log.warning("stream_denied stream=%s code=%s", frame.stream, frame.code)
            self.streams.discard(frame.stream)
            if not self.streams:
                raise error
        else:
            _log.info("live_error code=%s detail=%s", frame.code, frame.detail)

    def _judge(self, closed: Closed) -> float:
        """What a close code asks for: the least wait before coming back, or an error."""
        _log.info("live_closed code=%d", closed.code)
        match after_close(closed.code):
            case "stop" if closed.error is not None:
                raise closed.error from closed
            case "stop" if closed.code == BAD_FRAME:
                raise BadRequest(f"the server refuses what this client says: {closed.reason}")
            case "stop":
                raise Unauthorized(f"the server ended this sign-in: {closed}") from closed
            case "renew" if self._credentials is None or not self._credentials.renewable:
                raise Unauthorized("the token has expired and no other can be had") from closed
            case "renew":
                self._renew = True
            case "again":
                pass
        return 0.0 if closed.error is None else closed.error.retry_after or 0.0

    def _tell(self, words: str, *what: object) -> None:
        """Log a failure: the first of several in a row so that it is seen, the others quietly."""
        _log.log(logging.WARNING if self._tries == 1 else logging.INFO, words, *what)

    def _renew_at(self) -> float:
        if self._credentials is None:
            return float("inf")
        # A source that gives the same old token again must not be asked without pause.
        soon = max(self._pace.base_s, self._credentials.renew_in())
        return asyncio.get_running_loop().time() + soon

    async def _without(self, refusal: NoSocket) -> float:
        """No socket could be had: the least wait before the next try.

        After several such failures in a row the streams are polled meanwhile.
        """
        self._tell("live_refused status=%s error=%s", refusal.status, refusal)
        self._no_socket += 1
        if self._no_socket >= self._pace.tries_before_poll:
            polls = [asyncio.create_task(self._poll_on(stream)) for stream in self.streams]
            try:
                # No TaskGroup: before Python 3.13 it swallows a cancel that comes with a failure.
                async with asyncio.timeout(self._pace.socket_again_s) as while_:
                    await asyncio.gather(*polls)
            except Exception as failed:
                if while_.expired():
                    return 0.0
                self._way.clear()
                if isinstance(failed, PinboxError) and failed.temporary:
                    return failed.retry_after or 0.0
                if not isinstance(failed, Unreachable | Internal):
                    raise
            finally:
                for poll in polls:
                    poll.cancel()
                await asyncio.gather(*polls, return_exceptions=True)
        return refusal.retry_after or 0.0

    async def _poll_on(self, stream: str) -> None:
        while True:
            await poll(
                self._calls,
                self._feed,
                path=self._doors.events,
                stream=stream,
                wait_s=self._pace.poll_s,
            )
            self._tries = 0
            self._way.set()
            self.on_live()
