"""A customer arrives: the token's claims are taken, and at first sight a home team is chosen.

Two first arrivals at the same moment yield one customer, one thread and one pin: the second waits
for the first and finds what it made.
"""

from __future__ import annotations

import msgspec

from inbox.auth.customers import Claims
from inbox.core import pinning, policy
from inbox.core.errors import Unauthorized
from inbox.core.events import CustomerEvent, PinEvent
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.leases import leave
from inbox.flows.log import Entry, append
from inbox.flows.matters import move_home
from inbox.flows.roster import Roster, roster_now
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Customer, Thread, read_customer, read_thread
from inbox.store.rows import sure

PROFILE = ("name", "region", "time_zone", "locale", "phone", "attributes")


async def arrive(ctx: Context, claims: Claims) -> policy.Customer:
    """Let the subject of a verified token in, and answer with its one thread.

    A newer token's claims overwrite what is known, an absent claim keeps it, and an older token
    never changes anything. Raises Unauthorized where the customer was signed out after the token
    was made.
    """

    async def look(tx: Tx) -> tuple[str, Customer] | None:
        row = await tx.fetch_one(Q.get_customer, customer=claims.sub)
        if row is None:
            return None
        known = read_customer(row)
        _demand_signed_in(known, claims)
        if known.claims_iat < claims.issued_at:
            return None
        found = await tx.fetch_one(Q.get_thread_of, customer=claims.sub)
        return None if found is None else (read_thread(found).id, known)

    arrived = await ctx.store.read(look)
    if arrived is None:
        people = await roster(ctx)

        async def work(writing: Writing) -> tuple[str, Customer]:
            return await _take_claims(ctx, writing, claims, people)

        arrived = await write(ctx, work)
    thread, known = arrived
    return policy.Customer(
        claims.sub,
        thread,
        claims.issued_at,
        claims.expires_at,
        known.name,
        known.locale,
        known.time_zone,
    )


def _demand_signed_in(customer: Customer, claims: Claims) -> None:
    if claims.issued_at < customer.signed_out_at:
        raise Unauthorized("this customer was signed out after the token was made")


async def _take_claims(
    ctx: Context, writing: Writing, claims: Claims, people: Roster
) -> tuple[str, Customer]:
    tx = writing.tx
    await tx.execute(Q.add_customer, customer=claims.sub, at=writing.at)
    # The thread before the customer, as whoever stores a first message locks them.
    found = await tx.fetch_one(Q.get_thread_of, customer=claims.sub)
    thread = None
    if found is not None:
        thread = read_thread(sure(await tx.fetch_one(Q.lock_thread, thread=found[0])))
    row = sure(await tx.fetch_one(Q.lock_customer, customer=claims.sub))
    before = read_customer(row)
    _demand_signed_in(before, claims)
    after = _merge(before, claims)
    if after != before:
        await tx.execute(
            Q.save_profile,
            customer=after.id,
            claims_iat=after.claims_iat,
            **{name: getattr(after, name) for name in PROFILE},
        )
    if thread is None:
        return await _begin_thread(ctx, writing, after), after
    changed = tuple(name for name in PROFILE if getattr(before, name) != getattr(after, name))
    if changed:
        await _tell_change(writing, thread, before, after, changed, people)
    return thread.id, after


def _merge(known: Customer, claims: Claims) -> Customer:
    """What is known after a token: an older one, and an absent claim, change nothing."""
    if claims.issued_at <= known.claims_iat:
        return known
    told = {
        name: value
        for name in PROFILE
        if name != "attributes" and (value := getattr(claims, name)) is not None
    }
    if claims.attributes is not None:
        told["attributes"] = msgspec.json.encode(dict(claims.attributes), order="sorted").decode()
    return msgspec.structs.replace(known, claims_iat=claims.issued_at, **told)


async def _begin_thread(ctx: Context, writing: Writing, customer: Customer) -> str:
    people = await roster_now(writing.tx, ctx.memory.roster)
    choice = await _choose(writing, customer, people)
    tx, thread_id = writing.tx, ctx.ids()
    await tx.execute(
        Q.add_thread,
        thread=thread_id,
        customer=customer.id,
        at=writing.at,
        team=choice.team,
        reason=choice.reason,
        by_region=choice.by_region,
    )
    row = sure(await tx.fetch_one(Q.get_thread_of, customer=customer.id))
    thread = read_thread(row)
    if thread.id != thread_id:
        return thread.id
    entry = Entry("pin", PinEvent(people.team_ref(choice.team), choice.reason))
    await append(writing, None, thread, (entry,))
    return thread.id


async def _tell_change(
    writing: Writing,
    thread: Thread,
    before: Customer,
    after: Customer,
    changed: tuple[str, ...],
    people: Roster,
) -> None:
    """Tell the desk. A pin made without a region is made anew while no agent has answered.

    One that a person chose since then stays.
    """
    suggest = None
    entries: list[Entry] = []
    stored = thread
    if "region" in changed:
        chosen_at_first_sight = thread.pinned_at == thread.created_at
        if before.region is None and thread.last_agent_seq == 0 and chosen_at_first_sight:
            stored, entries = await _pin_anew(writing, thread, after, people)
        else:
            candidates = await read_candidates(writing, people)
            better = pinning.fits_better(
                candidates,
                current=thread.home_team,
                customer=after.id,
                region=after.region,
                language=after.locale,
            )
            suggest = None if better is None else people.team_ref(better.team)
    entries.append(Entry("customer", CustomerEvent(changed, suggest)))
    # Search finds customers by name: it looks again at threads with this mark.
    await append(writing, thread, msgspec.structs.replace(stored, unindexed=True), entries)


async def _pin_anew(
    writing: Writing, thread: Thread, customer: Customer, people: Roster
) -> tuple[Thread, list[Entry]]:
    counted = customer.written_at is not None
    if counted:  # who moves must not be in the way of their own place
        await writing.tx.execute(Q.count_customer, team=thread.home_team, change=-1)
    choice = await _choose(writing, customer, people)
    if counted:
        await writing.tx.execute(Q.count_customer, team=choice.team, change=1)
    if choice.team == thread.home_team:
        return thread, []
    moved, entries = move_home(
        thread, PinEvent(people.team_ref(choice.team), choice.reason), people=people
    )
    await leave(writing, thread, moved, why="pin")
    writing.free(choice.team)
    pinned = msgspec.structs.replace(
        moved, pin_reason=choice.reason, pin_by_region=choice.by_region, pinned_at=writing.at
    )
    return pinned, entries


async def _choose(writing: Writing, customer: Customer, people: Roster) -> pinning.Choice:
    return pinning.choose(
        await read_candidates(writing, people),
        customer=customer.id,
        region=customer.region,
        language=customer.locale,
    )


async def read_candidates(writing: Writing, people: Roster) -> list[pinning.Candidate]:
    """Every team as a choice for a pin, with its load as this transaction sees it."""
    members = dict(tuple(row) for row in await writing.tx.fetch(Q.member_counts))
    customers = {row[0]: row[9] for row in await writing.tx.fetch(Q.all_teams)}
    return [
        pinning.Candidate(
            id=team.id,
            key=team.key,
            regions=people.regions[team.id],
            languages=team.spoken(),
            max_customers=team.max_customers,
            customers=customers[team.id],
            active_members=members.get(team.id, 0),
            is_default=team.is_default,
        )
        for team in people.teams.values()
        if team.is_default or not people.rules_of(team.id).general
    ]
