"""Everything that is held of one customer, handed over in one document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec

from inbox.core.events import AgentRef, wire
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Operator, demand
from inbox.flows.access import lock_customer
from inbox.flows.audit import list_audit, record
from inbox.flows.callbacks.keeping import card_of
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.files import links
from inbox.flows.roster import Roster
from inbox.flows.signin import demand_admin_still
from inbox.flows.trail import push_trail
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Customer, Thread, read_callback, read_item, read_upload

STEP = 200
"""Items read at once."""
LINK_S = 3600
"""How long the links to the files hold."""


class _Held(NamedTuple):
    """What an export begins with, as one transaction saw it."""

    known: Customer
    devices: list[Row]
    thread: Thread
    matters: list[Row]
    milestones: list[Row]
    callbacks: list[Row]
    covers: list[Row]


async def export(ctx: Context, who: Agent | Operator, *, customer: str) -> AsyncIterator[bytes]:
    """One JSON document, in pieces, with everything held of a customer.

    `{exported_at, customer, devices, thread, conversations, milestones, callbacks, covers, items,
    uploads, pushes, audit}`: the profile, the devices, the thread's state, its matters, what
    reports count of them, callbacks, which teams covered, the whole log as the desk sees it, notes
    and reasons included, the files, each with a link that holds for an hour, the pushes that are
    still kept, and who looked at or changed it. Each piece is read at its own moment, the log up to
    where it was at the start. The export itself is in the audit log before the first byte. For
    admins; NotFound.
    """
    demand(who, "administer")

    async def work(writing: Writing) -> _Held:
        await demand_admin_still(writing.tx, who)
        known, thread = await lock_customer(writing.tx, customer)
        await record(ctx, writing, who, "export", thread=thread.id)
        matters = await writing.tx.fetch(Q.conversations_of, thread=thread.id)
        milestones = await writing.tx.fetch(Q.milestones_of, thread=thread.id)
        devices = await writing.tx.fetch(Q.list_devices, customer=customer)
        callbacks = await writing.tx.fetch(Q.callbacks_of, thread=thread.id)
        covers = await writing.tx.fetch(Q.covers_of, thread=thread.id)
        return _Held(known, devices, thread, matters, milestones, callbacks, covers)

    return _pieces(ctx, who, await write(ctx, work, long=True))


async def _pieces(ctx: Context, who: Agent | Operator, held: _Held) -> AsyncIterator[bytes]:
    people, thread = await roster(ctx), held.thread
    head = {
        "exported_at": to_text(ctx.clock()),
        "customer": _customer(held.known),
        "devices": [_device(row) for row in held.devices],
        "thread": _thread(thread, people),
        "conversations": [_matter(row, people) for row in held.matters],
        "milestones": [_milestone(row, people) for row in held.milestones],
        "callbacks": [card_of(read_callback(row), people) for row in held.callbacks],
        "covers": [_cover(row, people) for row in held.covers],
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
    yield b'],"uploads":['
    async for piece in _uploads(ctx, thread):
        yield piece
    yield b'],"pushes":['
    async for piece in _pushes(ctx, thread.id):
        yield piece
    yield b'],"audit":['
    cursor, first = None, True
    while first or cursor is not None:
        page = await list_audit(ctx, who, thread=thread.id, cursor=cursor, limit=STEP)
        told = b",".join(msgspec.json.encode(line) for line in page.items)
        yield told if first else b"," + told
        cursor, first = page.next, False
    yield b"]}\n"


async def _uploads(ctx: Context, thread: Thread) -> AsyncIterator[bytes]:
    """What was sent, with its place in the log, and what the customer has not sent yet."""
    after = ""

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(
            Q.uploads_of_thread,
            thread=thread.id,
            customer=thread.customer_id,
            after=after,
            limit=STEP,
        )

    while rows := await ctx.store.read(look):
        first = not after
        found = [read_upload(row) for row in rows]
        after = found[-1].id
        told = [
            msgspec.json.encode(
                {
                    "seq": upload.seq,
                    "by": upload.by_kind,
                    "uploaded_at": to_text(upload.created_at),
                    **msgspec.to_builtins(await links(ctx, upload, seconds=LINK_S)),
                }
            )
            for upload in found
        ]
        yield (b"" if first else b",") + b",".join(told)


async def _pushes(ctx: Context, thread: str) -> AsyncIterator[bytes]:
    """As the operator sees them: an admin exports customers of teams that are not the admin's."""
    before, first = None, True
    while first or before is not None:
        page = await push_trail(ctx, Operator(), thread=thread, before=before, limit=STEP)
        told = b",".join(msgspec.json.encode(push) for push in page.pushes)
        yield told if first else b"," + told
        before, first = page.next, False


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
    told["quiet"] = None if known.quiet is None else msgspec.json.decode(known.quiet)
    for name in ("claims_iat", "signed_out_at"):
        told[name] = _when(told[name] * 1000 or None)
    for name in ("written_at", "erased_at", "created_at"):
        told[name] = _when(told[name])
    return told


def _thread(thread: Thread, people: Roster) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.structs.asdict(thread)
    for name in ("unindexed", "reachable", "rings_from", "badged", "read_on"):
        del told[name]
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
        "market": row[14],
        "rating": None if row[12] is None else {"score": row[12], "at": _when(row[13])},
    }


def _milestone(row: Row, people: Roster) -> dict[str, Any]:
    kind, at, number, team, home, since, business_ms = row
    return {
        "kind": kind,
        "at": _when(at),
        "conversation": number,
        "team": _team(team, people),
        "home_team": _team(home, people),
        "since": _when(since),
        "business_ms": business_ms,
    }


def _cover(row: Row, people: Roster) -> dict[str, Any]:
    number, back_team, back_why, team, why, began_at, began_by, reason, ends_at, note = row[:10]
    ended_at, ended_by, ended_why = row[10:]
    return {
        "conversation": number,
        "from": {"team": _team(back_team, people), "why": back_why},
        "team": _team(team, people),
        "why": why,
        "began_at": _when(began_at),
        "began_by": _agent(began_by, people),
        "reason": reason,
        "ends_at": _when(ends_at),
        "note": note,
        "ended_at": _when(ended_at),
        "ended_by": _agent(ended_by, people),
        "ended_why": ended_why,
    }


def _act(act: Row, people: Roster) -> dict[str, Any] | None:
    at, by, team = act
    if at is None:
        return None
    return {"at": _when(at), "by": _agent(by, people), "team": _team(team, people)}


def _agent(agent: str | None, people: Roster) -> AgentRef | None:
    return None if agent is None else people.agent_ref(agent)


def _team(team: str | None, people: Roster) -> str | None:
    return None if team is None else people.team(team).key


def _when(at: int | None) -> str | None:
    return None if at is None else to_text(at)
