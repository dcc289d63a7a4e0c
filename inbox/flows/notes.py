"""An agent writes a private note: into the same log, never into a customer's view."""

from __future__ import annotations

import msgspec

from inbox.core.errors import Conflict, NotFound
from inbox.core.events import Author, Note, NoteEvent
from inbox.core.instant import to_text
from inbox.core.policy import Agent
from inbox.core.text import clean_body, clean_client_id
from inbox.flows.access import lock_seen
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.log import Entry, append
from inbox.store.engine import Tx
from inbox.store.queries import Q


class Noted(msgspec.Struct, frozen=True):
    """The stored note as wire JSON with its `seq`; `duplicate` when it had come before."""

    seq: int
    note: msgspec.Raw
    duplicate: bool


async def note(ctx: Context, who: Agent, *, thread: str, client_id: str, body: str) -> Noted:
    """Store one note. Idempotent by `client_id`, as a send; on disk when this returns.

    Counts as a message does; over the limit only what came before is answered, else RateLimited.
    """
    text = ctx.mask(clean_body(body))
    client_key = ctx.keys.client_key("agent", who.id, clean_client_id(client_id))
    body_key = ctx.keys.body_key(f"note:{body}")
    if not ctx.limits.allows("agent_sends", who.id):

        async def look(tx: Tx) -> Noted | None:
            return await _find(tx, thread, client_key, body_key)

        if known := await ctx.store.read(look):
            return known
        raise ctx.limits.refusal("agent_sends", who.id)
    people = await roster(ctx)

    async def work(writing: Writing) -> Noted:
        if await writing.tx.fetch_one(Q.lock_thread, thread=thread) is None:
            raise NotFound("there is no such thread")
        if known := await _find(writing.tx, thread, client_key, body_key):
            return known
        before = await lock_seen(writing.tx, who, thread)
        written = Note(ctx.ids(), client_id, people.author(who.id), text, to_text(writing.at))
        entry = Entry("note", NoteEvent(written), "agent", client_key, body_key)
        after = msgspec.structs.replace(before, unindexed=True)
        stored, items = await append(writing, before, after, (entry,))
        return Noted(stored.head, _numbered(stored.head, items[-1].payload), duplicate=False)

    return await write(ctx, work)


async def _find(tx: Tx, thread: str, client_key: str, body_key: str) -> Noted | None:
    """What came before; an erased one is known too, and answers with an empty body."""
    row = await tx.fetch_one(Q.find_sent, thread=thread, client_key=client_key)
    if row is None:
        return None
    seq, kind, at, stored_key, payload = row
    if kind == "erased":
        empty = Note("", "", Author("system", "", None), "", to_text(at))
        return Noted(seq, _numbered(seq, _payload(empty)), duplicate=True)
    if kind != "note" or stored_key != body_key:
        raise Conflict("this client_id was used with another body")
    return Noted(seq, _numbered(seq, payload), duplicate=True)


def _payload(written: Note) -> str:
    return msgspec.json.encode(NoteEvent(written)).decode()


def _numbered(seq: int, payload: str) -> msgspec.Raw:
    return msgspec.Raw(f'{{"seq":{seq},{payload[len(_NOTE_OPEN) : -1]}'.encode())


_NOTE_OPEN = '{"note":{'
