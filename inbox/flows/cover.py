"""Cover by hand, and by the customer's choice: a person begins, changes and ends a lease."""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core import cover as rules
from inbox.core.errors import BadRequest, Conflict
from inbox.core.events import CoverChoice, Serving
from inbox.core.policy import Agent, Customer
from inbox.core.text import clean_line
from inbox.flows import leases
from inbox.flows.access import lock_seen
from inbox.flows.audit import record
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.fields import read_until
from inbox.flows.leases import Terms
from inbox.flows.log import Entry, append
from inbox.flows.placing import choice_now, choose, first_there, may_cover, shown_choice
from inbox.flows.roster import Roster
from inbox.flows.summaries import ThreadSummary, read_summary_of
from inbox.store.records import Thread

WORDS_LIMIT = 500


class CoverDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which team covers, until when (RFC 3339; absent: the home team's next opening), and why.

    `note` is what the home team is to read when it has the conversation back. Sent again for the
    team that covers, it changes the end, the reason and the note.
    """

    team: str
    reason: str
    until: str | None = None
    note: str | None = None


class HandBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the home team is to read."""

    note: str | None = None


class ChoiceDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wait for my team, or be answered by another now."""

    choice: Literal["wait", "now"]


class CoverAnswer(msgspec.Struct, frozen=True):
    """Which team serves the conversation now, and what was chosen, until when that holds."""

    serving: Serving
    choice: CoverChoice | None


async def cover(ctx: Context, who: Agent, *, thread: str, draft: CoverDraft) -> ThreadSummary:
    """Let another team cover one conversation, or change how long the one that does will.

    Raises BadRequest (team, until, words), NotFound, and Conflict where nothing is open, the
    conversation was bounced or is in general care, or that team is not there now.
    """
    people = await roster(ctx)
    reason = ctx.mask(clean_line(draft.reason, path="reason", limit=WORDS_LIMIT))
    note = None if draft.note is None else _note(ctx, draft.note)
    if draft.team not in people.teams:
        raise BadRequest.field("team", "there is no such team")
    given = None if draft.until is None else read_until(draft.until)

    async def work(writing: Writing) -> ThreadSummary:
        before = await lock_seen(writing.tx, who, thread)
        until = _until(before, people, draft.team, given, at=writing.at)
        terms = Terms(team=draft.team, why="hand", until=until, by=who.id, reason=reason, note=note)
        if before.serving_why == "cover" and before.serving_team == draft.team:
            after, entries = await leases.change(writing, before, terms, people=people)
        else:
            _demand_coverable(before, people, draft.team, at=writing.at)
            after, entries = await leases.begin(ctx, writing, before, terms, people=people)
        await append(writing, before, after, entries)
        await record(ctx, writing, who, "cover", thread=thread, team=draft.team)
        return await read_summary_of(writing.tx, thread, agent=who.id)

    return await write(ctx, work)


async def hand_back(ctx: Context, who: Agent, *, thread: str, note: str | None) -> ThreadSummary:
    """End a lease at once, with a note for the home team; Conflict where none runs.

    While the home team is not there, the rules let nobody cover this conversation again, unless it
    is urgent.
    """
    people = await roster(ctx)
    said = None if note is None else _note(ctx, note)

    async def work(writing: Writing) -> ThreadSummary:
        before = await lock_seen(writing.tx, who, thread)
        if before.serving_why != "cover":
            raise Conflict("nobody covers this conversation")
        lease = await leases.running(writing.tx, thread)
        after, entries = await leases.give_back(
            writing, before, lease, people=people, why="hand", by=who.id, note=said
        )
        if not people.is_there(after.home_team, at=writing.at):
            until = rules.opens_after(people.hours_of(after.home_team), writing.at)
            after, _ = choose(after, "home", until=until)
        await append(writing, before, after, entries)
        await record(ctx, writing, who, "cover.end", thread=thread, team=before.serving_team)
        # Whoever gave it back may see it no longer: the answer is the last look.
        return await read_summary_of(writing.tx, thread, agent=who.id)

    return await write(ctx, work)


async def answer(ctx: Context, who: Customer, *, choice: Literal["wait", "now"]) -> CoverAnswer:
    """The customer says whether to wait for their team or to be answered by another now.

    Saying the same again is safe, and *wait* may become *now* as long as the team is closed; once
    it is there, either changes nothing. Conflict where nothing is asked, or nobody else is there.
    """
    people = await roster(ctx)

    async def work(writing: Writing) -> CoverAnswer:
        before = await lock_seen(writing.tx, who, who.thread)
        after, entries = await _answered(ctx, writing, before, choice, people)
        if after != before or entries:
            await append(writing, before, after, entries)
        serving = Serving(people.team_ref(after.serving_team), after.serving_why)
        return CoverAnswer(serving, shown_choice(after, at=writing.at))

    return await write(ctx, work)


async def _answered(
    ctx: Context, writing: Writing, thread: Thread, choice: Literal["wait", "now"], people: Roster
) -> tuple[Thread, list[Entry]]:
    at = writing.at
    asked = thread.choice in {"open", "wait", "now"} and thread.state in {"open", "snoozed"}
    if asked and thread.serving_why == "cover" and choice == "now":
        return thread, []
    if not asked or thread.serving_why != "home":
        raise Conflict("there is no choice open")
    said = choice_now(thread, at=at)
    if people.is_there(thread.home_team, at=at) or (choice == "wait" and said == "wait"):
        return thread, []
    until = rules.opens_after(people.hours_of(thread.home_team), at)
    if choice == "wait":
        writing.count("cover_choices", "wait")
        return choose(thread, "wait", until=until)
    team = first_there(people, thread, at=at, urgent=False)
    if team is None:
        raise Conflict("no other team is there now")
    writing.count("cover_choices", "now")
    after, entries = choose(thread, "now", until=until)
    terms = Terms(
        team=team,
        why="choice",
        until=rules.ends_at(people.hours_of(team), at, back=until),
        reason="choice",
    )
    after, told = await leases.begin(ctx, writing, after, terms, people=people)
    return after, entries + told


def _demand_coverable(thread: Thread, people: Roster, team: str, *, at: int) -> None:
    if thread.state not in {"open", "snoozed"}:
        raise Conflict("there is no open conversation to cover")
    if team == thread.home_team:
        raise BadRequest.field("team", "is the home team")
    if thread.serving_why in {"bounce", "general"}:
        raise Conflict("another team has this conversation already; transfer it instead")
    if not may_cover(people, team, at=at, urgent=False):
        raise Conflict("that team is not there now")


def _until(thread: Thread, people: Roster, team: str, given: int | None, *, at: int) -> int:
    if given is None:
        back = rules.opens_after(people.hours_of(thread.home_team), at)
        return rules.ends_at(people.hours_of(team), at, back=back)
    if not at < given <= at + rules.LONGEST_COVER_MS:
        raise BadRequest.field("until", "must be in the future, at most 31 days")
    return given


def _note(ctx: Context, note: str) -> str:
    return ctx.mask(clean_line(note, path="note", limit=WORDS_LIMIT))
