"""The client's half of the sync rules, pure: what of a range is new, and where one stands then.

A frame `events` covers the range (since, until] of its stream without a hole. It is applied iff
`since ≤ cursor < until`, of its items those above the cursor, and then the cursor is `until`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from inbox.core.cursor import parse_cursor
from inbox.core.errors import BadRequest


class Numbered(msgspec.Struct, frozen=True):
    """The one thing that the rules need of an item: its place in the stream."""

    seq: int


class Range(msgspec.Struct, frozen=True):
    """An `events` frame or a long poll's answer. Items are left as they came."""

    since: str
    until: str
    items: tuple[msgspec.Raw, ...] = ()
    more: bool = False


class Fresh(msgspec.Struct, frozen=True):
    """The range continues what is known: keep these items and this cursor in one act."""

    cursor: str
    items: tuple[msgspec.Raw, ...]


Step: TypeAlias = Fresh | Literal["known", "gap"]
"""`known`: came before, nothing to do. `gap`: something between is missing, so ask again from the
cursor; a server that keeps the contract never causes it."""


def follow(cursor: str | None, frame: Range) -> Step:
    """Judge a range by the cursor (none: at the beginning, wherever the server lets it begin).

    A frame that cannot be read is a gap: its items have not come.
    """
    try:
        since, until = parse_cursor(frame.since), parse_cursor(frame.until)
        own = since if cursor is None else parse_cursor(cursor)
        if not since.epoch == until.epoch == own.epoch or not since.n <= min(own.n, until.n):
            return "gap"
        if cursor is not None and until.n <= own.n:
            return "known"
        return Fresh(frame.until, _above(own.n, until.n, frame.items))
    except (BadRequest, msgspec.ValidationError):
        return "gap"


def _above(at: int, until: int, items: Sequence[msgspec.Raw]) -> tuple[msgspec.Raw, ...]:
    """The items in (at, until], each number once and rising, whatever the frame holds."""
    fresh = []
    for item in items:
        seq = _number(item).seq
        if at < seq <= until:
            fresh.append(item)
            at = seq
    return tuple(fresh)


_number = msgspec.json.Decoder(Numbered).decode
