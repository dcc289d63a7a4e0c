"""A team's hours, as the server answers and as leads and admins set them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

OpenState = Literal["open", "limited", "closed"]
"""*limited*: only urgent conversations are served."""


class Period(msgspec.Struct, frozen=True):
    """A stretch of a day, as `08:00` to `20:00`; one that closes earlier ends on the next day."""

    opens: str
    closes: str


class Weekly(msgspec.Struct, frozen=True, omit_defaults=True):
    """The periods of an ordinary week, by the clock of the team's zone."""

    mon: tuple[Period, ...] = ()
    tue: tuple[Period, ...] = ()
    wed: tuple[Period, ...] = ()
    thu: tuple[Period, ...] = ()
    fri: tuple[Period, ...] = ()
    sat: tuple[Period, ...] = ()
    sun: tuple[Period, ...] = ()


class Day(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date on which something else holds; without periods, those of its weekday."""

    date: date
    state: OpenState
    periods: tuple[Period, ...] | None = None
    name: str | None = None


class Hours(msgspec.Struct, frozen=True):
    """A team's hours, and whether it is open now. No `weekly`: it has set none, and always is."""

    time_zone: str
    weekly: Weekly | None = None
    days: tuple[Day, ...] = ()
    open: bool = True
    state: OpenState = "open"
    closes_at: datetime | None = None
    next_open: datetime | None = None


class Shift(msgspec.Struct, frozen=True):
    """An agent's shift by the clock of `time_zone`, and whether it is now. No `weekly`: none."""

    time_zone: str | None = None
    weekly: Weekly | None = None
    on: bool = False
    begins_at: datetime | None = None
    ends_at: datetime | None = None


class TodayPeriod(msgspec.Struct, frozen=True):
    """A period by the team's clock, and as instants."""

    opens: str
    closes: str
    opens_at: datetime
    closes_at: datetime


class Today(msgspec.Struct, frozen=True):
    """The team's date now, and the periods that begin on it; `name` is a holiday's, say."""

    date: date
    state: OpenState
    name: str | None = None
    periods: tuple[TodayPeriod, ...] = ()


class Holiday(msgspec.Struct, frozen=True):
    """A public holiday, with what is listed for its date already."""

    date: date
    name: str
    listed: Day | None = None
