"""What the HTTP calls give, typed and lenient: unknown members are ignored, later ones optional.

Times are aware UTC datetimes. The shapes are the contract's; see the OpenAPI document of a server
for every member.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from inbox.client.care import Care, Choice, Notice
from inbox.client.hours import OpenState, Today

T = TypeVar("T")


class TeamRef(msgspec.Struct, frozen=True):
    """A team by id, key and name."""

    id: str
    key: str = ""
    name: str = ""


class AgentRef(msgspec.Struct, frozen=True):
    """An agent by id and name."""

    id: str
    name: str = ""


class Author(msgspec.Struct, frozen=True):
    """Who wrote it, as shown at that time: `kind` is customer, agent or system."""

    kind: str
    id: str = ""
    name: str | None = None
    photo_url: str | None = None


class File(msgspec.Struct, frozen=True):
    """A file as messages show it: enough to lay it out before it is fetched."""

    id: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False


class Message(msgspec.Struct, frozen=True):
    """A message. `seq` is its place in its thread; `client_id` is shown to its own side only.

    `attachments` are ids of uploads, `files` what they are, in the same order.
    """

    id: str
    author: Author
    body: str
    sent_at: datetime
    conversation: int = 0
    attachments: tuple[str, ...] = ()
    client_id: str | None = None
    seq: int = 0
    files: tuple[File, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """A private note. `seq` is its place in its thread."""

    id: str
    author: Author
    body: str
    sent_at: datetime
    client_id: str | None = None
    seq: int = 0


class Promise(msgspec.Struct, frozen=True):
    """By when an answer can be expected, and `text` that says so in the customer's language.

    `kind` is measured or target, `basis` first or next; `minutes` are the team's business time.
    `opens_at`: when the team is back, none while it is there. `form` is how `text` says it: within,
    back or by; none where the server is older than that.
    """

    expect_by: datetime
    text: str
    kind: str = "measured"
    basis: str = "first"
    form: str | None = None
    minutes: int = 0
    opens_at: datetime | None = None
    samples: int = 0


class Sent(msgspec.Struct, frozen=True):
    """A message that is on the server's disk. `duplicate`: it was there already.

    `choice`: the team is closed, and asks whether to wait or to be answered by another.
    """

    message: Message
    duplicate: bool = False
    promise: Promise | None = None
    choice: Choice | None = None


class Noted(msgspec.Struct, frozen=True):
    """A note that is on the server's disk. `duplicate`: it was there already."""

    note: Note
    duplicate: bool = False


class Rating(msgspec.Struct, frozen=True):
    """What the customer thought of a conversation, from 1 to 5; the newest counts."""

    conversation: int
    score: int
    comment: str | None = None
    seq: int = 0


class ConversationState(msgspec.Struct, frozen=True):
    """The newest conversation: open, snoozed (until) or resolved."""

    state: str
    conversation: int = 0
    until: datetime | None = None


class Holding(msgspec.Struct, frozen=True):
    """Which team serves the thread now, and why: home, cover, bounce or general."""

    team: TeamRef
    why: str
    until: datetime | None = None


class Receipts(msgspec.Struct, frozen=True):
    """How far the team has received and read, as seqs of the thread."""

    delivered: int = 0
    read: int = 0


class ThreadState(msgspec.Struct, frozen=True):
    """A customer's thread as it stands: head is its last seq, cursor where its stream is.

    `rating` is what the customer gave to a conversation that is resolved.
    """

    thread: str
    team: TeamRef
    cursor: str
    head: int
    serving: Holding | None = None
    status: ConversationState | None = None
    promise: Promise | None = None
    unread: int = 0
    care: Care | None = None
    choice: Choice | None = None
    receipts: Receipts = Receipts()
    rating: int | None = None


class Covered(msgspec.Struct, frozen=True):
    """Which team serves the conversation now, and what the customer chose."""

    serving: Holding
    choice: Choice | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list; `next` asks for the following part (none: the end)."""

    items: tuple[T, ...]
    next: str | None = None


class Person(msgspec.Struct, frozen=True):
    """Somebody of the team as the customer sees them."""

    name: str
    photo_url: str | None = None
    line: str | None = None


class TeamPage(msgspec.Struct, frozen=True):
    """The customer's team: name, place, people, and whether they are there.

    `hours` is today, none where the team has set no hours: then it is always open. `closes_at` is
    when it closes, while it is open; `next_open` when it opens, while it is not.
    """

    id: str
    key: str
    name: str
    place: str | None = None
    photo_url: str | None = None
    people: tuple[Person, ...] = ()
    time_zone: str = "UTC"
    hours: Today | None = None
    open: bool = True
    state: OpenState = "open"
    closes_at: datetime | None = None
    next_open: datetime | None = None
    line: str | None = None
    promise: Promise | None = None
    kept_rate: float | None = None
    notice: Notice | None = None


class CustomerCard(msgspec.Struct, frozen=True):
    """What the company has told about a customer."""

    id: str
    name: str | None = None
    region: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    phone: str | None = None
    attributes: dict[str, str] = {}


class Summary(msgspec.Struct, frozen=True):
    """A thread as the desk lists it. `unread` is the asking agent's; none in streams."""

    id: str
    customer: CustomerCard
    team: TeamRef
    head: int
    serving: Holding | None = None
    status: ConversationState | None = None
    conversation: int = 0
    assignee: AgentRef | None = None
    last_message: Message | None = None
    waiting_since: datetime | None = None
    promise: Promise | None = None
    unread: int | None = None
    care: str = "team"
    choice: Choice | None = None


class Colleague(msgspec.Struct, frozen=True):
    """An agent as other agents see them."""

    id: str
    name: str
    role: str = "agent"
    photo_url: str | None = None
    line: str | None = None
    on_duty: bool = False


class Teammate(Colleague, frozen=True):
    """A colleague with how many active conversations; `on_shift` is none where none is set."""

    active: int = 0
    on_shift: bool | None = None


class TeamStream(msgspec.Struct, frozen=True):
    """A team of mine, its stream, and the cursor to follow it from."""

    team: TeamRef
    stream: str
    cursor: str


class Duty(msgspec.Struct, frozen=True):
    """Whether the agent is on duty, since when, and when their shift ends it.

    `active` is how many of their conversations count for capacity.
    """

    on: bool
    since: datetime | None = None
    ends_at: datetime | None = None
    active: int = 0


class Me(msgspec.Struct, frozen=True):
    """The signed-in agent."""

    agent: Colleague
    teams: tuple[TeamStream, ...]
    duty: Duty


class Helper(msgspec.Struct, frozen=True):
    """A team that helps in a storm, and how many of a hundred new conversations it takes."""

    team: TeamRef
    share: int


class Storm(msgspec.Struct, frozen=True):
    """A storm in force: new conversations spill, and promised times are `widen` times as long."""

    team: TeamRef
    since: datetime
    until: datetime
    teams: tuple[Helper, ...]
    notice: str
    widen: float = 1.0


class TeamNotice(msgspec.Struct, frozen=True):
    """What a team tells its customers now."""

    team: TeamRef
    notice: Notice | None


class TeamSheet(msgspec.Struct, frozen=True):
    """A team of mine with its people, and whether it is there, as its customers see it."""

    team: TeamRef
    members: tuple[Teammate, ...] = ()
    time_zone: str = "UTC"
    hours: Today | None = None
    open: bool = True
    state: OpenState = "open"
    closes_at: datetime | None = None
    next_open: datetime | None = None
    line: str | None = None
    kept_rate: float | None = None
    handing: str = "pull"
    soft_limit: int = 0
    hard_limit: int = 0
    calls_back: bool = False
    notice: Notice | None = None
    storm: Storm | None = None


class TeamKnown(msgspec.Struct, frozen=True):
    """A team that one can transfer to, cover by or call on; `mine` says whether one is in it."""

    team: TeamRef
    state: OpenState = "open"
    place: str | None = None
    next_open: datetime | None = None
    general: bool = False
    mine: bool = False
    storm: Storm | None = None
    covers: bool = False


class CustomerRef(msgspec.Struct, frozen=True):
    """A customer by id and name."""

    id: str
    name: str | None = None


class FoundText(msgspec.Struct, frozen=True):
    """A message or note (`type`) that has all the words; `body` is the stretch around the first."""

    thread: str
    customer: CustomerRef
    seq: int
    type: str
    at: datetime
    author: str | None = None
    body: str = ""


class FoundCustomer(msgspec.Struct, frozen=True):
    """A customer whose name or id has all the words."""

    thread: str
    customer: CustomerRef


class Found(msgspec.Struct, frozen=True):
    """What a search found, newest first; customers stand on the first page alone."""

    items: tuple[FoundText, ...] = ()
    customers: tuple[FoundCustomer, ...] = ()
    next: str | None = None


class Team(msgspec.Struct, frozen=True):
    """A team as admins see it. `customers` counts those pinned here who have written."""

    id: str
    key: str
    name: str
    time_zone: str = "UTC"
    place: str | None = None
    photo_url: str | None = None
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    default: bool = False
    max_customers: int | None = None
    customers: int = 0
    members: int = 0


class Canned(msgspec.Struct, frozen=True):
    """A canned response; no team: everybody's. `filled`: for the thread that was asked for."""

    id: str
    shortcut: str
    title: str
    text: str
    team: TeamRef | None = None
    filled: str | None = None
    missing: tuple[str, ...] = ()


class Agent(msgspec.Struct, frozen=True):
    """An agent as admins see them; `teams` are ids."""

    id: str
    name: str
    role: str = "agent"
    teams: tuple[str, ...] = ()
    photo_url: str | None = None
    line: str | None = None
    on_duty: bool = False
    stand_in: bool = False
    disabled: bool = False


class PersonalToken(msgspec.Struct, frozen=True):
    """A new personal token: `token` is shown this once and never again."""

    id: str
    agent: str
    token: str


class TokenInfo(msgspec.Struct, frozen=True):
    """A personal token or session of an agent, without the secret."""

    id: str
    agent: str
    kind: str = ""
    label: str | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
