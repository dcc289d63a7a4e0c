"""The customer's choice of care: their own team, general care, or what the company lets them do."""

from __future__ import annotations

import msgspec

from inbox.core.errors import Conflict
from inbox.core.events import CareChosen, CareEvent, CarePreference, Serving, ServingEvent
from inbox.core.policy import Customer
from inbox.flows import leases
from inbox.flows.access import lock_seen
from inbox.flows.context import Context, Writing, roster, write
from inbox.flows.log import Entry, append
from inbox.flows.roster import Roster
from inbox.store.records import Thread


class CareDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to be cared for from now on."""

    preference: CarePreference


class Care(msgspec.Struct, frozen=True):
    """How the customer wants to be cared for, and among what there is a choice.

    `self_service_url` is the company's own page, to be shown beside the team and never in its
    place: whatever is chosen, a message reaches people.
    """

    preference: CarePreference
    offers: tuple[CarePreference, ...]
    self_service_url: str | None


def care_of(ctx: Context, thread: Thread, people: Roster, *, at: int) -> Care:
    """The care of a thread's customer."""
    offers: list[CarePreference] = ["team"]
    if people.general_care(at) is not None:
        offers.append("general")
    url = ctx.settings.self_service_url or None
    if url is not None:
        offers.append("self_service")
    return Care(thread.care, tuple(offers), url)


async def set_care(ctx: Context, who: Customer, *, preference: CarePreference) -> Care:
    """Choose, at once in force, for the open conversation too; choosing the same again is safe.

    General care takes it from whoever has it, and gives it back to the customer's own team when
    they choose so. Conflict where the company does not offer it.
    """
    people = await roster(ctx)

    async def work(writing: Writing) -> Care:
        before = await lock_seen(writing.tx, who, who.thread)
        after = before
        if preference != before.care:
            _demand_offered(care_of(ctx, before, people, at=writing.at), preference)
            after, entries = await _chosen(writing, before, preference, people)
            await append(writing, before, after, entries)
            writing.count("care_switches", preference)
        return care_of(ctx, after, people, at=writing.at)

    return await write(ctx, work)


def _demand_offered(care: Care, preference: CarePreference) -> None:
    if preference not in care.offers:
        raise Conflict(f"there is no {preference.replace('_', '-')} care here")


async def _chosen(
    writing: Writing, before: Thread, preference: CarePreference, people: Roster
) -> tuple[Thread, list[Entry]]:
    entries = [Entry("care", CareEvent(CareChosen(preference)))]
    chosen = msgspec.structs.replace(before, care=preference)
    if preference != "general" and before.serving_why != "general":
        return chosen, entries
    after = leases.rest(chosen, people, at=writing.at)
    if after.serving_team == before.serving_team:
        return chosen, entries
    await leases.leave(writing, before, after, why="care")
    serving = Serving(people.team_ref(after.serving_team), after.serving_why)
    entries.append(Entry("serving", ServingEvent(serving, reason="care")))
    writing.free(after.serving_team)
    return leases.hold(after, people, entries)
