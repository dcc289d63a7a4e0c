"""What a customer chooses and is told while their team is away, as the server answers it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

CarePreference = Literal["team", "general", "self_service"]


class Choice(msgspec.Struct, frozen=True):
    """The team is closed: *open* asks the customer; *wait* and *now* are what they have said.

    It holds until the team opens, at `until`.
    """

    state: str
    until: datetime


class CareChosen(msgspec.Struct, frozen=True):
    """How the customer wants to be cared for: team, general or self_service."""

    preference: str


class Care(msgspec.Struct, frozen=True):
    """How the customer wants to be cared for, and among what there is a choice."""

    preference: str
    offers: tuple[str, ...] = ()
    self_service_url: str | None = None


class Notice(msgspec.Struct, frozen=True):
    """What a team tells all its customers; `until` is there where a storm's end is set."""

    text: str
    since: datetime
    until: datetime | None = None


class NoticeChanged(msgspec.Struct, frozen=True):
    """What the customer's home team (by id) tells everybody now; none: nothing any more.

    `state` is *open*, *limited* or *closed*: it comes, too, when the team opens or closes.
    """

    team: str
    notice: Notice | None
    state: str | None = None
