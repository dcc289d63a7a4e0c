"""Append to a thread's log and to the streams of the teams that see it, in one transaction.

Webhooks that ask for what is appended are told in the same transaction (`flows/webhooks.py`).

Order of locks: threads (the caller has locked them), then, at the end of the transaction, team
streams by ascending id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from inbox.core.events import AuthorKind, Event, Item, audience
from inbox.flows.context import Writing
from inbox.flows.summaries import summary_payload
from inbox.flows.webhooks import tell_log
from inbox.store.engine import Tx
from inbox.store.queries import Q, Value
from inbox.store.records import Thread
from inbox.store.rows import sure

_encode = msgspec.json.Encoder().encode


class Entry(msgspec.Struct, frozen=True):
    """One thing to append. What a person sent has the keys by which a repeat is known."""

    type: str
    event: Event
    author: AuthorKind | None = None
    client_key: str | None = None
    body_key: str | None = None


async def append(
    writing: Writing, before: Thread | None, after: Thread, entries: Sequence[Entry]
) -> tuple[Thread, tuple[Item, ...]]:
    """Give each entry the next number, store thread and items, and tell the teams.

    `before` is the thread as it was locked (none: it has just begun), `after` as the flow leaves
    it, without its new head. Teams that see it from now on get `entered`, teams that no longer do
    get `left`; all others get the items. Returns the stored thread and items.
    """
    items = await _add_items(writing, after, entries)
    stored = msgspec.structs.replace(after, head=after.head + len(items))
    await save(writing, stored)
    await tell_log(writing, before, stored, [entry.event for entry in entries])
    await tell_teams(writing, before, stored, items)
    return stored, items


async def append_message(
    writing: Writing, before: Thread, thread: Thread, entry: Entry
) -> tuple[Thread, tuple[Item, ...]]:
    """The hot path of `append`: one message that changes nothing but the marks of the log."""
    item = _item(writing, thread.head + 1, entry)
    writing.tx.later(Q.add_item, _row(thread, item, entry), of=thread.id)
    writing.moved(f"thread:{thread.id}", item.seq)
    stored = msgspec.structs.replace(thread, head=item.seq, unindexed=True)
    _save_marks(writing, before, stored)
    await tell_log(writing, stored, stored, (entry.event,))
    await tell_teams(writing, stored, stored, (item,))
    return stored, (item,)


def _save_marks(writing: Writing, before: Thread, stored: Thread) -> None:
    goes_on = msgspec.structs.replace(
        before,
        head=stored.head,
        last_customer_seq=stored.last_customer_seq,
        last_message_at=stored.last_message_at,
        unindexed=True,
    )
    if stored == goes_on:
        writing.tx.later(
            Q.save_customer_marks if before.unindexed else Q.save_unindexed_marks,
            {
                "thread": stored.id,
                "head": stored.head,
                "last_customer_seq": stored.last_customer_seq,
                "last_message_at": stored.last_message_at,
            },
            of=stored.id,
        )
        return
    names = Q.save_message_marks.params
    marks = {name: stored.id if name == "thread" else getattr(stored, name) for name in names}
    writing.tx.later(Q.save_message_marks, marks, of=stored.id)


async def append_receipts(writing: Writing, thread: Thread, entries: Sequence[Entry]) -> None:
    """`append` for receipts, which change nothing but how far each side is."""
    items = await _add_items(writing, thread, entries)
    stored = msgspec.structs.replace(thread, head=thread.head + len(items))
    await writing.tx.execute(
        Q.save_receipts,
        thread=stored.id,
        head=stored.head,
        customer_delivered=stored.customer_delivered,
        customer_read=stored.customer_read,
        agent_delivered=stored.agent_delivered,
        agent_read=stored.agent_read,
        customer_seen=stored.customer_seen,
        rings_from=stored.rings_from,
        read_on=stored.read_on,
    )
    await tell_teams(writing, stored, stored, items)


async def save(writing: Writing, thread: Thread) -> None:
    """Store a thread's whole changed state."""
    fields = {name: getattr(thread, name) for name in Q.save_thread.params}
    await writing.tx.execute(Q.save_thread, **fields)


async def _add_items(
    writing: Writing, thread: Thread, entries: Sequence[Entry]
) -> tuple[Item, ...]:
    items = [_item(writing, seq, entry) for seq, entry in enumerate(entries, start=thread.head + 1)]
    rows = [_row(thread, item, entry) for item, entry in zip(items, entries, strict=True)]
    if items:
        await writing.tx.execute_many(Q.add_item, rows)
        writing.moved(f"thread:{thread.id}", items[-1].seq)
    return tuple(items)


def _item(writing: Writing, seq: int, entry: Entry) -> Item:
    return Item(seq, entry.type, writing.at, _encode(entry.event).decode())


def _row(thread: Thread, item: Item, entry: Entry) -> dict[str, Value]:
    return {
        "thread": thread.id,
        "seq": item.seq,
        "type": item.type,
        "audience": audience(item.type),
        "at": item.at,
        "author": entry.author,
        "conversation": thread.conversation,
        "client_key": entry.client_key,
        "body_key": entry.body_key,
        "payload": item.payload,
        "team": thread.serving_team if item.type == "message" else None,
    }


async def tell_teams(
    writing: Writing, before: Thread | None, after: Thread, items: tuple[Item, ...]
) -> None:
    """Put items into the streams of the teams that see the thread, with marks where they change.

    That is done at the transaction's end: a team's counter, which all of its threads share, is then
    held as briefly as can be, and on SQLite taken once for all works of a batch.
    """
    home = after.home_team
    if before is not None and before.home_team == before.serving_team == home == after.serving_team:
        _tell(writing, home, after, mark=None, payload=None, items=items)
        return
    then = set() if before is None else {before.home_team, before.serving_team}
    now = {home, after.serving_team}
    for team in sorted(then | now):
        if team not in now:
            _tell(writing, team, after, mark="left", payload=None, items=())
        elif team in then:
            _tell(writing, team, after, mark=None, payload=None, items=items)
        else:
            payload = await summary_payload(writing.tx, after.id)
            _tell(writing, team, after, mark="entered", payload=payload, items=items)


class _TeamItem(NamedTuple):
    """What a team's stream is to get: a thread's item, or a mark."""

    writing: Writing
    team: str
    type: str
    thread: str
    thread_seq: int
    payload: str | None


def _tell(
    writing: Writing,
    team: str,
    thread: Thread,
    *,
    mark: str | None,
    payload: str | None,
    items: tuple[Item, ...],
) -> None:
    tell = writing.tx.at_end
    if mark is not None:
        tell(_end_streams, _TeamItem(writing, team, mark, thread.id, thread.head, payload))
    for item in items:
        tell(_end_streams, _TeamItem(writing, team, "item", thread.id, item.seq, None))


async def _end_streams(tx: Tx, told: list[_TeamItem]) -> None:
    """Give what the teams are told its numbers, team by team in the order of their ids."""
    by_team: dict[str, list[_TeamItem]] = {}
    for one in told:
        by_team.setdefault(one.team, []).append(one)
    for team, items in sorted(by_team.items()):
        stream = f"team:{team}"
        row = sure(await tx.fetch_one(Q.advance_stream, stream=stream, count=len(items)))
        first: int = row[0] - len(items) + 1
        rows: list[dict[str, Value]] = []
        for seq, item in enumerate(items, start=first):
            item.writing.moved(stream, seq)
            rows.append(
                {
                    "team": team,
                    "seq": seq,
                    "type": item.type,
                    "at": item.writing.at,
                    "thread": item.thread,
                    "thread_seq": item.thread_seq,
                    "payload": item.payload,
                }
            )
        if len(rows) == 1:
            await tx.execute(Q.add_team_item, **rows[0])
        else:
            await tx.execute_many(Q.add_team_item, rows)
