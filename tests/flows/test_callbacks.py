"""Callbacks through the flows: free times, one line each, attempts, reminders, privacy."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import msgspec
import pytest

from inbox.core.callbacks import AHEAD_DAYS
from inbox.core.errors import BadRequest, Conflict, NotFound, RateLimited
from inbox.core.hours import DAY_MS
from inbox.core.instant import to_ms
from inbox.core.policy import Customer
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import erasure, export, handover, hours, rules, shifts
from inbox.flows.callbacks import booking, calling, mine
from inbox.flows.callbacks.booking import Booked, CallbackDraft
from inbox.flows.callbacks.calling import Attempt
from inbox.flows.context import Context
from inbox.flows.limits import Limits
from inbox.flows.reports import Question, report
from inbox.flows.shifts import ShiftDraft
from inbox.flows.streams import Stream, page
from tests.cast import OPERATOR, Cast, SetClock, arrive
from tests.flows.stage import HOUR

MINUTE = 60_000
PHONE = "+15095550100"


async def _open(ctx: Context, cast: Cast, *, share: int = 25) -> None:
    """Spokane calls back, from 8 to 20 o'clock, in slots of half an hour."""
    change = msgspec.convert({"callback_minutes": 30, "callback_share": share}, RulesChange)
    await rules.set_rules(ctx, cast.mia, team=cast.spokane, change=change)
    week = read_weekly("daily 08:00-20:00")
    await hours.set_weekly(ctx, cast.mia, team=cast.spokane, weekly=week)


def _draft(when: str, client_id: str = "c1", **more: object) -> CallbackDraft:
    return msgspec.convert(
        {"client_id": client_id, "when": when, "topic": "My bill", "phone": PHONE, **more},
        CallbackDraft,
    )


async def _first_free(ctx: Context, who: Customer) -> str:
    """The first free time of tomorrow."""
    found = await booking.list_slots(ctx, who, thread=who.thread, day=None)
    tomorrow = found.day + timedelta(days=1)
    slots = await booking.list_slots(ctx, who, thread=who.thread, day=tomorrow)
    return slots.items[0].starts_at


async def _book(ctx: Context, who: Customer, draft: CallbackDraft) -> Booked:
    return await booking.book(ctx, who, thread=who.thread, draft=draft)


async def _events(ctx: Context, who: Customer) -> list[dict[str, object]]:
    found = await page(ctx, Stream("thread", who.thread), since=0)
    items = [msgspec.json.decode(one.data) for one in found.items]
    return [one["callback"] for one in items if one["type"] == "callback"]


@pytest.mark.usefixtures("cast")
async def test_a_team_calls_nobody_back_until_it_says_so(ctx: Context) -> None:
    ana = await arrive(ctx, "ana")
    found = await booking.list_slots(ctx, ana, thread=ana.thread, day=None)
    assert (found.items, found.enabled, found.now) == ((), False, False)
    with pytest.raises(Conflict, match="calls nobody back"):
        await _book(ctx, ana, _draft("now"))


async def test_a_call_is_booked_taken_and_made(ctx: Context, cast: Cast, clock: SetClock) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana", name="Ana", time_zone="America/Los_Angeles")
    when = await _first_free(ctx, ana)
    booked = await _book(ctx, ana, _draft(when))
    assert (booked.card.state, booked.card.due_at, booked.duplicate) == ("booked", when, False)
    assert (await mine.my_callbacks(ctx, ana)).items == (booked.card,)
    listed = await calling.list_callbacks(ctx, cast.bo, which="open", cursor=None, limit=50)
    assert [(one.tel, one.customer.name) for one in listed.items] == [(f"tel:{PHONE}", "Ana")]

    clock.now = to_ms(when) - 1
    await calling.come_due(ctx)
    assert (await mine.my_callbacks(ctx, ana)).items[0].state == "booked"
    clock.now = to_ms(when)
    await calling.come_due(ctx)
    await calling.come_due(ctx)
    assert (await mine.my_callbacks(ctx, ana)).items[0].state == "due"

    taken = await calling.take(ctx, cast.bo, callback=booked.card.id)
    assert taken.agent is not None
    assert taken.agent.id == cast.bo.id
    with pytest.raises(Conflict) as refused:
        await calling.take(ctx, cast.mia, callback=booked.card.id)
    assert refused.value.holder is not None
    assert refused.value.holder.id == cast.bo.id
    spoke = Attempt("spoke", "Was kind. Card 4111 1111 1111 1111")
    done = await calling.attempt(ctx, cast.bo, callback=booked.card.id, made=spoke)
    assert (done.state, done.attempts) == ("done", 1)

    told = await _events(ctx, ana)
    assert [one["state"] for one in told] == ["booked", "due", "due", "done"]
    assert all("remark" not in one and "by" not in one for one in told), "that is the team's own"
    over = await calling.list_callbacks(ctx, cast.bo, which="over", cursor=None, limit=50)
    assert [one.callback.state for one in over.items] == ["done"]
    with pytest.raises(Conflict, match="over"):
        await calling.attempt(ctx, cast.bo, callback=booked.card.id, made=spoke)


async def test_nobody_gets_a_time_twice(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    people = [await arrive(ctx, f"customer-{n}", region="US-WA") for n in range(6)]
    when = await _first_free(ctx, people[0])

    async def attempt(who: Customer) -> bool:
        try:
            await _book(ctx, who, _draft(when))
        except Conflict:
            return False
        return True

    got = await asyncio.gather(*(attempt(who) for who in people))
    assert got.count(True) == 1, "two people are on the team, a quarter of them is one line"
    assert await _first_free(ctx, people[0]) != when

    winner = people[got.index(True)]
    card = (await mine.my_callbacks(ctx, winner)).items[0]
    await booking.cancel(ctx, winner, callback=card.id)
    assert await _first_free(ctx, people[0]) == when, "a time that is called off is free"


async def test_lines_follow_who_is_on_shift(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast, share=100)
    ana = await arrive(ctx, "ana", time_zone="America/Los_Angeles")
    eight_to_noon = ShiftDraft(read_weekly("daily 10:00-12:00"), "America/Los_Angeles")
    await shifts.set_shift(ctx, OPERATOR, agent=cast.bo.id, draft=eight_to_noon)
    when = await _first_free(ctx, ana)
    assert when.endswith("T18:00:00.000Z"), "ten o'clock in Spokane, when Bo comes"


async def test_a_repeat_is_known_whatever_became_of_it(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    when = await _first_free(ctx, ana)
    first = await _book(ctx, ana, _draft(when))
    again = await _book(ctx, ana, _draft(when))
    assert (again.duplicate, again.card) == (True, first.card)
    with pytest.raises(Conflict, match="another body"):
        await _book(ctx, ana, _draft("now"))
    with pytest.raises(Conflict, match="already"):
        await _book(ctx, ana, _draft("now", "c2"))
    await booking.cancel(ctx, ana, callback=first.card.id)
    await booking.cancel(ctx, ana, callback=first.card.id)
    late = await _book(ctx, ana, _draft(when))
    assert (late.duplicate, late.card.state) == (True, "canceled")
    assert [one["state"] for one in await _events(ctx, ana)] == ["booked", "canceled"]


async def test_now_is_at_once_while_the_team_is_there(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana", time_zone="America/Los_Angeles")
    ben = await arrive(ctx, "ben", region="US-WA", time_zone="Asia/Tokyo")
    monday_nine = to_ms("2026-11-23T17:00:00.000Z")
    clock.now = monday_nine - 2 * HOUR
    with pytest.raises(Conflict, match="not there"):
        await _book(ctx, ana, _draft("now"))
    clock.now = monday_nine
    with pytest.raises(Conflict, match="too early or too late"):
        await _book(ctx, ben, _draft("now"))
    booked = await _book(ctx, ben, _draft("now", "c2", any_hour=True))
    assert booked.card.state == "due"
    with pytest.raises(Conflict, match="on calls"):
        await _book(ctx, ana, _draft("now"))


async def test_two_attempts_in_vain(ctx: Context, cast: Cast, clock: SetClock) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana", time_zone="America/Los_Angeles")
    clock.now = to_ms("2026-11-23T18:00:00.000Z")
    card = (await _book(ctx, ana, _draft("now"))).card
    vain = Attempt("no_answer")
    once = await calling.attempt(ctx, cast.bo, callback=card.id, made=vain)
    assert (once.state, once.due_at) == ("booked", "2026-11-23T18:15:00.000Z")
    clock.pass_(15 * MINUTE)
    await calling.come_due(ctx)
    twice = await calling.attempt(ctx, cast.bo, callback=card.id, made=vain)
    assert (twice.state, twice.attempts) == ("missed", 2)
    assert (await mine.my_callbacks(ctx, ana)).items == ()


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"when": "soon"}, "when"),
        ({"when": "2026-11-23T18:07:00Z"}, "when"),
        ({"when": "2020-01-01T00:00:00Z"}, "when"),
        ({"when": "2027-11-23T18:00:00Z"}, "when"),
        ({"phone": "12"}, "phone"),
        ({"topic": ""}, "topic"),
        ({"topic": "x" * 201}, "topic"),
        ({"client_id": "ü"}, "client_id"),
    ],
    ids=["word", "between", "past", "far", "phone", "no-topic", "long-topic", "client-id"],
)
async def test_bad_input_is_refused_by_name(
    ctx: Context, cast: Cast, more: dict[str, str], names: str
) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    draft = msgspec.structs.replace(_draft("now"), **more)
    with pytest.raises(BadRequest, match=names):
        await _book(ctx, ana, draft)
    assert to_ms("2027-11-23T18:00:00Z") > AHEAD_DAYS * DAY_MS


async def test_only_who_sees_the_thread_may(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    ana, ben = await arrive(ctx, "ana"), await arrive(ctx, "ben")
    when = await _first_free(ctx, ana)
    card = (await _book(ctx, ana, _draft(when))).card
    for act in (
        booking.cancel(ctx, ben, callback=card.id),
        calling.take(ctx, cast.ravi, callback=card.id),
        booking.list_slots(ctx, cast.ravi, thread=ana.thread, day=None),
        booking.cancel(ctx, ana, callback="no-such"),
    ):
        with pytest.raises(NotFound):
            await act
    listed = await calling.list_callbacks(ctx, cast.ravi, which="open", cursor=None, limit=50)
    assert listed.items == ()


async def test_the_report_says_which_calls_were_kept(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    await _open(ctx, cast, share=100)
    clock.now = to_ms("2026-11-23T18:00:00.000Z")
    cards = []
    for number in range(3):
        who = await arrive(ctx, f"customer-{number}")
        if number < 2:
            cards.append((await _book(ctx, who, _draft("now"))).card)
        else:
            gone = (await _book(ctx, who, _draft(await _first_free(ctx, who)))).card
            await booking.cancel(ctx, who, callback=gone.id)
    await calling.attempt(ctx, cast.bo, callback=cards[0].id, made=Attempt("spoke"))
    clock.pass_(31 * MINUTE)
    await calling.attempt(ctx, cast.bo, callback=cards[1].id, made=Attempt("spoke"))

    day = date(2026, 11, 23)
    told = await report(ctx, OPERATOR, Question(day, day))
    (row,) = [one for one in told.items if one.team and one.team.id == cast.spokane]
    assert (row.callbacks, row.callbacks_kept, row.callbacks_kept_rate) == (2, 1, 0.5)


async def test_an_agent_books_for_a_customer(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    when = await _first_free(ctx, ana)
    booked = await booking.book(ctx, cast.bo, thread=ana.thread, draft=_draft(when))
    assert booked.card.by == cast.bo.id
    assert (await mine.my_callbacks(ctx, ana)).items[0].by is None
    assert "by" not in (await _events(ctx, ana))[0]


async def test_a_new_home_team_takes_the_callback_along(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    when = await _first_free(ctx, ana)
    card = (await _book(ctx, ana, _draft(when))).card
    await handover.repin(ctx, OPERATOR, thread=ana.thread, team=cast.tampa, reason="moved")
    listed = await calling.list_callbacks(ctx, cast.ravi, which="open", cursor=None, limit=50)
    assert [one.callback.id for one in listed.items] == [card.id]


async def test_pages_of_the_list(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast, share=100)
    for number in range(4):
        who = await arrive(ctx, f"customer-{number}", region="US-WA")
        await _book(ctx, who, _draft(await _first_free(ctx, who)))
    found, cursor = [], None
    while True:
        part = await calling.list_callbacks(ctx, cast.bo, which="open", cursor=cursor, limit=3)
        found += [one.callback.due_at for one in part.items]
        if (cursor := part.next) is None:
            break
    assert (len(found), found) == (4, sorted(found))
    with pytest.raises(BadRequest, match="cursor"):
        await calling.list_callbacks(ctx, cast.bo, which="open", cursor="x", limit=3)


async def test_an_erased_customer_is_called_by_nobody(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    when = await _first_free(ctx, ana)
    await _book(ctx, ana, _draft(when))
    whole = b"".join([piece async for piece in await export.export(ctx, OPERATOR, customer="ana")])
    assert [one["phone"] for one in msgspec.json.decode(whole)["callbacks"]] == [PHONE]

    await erasure.erase(ctx, OPERATOR, customer="ana")
    clock.now = to_ms(when)
    assert not await calling.come_due(ctx)
    listed = await calling.list_callbacks(ctx, cast.bo, which="open", cursor=None, limit=50)
    assert listed.items == ()
    whole = b"".join([piece async for piece in await export.export(ctx, OPERATOR, customer="ana")])
    assert PHONE.encode() not in whole


async def test_booking_counts_as_sending(ctx: Context, cast: Cast) -> None:
    await _open(ctx, cast)
    ana = await arrive(ctx, "ana")
    few = msgspec.structs.replace(ctx.settings, customer_sends_per_minute=1)
    sparing = dataclasses.replace(ctx, limits=Limits(few))
    when = await _first_free(ctx, ana)
    card = (await _book(sparing, ana, _draft(when))).card
    await booking.cancel(sparing, ana, callback=card.id)
    with pytest.raises(RateLimited):
        await _book(sparing, ana, _draft(when, "c2"))
    assert (await _book(sparing, ana, _draft(when))).duplicate, "a repeat is always answered"
