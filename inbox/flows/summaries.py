"""A thread in one line: what every list, the open thread and an `entered` mark show of it."""

from __future__ import annotations

import msgspec

from inbox.core.events import AgentRef, CarePreference, CoverChoice, Serving, Status, TeamRef
from inbox.core.filetypes import File
from inbox.core.instant import to_text
from inbox.core.promise import Promise
from inbox.flows.promises import as_told
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import THREAD_WIDTH, Thread, read_item, read_thread
from inbox.store.rows import sure


class NumberedMessage(msgspec.Struct, frozen=True):
    """A message with its place in the thread."""

    seq: int
    id: str
    author: msgspec.Raw
    body: str
    sent_at: str
    conversation: int
    attachments: tuple[str, ...] = ()
    urgent: bool | msgspec.UnsetType = msgspec.UNSET
    client_id: str | msgspec.UnsetType = msgspec.UNSET
    files: tuple[File, ...] | msgspec.UnsetType = msgspec.UNSET


class CustomerCard(msgspec.Struct, frozen=True):
    """What the company has told about a customer."""

    id: str
    name: str | None
    region: str | None
    time_zone: str | None
    locale: str | None
    phone: str | None
    attributes: dict[str, str]


class ThreadSummary(msgspec.Struct, frozen=True):
    """A thread as the desk lists it. `unread` is of the agent who asks; absent in streams.

    `care` is how the customer wants to be cared for, `choice` what they were asked or have said
    while their team is closed: it holds until its `until`.
    """

    id: str
    customer: CustomerCard
    status: Status | None
    conversation: int
    assignee: AgentRef | None
    team: TeamRef
    serving: Serving
    last_message: msgspec.Raw | None
    waiting_since: str | None
    promise: Promise | None
    head: int
    care: CarePreference
    choice: CoverChoice | None
    unread: int | msgspec.UnsetType = msgspec.UNSET


def numbered(seq: int, payload: str) -> msgspec.Raw:
    """The wire JSON of a message with its seq, from the stored payload `{"message":{…}}`."""
    return msgspec.Raw(f'{{"seq":{seq},{payload[len(_MESSAGE_OPEN) : -1]}'.encode())


_MESSAGE_OPEN = '{"message":{'


def status_of(thread: Thread) -> Status | None:
    """The state of the newest conversation, or none before the first."""
    if thread.state is None:
        return None
    until = None if thread.snoozed_until is None else to_text(thread.snoozed_until)
    return Status(thread.state, thread.conversation, until)


def serving_of(thread: Thread, team: TeamRef) -> Serving:
    """Which team serves the thread."""
    until = None if thread.serving_until is None else to_text(thread.serving_until)
    return Serving(team, thread.serving_why, until)


def choice_of(thread: Thread) -> CoverChoice | None:
    """What the customer was asked or has said in this closure of their team, or the last one."""
    if thread.choice is None or thread.choice == "home" or thread.choice_until is None:
        return None
    return CoverChoice(thread.choice, to_text(thread.choice_until))


def read_summary(row: Row, *, unread: int | msgspec.UnsetType = msgspec.UNSET) -> ThreadSummary:
    """A row of the `summary_columns` as a summary."""
    thread = read_thread(row)
    rest = row[THREAD_WIDTH:]
    name, region, time_zone, locale, phone, attributes = rest[:6]
    assignee, home_key, home_name, serving_key, serving_name = rest[6:11]
    last = None
    if rest[11] is not None:
        item = read_item(rest[11:15])
        last = numbered(item.seq, item.payload) if item.type == "message" else None
    return ThreadSummary(
        id=thread.id,
        customer=CustomerCard(
            thread.customer_id,
            name,
            region,
            time_zone,
            locale,
            phone,
            msgspec.json.decode(attributes),
        ),
        status=status_of(thread),
        conversation=thread.conversation,
        assignee=None if thread.assignee_id is None else AgentRef(thread.assignee_id, assignee),
        team=TeamRef(thread.home_team, home_key, home_name),
        serving=serving_of(thread, TeamRef(thread.serving_team, serving_key, serving_name)),
        last_message=last,
        waiting_since=None if thread.waiting_since is None else to_text(thread.waiting_since),
        promise=as_told(thread),
        head=thread.head,
        care=thread.care,
        choice=choice_of(thread),
        unread=unread,
    )


async def summary_payload(tx: Tx, thread_id: str) -> str:
    """The `entered` mark's payload: the summary as this transaction leaves the thread."""
    row = sure(await tx.fetch_one(Q.get_summary, thread=thread_id))
    return msgspec.json.encode({"summary": read_summary(row)}).decode()


async def read_summary_of(tx: Tx, thread_id: str, *, agent: str | None) -> ThreadSummary:
    """A thread's summary as this transaction sees it, with the agent's own unread count."""
    row = sure(await tx.fetch_one(Q.get_summary, thread=thread_id))
    if agent is None:
        return read_summary(row)
    return read_summary(row, unread=await count_unread_of(tx, thread_id, agent=agent))


async def count_unread_of(tx: Tx, thread_id: str, *, agent: str) -> int:
    """The customer's messages that an agent has not read, counted to 1,000."""
    read = await tx.fetch_one(Q.agent_read, agent=agent, thread=thread_id)
    found = await tx.fetch_one(
        Q.count_unread, thread=thread_id, after=0 if read is None else read[0], author="customer"
    )
    return 0 if found is None else int(found[0])
