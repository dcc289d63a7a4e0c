"""The newest stretch of one stream, encoded once for everybody who listens to it.

Bounded in items and bytes. Whoever is further behind than it reaches reads the database.
"""

from __future__ import annotations

from collections import deque
from itertools import takewhile

from inbox.core.frames import encode_events
from inbox.core.sync import Batch
from inbox.flows.streams import Encoded, Page

RING_ITEMS = 256
RING_BYTES = 262_144
ITEM_OVERHEAD = 120
"""What an item costs in memory beside its text."""

FRAME_BYTES = 12_288
"""Where a frame is cut: it is all that a connection holds of its streams, whatever its lag.

What is larger than a bad line lets through in one go would never arrive; and an answer to a send
waits behind one frame at most.
"""

SHARED = 4
"""Frames kept for the next who asks from the same place."""


class Ring:
    """Everything that may be seen of `(since, until]`, a place apart from where the stream ends.

    An item after which older ones read otherwise (their thread left the team, or they were erased)
    empties the ring of everything before it: what was withdrawn is never replayed from here.
    """

    __slots__ = ("_items", "_made", "bytes", "since", "until")

    def __init__(self, at: int) -> None:
        self.since = self.until = at
        self.bytes = 0
        self._items: deque[Encoded] | None = None
        self._made: dict[int, Batch] | None = None

    def extend(self, page: Page) -> None:
        """Take the stretch that follows."""
        if page.since != self.until:
            raise ValueError(f"a ring at {self.until} cannot take a page from {page.since}")
        self._made = None
        if any(item.ends for item in page.items):
            self.forget()
        if page.items:
            if self._items is None:
                self._items = deque()
            self._items.extend(page.items)
            self.bytes += sum(_weight(item) for item in page.items)
        self.until = page.until
        while self._items and (len(self._items) > RING_ITEMS or self.bytes > RING_BYTES):
            oldest = self._items.popleft()
            self.bytes -= _weight(oldest)
            self.since = oldest.seq

    def forget(self) -> None:
        """Hold nothing; go on from here."""
        self._items = self._made = None
        self.bytes = 0
        self.since = self.until

    def read(self, stream: str, *, epoch: str, since: int, head: int, shared: bool) -> Batch | None:
        """The stretch after `since`, or none where the ring does not reach back so far.

        `head` is how far the stream is known to go. What is `shared` is kept for the next who asks
        from the same place, which in a team is nearly everybody.
        """
        if not self.since <= since <= self.until:
            return None
        made = self._made
        if made is not None and since in made:
            return made[since]
        # Counted from the end: nearly everybody is close to it.
        items = list(takewhile(lambda item: item.seq > since, reversed(self._items or ())))
        items.reverse()
        batch = make_batch(
            stream, items, epoch=epoch, since=since, until=self.until, more=self.until < head
        )
        if shared:
            made = self._made = {} if made is None else made
            if len(made) == SHARED:
                del made[next(iter(made))]
            made[since] = batch
        return batch


def make_batch(
    stream: str, items: list[Encoded], *, epoch: str, since: int, until: int, more: bool
) -> Batch:
    """One `events` frame of a complete stretch, cut short where it would become too large."""
    size, data = 0, []
    for place, item in enumerate(items):
        size += len(item.data) + 1
        if size > FRAME_BYTES and place:
            until, more = items[place - 1].seq, True
            break
        data.append(item.data)
    frame = encode_events(stream, epoch=epoch, since=since, until=until, items=data, more=more)
    return Batch(since=since, until=until, frame=frame, empty=not data)


def _weight(item: Encoded) -> int:
    return len(item.data) + ITEM_OVERHEAD
