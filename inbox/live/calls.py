"""The live room's questions, answered by the flows on a Context."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from inbox.core.errors import Unauthorized
from inbox.core.frames import NoticeShown, Send
from inbox.core.hints import Moved
from inbox.core.policy import Agent, Customer
from inbox.core.timetable import State
from inbox.flows import in_front, passing, receipts, signin, storms, streams
from inbox.flows.context import Context
from inbox.flows.passing import Sign
from inbox.flows.send import Draft, Sent, send
from inbox.flows.streams import Bounds, Page, Stream
from inbox.live.ports import Audience

AT_ONCE = 256
"""Questions that this room has open at the store.

In a storm the rest wait here, in order, and do not fill the store's own queue, where they would be
refused and stand in the way of sends.
"""


class StoredStreams:
    """Fills `ports.Source`."""

    def __init__(self, ctx: Context, turns: asyncio.Semaphore) -> None:
        self._ctx = ctx
        self._turns = turns

    @property
    def epoch(self) -> str:
        """The database's epoch."""
        return streams.epoch(self._ctx)

    async def bounds(self, stream: str) -> Bounds:
        """Where a stream begins and ends now."""
        async with self._turns:
            return await streams.bounds(self._ctx, _named(stream))

    async def page(self, stream: str, *, since: int, limit: int) -> Page:
        """The next stretch after `since`."""
        async with self._turns:
            return await streams.page(self._ctx, _named(stream), since=since, limit=limit)

    async def moved(self, heads: dict[str, int]) -> list[Moved]:
        """What has moved; what this process remembers of the registry hears of it too."""
        found = await streams.moved(self._ctx, heads)
        for hint in found:
            self._ctx.memory.hear(hint)
        return found


class SignedInPeople:
    """Fills `ports.People`."""

    def __init__(self, ctx: Context, turns: asyncio.Semaphore) -> None:
        self._ctx = ctx
        self._turns = turns

    async def sign_in(self, audience: Audience, token: str, *, address: str) -> Customer | Agent:
        """Who a token stands for."""
        look = signin.agent if audience == "desk" else signin.customer
        try:
            async with self._turns:
                return await look(self._ctx, token)
        except Unauthorized as error:
            signin.count_refusal(self._ctx, error, side=audience, address=address)
            raise

    async def still_valid(self, who: Customer | Agent) -> Customer | Agent:
        """Who it is now."""
        return await signin.still_valid(self._ctx, who)

    async def signed_out(self, customers: Sequence[Customer]) -> list[bool]:
        """Which of these were signed out."""
        return await signin.signed_out(self._ctx, customers)

    async def notices(self) -> dict[str, NoticeShown]:
        """What teams tell their customers now."""
        return await storms.notices_now(self._ctx)

    async def states(self) -> dict[str, State]:
        """Whether each team is there by its hours."""
        return await storms.states_now(self._ctx)

    async def homes(self, customers: Sequence[Customer]) -> list[str | None]:
        """The home teams of these."""
        async with self._turns:
            return await storms.homes_of(self._ctx, customers)

    async def send(self, who: Customer | Agent, *, thread: str, frame: Send) -> Sent:
        """Store a message."""
        draft = Draft(
            client_id=frame.client_id,
            body=frame.body,
            seen_seq=frame.seen_seq,
            force=frame.force,
            urgent=frame.urgent,
            attachments=frame.attachments,
        )
        return await send(self._ctx, who, thread=thread, draft=draft)

    async def ack(self, who: Customer | Agent, *, thread: str, upto: int, in_front: bool) -> None:
        """Everything up to there was received."""
        await receipts.ack(self._ctx, who, thread=thread, upto=upto, in_front=in_front)

    async def read(
        self, who: Customer | Agent, *, thread: str, upto: int, device: str | None
    ) -> None:
        """Everything up to there was read."""
        await receipts.read(self._ctx, who, thread=thread, upto=upto, device=device)

    async def show(self, who: Customer | Agent, *, sign: Sign, origin: str) -> None:
        """Tell whoever may know; that a customer's app is in front, to who sends pushes too."""
        if sign.kind == "presence" and isinstance(who, Customer):
            await in_front.note_in_front(self._ctx, who, connection=origin, on=sign.on)
        await passing.show(self._ctx, who, sign=sign, origin=origin)


def _named(stream: str) -> Stream:
    kind, _, name = stream.partition(":")
    return Stream("team" if kind == "team" else "thread", name)
