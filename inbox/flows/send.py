"""Somebody writes: the message is stored once, in order, and whoever listens is woken.

The look-up of `client_id` comes before every guard, limit, state and access check, so that a retry
is always safe: a known pair answers with the first result, the same id with another body is a
Conflict, and only then the rules are asked.
"""

from __future__ import annotations

import msgspec

from inbox.core import conversation as rules
from inbox.core.errors import BadRequest, Conflict, NotFound, PinboxError, StaleView
from inbox.core.events import Author, CoverChoice, Message, MessageEvent
from inbox.core.filetypes import File
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer, sees
from inbox.core.promise import Basis, Promise
from inbox.core.text import clean_body, clean_client_id
from inbox.flows.attaching import attach, claim
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.handing import hand
from inbox.flows.lapsed import tell_lapsed
from inbox.flows.limits import Kind
from inbox.flows.log import Entry, append, append_message
from inbox.flows.matters import conversation_of, holder_of, settle
from inbox.flows.milestones import note_answer
from inbox.flows.placing import place, shown_choice
from inbox.flows.promises import Asked, as_told, count_answer, give, standing
from inbox.flows.rings import ring_message
from inbox.flows.roster import Roster
from inbox.flows.summaries import numbered
from inbox.flows.unread import watch
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import THREAD_WIDTH, Thread, read_item, read_thread

HOUR_MS = 3_600_000


class Draft(msgspec.Struct, frozen=True):
    """What the sender gives. `seen_seq` and `force` are an agent's: what of the thread was seen."""

    client_id: str
    body: str
    seen_seq: int | None = None
    force: bool = False
    urgent: bool = False
    attachments: tuple[str, ...] = ()


class Sent(msgspec.Struct, frozen=True):
    """The stored message as wire JSON with its `seq`; `duplicate` when it had come before.

    `promise`: by when the customer who wrote can expect an answer, as it stands now.
    `choice`: the customer's team is closed, and whether they wait or are answered by another is
    asked or was said. What came before does not tell it again.
    """

    seq: int
    message: msgspec.Raw
    duplicate: bool
    promise: Promise | None = None
    choice: CoverChoice | None = None


class _Keyed(msgspec.Struct, frozen=True):
    """A draft with what makes it known again."""

    draft: Draft
    body: str
    client_key: str
    body_key: str


async def send(ctx: Context, who: Customer | Agent, *, thread: str, draft: Draft) -> Sent:
    """Store one message. When this returns it is on disk.

    Idempotent by `client_id`, per sender and thread, for ever. An agent's reply to a conversation
    that another holds is a Conflict naming the holder, and one whose author has not seen the
    customer's newest message raises StaleView, both unless `force`; a reply takes a conversation
    that nobody has. Raises BadRequest, NotFound, Conflict, StaleView, RateLimited, NotDurable.
    """
    is_agent = isinstance(who, Agent)
    client_id = clean_client_id(draft.client_id)
    keyed = _Keyed(
        draft,
        ctx.mask(clean_body(draft.body, empty=bool(draft.attachments))),
        ctx.keys.client_key("agent" if is_agent else "customer", who.id, client_id),
        ctx.keys.body_key(draft.body, draft.attachments),
    )
    if not ctx.limits.allows("agent_sends" if is_agent else "customer_sends", who.id):
        return await _retry_only(ctx, who, thread, keyed)
    people = await roster(ctx)

    async def work(writing: Writing) -> Sent:
        row = await writing.tx.fetch_one_of(
            thread, Q.lock_thread_for_send, thread=thread, client_key=keyed.client_key
        )
        if row is None:
            raise NotFound("there is no such thread")
        if row[THREAD_WIDTH] is not None:
            return _again(ctx, who, read_thread(row), row[THREAD_WIDTH:], keyed, people)
        try:
            if isinstance(who, Agent):
                return await _reply(ctx, writing, who, read_thread(row), keyed, people)
            return await _write_in(ctx, writing, who, read_thread(row), keyed, people)
        except PinboxError:
            # The first of two that waited for the lock together is not seen by the look above.
            found = await writing.tx.fetch_one(
                Q.find_sent, thread=thread, client_key=keyed.client_key
            )
            if found is not None:
                return _again(ctx, who, read_thread(row), found, keyed, people)
            raise

    sent = await write(ctx, work)
    count = ctx.metrics.duplicates if sent.duplicate else ctx.metrics.accepted
    count("agent" if is_agent else "customer").inc()
    return sent


def _again(
    ctx: Context, who: Customer | Agent, thread: Thread, found: Row, keyed: _Keyed, people: Roster
) -> Sent:
    """The first result once more, with what a customer is promised now."""
    sent = _known(found, keyed.body_key)
    if isinstance(who, Agent):
        return sent
    told = standing(thread, who, at=ctx.clock(), people=people)
    return msgspec.structs.replace(sent, promise=told)


def _known(row: Row, body_key: str) -> Sent:
    """What the same sender sent before under this `client_id`; Conflict where it was another text.

    An erased message is known too: it answers with an empty body, whatever comes.
    """
    seq, kind, at, stored_key, payload = row
    if kind == "erased":
        return Sent(seq, _erased_message(seq, at), duplicate=True)
    if kind != "message" or (stored_key is not None and stored_key != body_key):
        raise Conflict("this client_id was used with another body")
    return Sent(seq, numbered(seq, payload), duplicate=True)


def _erased_message(seq: int, at: int) -> msgspec.Raw:
    message = Message("", Author("system", "", None), "", to_text(at), 0)
    return numbered(seq, msgspec.json.encode(MessageEvent(message)).decode())


async def _retry_only(ctx: Context, who: Customer | Agent, thread: str, keyed: _Keyed) -> Sent:
    """Over the limit, only what came before is answered."""

    async def look(tx: Tx) -> tuple[Row, Row] | None:
        found = await tx.fetch_one(Q.find_sent, thread=thread, client_key=keyed.client_key)
        row = await tx.fetch_one(Q.get_thread, thread=thread)
        return None if found is None or row is None else (found, row)

    people = await roster(ctx)
    if known := await ctx.store.read(look):
        return _again(ctx, who, read_thread(known[1]), known[0], keyed, people)
    kind: Kind = "agent_sends" if isinstance(who, Agent) else "customer_sends"
    raise ctx.limits.refusal(kind, who.id)


async def _write_in(
    ctx: Context,
    writing: Writing,
    who: Customer,
    thread: Thread,
    keyed: _Keyed,
    people: Roster,
) -> Sent:
    """A customer's message: begins, wakes or reopens the conversation, or goes on with it."""
    if thread.customer_id != who.id:
        raise NotFound("there is no such thread")
    wanted = keyed.draft.attachments
    files = await claim(ctx, writing, who, wanted) if wanted else ()
    tx, reopen_ms = writing.tx, ctx.settings.reopen_hours * HOUR_MS
    outcome = rules.customer_wrote(conversation_of(thread), now=writing.at, reopen_ms=reopen_ms)
    if thread.last_customer_seq == 0:
        await tx.execute(Q.note_written, customer=who.id, at=writing.at)
        await tx.execute(Q.count_customer, team=thread.home_team, change=1)
    after, entries = await settle(writing, thread, outcome, people=people, side="customer")
    after, placed = await place(
        ctx, writing, thread, after, people=people, urgent=keyed.draft.urgent
    )
    entries += placed
    after, handed = await hand(ctx, writing, thread, after, people=people)
    entries += handed
    if thread.waiting_since is None:
        basis: Basis = "first" if after.conversation != thread.conversation else "next"
        asked = Asked(who, after.serving_team, basis, urgent=keyed.draft.urgent)
        seq = thread.head + len(entries) + 1
        after = await give(ctx, writing, after, asked, seq=seq, people=people)
    message = _message(ctx, writing, after, Author("customer", who.id, who.name), keyed, files)
    sent = await _store(ctx, writing, thread, after, entries, message, keyed)
    told = as_told(after) if thread.waiting_since is None else None
    if told is None:
        told = standing(after, who, at=writing.at, people=people)
    return msgspec.structs.replace(sent, promise=told)


async def _reply(
    ctx: Context,
    writing: Writing,
    who: Agent,
    thread: Thread,
    keyed: _Keyed,
    people: Roster,
) -> Sent:
    """An agent's message: guarded against a stale view and against another holder."""
    if not sees(who, thread.home_team, thread.serving_team):
        await tell_lapsed(writing.tx, who, thread, people)
        raise NotFound("there is no such thread")
    draft = keyed.draft
    if draft.seen_seq is None:
        raise BadRequest.field("seen_seq", "the last seq that the author has seen is needed")
    if not draft.force:
        _demand_place(thread, who, people)
        await _demand_fresh(writing.tx, thread, draft.seen_seq)
    files = await claim(ctx, writing, who, draft.attachments) if draft.attachments else ()
    author = people.author(who.id)  # the last that may refuse; from here on it is written
    outcome = rules.agent_wrote(
        conversation_of(thread),
        agent=who.id,
        now=writing.at,
        reopen_ms=ctx.settings.reopen_hours * HOUR_MS,
    )
    after, entries = await settle(writing, thread, outcome, people=people, side="agent", by=who.id)
    after, handed = await hand(ctx, writing, thread, after, people=people)
    entries += handed
    if thread.waiting_since is not None:
        first = await note_answer(
            writing, after, since=thread.waiting_since, agent=who.id, people=people
        )
        count_answer(writing, thread, after.serving_team, first=first, people=people)
    message = _message(ctx, writing, after, author, keyed, files)
    return await _store(ctx, writing, thread, after, entries, message, keyed)


def _demand_place(thread: Thread, who: Agent, people: Roster) -> None:
    holder = holder_of(thread, people)
    if holder is not None and holder.id != who.id and thread.state != "resolved":
        raise Conflict(f"{holder.name} has this conversation", holder=holder)


async def _demand_fresh(tx: Tx, thread: Thread, seen_seq: int) -> None:
    if seen_seq >= thread.last_customer_seq:
        return
    rows = await tx.fetch(Q.customer_messages_after, thread=thread.id, seq=seen_seq)
    unseen = (read_item(row) for row in rows)
    raise StaleView(
        tuple(numbered(item.seq, item.payload) for item in unseen if item.type == "message"),
        head=thread.head,
    )


def _message(
    ctx: Context,
    writing: Writing,
    thread: Thread,
    author: Author,
    keyed: _Keyed,
    files: tuple[File, ...],
) -> Message:
    return Message(
        id=ctx.ids(),
        author=author,
        body=keyed.body,
        sent_at=to_text(writing.at),
        conversation=thread.conversation,
        urgent=keyed.draft.urgent or msgspec.UNSET,
        client_id=keyed.draft.client_id,
        attachments=keyed.draft.attachments,
        files=files or msgspec.UNSET,
    )


async def _store(
    ctx: Context,
    writing: Writing,
    before: Thread,
    after: Thread,
    entries: list[Entry],
    message: Message,
    keyed: _Keyed,
) -> Sent:
    author = message.author
    entry = Entry("message", MessageEvent(message), author.kind, keyed.client_key, keyed.body_key)
    seq = before.head + len(entries) + 1
    if message.files:
        await attach(writing, message.files, thread=after.id, seq=seq)
    after = msgspec.structs.replace(after, last_message_at=writing.at, unindexed=True)
    if author.kind == "customer":
        after = msgspec.structs.replace(after, last_customer_seq=seq)
    else:
        after = msgspec.structs.replace(after, last_agent_seq=seq, last_agent_id=author.id)
        after = ring_message(ctx, writing, after, seq)
        await watch(ctx, writing, after)
    if entries:
        _, items = await append(writing, before, after, [*entries, entry])
    else:
        _, items = await append_message(writing, before, after, entry)
    stored = items[-1]
    choice = None
    if after.choice is not None and author.kind == "customer":
        choice = shown_choice(after, at=writing.at)
    return Sent(stored.seq, numbered(stored.seq, stored.payload), duplicate=False, choice=choice)
