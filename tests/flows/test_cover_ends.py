"""Cover by hand, who sees what of it, and the timer that ends it."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.core.instant import to_text
from inbox.flows import cover, desk_views, handover
from inbox.flows.audit import list_audit
from inbox.flows.cover import CoverDraft
from inbox.flows.export import export
from inbox.flows.retention import retention
from inbox.flows.returning import return_due
from tests.cast import NOON, OPERATOR
from tests.flows.ledger import audit_books
from tests.flows.night import (
    COVER,
    OPENS,
    TAMPA_CLOSES,
    last,
    leases,
    log_of,
    night,
    serving,
    set_hours,
    shown_to,
    urge,
)
from tests.flows.stage import DAY, HOUR, MINUTE, Stage

# ── by hand ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_covers_extends_and_hands_back(stage: Stage) -> None:
    ana = await night(stage)
    stage.clock.now = OPENS
    await stage.say(ana, "1")
    ctx, thread = stage.ctx, ana.thread
    first = CoverDraft(stage.tampa, "swamped", until=to_text(OPENS + HOUR))
    begun = await cover.cover(ctx, stage.mia, thread=thread, draft=first)
    assert (begun.serving.why, begun.serving.until) == ("cover", to_text(OPENS + HOUR))
    more = CoverDraft(
        stage.tampa, "still", until=to_text(OPENS + 2 * HOUR), note="Ask for the IMEI"
    )
    await cover.cover(ctx, stage.ravi, thread=thread, draft=more)
    stage.clock.now = OPENS + HOUR
    await return_due(ctx)
    assert await serving(stage, ana) == (stage.tampa, "cover")
    stage.clock.now = OPENS + 2 * HOUR
    await return_due(ctx)
    assert (await last(stage, ana, "serving"))["note"] == "Ask for the IMEI"
    assert [row[0] for row in await leases(stage)] == ["hand"]

    await cover.cover(ctx, stage.mia, thread=thread, draft=CoverDraft(stage.tampa, "again"))
    assert (await leases(stage))[1][1] == TAMPA_CLOSES
    await cover.hand_back(ctx, stage.ravi, thread=thread, note="Done by us")
    assert await serving(stage, ana) == (stage.spokane, "home")
    told = await last(stage, ana, "serving")
    assert (told["note"], told["by"]) == ("Done by us", stage.ravi.id)
    with pytest.raises(Conflict, match="nobody covers"):
        await cover.hand_back(ctx, stage.mia, thread=thread, note=None)
    said = [one.action for one in (await list_audit(ctx, OPERATOR)).items][:4]
    assert said == ["cover.end", "cover", "cover", "cover"]


async def test_what_is_given_back_at_night_stays_home_until_morning(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await cover.hand_back(stage.ctx, stage.ravi, thread=ana.thread, note=None)
    await stage.say(ana, "2")
    assert await serving(stage, ana) == (stage.spokane, "home")
    await urge(stage, ana, "3")
    assert await serving(stage, ana) == (stage.tampa, "cover")
    stage.clock.now = OPENS + 12 * HOUR
    await return_due(stage.ctx)
    await set_hours(stage.ctx, stage.tampa, None)
    await stage.say(ana, "4")
    assert await serving(stage, ana) == (stage.tampa, "cover"), "another night"


async def test_another_team_may_take_a_cover_over(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await stage.agent("Eva", boise)
    await stage.reply(stage.bo, ana.thread, "a")
    await stage.say(ana, "1")
    await cover.cover(stage.ctx, stage.bo, thread=ana.thread, draft=CoverDraft(boise, "closer"))
    assert await serving(stage, ana) == (boise, "cover")
    assert [row[3] for row in await leases(stage)] == ["moved", None]
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    thread = (await audit_books(stage.ctx)).threads[ana.thread]
    assert (thread.serving_why, thread.assignee_id) == ("home", stage.bo.id)


async def test_what_cannot_be_covered_by_hand(stage: Stage) -> None:
    ana = await night(stage)
    ctx, thread = stage.ctx, ana.thread
    draft = CoverDraft(stage.tampa, "swamped")
    with pytest.raises(Conflict, match="no open conversation"):
        await cover.cover(ctx, stage.bo, thread=thread, draft=draft)
    await stage.say(ana, "1")
    for bad, path in (
        (CoverDraft(stage.spokane, "x"), "team"),
        (CoverDraft("nowhere", "x"), "team"),
        (CoverDraft(stage.tampa, " "), "reason"),
        (CoverDraft(stage.tampa, "x", until=to_text(NOON)), "until"),
        (CoverDraft(stage.tampa, "x", until=to_text(NOON + 32 * DAY)), "until"),
        (CoverDraft(stage.tampa, "x", until="tomorrow"), "until"),
        (CoverDraft(stage.tampa, "x", note=""), "note"),
    ):
        with pytest.raises(BadRequest) as refused:
            await cover.cover(ctx, stage.bo, thread=thread, draft=bad)
        assert [one.path for one in refused.value.errors] == [path]
    with pytest.raises(NotFound):
        await cover.cover(ctx, stage.ravi, thread=thread, draft=draft)
    await set_hours(ctx, stage.tampa, "mon-sun 22:00-23:00")
    with pytest.raises(Conflict, match="not there"):
        await cover.cover(ctx, stage.bo, thread=thread, draft=draft)
    await set_hours(ctx, stage.tampa, None)
    boise = await stage.team("boise", "US-ID", "America/Boise")
    await handover.transfer(ctx, stage.bo, thread=thread, team=boise, reason="theirs")
    with pytest.raises(Conflict, match="transfer"):
        await cover.cover(ctx, stage.bo, thread=thread, draft=draft)
    assert await leases(stage) == []


# ── who sees what ────────────────────────────────────────────────────────────────────────────────


async def test_the_covering_team_sees_what_it_covers_and_nothing_after(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    luis = await stage.arrive("luis", region="US-WA")
    stage.clock.now = OPENS
    await stage.say(luis, "1")
    stage.clock.now = NOON
    await stage.say(ana, "1")
    told = await shown_to(stage, stage.tampa)
    assert [one["type"] for one in told] == ["entered", "status", "serving", "message"]
    assert {one["thread"] for one in told} == {ana.thread}
    with pytest.raises(NotFound):
        await desk_views.summary(stage.ctx, stage.ravi, thread=luis.thread)

    stage.clock.now = OPENS
    await return_due(stage.ctx)
    stage.clock.now = OPENS + MINUTE
    await stage.reply(stage.bo, ana.thread, "b")
    told = await shown_to(stage, stage.tampa)
    assert [one["type"] for one in told] == ["withdrawn"] * 4 + ["left"]
    assert "Hello" not in str(told)
    home = [one["type"] for one in await shown_to(stage, stage.spokane)]
    assert home.count("serving") == 2, "home sees it all the while"
    assert "left" not in home
    with pytest.raises(NotFound):
        await desk_views.timeline(stage.ctx, stage.ravi, thread=ana.thread, before=99, limit=9)


async def test_an_exchange_goes_on_at_home_under_the_same_number(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    await stage.reply(stage.bo, ana.thread, "b")
    assert {line.conversation for line in await log_of(stage, ana) if line.author} == {1}


# ── the timer ────────────────────────────────────────────────────────────────────────────────────


async def test_a_restart_in_the_middle_of_a_lease_changes_nothing(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await stage.reopen()
    stage.clock.now = OPENS + DAY
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.spokane, "home")


async def test_of_two_processes_one_gives_it_back(stage: Stage) -> None:
    if stage.database.kind == "sqlite":
        pytest.skip("one process at a time: the folder's lock")
    ana = await night(stage, **COVER)
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(12)]
    for who in (ana, *people):
        await stage.say(who, "1")
    others = [await stage.beside() for _ in range(3)]
    stage.clock.now = OPENS
    await asyncio.gather(*(return_due(ctx) for ctx in (stage.ctx, *others) for _ in range(2)))
    for who in (ana, *people):
        said = [line for line in await log_of(stage, who) if line.type == "serving"]
        assert len(said) == 2, "to Tampa and back, once"
    assert {row[3] for row in await leases(stage)} == {"time"}


async def test_many_come_back_in_steps(stage: Stage) -> None:
    await night(stage, **COVER)
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(60)]
    for who in people:
        await stage.say(who, "1")
    stage.clock.now = OPENS
    assert await return_due(stage.ctx), "there are more"
    assert not await return_due(stage.ctx)
    books = await audit_books(stage.ctx)
    assert {books.threads[who.thread].serving_why for who in people} == {"home"}


async def test_a_lease_that_is_changed_meanwhile_runs_on(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    draft = CoverDraft(stage.tampa, "longer", until=to_text(OPENS + HOUR))
    await cover.cover(stage.ctx, stage.bo, thread=ana.thread, draft=draft)
    stage.clock.now = OPENS
    await return_due(stage.ctx)
    assert await serving(stage, ana) == (stage.tampa, "cover")


# ── what is kept of it ───────────────────────────────────────────────────────────────────────────


async def test_a_lease_is_in_the_export_and_kept_as_long_as_messages(stage: Stage) -> None:
    ana = await night(stage, **COVER)
    await stage.say(ana, "1")
    await cover.hand_back(stage.ctx, stage.ravi, thread=ana.thread, note="Call Ana on Tuesday")
    draft = CoverDraft(stage.tampa, "dentist", until=to_text(NOON + DAY))
    await cover.cover(stage.ctx, stage.bo, thread=ana.thread, draft=draft)
    pieces = [piece async for piece in await export(stage.ctx, OPERATOR, customer="ana")]
    over, runs = msgspec.json.decode(b"".join(pieces))["covers"]
    assert (over["from"], over["team"]) == ({"team": "spokane", "why": "home"}, "tampa")
    assert (over["why"], over["began_by"], over["note"]) == ("policy", None, "Call Ana on Tuesday")
    assert (over["ended_why"], over["ended_by"]["name"]) == ("hand", "Ravi")
    assert (over["began_at"], over["ended_at"]) == (to_text(NOON), to_text(NOON))
    assert (runs["why"], runs["reason"], runs["began_by"]["name"]) == ("hand", "dentist", "Bo")
    assert (runs["ends_at"], runs["ended_at"]) == (to_text(NOON + DAY), None)

    stage.clock.pass_(stage.settings.retention_days * DAY)
    await retention(stage.ctx)
    assert len(await leases(stage)) == 2
    stage.clock.pass_(1)
    await retention(stage.ctx)
    assert [row[0] for row in await leases(stage)] == ["hand"], "one that runs stays"
