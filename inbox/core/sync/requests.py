"""What a connection has asked for and not been answered yet, bounded and in order."""

from __future__ import annotations

from collections import deque
from typing import Literal

import msgspec

from inbox.core.errors import Overloaded
from inbox.core.frames import Send
from inbox.core.sync.effects import Deliver, Effect, Mark

SENDS = 32
"""Sends under way or waiting on one connection; an agent works on a few threads at once."""

RECEIPTS = 64
"""Threads with a receipt under way on one connection."""

MarkKind = Literal["ack", "read"]


class Asked(msgspec.Struct, frozen=True):
    """What a ticket stands for; `id` is the client's own name for it."""

    thread: str
    kind: Literal["send", "ack", "read"]
    id: int | str | None = None


class Requests:
    """Tickets under way.

    Sends to one thread go one after the other, in the order in which they came, so that a client
    which does not wait for answers keeps its order too. Of receipts only the furthest waits.
    """

    __slots__ = ("_last", "_receipts", "_sends", "_tickets", "_waiting")

    def __init__(self) -> None:
        self._last = 0
        self._tickets: dict[int, Asked] = {}
        self._sends: dict[str, deque[Send]] = {}
        self._receipts: dict[tuple[MarkKind, str], int] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return len(self._tickets)

    def send(self, thread: str, frame: Send) -> list[Effect]:
        """Take a send; raises Overloaded when too many are unanswered."""
        if self._waiting >= SENDS:
            raise Overloaded("too many sends are unanswered; wait for them", retry_after=1)
        self._waiting += 1
        queue = self._sends.setdefault(thread, deque())
        queue.append(frame)
        return [self._deliver(thread)] if len(queue) == 1 else []

    def mark(self, kind: MarkKind, thread: str, upto: int) -> list[Effect]:
        """Take a receipt; raises Overloaded when too many are under way."""
        key = (kind, thread)
        if key in self._receipts:
            self._receipts[key] = max(self._receipts[key], upto)
            return []
        if len(self._receipts) >= RECEIPTS:
            raise Overloaded("too many receipts are under way", retry_after=1)
        return [self._mark(kind, thread, upto)]

    def end(self, ticket: int) -> tuple[Asked | None, list[Effect]]:
        """Close a ticket: what it was (none: not ours), and what can begin now."""
        asked = self._tickets.pop(ticket, None)
        if asked is None:
            return None, []
        if asked.kind == "send":
            self._waiting -= 1
            queue = self._sends[asked.thread]
            queue.popleft()
            if queue:
                return asked, [self._deliver(asked.thread)]
            del self._sends[asked.thread]
            return asked, []
        further = self._receipts.pop((asked.kind, asked.thread))
        return asked, [self._mark(asked.kind, asked.thread, further)] if further >= 0 else []

    def _ticket(self, asked: Asked) -> int:
        self._last += 1
        self._tickets[self._last] = asked
        return self._last

    def _deliver(self, thread: str) -> Effect:
        frame = self._sends[thread][0]
        return Deliver(self._ticket(Asked(thread, "send", frame.id)), thread, frame)

    def _mark(self, kind: MarkKind, thread: str, upto: int) -> Effect:
        self._receipts[kind, thread] = -1
        return Mark(self._ticket(Asked(thread, kind)), kind, thread, upto)
