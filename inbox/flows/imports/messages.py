"""Gathered messages into one thread: what is new of them, and what it does to conversations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from inbox.core import conversation as rules
from inbox.core.conversation import Assigned, Change, Conversation, Outcome
from inbox.core.events import Author, AuthorKind, Event, Item, Message, MessageEvent, audience
from inbox.core.instant import to_text
from inbox.flows.context import Context, Writing
from inbox.flows.imports.gather import Piece
from inbox.flows.imports.lines import Said
from inbox.flows.matters import conversation_of, settle
from inbox.flows.milestones import note_answer
from inbox.flows.roster import Roster
from inbox.store.queries import Q
from inbox.store.records import Thread

GAP_MS = 72 * 3_600_000
"""A longer silence ends a conversation; within it, the file's newest question is still open."""

UNNAMED = "Imported"
"""The stand-in's name where a line names no brand."""


class Plan(msgspec.Struct, frozen=True):
    """What holds for a whole file: the stand-in of each brand, the time of the newest message."""

    stand_ins: dict[str, str]
    newest: int


@dataclass
class ThreadWriter:
    """A thread in the making."""

    ctx: Context
    writing: Writing
    people: Roster
    thread: Thread
    items: list[Item] = field(default_factory=list)

    async def add(
        self,
        type_: str,
        event: Event,
        *,
        at: int,
        author: AuthorKind | None = None,
        client_key: str | None = None,
        body_key: str | None = None,
    ) -> None:
        """Append to the log, at its own time."""
        seq = self.thread.head + 1
        item = Item(seq, type_, at, msgspec.json.encode(event).decode())
        await self.writing.tx.execute(
            Q.add_item,
            thread=self.thread.id,
            seq=seq,
            type=type_,
            audience=audience(type_),
            at=at,
            author=author,
            conversation=self.thread.conversation,
            client_key=client_key,
            body_key=body_key,
            payload=item.payload,
            team=self.thread.serving_team if type_ == "message" else None,
        )
        self.items.append(item)
        self.thread = msgspec.structs.replace(self.thread, head=seq)

    async def settle(self, outcome: Outcome, *, at: int, side: AuthorKind) -> None:
        """Bring a rule's outcome into thread, history and log, at its time."""
        then = Writing(self.writing.ctx, self.writing.tx, at, self.writing.hints)
        self.thread, entries = await settle(
            then,
            self.thread,
            outcome,
            people=self.people,
            side="agent" if side == "agent" else "customer",
        )
        for entry in entries:
            await self.add(entry.type, entry.event, at=at)


async def add_messages(
    writer: ThreadWriter, piece: Piece, plan: Plan, *, newer: bool
) -> tuple[list[Said], bool]:
    """Append what the thread does not know yet: those messages, and whether one went beyond it."""
    before, added = writer.thread, list[Said]()
    done: set[str] = set()
    for said, brand in piece.messages:
        key = _client_key(writer.ctx, piece.customer, said)
        if key in done or (before.head and await _is_known(writer, key)):
            continue
        done.add(key)
        added.append(said)
        last = writer.thread.last_message_at
        author = _author(said, piece, stand_in=plan.stand_ins.get(brand or ""), brand=brand)
        if last is None or said.sent_at > last or (newer and said.sent_at == last):
            newer = True
            await _go_on(writer, said, author)
        await _store(writer, said, author, key)
    if newer and piece.last:
        await _close(writer, newest=plan.newest)
    if added:
        _count_as_read(writer, before)
    return added, newer


async def _go_on(writer: ThreadWriter, said: Said, author: Author) -> None:
    """What a message that is newer than all others does to the conversation."""
    conv, last = conversation_of(writer.thread), writer.thread.last_message_at
    if last is not None and said.sent_at - last > GAP_MS:
        await _resolve(writer, at=last)
        conv = conversation_of(writer.thread)
    if author.kind == "customer":
        outcome = rules.customer_wrote(conv, now=said.sent_at, reopen_ms=GAP_MS)
    else:
        outcome = _answered(conv, stand_in=author.id, now=said.sent_at)
    await writer.settle(outcome, at=said.sent_at, side=author.kind)
    if author.kind == "agent" and conv.waiting_since is not None:
        await note_answer(
            Writing(writer.writing.ctx, writer.writing.tx, said.sent_at),
            writer.thread,
            since=conv.waiting_since,
            agent=author.id,
            people=writer.people,
        )


def _answered(conv: Conversation, *, stand_in: str, now: int) -> Outcome:
    """An agent's message by the rules, but that a stand-in never holds a conversation."""
    after, changes = rules.agent_wrote(conv, agent=stand_in, now=now, reopen_ms=GAP_MS)
    if after.assignee != stand_in:
        return after, changes
    kept: tuple[Change, ...] = tuple(one for one in changes if not isinstance(one, Assigned))
    if conv.assignee is not None:
        kept = (*kept, Assigned(None, "new conversation"))
    return msgspec.structs.replace(after, assignee=None), kept


async def _close(writer: ThreadWriter, *, newest: int) -> None:
    """Resolve what is settled: all but a question of the file's last 72 hours."""
    last = writer.thread.last_message_at
    if last is None or (writer.thread.waiting_since is not None and newest - last <= GAP_MS):
        return
    await _resolve(writer, at=last)


async def _resolve(writer: ThreadWriter, *, at: int) -> None:
    """Resolve an open conversation that nobody here has taken or put aside."""
    conv = conversation_of(writer.thread)
    if conv.state == "open" and conv.assignee is None:
        await writer.settle(rules.resolve(conv, now=at), at=at, side="agent")


async def _store(writer: ThreadWriter, said: Said, author: Author, key: str) -> None:
    message = Message(
        id=writer.ctx.ids(),
        author=author,
        body=writer.ctx.mask(said.body),
        sent_at=to_text(said.sent_at),
        conversation=writer.thread.conversation,
        client_id=said.client_id,
    )
    await writer.add(
        "message",
        MessageEvent(message),
        at=said.sent_at,
        author=author.kind,
        client_key=key,
        body_key=writer.ctx.keys.body_key(said.body),
    )
    marks: dict[str, Any] = {"unindexed": True}
    last = writer.thread.last_message_at
    if last is None or said.sent_at >= last:
        marks["last_message_at"] = said.sent_at
    if author.kind == "customer":
        if "last_message_at" in marks or not writer.thread.last_customer_seq:
            marks["last_customer_seq"] = writer.thread.head
    elif "last_message_at" in marks or not writer.thread.last_agent_seq:
        marks |= {"last_agent_seq": writer.thread.head, "last_agent_id": author.id}
    writer.thread = msgspec.structs.replace(writer.thread, **marks)


def _count_as_read(writer: ThreadWriter, before: Thread) -> None:
    """Who had read everything has read what was imported; but a question that waits is new."""
    thread = writer.thread
    marks: dict[str, int] = {}
    if before.customer_read >= before.last_agent_seq:
        marks |= {"customer_delivered": thread.head, "customer_read": thread.head}
    if before.agent_read >= before.last_customer_seq:
        upto = thread.head if thread.waiting_since is None else thread.last_agent_seq
        upto = max(upto, before.agent_read)
        marks |= {"agent_delivered": max(upto, before.agent_delivered), "agent_read": upto}
    writer.thread = msgspec.structs.replace(thread, **marks)


async def _is_known(writer: ThreadWriter, key: str) -> bool:
    row = await writer.writing.tx.fetch_one(Q.find_sent, thread=writer.thread.id, client_key=key)
    return row is not None


def _client_key(ctx: Context, customer: str, said: Said) -> str:
    """A customer's message is known by it also to the app that may send it again."""
    kind = "customer" if said.author == "customer" else "import"
    return ctx.keys.client_key(kind, customer, said.client_id)


def _author(said: Said, piece: Piece, *, stand_in: str | None, brand: str | None) -> Author:
    if said.author == "customer" or stand_in is None:
        return Author("customer", piece.customer, said.name or piece.profile.name)
    return Author("agent", stand_in, said.name or brand or UNNAMED)
