"""The items of a thread's log, and the customer's filtered view of them.

Each event type is one struct, whose fields stand beside `seq`, `type` and `at` on the wire. What is
stored is that struct as JSON, complete, as the desk sees it; `customer_view` says what of it a
customer may see, and is the only place that decides it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inbox.core.callbacks import CallbackState
from inbox.core.filetypes import File
from inbox.core.instant import to_text

AuthorKind = Literal["customer", "agent", "system"]
State = Literal["open", "snoozed", "resolved"]
ServingWhy = Literal["home", "cover", "bounce", "general"]
Side = Literal["customer", "agent"]
CarePreference = Literal["team", "general", "self_service"]


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it, as it was shown at that time."""

    kind: AuthorKind
    id: str
    name: str | None
    photo_url: str | None = None


class Message(msgspec.Struct, frozen=True):
    """What both sides see. `client_id` is shown to its own side only.

    `urgent` is there, and true, where the customer said that it cannot wait. `attachments` are ids
    of uploads; `files`, where there are any, says of each what it is, in the same order.
    """

    id: str
    author: Author
    body: str
    sent_at: str
    conversation: int
    attachments: tuple[str, ...] = ()
    urgent: bool | msgspec.UnsetType = msgspec.UNSET
    client_id: str | msgspec.UnsetType = msgspec.UNSET
    files: tuple[File, ...] | msgspec.UnsetType = msgspec.UNSET


class Note(msgspec.Struct, frozen=True):
    """A private note."""

    id: str
    client_id: str
    author: Author
    body: str
    sent_at: str


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conversation's state; `until` is a snooze's end, `by` an agent's id."""

    state: State
    conversation: int
    until: str | None = None
    by: str | None = None


class AgentRef(msgspec.Struct, frozen=True):
    """An agent by id and name."""

    id: str
    name: str


class TeamRef(msgspec.Struct, frozen=True):
    """A team by id, key and name."""

    id: str
    key: str
    name: str


class Serving(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which team holds the open conversation, why, and until when a lease runs."""

    team: TeamRef
    why: ServingWhy
    until: str | None = None


class Rating(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the customer thought of a conversation: from 1 to 5, and why."""

    conversation: int
    score: int
    comment: str | None = None


class CallbackCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call that the customer wants, as it is then: due from `due_at` to `ends_at`.

    `by` is the agent who acted, `remark` what they noted: both are for the desk alone.
    """

    id: str
    state: CallbackState
    due_at: str
    ends_at: str
    phone: str
    topic: str
    attempts: int = 0
    agent: AgentRef | None = None
    by: str | None = None
    remark: str | None = None


class CoverChoice(msgspec.Struct, frozen=True):
    """Whether the customer waits for their team or is answered by another now.

    `open`: they are asked, and have not said yet. It holds until the team opens, at `until`.
    """

    state: Literal["open", "wait", "now"]
    until: str


class CareChosen(msgspec.Struct, frozen=True):
    """How the customer wants to be cared for."""

    preference: CarePreference


class MessageEvent(msgspec.Struct, frozen=True):
    """`message`: somebody wrote."""

    message: Message


class NoteEvent(msgspec.Struct, frozen=True):
    """`note`: an agent wrote for the team alone."""

    note: Note


class StatusEvent(msgspec.Struct, frozen=True):
    """`status`: a conversation began, was snoozed, resolved or reopened."""

    status: Status


class AssigneeEvent(msgspec.Struct, frozen=True):
    """`assignee`: who has the conversation now (`null`: the queue), and why it changed."""

    assignee: AgentRef | None
    reason: str


class ServingEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`serving`: another team holds the conversation; reason and hand-back note stay inside."""

    serving: Serving
    reason: str | None = None
    note: str | None = None
    by: str | None = None


class ChoiceEvent(msgspec.Struct, frozen=True):
    """`choice`: the team is closed; the customer is asked what to do, or has said it."""

    choice: CoverChoice


class CareEvent(msgspec.Struct, frozen=True):
    """`care`: the customer has chosen how to be cared for."""

    care: CareChosen


class PinEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`pin`: the home team was chosen, or explicitly changed."""

    team: TeamRef
    reason: str | None = None
    by: str | None = None


class ReceiptEvent(msgspec.Struct, frozen=True):
    """`read`, `delivered`: one side has read or received everything up to `upto`."""

    who: Side
    upto: int


class RatingEvent(msgspec.Struct, frozen=True):
    """`rating`: the customer rated a conversation, or changed their rating: the newest counts."""

    rating: Rating


class CallbackEvent(msgspec.Struct, frozen=True):
    """`callback`: a call was booked, is due, was tried, or is over."""

    callback: CallbackCard


class CustomerEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`customer`: the profile changed; `suggest_pin` is a home team that would fit better now."""

    changed: tuple[str, ...]
    suggest_pin: TeamRef | None = None


class ErasedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`erased`: stands where an item was; with `upto`, says that all up to there were erased."""

    upto: int | None = None


Event: TypeAlias = (
    MessageEvent
    | NoteEvent
    | StatusEvent
    | AssigneeEvent
    | ServingEvent
    | ChoiceEvent
    | CareEvent
    | PinEvent
    | ReceiptEvent
    | RatingEvent
    | CallbackEvent
    | CustomerEvent
    | ErasedEvent
)

EVENTS: dict[str, type[Event]] = {
    "message": MessageEvent,
    "note": NoteEvent,
    "status": StatusEvent,
    "assignee": AssigneeEvent,
    "serving": ServingEvent,
    "choice": ChoiceEvent,
    "care": CareEvent,
    "pin": PinEvent,
    "read": ReceiptEvent,
    "delivered": ReceiptEvent,
    "rating": RatingEvent,
    "callback": CallbackEvent,
    "customer": CustomerEvent,
    "erased": ErasedEvent,
}
"""Event type → its struct."""

PRIVATE = frozenset({"note", "assignee", "customer"})
"""Types that a customer never sees: stored with audience `desk`, all others with `all`."""


_DECODERS = {type_: msgspec.json.Decoder(event) for type_, event in EVENTS.items()}


class Item(msgspec.Struct, frozen=True):
    """One place in a thread's log: dense `seq`, Unix ms of storing, and the stored struct."""

    seq: int
    type: str
    at: int
    payload: str

    def event(self) -> Event:
        """The stored JSON as its struct."""
        return _DECODERS[self.type].decode(self.payload)


def audience(type_: str) -> Literal["all", "desk"]:
    """Who may see items of this type: `all`, or the desk alone."""
    return "desk" if type_ in PRIVATE else "all"


def customer_view(item: Item) -> Item | None:
    """What the customer may see of an item, or none.

    Takes away: notes, assignees and profile events; a snooze, and who changed a state; every
    reason, hand-back note, lease end and remark on a callback; the `client_id` of what others
    wrote.
    """
    if item.type in PRIVATE:
        return None
    shown: Event
    match item.event():
        case MessageEvent(message):
            if message.author.kind == "customer":
                return item
            shown = MessageEvent(msgspec.structs.replace(message, client_id=msgspec.UNSET))
        case StatusEvent(status):
            if status.state == "snoozed":
                return None
            shown = StatusEvent(Status(status.state, status.conversation))
        case ServingEvent(serving):
            shown = ServingEvent(Serving(serving.team, serving.why))
        case PinEvent(team):
            shown = PinEvent(team)
        case CallbackEvent(card):
            shown = CallbackEvent(msgspec.structs.replace(card, by=None, remark=None))
        case ReceiptEvent() | RatingEvent() | ChoiceEvent() | CareEvent() | ErasedEvent():
            return item
        case _:
            return None
    return Item(item.seq, item.type, item.at, msgspec.json.encode(shown).decode())


def wire(item: Item, *, team_seq: int | None = None, thread: str | None = None) -> bytes:
    """The item as wire JSON; in a team's stream it takes the stream's seq and names its thread."""
    at = to_text(item.at)
    if team_seq is None:
        head = f'{{"seq":{item.seq},"type":"{item.type}","at":"{at}"'
    else:
        head = (
            f'{{"seq":{team_seq},"type":"{item.type}","at":"{at}"'
            f',"thread":"{thread}","thread_seq":{item.seq}'
        )
    rest = item.payload[1:]
    return (f"{head}}}" if rest == "}" else f"{head},{rest}").encode()
