"""One stream that a connection follows: where the client is, and how far the stream has got."""

from __future__ import annotations

from inbox.core.cursor import Cursor, Reset, resume
from inbox.core.sync.inputs import Batch

QUIET = 100
"""How far a cursor may stay behind over places that its client does not see."""


class Following:
    """A cursor and a mark of how far the stream is known to go.

    `cursor` is what the client was told. `quiet` lies further on where the places between hold
    nothing for this client: a private note must not show itself by an empty frame, but is passed
    with the next item that can be seen, or after `QUIET` places.
    """

    __slots__ = (
        "cursor",
        "head",
        "joined",
        "live",
        "quiet",
        "retry_at",
        "since",
        "stream",
        "target",
        "turn",
    )

    def __init__(self, stream: str, since: Cursor | None, *, turn: int) -> None:
        self.stream = stream
        self.since = since
        self.turn = turn
        self.joined = False
        self.live = False
        self.cursor = 0
        self.quiet = 0
        self.head = 0
        self.target = 0
        self.retry_at: int | None = None

    def join(self, *, head: int, floor: int, epoch: str, limit: int) -> Reset | None:
        """Begin to read; `head` and `floor` were looked up after interest was registered."""
        self.joined = True
        self.retry_at = None
        self.head = self.target = max(self.head, head)
        start = resume(self.since, epoch=epoch, head=self.head, floor=floor, limit=limit)
        self.since = None
        if isinstance(start, Reset):
            self.skip()
            return start
        self.cursor = self.quiet = start
        return None

    def skip(self) -> None:
        """Go on from the end: the client was told to load by HTTP."""
        self.cursor = self.quiet = self.target = self.head

    def stir(self, head: int) -> None:
        """Take note that the stream goes to `head`. Old news changes nothing."""
        self.head = max(self.head, head)

    def wants(self, now: int) -> bool:
        """Whether there is something to read now."""
        if not self.joined or max(self.cursor, self.quiet) >= self.head:
            return False
        return self.retry_at is None or now >= self.retry_at

    def lag(self) -> int:
        """How many places the client is behind what it may have to be told."""
        return self.head - max(self.cursor, self.quiet)

    def fits(self, batch: Batch) -> bool:
        """Whether a stretch begins here and leads on; if not, the store gave nothing new."""
        return batch.since == self.cursor and batch.until > max(self.cursor, self.quiet)

    def take(self, batch: Batch) -> bool:
        """Move over a stretch that was read; whether the client is to be told of it."""
        self.retry_at = None
        self.head = max(self.head, batch.until)
        if batch.empty and self.live and batch.until - self.cursor < QUIET:
            self.quiet = max(self.quiet, batch.until)
            return False
        self.cursor = self.quiet = batch.until
        return True

    def caught_up(self) -> bool:
        """Whether everything missed has been told, which is said once."""
        return self.joined and not self.live and self.cursor >= self.target
