"""What the live room asks of the flows: two small interfaces, which `calls` fills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from inbox.core.frames import NoticeShown, Send
from inbox.core.hints import Moved
from inbox.core.policy import Agent, Customer
from inbox.core.timetable import State
from inbox.flows.passing import Sign
from inbox.flows.send import Sent
from inbox.flows.streams import Bounds, Page

Audience = Literal["customer", "desk"]


class Source(Protocol):
    """Streams by name (`thread:<id>`, `team:<id>`), as the store has them."""

    @property
    def epoch(self) -> str:
        """The database's epoch."""
        ...

    async def bounds(self, stream: str) -> Bounds:
        """Where a stream begins and ends now; NotFound."""
        ...

    async def page(self, stream: str, *, since: int, limit: int) -> Page:
        """The next stretch after `since`, at most `limit` places long.

        Raises NotFound, or Gone where it is no longer kept.
        """
        ...

    async def moved(self, heads: dict[str, int]) -> list[Moved]:
        """What has moved since `heads`, whatever hints were lost."""
        ...


class People(Protocol):
    """Who is there, and what they do."""

    async def sign_in(self, audience: Audience, token: str, *, address: str) -> Customer | Agent:
        """Who a token stands for; Unauthorized, or RateLimited after many of those."""
        ...

    async def still_valid(self, who: Customer | Agent) -> Customer | Agent:
        """Who it is now; Unauthorized where the sign-in was taken back."""
        ...

    async def signed_out(self, customers: Sequence[Customer]) -> list[bool]:
        """Which of these, in their order, `still_valid` would refuse; in one look."""
        ...

    async def states(self) -> dict[str, State]:
        """Whether each team is there by its hours; asks the store only where teams changed."""
        ...

    async def notices(self) -> dict[str, NoticeShown]:
        """What teams tell their customers now, by team; asks the store only where teams changed."""
        ...

    async def homes(self, customers: Sequence[Customer]) -> list[str | None]:
        """The home teams of these, in their order; in one look."""
        ...

    async def send(self, who: Customer | Agent, *, thread: str, frame: Send) -> Sent:
        """Store a message; when this returns it is on disk."""
        ...

    async def ack(self, who: Customer | Agent, *, thread: str, upto: int, in_front: bool) -> None:
        """Everything up to there was received, by an app in front or behind."""
        ...

    async def read(
        self, who: Customer | Agent, *, thread: str, upto: int, device: str | None
    ) -> None:
        """Everything up to there was read, on this device where it is known."""
        ...

    async def show(self, who: Customer | Agent, *, sign: Sign, origin: str) -> None:
        """Tell whoever may know; NotFound for a thread that is not the caller's."""
        ...
