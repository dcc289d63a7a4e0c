"""A customer's quiet hours: the operator's, or the customer's own, by the customer's clock."""

from __future__ import annotations

import contextlib
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from inbox.core.errors import BadRequest, NotFound
from inbox.core.hints import RINGS
from inbox.core.instant import to_text
from inbox.core.policy import Customer, Operator
from inbox.core.quiet import Mode, Quiet, parse_quiet, quiet_until
from inbox.flows.access import get_seen
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.settings import Settings
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Customer as Profile
from inbox.store.records import read_customer
from inbox.store.rows import sure


class QuietDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a customer wants to be rung no more: `22:00-08:00`, or null for never."""

    hours: str | None
    mode: Mode = "hold"


class QuietHours(msgspec.Struct, frozen=True):
    """A customer's quiet hours as they count now.

    `own`: the customer has chosen them. `until`: it is quiet now, up to then.
    """

    hours: str | None
    mode: Mode
    own: bool
    time_zone: str
    until: str | None


async def get_quiet(ctx: Context, who: Customer) -> QuietHours:
    """The customer's quiet hours, or those of the settings."""
    people = await roster(ctx)

    async def look(tx: Tx) -> tuple[Profile, str]:
        thread = await get_seen(tx, who, who.thread)
        row = sure(await tx.fetch_one(Q.get_customer, customer=who.id))
        return read_customer(row), thread.home_team

    known, team = await ctx.store.read(look)
    chosen = _chosen(known.quiet, ctx.settings)
    zone = zone_of(known.time_zone, people.team(team).time_zone)
    quiet = quiet_of(known.quiet, ctx.settings)
    until = None if quiet is None else quiet_until(quiet, zone=zone, now=ctx.clock())
    return QuietHours(
        hours=chosen.hours,
        mode=chosen.mode,
        own=known.quiet is not None,
        time_zone=zone.key,
        until=None if until is None else to_text(until),
    )


async def set_quiet(
    ctx: Context, who: Customer, draft: QuietDraft, *, by: Operator | None = None
) -> QuietHours:
    """The customer's own quiet hours from now on, for what waits too. Raises BadRequest.

    `by`: the operator who has done it in the customer's place, for the audit log.
    """
    try:
        parse_quiet(draft.hours or "", draft.mode)
    except ValueError as error:
        raise BadRequest.field("hours", str(error)) from None
    if draft.hours == "":
        raise BadRequest.field("hours", "must be two times, as 22:00-08:00, or null")
    await _store(ctx, who, msgspec.json.encode(draft).decode(), by)
    return await get_quiet(ctx, who)


async def clear_quiet(ctx: Context, who: Customer, *, by: Operator | None = None) -> None:
    """Back to the quiet hours of the settings."""
    await _store(ctx, who, None, by)


async def in_place_of(ctx: Context, customer: str) -> Customer:
    """The customer for whom an operator acts. NotFound where it is nobody."""

    async def look(tx: Tx) -> Row | None:
        return await tx.fetch_one(Q.get_thread_of, customer=customer)

    row = await ctx.store.read(look)
    if row is None:
        raise NotFound("there is no such customer")
    return Customer(customer, row[0], issued_at=0, expires_at=0)


def quiet_of(own: str | None, settings: Settings) -> Quiet | None:
    """The window that counts for a customer, of what `customers.quiet` holds."""
    chosen = _chosen(own, settings)
    return parse_quiet(chosen.hours or "", chosen.mode)


@lru_cache(maxsize=1_024)
def zone_of(own: str | None, of_team: str) -> ZoneInfo:
    """The customer's time zone; where it is not known, that of the home team.

    A zone that this machine does not know, as after a move to one with older time zones, is passed
    over: one customer's must not hold up everybody's pushes. The last resort is UTC.
    """
    for name in filter(None, (own, of_team)):
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def _chosen(own: str | None, settings: Settings) -> QuietDraft:
    if own is None:
        return QuietDraft(settings.quiet_hours or None, settings.quiet_mode)
    return _read(own)


_decode = msgspec.json.Decoder(QuietDraft).decode


@lru_cache(maxsize=1_024)
def _read(stored: str) -> QuietDraft:
    return _decode(stored)


async def _store(ctx: Context, who: Customer, quiet: str | None, by: Operator | None) -> None:
    """Store the choice, and have what waits for the end of a window decided anew."""

    async def work(writing: Writing) -> None:
        await get_seen(writing.tx, who, who.thread)
        await writing.tx.execute(Q.save_quiet, customer=who.id, quiet=quiet)
        if by is not None:
            await record(ctx, writing, by, "quiet_hours", thread=who.thread)
        if await writing.tx.execute(Q.wake_quiet, thread=who.thread, now=writing.at):
            writing.moved(RINGS, writing.at)

    await write(ctx, work)
