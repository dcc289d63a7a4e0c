"""What the database holds, as structs: one per table that flows read whole, columns in order."""

from __future__ import annotations

import msgspec

from inbox.core.callbacks import CallbackState
from inbox.core.cover import Choice
from inbox.core.events import CarePreference, Item, ServingWhy, State, TeamRef
from inbox.core.filetypes import File
from inbox.core.policy import Role
from inbox.store.rows import reader


class Thread(msgspec.Struct, frozen=True):
    """A thread's row: pin, serving team, the newest conversation's live state, marks in the log."""

    id: str
    customer_id: str
    created_at: int
    head: int
    floor: int
    home_team: str
    pin_reason: str
    pin_by_region: bool
    pinned_at: int
    serving_team: str
    serving_why: ServingWhy
    serving_until: int | None
    conversation: int
    state: State | None
    assignee_id: str | None
    snoozed_until: int | None
    resolved_at: int | None
    waiting_since: int | None
    last_customer_seq: int
    last_agent_seq: int
    last_agent_id: str | None
    last_message_at: int | None
    customer_delivered: int
    customer_read: int
    agent_delivered: int
    agent_read: int
    unindexed: bool
    customer_seen: int
    reachable: bool
    rings_from: int | None
    badged: bool
    read_on: str | None
    promise: str | None
    due_at: int | None
    care: CarePreference
    choice: Choice | None
    choice_until: int | None
    take_back_at: int | None
    left_by: str | None


class Customer(msgspec.Struct, frozen=True):
    """A customer's profile as the newest token told it."""

    id: str
    name: str | None
    region: str | None
    time_zone: str | None
    locale: str | None
    phone: str | None
    attributes: str
    claims_iat: int
    signed_out_at: int
    written_at: int | None
    erased_at: int | None
    created_at: int
    quiet: str | None


class Team(msgspec.Struct, frozen=True):
    """A team. `languages` is a JSON array; `customers` counts those who have written."""

    id: str
    key: str
    name: str
    place: str | None
    photo_url: str | None
    time_zone: str
    languages: str
    is_default: bool
    max_customers: int | None
    customers: int
    created_at: int

    def spoken(self) -> tuple[str, ...]:
        """The languages that the team speaks."""
        return _languages(self.languages)

    def ref(self) -> TeamRef:
        """Id, key and name, as events show a team."""
        return TeamRef(self.id, self.key, self.name)


class Agent(msgspec.Struct, frozen=True):
    """An agent. `sign_in` is the folded name; a stand-in is the author of imported messages."""

    id: str
    name: str
    sign_in: str | None
    role: Role
    photo_url: str | None
    line: str | None
    on_duty: bool
    is_stand_in: bool
    disabled_at: int | None
    created_at: int


class Webhook(msgspec.Struct, frozen=True):
    """An endpoint of the company's systems; `types` is a JSON list."""

    id: str
    url: str
    label: str
    types: str
    with_text: bool
    secret_number: int
    old_until: int
    failing_since: int | None
    failures: int
    paused_until: int
    last_reason: str | None
    off_at: int | None
    off_reason: str | None
    created_at: int


class CallbackRow(msgspec.Struct, frozen=True):
    """A call that a customer wants. `seq` is the newest place in the log that tells of it."""

    id: str
    thread_id: str
    team_id: str
    state: CallbackState
    due_at: int
    ends_at: int
    planned_end: int
    phone: str
    topic: str
    any_hour: bool
    attempts: int
    agent_id: str | None
    first_attempt_at: int | None
    settled_at: int | None
    remind_at: int | None
    seq: int
    body_key: str
    created_at: int


class Upload(msgspec.Struct, frozen=True):
    """A row of `uploads` as `upload_columns` give it."""

    id: str
    by_kind: str
    by_id: str
    state: int
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    small_type: str | None
    created_at: int
    due_at: int | None
    thread_id: str | None
    seq: int | None
    is_photo: bool

    def file(self) -> File:
        """As messages show it."""
        return File(
            self.id,
            self.name,
            self.type,
            self.size,
            self.width,
            self.height,
            self.small_type is not None,
        )


_languages = msgspec.json.Decoder(tuple[str, ...]).decode

THREAD_WIDTH = len(Thread.__struct_fields__)
"""Columns of a thread: what a query adds to them begins here."""

CALLBACK_WIDTH = len(CallbackRow.__struct_fields__)
"""Columns of a callback, likewise."""

TEAM_WIDTH = len(Team.__struct_fields__)
"""Columns of a team, likewise."""

read_thread = reader(Thread)
read_customer = reader(Customer)
read_team = reader(Team)
read_agent = reader(Agent)
read_webhook = reader(Webhook)
read_callback = reader(CallbackRow)
read_upload = reader(Upload)
read_item = reader(Item)
"""Rows of `seq, type, at, payload` as items of a log."""
