"""Everything that is held of one customer: handed over in one document, or erased.

Erasing goes in steps of bounded size, so that nobody's send waits for a long thread. It is
remembered until it is finished: after a crash `finish_erasures` goes on with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec

from inbox.core import conversation as rules
from inbox.core.errors import NotFound
from inbox.core.events import ErasedEvent, wire
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand
from inbox.flows.audit import list_audit, record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.erasing import empty_marks, erase_items
from inbox.flows.log import Entry, append
from inbox.flows.matters import conversation_of, settle
from inbox.flows.roster import Roster
from inbox.flows.signin import move_registry
from inbox.store import search
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Customer, Thread, read_customer, read_item, read_thread
from inbox.store.rows import sure

STEP = 200
"""Items erased, or read for an export, at once."""


class Erasure(msgspec.Struct, frozen=True):
    """What was erased: the customer, its thread, and how many items of the log."""

    customer: str
    thread: str
    items: int


class _Begun(msgspec.Struct, frozen=True):
    """An erasure under way: items up to `done` are gone, those up to `upto` will be."""

    upto: int
    done: int = 0


class _Held(NamedTuple):
    """What an export begins with, as one transaction saw it."""

    known: Customer
    devices: list[Row]
    thread: Thread
    matters: list[Row]


async def export(ctx: Context, who: Agent | Operator, *, customer: str) -> AsyncIterator[bytes]:
    """One JSON document, in pieces, with everything held of a customer.

    `{exported_at, customer, devices, thread, conversations, items, audit}`: the profile, the
    devices, the thread's state, its matters, the whole log as the desk sees it, notes and reasons
    included, and who looked at or changed it. Each piece is read at its own moment, the log up to
    where it was at the start. The export itself is in the audit log before the first byte. For
    admins; NotFound.
    """
    demand(who, "administer")

    async def work(writing: Writing) -> _Held:
        known, thread = await _find(writing.tx, customer)
        await record(ctx, writing, who, "export", thread=thread.id)
        matters = await writing.tx.fetch(Q.conversations_of, thread=thread.id)
        devices = await writing.tx.fetch(Q.list_devices, customer=customer)
        return _Held(known, devices, thread, matters)

    return _pieces(ctx, who, await write(ctx, work, long=True))


async def erase(ctx: Context, who: Agent | Operator, *, customer: str) -> Erasure:
    """Erase all that a customer wrote, was answered and was noted about them, and their profile.

    They are signed out, and an open conversation ends. What stays: numbers and times, the pin, and
    the keyed hashes by which an old message that is sent again is known. A later message begins a
    new life on the same thread. Desks and devices are told by an `erased` event. Erasing again is
    safe. For admins; NotFound.
    """
    demand(who, "administer")
    people = await roster(ctx)

    async def begin(writing: Writing) -> str:
        return await _begin(ctx, writing, who, customer, people)

    thread = await write(ctx, begin, long=True)
    return Erasure(customer, thread, await _finish(ctx, thread))


async def finish_erasures(ctx: Context) -> int:
    """Go on with erasures that a crash broke off; how many there were."""

    async def look(tx: Tx) -> list[str]:
        return [row[0] for row in await tx.fetch(Q.erasures_begun)]

    begun = await ctx.store.read(look)
    for key in begun:
        await _finish(ctx, key.removeprefix(_key("")))
    return len(begun)


async def _begin(
    ctx: Context, writing: Writing, who: Agent | Operator, customer: str, people: Roster
) -> str:
    """Take the profile, sign out, settle what is open, and remember what is to be erased."""
    tx = writing.tx
    known, thread = await _find(tx, customer)
    next_second = writing.at // 1000 + 1  # tokens say when they were made in whole seconds
    await tx.execute(Q.forget_customer, customer=customer, at=writing.at, signed_out=next_second)
    await tx.execute(Q.remove_devices, customer=customer)
    if known.written_at is not None:
        await tx.execute(Q.count_customer, team=thread.home_team, change=-1)
    await record(ctx, writing, who, "erase", thread=thread.id)
    before, entries = thread, list[Entry]()
    by = who.id if isinstance(who, Agent) else None
    if thread.state in {"open", "snoozed"}:
        outcome = rules.resolve(conversation_of(thread), now=writing.at)
        thread, told = await settle(writing, thread, outcome, people=people, side="agent", by=by)
        entries += told
    released = rules.release(conversation_of(thread), reason="erased")
    thread, told = await settle(writing, thread, released, people=people, side="agent")
    entries += told
    stored, _ = await append(writing, before, _as_new(thread), entries)
    mark = _Begun(upto=stored.head)
    if row := await tx.fetch_one(Q.get_meta, key=_key(thread.id)):
        mark = _Begun(stored.head, msgspec.json.decode(row[0], type=_Begun).done)
    await _remember(tx, thread.id, mark)
    await move_registry(writing)
    return thread.id


def _as_new(thread: Thread) -> Thread:
    """The thread without what its messages left in its row."""
    return msgspec.structs.replace(
        thread,
        pin_reason="kept when the customer was erased",
        pin_by_region=False,
        # So long ago that no message reopens it.
        resolved_at=None if thread.state is None else 0,
        last_customer_seq=0,
        last_agent_seq=0,
        last_agent_id=None,
        last_message_at=None,
        unindexed=False,
    )


async def _finish(ctx: Context, thread: str) -> int:
    """Take step after step until nothing is left; how many items were erased."""

    async def step(writing: Writing) -> tuple[int, bool]:
        return await _step(writing, thread)

    total, more = 0, True
    while more:
        erased, more = await write(ctx, step, long=True)
        total += erased
    return total


async def _step(writing: Writing, thread_id: str) -> tuple[int, bool]:
    tx = writing.tx
    thread = read_thread(sure(await tx.fetch_one(Q.lock_thread, thread=thread_id)))
    row = await tx.fetch_one(Q.get_meta, key=_key(thread_id))
    if row is None:
        return 0, False
    begun = msgspec.json.decode(row[0], type=_Begun)
    last = min(begun.done + STEP, begun.upto)
    erased = await erase_items(tx, thread_id, after=begun.done, last=last)
    if last < begun.upto:
        await _remember(tx, thread_id, _Begun(begun.upto, last))
        return erased, True
    await search.forget(tx, thread=thread_id, first=0, last=0)
    await empty_marks(tx, thread_id)
    await append(writing, thread, thread, [Entry("erased", ErasedEvent(begun.upto))])
    await tx.execute(Q.drop_erasure, key=_key(thread_id))
    return erased, False


async def _remember(tx: Tx, thread: str, begun: _Begun) -> None:
    value = msgspec.json.encode(begun).decode()
    await tx.execute(Q.put_meta, key=_key(thread), value=value)


def _key(thread: str) -> str:
    return f"erase:{thread}"


async def _find(tx: Tx, customer: str) -> tuple[Customer, Thread]:
    """A customer and its thread, both locked, the thread first as everywhere."""
    found = await tx.fetch_one(Q.get_thread_of, customer=customer)
    if found is None:
        raise NotFound("there is no such customer")
    locked = sure(await tx.fetch_one(Q.lock_thread, thread=found[0]))
    row = sure(await tx.fetch_one(Q.lock_customer, customer=customer))
    return read_customer(row), read_thread(locked)


async def _pieces(ctx: Context, who: Agent | Operator, held: _Held) -> AsyncIterator[bytes]:
    people, thread = await roster(ctx), held.thread
    head = {
        "exported_at": to_text(ctx.clock()),
        "customer": _customer(held.known),
        "devices": [_device(row) for row in held.devices],
        "thread": _thread(thread, people),
        "conversations": [_matter(row, people) for row in held.matters],
    }
    yield msgspec.json.encode(head)[:-1] + b',"items":['
    since = thread.floor
    while since < thread.head:
        rows = await _page(ctx, thread.id, since)
        shown = [wire(read_item(row)) for row in rows if row[0] <= thread.head]
        if not rows or not shown:
            break
        yield (b"," if since > thread.floor else b"") + b",".join(shown)
        since = rows[-1][0]
    yield b'],"audit":['
    cursor, first = None, True
    while first or cursor is not None:
        page = await list_audit(ctx, who, thread=thread.id, cursor=cursor, limit=STEP)
        told = b",".join(msgspec.json.encode(line) for line in page.items)
        yield told if first else b"," + told
        cursor, first = page.next, False
    yield b"]}\n"


async def _page(ctx: Context, thread: str, since: int) -> list[Row]:
    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.thread_page, thread=thread, since=since, limit=STEP)

    return await ctx.store.read(look)


def _device(row: Row) -> dict[str, Any]:
    names = ("id", "platform", "token", "subscription", "app_id", "environment", "locale")
    told: dict[str, Any] = dict(zip(names, row[:7], strict=True))
    if told["subscription"] is not None:
        told["subscription"] = msgspec.json.decode(told["subscription"])
    return {
        **told,
        "push_enabled": bool(row[7]),
        "registered_at": _when(row[8]),
        "seen_at": _when(row[9]),
    }


def _customer(known: Customer) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.structs.asdict(known)
    told["attributes"] = msgspec.json.decode(known.attributes)
    for name in ("claims_iat", "signed_out_at"):
        told[name] = _when(told[name] * 1000 or None)
    for name in ("written_at", "erased_at", "created_at"):
        told[name] = _when(told[name])
    return told


def _thread(thread: Thread, people: Roster) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.structs.asdict(thread)
    del told["unindexed"]
    for name in ("home_team", "serving_team"):
        told[name] = people.team_ref(told[name])
    for name, value in told.items():
        if name.endswith(("_at", "_until", "_since")):
            told[name] = _when(value)
    return told


def _matter(row: Row, people: Roster) -> dict[str, Any]:
    opened, answered, resolved = row[1:4], row[4:7], row[7:10]
    return {
        "number": row[0],
        "opened": {"at": _when(opened[0]), "by": opened[1], "team": _team(opened[2], people)},
        "first_response": _act(answered, people),
        "resolved": _act(resolved, people),
        "reopened": row[10],
        "bounces": row[11],
    }


def _act(act: Row, people: Roster) -> dict[str, Any] | None:
    at, by, team = act
    if at is None:
        return None
    agent = None if by is None else people.agent_ref(by)
    return {"at": _when(at), "by": agent, "team": _team(team, people)}


def _team(team: str | None, people: Roster) -> str | None:
    return None if team is None else people.team(team).key


def _when(at: int | None) -> str | None:
    return None if at is None else to_text(at)
