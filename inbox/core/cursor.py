"""Cursors, and where a client that comes back with one goes on.

A cursor is `epoch:n`: a place in a stream, good only while the database is the one that gave it.
Clients keep it as an opaque text. Live sync and the long poll judge it by the same function.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import msgspec

from inbox.core.errors import BadRequest

LARGEST = 2**53 - 1
"""The largest number that every JSON reader keeps exactly."""

_CURSOR = re.compile(r"([0-9a-f]{8}):(0|[1-9][0-9]{0,15})", re.ASCII)

ResetReason: TypeAlias = Literal["stale_epoch", "cursor_ahead", "history_expired", "too_far"]


class Cursor(msgspec.Struct, frozen=True):
    """A place: everything up to `n` of a stream, in the life of the database named by `epoch`."""

    epoch: str
    n: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.n}"


class Reset(msgspec.Struct, frozen=True):
    """Resuming is impossible: forget, load by HTTP, go on from `n`."""

    reason: ResetReason
    n: int


def parse_cursor(text: str) -> Cursor:
    """Read a cursor; raises BadRequest for a text that no server of ours has written."""
    found = _CURSOR.fullmatch(text)
    if found is None or int(found[2]) > LARGEST:
        raise BadRequest.field("since", "not a cursor")
    return Cursor(found[1], int(found[2]))


def resume(since: Cursor | None, *, epoch: str, head: int, floor: int, limit: int) -> int | Reset:
    """Where to read on from in a stream that holds `floor`+1..`head`, or why that cannot be.

    Without a cursor reading begins at the floor. At most `limit` items are caught up with.
    """
    if since is None:
        start = floor
    elif since.epoch != epoch:
        return Reset("stale_epoch", head)
    elif since.n > head:
        return Reset("cursor_ahead", head)
    elif since.n < floor:
        return Reset("history_expired", head)
    else:
        start = since.n
    return Reset("too_far", head) if head - start > limit else start
