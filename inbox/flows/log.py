"""Append to a thread's log and to the streams of the teams that see it, in one transaction.

Order of locks: the thread (its caller has locked it), then team streams by ascending id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from inbox.core.events import AuthorKind, Event, Item, audience
from inbox.flows.context import Writing
from inbox.flows.summaries import summary_payload
from inbox.store.queries import Q
from inbox.store.records import Thread
from inbox.store.rows import sure


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
    await tell_teams(writing, before, stored, items)
    return stored, items


async def append_message(
    writing: Writing, thread: Thread, entry: Entry
) -> tuple[Thread, tuple[Item, ...]]:
    """The hot path of `append`: one message that changes nothing but the marks of the log."""
    items = await _add_items(writing, thread, (entry,))
    stored = msgspec.structs.replace(thread, head=thread.head + 1, unindexed=True)
    await writing.tx.execute(
        Q.save_message_marks,
        thread=stored.id,
        head=stored.head,
        last_customer_seq=stored.last_customer_seq,
        last_agent_seq=stored.last_agent_seq,
        last_agent_id=stored.last_agent_id,
        last_message_at=stored.last_message_at,
        waiting_since=stored.waiting_since,
    )
    await tell_teams(writing, stored, stored, items)
    return stored, items


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
    )
    await tell_teams(writing, stored, stored, items)


async def save(writing: Writing, thread: Thread) -> None:
    """Store a thread's whole changed state."""
    fields = {name: getattr(thread, name) for name in Q.save_thread.params}
    await writing.tx.execute(Q.save_thread, **fields)


async def _add_items(
    writing: Writing, thread: Thread, entries: Sequence[Entry]
) -> tuple[Item, ...]:
    items = []
    for seq, entry in enumerate(entries, start=thread.head + 1):
        item = Item(seq, entry.type, writing.at, msgspec.json.encode(entry.event).decode())
        items.append(item)
        await writing.tx.execute(
            Q.add_item,
            thread=thread.id,
            seq=seq,
            type=item.type,
            audience=audience(item.type),
            at=item.at,
            author=entry.author,
            conversation=thread.conversation,
            client_key=entry.client_key,
            body_key=entry.body_key,
            payload=item.payload,
        )
    if items:
        writing.moved(f"thread:{thread.id}", items[-1].seq)
    return tuple(items)


async def tell_teams(
    writing: Writing, before: Thread | None, after: Thread, items: tuple[Item, ...]
) -> None:
    """Put items into the streams of the teams that see the thread, with marks where they change."""
    then = set() if before is None else {before.home_team, before.serving_team}
    now = {after.home_team, after.serving_team}
    for team in sorted(then | now):
        if team not in now:
            await _add_team_items(writing, team, after, mark="left", items=())
        elif team not in then:
            await _add_team_items(writing, team, after, mark="entered", items=items)
        else:
            await _add_team_items(writing, team, after, mark=None, items=items)


async def lock_streams(writing: Writing, threads: Iterable[Thread]) -> None:
    """Lock the streams of all teams that see these threads, for a work that writes to several.

    Its threads are locked before. Without this it would hold a later stream and want an earlier.
    """
    for team in sorted({team for one in threads for team in (one.home_team, one.serving_team)}):
        await writing.tx.fetch_one(Q.advance_stream, stream=f"team:{team}", count=0)


async def _add_team_items(
    writing: Writing, team: str, thread: Thread, *, mark: str | None, items: tuple[Item, ...]
) -> None:
    count = len(items) + (mark is not None)
    if count == 0:
        return
    stream = f"team:{team}"
    row = sure(await writing.tx.fetch_one(Q.advance_stream, stream=stream, count=count))
    head: int = row[0]
    seq = head - count
    if mark is not None:
        seq += 1
        payload = await summary_payload(writing.tx, thread.id) if mark == "entered" else None
        await writing.tx.execute(
            Q.add_team_item,
            team=team,
            seq=seq,
            type=mark,
            at=writing.at,
            thread=thread.id,
            thread_seq=thread.head,
            payload=payload,
        )
    for place, item in enumerate(items, start=seq + 1):
        await writing.tx.execute(
            Q.add_team_item,
            team=team,
            seq=place,
            type="item",
            at=writing.at,
            thread=thread.id,
            thread_seq=item.seq,
            payload=None,
        )
    writing.moved(stream, head)
