"""What a customer sees besides the stream: its thread in one answer, its messages, its team."""

from __future__ import annotations

import msgspec

from inbox.core.conversation import customer_wrote
from inbox.core.cursor import Cursor
from inbox.core.events import CoverChoice, Serving, Status, TeamRef, customer_view
from inbox.core.frames import NoticeShown
from inbox.core.policy import Customer
from inbox.core.promise import Basis, Promise
from inbox.core.timetable import State
from inbox.flows.access import get_seen
from inbox.flows.care import Care, care_of
from inbox.flows.context import Context, roster
from inbox.flows.hours import Today, opening
from inbox.flows.leases import rest
from inbox.flows.matters import conversation_of
from inbox.flows.placing import shown_choice, would_serve
from inbox.flows.promises import Asked, estimate, standing
from inbox.flows.roster import Roster
from inbox.flows.storms import show_notice
from inbox.flows.summaries import numbered
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from inbox.store.records import Thread, read_item

HOUR_MS = 3_600_000


class Receipts(msgspec.Struct, frozen=True):
    """How far the team has received and read: seqs of the thread, 0 for nothing yet."""

    delivered: int
    read: int


class CustomerThread(msgspec.Struct, frozen=True):
    """A customer's thread. Events after `cursor` are what this answer does not know yet.

    `choice` is there while the team is closed and asks whether to wait or to be answered by
    another, and after the customer has said to wait. `receipts` are the team's, so that a device
    that begins now shows the marks of before; `rating` is what the customer gave to a conversation
    that is resolved.
    """

    thread: str
    team: TeamRef
    serving: Serving
    status: Status | None
    promise: Promise | None
    care: Care
    choice: CoverChoice | None
    cursor: str
    head: int
    unread: int
    receipts: Receipts
    rating: int | None


class RawPage(msgspec.Struct, frozen=True):
    """A page of wire JSON; `next` is the `before` of the next one, none at the end."""

    items: tuple[msgspec.Raw, ...]
    next: str | None


class Person(msgspec.Struct, frozen=True):
    """One of the team, as customers see them."""

    name: str
    photo_url: str | None
    line: str | None


class TeamPage(msgspec.Struct, frozen=True):
    """A team as its customers see it. What has not been set up yet is null.

    `hours` is today; `open`, `state`, `closes_at` and `next_open` are this moment's. `line` is what
    the team says of the day, while it lasts; `notice` what all its customers must know now.
    `promise` is what a new matter could expect now, of whichever team would have it, and
    `kept_rate` the share of promises kept within 28 days, null while they are few.
    """

    id: str
    key: str
    name: str
    place: str | None
    photo_url: str | None
    people: tuple[Person, ...]
    time_zone: str
    hours: Today | None
    open: bool
    state: State
    closes_at: str | None
    next_open: str | None
    line: str | None
    promise: Promise | None
    kept_rate: float | None
    notice: NoticeShown | None


async def customer_thread(ctx: Context, who: Customer) -> CustomerThread:
    """The customer's thread as it is now, with the cursor to follow it from.

    `promise` is the one that stands while they wait, and what a message could expect while not.
    """
    people, at = await roster(ctx), ctx.clock()

    async def look(tx: Tx) -> tuple[Thread, int, Promise | None, int | None]:
        thread = await get_seen(tx, who, who.thread)
        row = await tx.fetch_one(
            Q.count_unread, thread=thread.id, after=thread.customer_read, author="agent"
        )
        promise = await _promise(ctx, tx, who, thread, at=at, people=people)
        return thread, 0 if row is None else row[0], promise, await _score(tx, thread)

    thread, unread, promise, score = await ctx.store.read(look)
    at = ctx.clock()
    status = None
    if thread.state is not None:
        # A snooze is the team's own business: to the customer the conversation is open.
        state = "open" if thread.state == "snoozed" else thread.state
        status = Status(state, thread.conversation)
    return CustomerThread(
        thread=thread.id,
        team=people.team_ref(thread.home_team),
        serving=Serving(people.team_ref(thread.serving_team), thread.serving_why),
        status=status,
        promise=promise,
        care=care_of(ctx, thread, people, at=at),
        choice=shown_choice(thread, at=at),
        cursor=str(Cursor(ctx.memory.epoch, thread.head)),
        head=thread.head,
        unread=unread,
        receipts=Receipts(thread.agent_delivered, thread.agent_read),
        rating=score,
    )


async def _score(tx: Tx, thread: Thread) -> int | None:
    """What the customer gave to the last conversation, once that is resolved."""
    if thread.state != "resolved":
        return None
    row = await tx.fetch_one(Q.score_given, thread=thread.id, number=thread.conversation)
    return None if row is None else row[0]


async def _promise(
    ctx: Context, tx: Tx, who: Customer, thread: Thread, *, at: int, people: Roster
) -> Promise | None:
    """What stands, while the customer waits; else what a message of this moment could expect."""
    if thread.waiting_since is not None:
        return standing(thread, who, at=at, people=people)
    reopen_ms = ctx.settings.reopen_hours * HOUR_MS
    conv, _ = customer_wrote(conversation_of(thread), now=at, reopen_ms=reopen_ms)
    new = conv.number != thread.conversation
    basis: Basis = "first" if new else "next"
    asked = Asked(who, would_serve(people, thread, new=new, at=at), basis)
    return await estimate(ctx, tx, asked, at=at, people=people)


async def customer_messages(ctx: Context, who: Customer, *, before: int, limit: int) -> RawPage:
    """The customer's messages before a place, newest first."""

    async def look(tx: Tx) -> list[Row]:
        await get_seen(tx, who, who.thread)
        return await tx.fetch(Q.messages_newest, thread=who.thread, before=before, limit=limit + 1)

    rows = await ctx.store.read(look)
    shown = [view for row in rows[:limit] if (view := customer_view(read_item(row)))]
    return RawPage(
        items=tuple(numbered(item.seq, item.payload) for item in shown),
        next=str(shown[-1].seq) if len(rows) > limit else None,
    )


async def team_page(ctx: Context, who: Customer) -> TeamPage:
    """The customer's home team."""
    people, at = await roster(ctx), ctx.clock()

    async def look(tx: Tx) -> tuple[Thread, Promise | None, float | None]:
        thread = await get_seen(tx, who, who.thread)
        serves = would_serve(people, rest(thread, people, at=at), new=True, at=at)
        asked = Asked(who, serves, "first")
        promise = await estimate(ctx, tx, asked, at=at, people=people)
        kept = await ctx.memory.measures.kept_rate(tx, people, thread.home_team, now=at)
        return thread, promise, kept

    thread, promise, kept = await ctx.store.read(look)
    team = people.team(thread.home_team)
    members = sorted(
        (people.agents[agent] for agent in people.active(team.id)),
        key=lambda agent: (agent.name, agent.id),
    )
    now = opening(people, team.id, at=at)
    return TeamPage(
        id=team.id,
        key=team.key,
        name=team.name,
        place=team.place,
        photo_url=team.photo_url,
        people=tuple(Person(one.name, one.photo_url, one.line) for one in members),
        time_zone=team.time_zone,
        hours=now.hours,
        open=now.open,
        state=now.state,
        closes_at=now.closes_at,
        next_open=now.next_open,
        line=people.line_of(team.id, at=at),
        promise=promise,
        kept_rate=kept,
        notice=show_notice(people.notice_of(team.id, at=at)),
    )
