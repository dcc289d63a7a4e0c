"""Quiet hours: when a customer's phone must not ring, by the clock on the customer's own wall.

It is quiet whenever that clock shows a time in the window, so in the night in which it is put back
an hour may be quiet twice, and in the one in which it is put forward an end that it never shows is
the moment of the change. Instants are Unix milliseconds; `tzinfo` comes in ready-made.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

import msgspec

Mode = Literal["hold", "passive"]
"""`hold`: pushes wait for the end. `passive`: they come without sound and light."""

MINUTE_MS = 60_000
DAY = 24 * 60

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Quiet(msgspec.Struct, frozen=True):
    """A window of the day, in minutes after midnight; it may go past midnight."""

    begins: int
    ends: int
    mode: Mode = "hold"

    def covers(self, minute: int) -> bool:
        """Whether the clock shows a time in the window."""
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@lru_cache(maxsize=1_024)
def parse_quiet(text: str, mode: Mode) -> Quiet | None:
    """The window of a text as `22:00-08:00`; none of an empty one. Raises ValueError."""
    if not text:
        return None
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ValueError("must be two times, as 22:00-08:00")
    begins, ends = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
    if begins == ends:
        raise ValueError("must end at another time than it begins")
    return Quiet(begins, ends, mode)


def quiet_until(quiet: Quiet, *, zone: tzinfo, now: int) -> int | None:
    """When it will be quiet no longer; none where it is not quiet now."""
    at = now - now % MINUTE_MS
    if not quiet.covers(_minute(zone, at)):
        return None
    while True:
        end = at + (quiet.ends - _minute(zone, at)) % DAY * MINUTE_MS
        turn = _turn(zone, at, end)
        if turn is None:
            return end
        if not quiet.covers(_minute(zone, turn)):
            return turn
        at = turn


def _turn(zone: tzinfo, since: int, until: int) -> int | None:
    """The first minute after `since` and up to `until` at which the clock has been changed."""
    before = _offset(zone, since)
    if before == _offset(zone, until):
        return None
    minutes = range(since, until + 1, MINUTE_MS)
    return minutes[bisect_left(minutes, True, key=lambda at: _offset(zone, at) != before)]  # noqa: FBT003


def _minute(zone: tzinfo, at: int) -> int:
    shown = datetime.fromtimestamp(at // 1000, zone)
    return shown.hour * 60 + shown.minute


def _offset(zone: tzinfo, at: int) -> timedelta | None:
    return datetime.fromtimestamp(at // 1000, zone).utcoffset()
