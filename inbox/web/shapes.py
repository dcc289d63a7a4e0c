"""What requests carry, and the few answers that no flow has a struct for.

Members that no struct names are refused; the limits here are those of the OpenAPI document.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from inbox.core.cursor import LARGEST
from inbox.core.events import CoverChoice
from inbox.core.periods import By
from inbox.core.promise import Promise
from inbox.flows.callbacks.calling import Which
from inbox.flows.deliveries import Shown as ShownDeliveries
from inbox.flows.desk_views import Colleague, View
from inbox.flows.endpoints import KEEP_HOURS, LONGEST_KEEP
from inbox.flows.reports import Per
from inbox.web.route import ID_PATTERN

Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN, description="an id, as the server gave it")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=LARGEST, description="a place in the thread")]
Place = Annotated[str, msgspec.Meta(max_length=40, description="a cursor, as the server gave it")]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100, description="how many at most")]
Wait = Annotated[int, msgspec.Meta(ge=0, le=25, description="seconds to wait for something new")]
ListPlace = Annotated[str, msgspec.Meta(max_length=200, description="`next` of the page before")]
ClientId = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern="^[\\x20-\\x7e]+$",
        description="the sender's own id of it: the same again is the same message, for ever",
    ),
]
Body = Annotated[
    str, msgspec.Meta(min_length=1, description="at most 4,000 characters after NFC; see the guide")
]
Said = Annotated[
    str,
    msgspec.Meta(
        description="at most 4,000 characters after NFC; with attachments it may be empty"
    ),
]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Uploads = Annotated[
    tuple[str, ...],
    msgspec.Meta(max_length=16, description="ids of my uploads, none of them sent before"),
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class _Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what is taken in: what no field names is refused."""


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────


class NewMessage(_Taken, frozen=True):
    """A customer's message. Repeat it with the same `client_id` until it was answered."""

    client_id: ClientId
    body: Said
    urgent: bool = False
    attachments: Uploads = ()


class NewReply(_Taken, frozen=True):
    """An agent's message. `seen_seq` is the last seq that its author has seen."""

    client_id: ClientId
    body: Said
    seen_seq: Seq
    force: Annotated[
        bool,
        msgspec.Meta(description="send although the customer has written, or another holds it"),
    ] = False
    attachments: Uploads = ()


class NewNote(_Taken, frozen=True):
    """A private note: no customer ever sees it."""

    client_id: ClientId
    body: Body


class Upto(_Taken, frozen=True):
    """Everything up to this seq."""

    upto: Seq


class Shown(_Taken, frozen=True):
    """Everything up to this seq is stored or shown on a device."""

    upto: Seq
    device_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] | None = None


class SignIn(_Taken, frozen=True):
    """An agent's name and password."""

    name: Name
    password: Password


class OnDuty(_Taken, frozen=True):
    """Whether to be on duty."""

    on: bool


class ToAgent(_Taken, frozen=True):
    """Who gets the conversation."""

    agent: Id
    force: Annotated[
        bool, msgspec.Meta(description="although the agent is at the hard limit; leads alone")
    ] = False


class ToTeam(_Taken, frozen=True):
    """Which team gets it, and why; customers never see the reason."""

    team: Id
    reason: Line


class Until(_Taken, frozen=True):
    """When the snooze ends, within a year."""

    until: Annotated[
        str,
        msgspec.Meta(
            max_length=64, description="an RFC 3339 time, or `opening`: when the team opens next"
        ),
    ]


class NewPassword(_Taken, frozen=True):
    """A password of 12 to 256 characters."""

    password: Password


class Rotation(_Taken, frozen=True):
    """For how many hours the old secret is valid, too; 0: it ends at once."""

    keep_hours: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_KEEP)] = KEEP_HOURS


class NewTokenFor(_Taken, frozen=True):
    """Whose token, and what it is for."""

    agent: Id
    label: Name | None = None


# ── queries ──────────────────────────────────────────────────────────────────────────────────────


class Before(_Taken, frozen=True):
    """A page of a log, newest first."""

    before: Annotated[
        int, msgspec.Meta(ge=0, le=LARGEST, description="only what has a lower seq")
    ] = LARGEST
    limit: Limit = 50


class Since(_Taken, frozen=True):
    """Where to go on, and how long to wait."""

    since: Place | None = None
    wait: Wait = 0


class SinceOf(_Taken, frozen=True):
    """Which team's stream, where to go on, and how long to wait."""

    stream: Annotated[
        str, msgspec.Meta(pattern=f"^team:{ID_PATTERN[1:]}", description="`team:<id>`, one of mine")
    ]
    since: Place | None = None
    wait: Wait = 0


class Listed(_Taken, frozen=True):
    """Which of the desk's lists, and which page of it."""

    view: View = "waiting"
    cursor: ListPlace | None = None
    limit: Limit = 50


class Sought(_Taken, frozen=True):
    """What to search for, and which page of it."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="words to find")]
    cursor: ListPlace | None = None
    limit: Limit = 50


class Audited(_Taken, frozen=True):
    """Which lines of the audit log, and which page of them."""

    thread: Id | None = None
    actor: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    cursor: ListPlace | None = None
    limit: Limit = 50


class OfYear(_Taken, frozen=True):
    """Which country's holidays, and of which year."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1, as US")]
    year: Annotated[int, msgspec.Meta(ge=1970, le=2100)]
    subdivision: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1, max_length=40, description="ISO 3166-2 without the country, as WA"
            ),
        ]
        | None
    ) = None


class Pushed(_Taken, frozen=True):
    """A page of a thread's pushes, newest first."""

    before: Annotated[Id, msgspec.Meta(description="`next` of the page before")] | None = None
    limit: Limit = 50


class Delivered(_Taken, frozen=True):
    """Which deliveries of a webhook, and which page of them, newest first."""

    state: ShownDeliveries = "all"
    before: Annotated[Id, msgspec.Meta(description="`next` of the page before")] | None = None
    limit: Limit = 50


class Reported(_Taken, frozen=True):
    """Which days, by the calendar of each team, and what the rows are."""

    first: Annotated[date, msgspec.Meta(description="the first day, as 2026-11-01")] = (
        msgspec.field(name="from")
    )
    last: Annotated[date, msgspec.Meta(description="the last day; at most 366 days in all")] = (
        msgspec.field(name="to")
    )
    by: Annotated[
        By, msgspec.Meta(description="a row for each day, week (from Monday), month, or for all")
    ] = "total"
    per: Annotated[
        Per, msgspec.Meta(description="and for each team, market, both, or all in one")
    ] = "team"
    team: Annotated[Id, msgspec.Meta(description="this team alone")] | None = None
    market: (
        Annotated[
            str,
            msgspec.Meta(max_length=40, description="this market alone, as `US` or `US-WA-SEA`"),
        ]
        | None
    ) = None
    format: Literal["json", "csv"] = "json"


class OfThread(_Taken, frozen=True):
    """For which thread to fill the fields in; without it, as they were written."""

    thread: Id | None = None


class OfAgent(_Taken, frozen=True):
    """Whose."""

    agent: Id


class OfDay(_Taken, frozen=True):
    """Of which day by the customer's clock; today where none is given."""

    day: date | msgspec.UnsetType = msgspec.UNSET
    any_hour: Annotated[bool, msgspec.Meta(description="before 09:00 and after 20:00, too")] = False


class ListedCallbacks(_Taken, frozen=True):
    """Callbacks to come, or those that are over; and which page of them."""

    view: Which = "open"
    cursor: ListPlace | None = None
    limit: Limit = 50


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


class MessageAnswer(msgspec.Struct, frozen=True):
    """The stored message with its seq, and what a customer who waits is promised.

    `choice` is there where the customer's team is closed and asks whether to wait or to be answered
    by another, and after the customer has said to wait.
    """

    message: msgspec.Raw
    promise: Promise | None = None
    choice: CoverChoice | msgspec.UnsetType = msgspec.UNSET


class NoteAnswer(msgspec.Struct, frozen=True):
    """The stored note with its seq."""

    note: msgspec.Raw


class SignedIn(msgspec.Struct, frozen=True):
    """The agent who is signed in now, and until when; the session itself is in the cookie."""

    agent: Colleague
    expires_at: str


class SettingShown(msgspec.Struct, frozen=True):
    """One setting in force. Of a secret only is said whether it is set."""

    name: str
    value: Any
    default: Any
    secret: bool
    about: str


class SettingsShown(msgspec.Struct, frozen=True):
    """Every setting in force."""

    items: tuple[SettingShown, ...]
    next: None = None


class PushKey(msgspec.Struct, frozen=True):
    """The public key that a web page subscribes with (`applicationServerKey`)."""

    key: str


class Health(msgspec.Struct, frozen=True):
    """The server answers."""

    status: Literal["ok"] = "ok"
