"""One push on its way through the client, and what connections and pools say to each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from push.model import ApnsRequest, Outcome

if TYPE_CHECKING:
    from push.apns.connection import Connection
    from push.apns.token import Issue


class Job:
    """A push between `send` and its outcome."""

    __slots__ = (
        "body",
        "connection",
        "done",
        "fields",
        "issue",
        "retried",
        "stream",
        "timer",
        "token",
        "tries",
    )

    def __init__(
        self, request: ApnsRequest, *, token: str, push_id: str, done: asyncio.Future[Outcome]
    ) -> None:
        self.token = token
        self.body = request.body
        fields = [
            (b"apns-topic", request.topic.encode()),
            (b"apns-push-type", request.push_type.encode()),
            (b"apns-priority", b"%d" % request.priority),
            (b"apns-expiration", b"%d" % request.expiration),
            (b"apns-id", push_id.encode()),
        ]
        if request.collapse_id:
            fields.append((b"apns-collapse-id", request.collapse_id.encode()))
        self.fields = fields
        self.done = done
        self.timer: asyncio.TimerHandle | None = None
        self.connection: Connection | None = None
        """Where it is on its way; none while it waits for a place."""
        self.stream = 0
        self.issue: Issue | None = None
        """The provider token that it showed last."""
        self.tries = 0
        """How often it came back certainly not processed."""
        self.retried = False
        """Whether an answer of Apple's was taken as a reason to send it once more."""

    def settle(self, outcome: Outcome) -> None:
        """Say what became of it; only the first word counts."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if not self.done.done():
            self.done.set_result(outcome)


class Owner(Protocol):
    """What a connection tells its pool. Called from the connection's own callbacks."""

    def answered(self, job: Job, status: int, headers: dict[bytes, bytes], body: bytes) -> None:
        """An answer came."""

    def refused(self, job: Job) -> None:
        """REFUSED_STREAM: it was certainly not processed."""

    def unknown(self, jobs: list[Job], why: str) -> None:
        """They were sent and nothing will come back."""

    def going_away(self, connection: Connection, reason: str, beyond: list[Job]) -> None:
        """GOAWAY: it takes no new pushes, and those beyond its last were never looked at."""

    def ended(self, connection: Connection, why: str) -> None:
        """It is gone."""

    def has_room(self) -> None:
        """There may be a place for what waits."""
