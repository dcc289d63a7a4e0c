"""Shifts: when an agent is at work in an ordinary week, by the clock of a zone of their own.

A shift is written as a team's hours are and read by the same arithmetic, so it ends at the right
instant in the nights on which clocks change. It has no dates of its own: a holiday is the team's.
"""

from __future__ import annotations

from inbox.core.hours import Hours, business_ms, closes_at, next_open


def covers(shift: Hours, start: int, end: int) -> bool:
    """Whether somebody is at work all the time from `start` to `end`, or at `start` if equal."""
    return business_ms(shift, start, max(end, start + 1)) == max(end, start + 1) - start


def ends_at(shift: Hours | None, at: int) -> int | None:
    """When whoever goes on duty at `at` goes home: at the end of this shift, else of the next.

    None: no shift is set, or it never ends.
    """
    if shift is None:
        return None
    begins = next_open(shift, at)
    return None if begins is None else closes_at(shift, begins)
