"""Who listens to what on this node: one ring per stream with listeners, filled by one read a wake.

A hint from the bus, the look at the database once a second, and whoever joins, all do the same:
raise the head that a stream is known to have. One task per stream then reads up to it, and its
listeners are stirred; each of them reads from the ring at its own pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec
import structlog

from inbox.core.errors import Internal, PinboxError
from inbox.core.frames import Ephemeral
from inbox.core.hints import REGISTRY, Hint, Moved
from inbox.core.sync import Batch
from inbox.flows.streams import PAGE, Bounds, Page
from inbox.live.ports import Source
from inbox.live.ring import Ring, make_batch

RINGS_BYTES = 64 * 2**20
"""What all rings of a node may hold; beyond it the longest unfilled are emptied."""

CATCH_UP = 32
"""Places that one read of the database is long for whoever is behind: about a frame of them."""

READS_AT_ONCE = 16
"""Reads of the database under way; in a storm the rest wait their turn here, not in the store."""

log = structlog.get_logger(__name__)

_ephemeral = msgspec.json.Decoder(Ephemeral)


class Listener(Protocol):
    """Who listens: a session."""

    @property
    def connection(self) -> str:
        """Its name, which comes back as the origin of what it shows itself."""
        ...

    def stir(self, stream: str, head: int) -> None:
        """The stream goes to `head` now; returns at once."""
        ...

    def overhear(self, key: tuple[str, ...], frame: bytes) -> None:
        """Something passing on a stream; returns at once."""
        ...


Listeners: TypeAlias = tuple[Listener, ...]


class Channel:
    """One stream with listeners. `ring` is none until the stream's end was looked up."""

    __slots__ = ("filling", "head", "listeners", "name", "ring", "wire")

    def __init__(self, name: str) -> None:
        self.name = name
        self.wire = _wire(name)
        self.head = 0
        self.ring: Ring | None = None
        self.listeners: Listeners = ()
        self.filling: asyncio.Task[None] | None = None

    @property
    def behind(self) -> bool:
        """Whether the stream goes further than the ring."""
        return self.ring is not None and self.ring.until < self.head


class Hub:
    """All channels of this node. `told` hears the newest item of each stretch as it goes out."""

    def __init__(self, source: Source, *, told: Callable[[bytes], None] | None = None) -> None:
        self._source = source
        self._told = told
        self._channels: dict[str, Channel] = {}
        self._filled: dict[str, None] = {}  # channels whose ring holds something, oldest first
        self._held = 0
        self._heads: dict[str, int] = {}
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self._failing = False
        self.registry = 0
        """Where the registry stood when it was last heard of."""
        self.registry_moved = asyncio.Event()

    def __len__(self) -> int:
        return len(self._channels)

    @property
    def held_bytes(self) -> int:
        """What all rings hold together."""
        return self._held

    # ── listening ────────────────────────────────────────────────────────────────────────────────

    def join(self, stream: str, listener: Listener) -> None:
        """Register interest: from now on the listener is stirred whenever the stream moves."""
        channel = self._channels.get(stream)
        if channel is None:
            channel = self._channels[stream] = Channel(stream)
        if listener not in channel.listeners:
            channel.listeners = (*channel.listeners, listener)

    def leave(self, stream: str, listener: Listener) -> None:
        """Interest ends; without listeners nothing is kept."""
        channel = self._channels.get(stream)
        if channel is None:
            return
        channel.listeners = tuple(one for one in channel.listeners if one is not listener)
        if not channel.listeners:
            del self._channels[stream]
            self._forget(channel)
            if channel.filling is not None:
                channel.filling.cancel()

    async def bounds(self, stream: str) -> Bounds:
        """Look up a stream that was joined; the ring begins where it ends now."""
        async with self._reads:
            found = await self._source.bounds(stream)
        channel = self._channels.get(stream)
        if channel is not None and channel.ring is None:
            channel.ring = Ring(found.head)
            self._fill(channel)
        return found

    def read(self, stream: str, *, since: int) -> Batch | None:
        """The stretch after `since` as the ring has it, at once; none where it does not reach."""
        channel = self._channels.get(stream)
        if channel is None or channel.ring is None or since >= channel.ring.until:
            return None
        return channel.ring.read(
            channel.wire,
            epoch=self._source.epoch,
            since=since,
            head=channel.head,
            shared=len(channel.listeners) > 1,
        )

    async def read_store(self, stream: str, *, since: int) -> Batch:
        """The stretch after `since` from the database, for whoever is further behind.

        Raises what the source raises.
        """
        async with self._reads:
            page = await self._source.page(stream, since=since, limit=CATCH_UP)
        return make_batch(
            _wire(stream),
            list(page.items),
            epoch=self._source.epoch,
            since=since,
            until=page.until,
            more=page.more,
        )

    # ── hearing ──────────────────────────────────────────────────────────────────────────────────

    def hear(self, hint: Hint) -> None:
        """Take a hint from the bus; returns at once."""
        if not isinstance(hint, Moved):
            self._pass(hint.stream, hint.frame, hint.origin)
        elif hint.stream == REGISTRY:
            if hint.head > self.registry:
                self.registry = hint.head
                self.registry_moved.set()
        else:
            channel = self._channels.get(hint.stream)
            if channel is not None and hint.head > channel.head:
                channel.head = hint.head
                self._fill(channel)

    async def look(self) -> None:
        """Ask the database what has moved since the last look, so that no hint is ever needed.

        What was hinted is not left out of the question: the hint for the other stream of the same
        write may have been lost. Raises what the source raises.
        """
        for hint in await self._source.moved(self._heads):
            if not hint.stream.startswith("thread:"):
                self._heads[hint.stream] = hint.head
            self.hear(hint)
        for channel in self._channels.values():
            if channel.behind:
                self._fill(channel)

    def _pass(self, stream: str, frame: bytes, origin: str) -> None:
        channel = self._channels.get(stream)
        if channel is None:
            return
        shown = _ephemeral.decode(frame)
        key = (type(shown).__name__, shown.thread, shown.who.id)
        for listener in channel.listeners:
            if listener.connection != origin:
                listener.overhear(key, frame)

    # ── filling ──────────────────────────────────────────────────────────────────────────────────

    def _fill(self, channel: Channel) -> None:
        if channel.behind and channel.filling is None:
            channel.filling = asyncio.create_task(self._read_on(channel))

    async def _read_on(self, channel: Channel) -> None:
        """Read up to the head; what fails is tried again at the next look."""
        try:
            while channel.behind and channel.ring is not None:
                since = channel.ring.until
                page = await self._source.page(channel.name, since=since, limit=PAGE)
                if page.until == since:
                    break
                self._extend(channel, channel.ring, page)
                for listener in channel.listeners:
                    listener.stir(channel.name, channel.ring.until)
                if self._told is not None and page.items:
                    # After the tasks that were begun now: the newest item is written then.
                    asyncio.get_running_loop().call_soon(self._told, page.items[-1].data)
            self._failing = False
        except PinboxError as error:
            self._give_up(channel, error)
        except Exception:
            log.exception("live_fill_failed", stream=channel.name)
        finally:
            channel.filling = None

    def _give_up(self, channel: Channel, error: PinboxError) -> None:
        if error.temporary or isinstance(error, Internal):
            if not self._failing:
                log.warning("live_fill_failed", stream=channel.name, code=error.code)
            self._failing = True
            return
        # The stream was cut or is gone: each listener reads for itself and learns what became.
        self._forget(channel)
        channel.ring = Ring(channel.head)
        for listener in channel.listeners:
            listener.stir(channel.name, channel.head)

    def _extend(self, channel: Channel, ring: Ring, page: Page) -> None:
        before = ring.bytes
        ring.extend(page)
        self._held += ring.bytes - before
        self._filled.pop(channel.name, None)
        if ring.bytes:
            self._filled[channel.name] = None
        while self._held > RINGS_BYTES and len(self._filled) > 1:
            oldest = self._channels[next(iter(self._filled))]
            self._forget(oldest)

    def _forget(self, channel: Channel) -> None:
        self._filled.pop(channel.name, None)
        if channel.ring is not None:
            self._held -= channel.ring.bytes
            channel.ring.forget()


def _wire(stream: str) -> str:
    """The stream as clients call it: a customer has but one thread."""
    return "thread" if stream.startswith("thread:") else stream
