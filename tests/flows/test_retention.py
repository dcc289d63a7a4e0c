"""Retention: what is old goes, what is open stays, and streams stay dense whatever is cut."""

from __future__ import annotations

import asyncio
import io
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.core.errors import BadRequest, Conflict, Gone, PinboxError
from inbox.core.instant import to_text
from inbox.flows import retention as upkeep
from inbox.flows.assignment import take
from inbox.flows.audit import looked, write_looks
from inbox.flows.context import Context
from inbox.flows.erasure import erase
from inbox.flows.handover import transfer
from inbox.flows.imports import import_threads
from inbox.flows.notes import note
from inbox.flows.retention import Kept, retention
from inbox.flows.search import find, index_due
from inbox.flows.send import Draft, send
from inbox.flows.states import resolve
from inbox.flows.streams import Bounds, Stream, bounds, page
from tests.cast import (
    DAY,
    NOON,
    OPERATOR,
    Cast,
    SetClock,
    answer,
    arrive,
    assert_dense,
    change,
    look,
    make_cast,
    open_on,
    say,
    whole,
)
from tests.engines import Database

KEPT = 1095
NOTHING = Kept(0, 0, 0, 0, 0, 0, 0, 0)


async def texts(ctx: Context) -> list[str]:
    """Every body that stands anywhere in a log or a summary."""
    rows = await look(
        ctx,
        "SELECT payload FROM items WHERE type IN ('message', 'note') UNION ALL"
        " SELECT payload FROM team_items WHERE payload LIKE '%\"body\"%' ORDER BY 1",
    )
    found = []
    for (payload,) in rows:
        told = msgspec.json.decode(payload)
        shown = told.get("message") or told.get("note") or told["summary"]["last_message"]
        if shown is not None:
            found.append(shown["body"])
    return sorted(found)


async def test_old_messages_and_notes_go_and_young_ones_stay(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "old question")
    await answer(ctx, cast.bo, ana.thread, "old answer")
    await note(ctx, cast.bo, thread=ana.thread, client_id="n", body="old note")
    await resolve(ctx, cast.bo, thread=ana.thread)
    clock.pass_(100 * DAY)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "young question")
    await index_due(ctx)
    clock.pass_((KEPT - 1) * DAY)
    done = await retention(ctx)
    assert (done.texts, done.threads) == (3, 1)
    assert await texts(ctx) == ["young question"]
    await assert_dense(ctx)
    assert (await find(ctx, cast.bo, q="old", cursor=None, limit=9)).items == ()
    assert len((await find(ctx, cast.bo, q="young", cursor=None, limit=9)).items) == 1
    assert await retention(ctx) == NOTHING


async def test_the_event_says_up_to_where_and_tells_everybody(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "old")
    await resolve(ctx, cast.bo, thread=ana.thread)
    clock.pass_(KEPT * DAY + 1)
    head = (await look(ctx, "SELECT head FROM threads"))[0][0]
    await retention(ctx)
    for stream in (Stream("thread", ana.thread), Stream("team", cast.spokane)):
        last = (await whole(ctx, stream))[-1].items[-1]
        told = msgspec.json.decode(last.data)
        assert (told["type"], told["upto"], last.ends) == ("erased", head, True)
    types = await look(ctx, "SELECT DISTINCT type FROM items")
    assert types == [("erased",)]


async def test_an_open_conversation_is_not_touched(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "first matter")
    await resolve(ctx, cast.bo, thread=ana.thread)
    clock.pass_(10 * DAY)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "second matter")
    await take(ctx, cast.bo, thread=ana.thread)
    clock.pass_(2 * KEPT * DAY)
    await retention(ctx)
    assert await texts(ctx) == ["second matter"]
    assert await retention(ctx) == NOTHING
    await resolve(ctx, cast.bo, thread=ana.thread)
    await retention(ctx)
    assert await texts(ctx) == []


async def test_what_a_late_import_put_behind_younger_messages_goes_too(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    await arrive(ctx, "ana")
    clock.pass_(KEPT * DAY + 1)
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "young")
    await resolve(ctx, cast.bo, thread=ana.thread)
    await import_old(ctx, "ana", ("older than anything", NOON - DAY))
    await index_due(ctx)
    assert (await retention(ctx)).texts == 1
    assert await texts(ctx) == ["young"]
    assert (await find(ctx, cast.bo, q="older", cursor=None, limit=9)).items == ()
    assert len((await find(ctx, cast.bo, q="young", cursor=None, limit=9)).items) == 1
    shown = [item for one in await whole(ctx, Stream("thread", ana.thread)) for item in one.items]
    assert msgspec.json.decode(shown[-1].data)["upto"] == 1  # the pin of long ago
    await assert_dense(ctx)


async def test_an_archive_is_kept_from_its_import_on(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    await import_old(ctx, "ana", ("ten years old", NOON - 3650 * DAY))
    ana = await arrive(ctx, "ana")
    await resolve(ctx, cast.bo, thread=ana.thread)  # the newest question of a file stays open
    assert (await retention(ctx)).texts == 0
    assert await texts(ctx) == ["ten years old", "ten years old"]
    clock.pass_(KEPT * DAY + 1)
    assert (await retention(ctx)).texts == 1
    assert await texts(ctx) == []


async def test_summaries_in_streams_lose_only_the_old_message(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana, luis = await arrive(ctx, "ana"), await arrive(ctx, "luis")
    for who in (ana, luis):
        await say(ctx, who, "to tampa, please")
        await transfer(ctx, cast.bo, thread=who.thread, team=cast.tampa, reason="asked")
    await resolve(ctx, cast.ravi, thread=ana.thread)
    clock.pass_(2 * KEPT * DAY)
    await retention(ctx)
    rows = await look(
        ctx,
        "SELECT thread_id, payload FROM team_items WHERE type = 'entered' AND team_id = :team",
        team=cast.tampa,
    )
    shown = {row[0]: msgspec.json.decode(row[1])["summary"]["last_message"] for row in rows}
    assert shown[ana.thread] is None
    assert shown[luis.thread]["body"] == "to tampa, please"


async def test_zero_keeps_for_ever(database: Database, clock: SetClock) -> None:
    async with open_on(database, clock, retention_days=0) as ctx:
        cast = await make_cast(ctx)
        ana = await arrive(ctx, "ana")
        await say(ctx, ana, "kept")
        await resolve(ctx, cast.bo, thread=ana.thread)
        looked(ctx, cast.bo, "open", thread=ana.thread)
        await write_looks(ctx)
        clock.pass_(30_000 * DAY)
        assert await retention(ctx) == NOTHING
        assert await texts(ctx) == ["kept"]


async def test_a_repeat_of_what_is_gone_is_known(ctx: Context, cast: Cast, clock: SetClock) -> None:
    ana = await arrive(ctx, "ana")
    await send(ctx, ana, thread=ana.thread, draft=Draft("c1", "hello"))
    await resolve(ctx, cast.bo, thread=ana.thread)
    clock.pass_(KEPT * DAY + 1)
    await retention(ctx)
    ana = await arrive(ctx, "ana")
    assert (await send(ctx, ana, thread=ana.thread, draft=Draft("c1", "hello"))).duplicate


async def test_long_and_many_threads_go_in_steps_that_may_be_broken_off(
    ctx: Context, cast: Cast, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOOKED_AT", "TOGETHER", "TEXTS"):
        monkeypatch.setattr(upkeep, name, 3)
    for number in range(8):
        who = await arrive(ctx, f"c{number}")
        for again in range(number):
            await say(ctx, who, f"old {number} {again}")
        await answer(ctx, cast.bo, who.thread, "done")
        await resolve(ctx, cast.bo, thread=who.thread)
    clock.pass_(KEPT * DAY + 1)
    real, calls = upkeep._erase_in, 0

    async def crash(ctx: Context, threads: list[str], before: int) -> tuple[int, list[str]]:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise PinboxError("the power went")
        return await real(ctx, threads, before)

    monkeypatch.setattr(upkeep, "_erase_in", crash)
    with pytest.raises(PinboxError):
        await retention(ctx)
    left = len(await texts(ctx))
    assert 0 < left < 28 + 8
    assert (await retention(ctx)).texts == left
    assert calls > 6
    assert await texts(ctx) == []
    await assert_dense(ctx)


# ---- streams, audit, jobs


async def test_team_streams_keep_their_newest_items(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "ROWS", 4)
    few = replace(ctx, settings=msgspec.structs.replace(ctx.settings, team_stream_items=10))
    ana = await arrive(ctx, "ana")
    for number in range(30):
        await say(ctx, ana, f"message {number}")
    stream = Stream("team", cast.spokane)
    before = await whole(ctx, stream)
    head = before[-1].until
    assert (await retention(few)).team_items == head - 10
    assert await bounds(ctx, stream) == Bounds(head=head, floor=head - 10)
    with pytest.raises(Gone):
        await page(ctx, stream, since=head - 11)
    kept = await whole(ctx, stream, since=head - 10)
    assert [item for one in kept for item in one.items] == list(before[-1].items[-10:])
    assert (await retention(few)).team_items == 0
    await say(ctx, ana, "one more")
    assert (await retention(few)).team_items == 1
    await assert_dense(ctx)


async def test_audit_lines_and_ended_jobs_are_swept(
    ctx: Context, cast: Cast, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "ROWS", 2)
    for number in range(5):
        looked(ctx, cast.bo, f"look {number}")
        await change(
            ctx,
            "INSERT INTO outbox (id, kind, subject, payload, not_before, expires_at, created_at,"
            " state, done_at) VALUES (:id, 'push', :id, '{}', 0, 0, 0, 2, :at)",
            id=f"j{number}",
            at=NOON - 15 * DAY if number < 3 else NOON,
        )
    await write_looks(ctx)
    done = await retention(ctx)
    assert (done.jobs, done.audit_lines) == (3, 0)
    clock.pass_(KEPT * DAY + 1)
    looked(ctx, cast.bo, "young")
    await write_looks(ctx)
    done = await retention(ctx)
    assert done.jobs == 2
    assert done.audit_lines >= 5
    assert await look(ctx, "SELECT action FROM audit") == [("young",)]


# ---- properties

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "answer", "note", "resolve", "transfer", "old", "sweep", "erase"]),
        st.integers(0, 2),
        st.integers(0, 400),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
async def test_whatever_happens_streams_stay_dense_and_nothing_old_is_left(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("sweep") / "pinbox.db")
    clock = SetClock()
    async with open_on(Database("sqlite", str(file)), clock, retention_days=365) as ctx:
        cast = await make_cast(ctx)
        for place, (step, customer, days) in enumerate(steps):
            clock.pass_(days * DAY)
            await _do(ctx, cast, step, f"c{customer}", f"{place}:{clock.now}")
            await index_due(ctx)
        await retention(ctx)
        await assert_dense(ctx)
        assert (await retention(ctx)).texts == 0
        overdue = await look(
            ctx,
            "SELECT i.seq FROM items i JOIN threads t ON t.id = i.thread_id"
            " WHERE i.type IN ('message', 'note') AND i.at < :before AND"
            " t.created_at < :before AND (t.state = 'resolved' OR i.conversation < t.conversation)",
            before=clock.now - 365 * DAY,
        )
        assert overdue == []
        lost = await look(
            ctx,
            "SELECT s.seq FROM search s LEFT JOIN items i ON i.thread_id = s.thread_id"
            " AND i.seq = s.seq AND i.type IN ('message', 'note')"
            " WHERE s.seq > 0 AND i.seq IS NULL",
        )
        assert lost == []
        unfound = await look(
            ctx,
            "SELECT i.seq FROM items i LEFT JOIN search s ON s.thread_id = i.thread_id"
            " AND s.seq = i.seq WHERE i.type IN ('message', 'note') AND s.seq IS NULL",
        )
        assert unfound == []


async def _do(ctx: Context, cast: Cast, step: str, customer: str, body: str) -> None:
    who = await arrive(ctx, customer)
    match step:
        case "say":
            await say(ctx, who, body)
        case "answer":
            await answer(ctx, cast.bo, who.thread, body)
        case "note":
            await note(ctx, cast.bo, thread=who.thread, client_id=body, body=body)
        case "old":
            await import_old(ctx, customer, (body, ctx.clock() - 500 * DAY))
        case "sweep":
            await retention(ctx)
        case "erase":
            await erase(ctx, OPERATOR, customer=customer)
            ctx_clock = ctx.clock
            assert isinstance(ctx_clock, SetClock)
            ctx_clock.pass_(2_000)
        case _:
            with suppress(Conflict, BadRequest):  # nothing open, or in Tampa already
                if step == "resolve":
                    await resolve(ctx, cast.bo, thread=who.thread)
                else:
                    await transfer(ctx, cast.bo, thread=who.thread, team=cast.tampa, reason="x")


async def import_old(ctx: Context, customer: str, *said: tuple[str, int]) -> None:
    messages = [
        {"client_id": str(at), "author": "customer", "body": body, "sent_at": to_text(at)}
        for body, at in said
    ]
    told = msgspec.json.encode({"customer": {"id": customer}, "messages": messages})

    async def report(_: object) -> None:
        await asyncio.sleep(0)

    done = await import_threads(ctx, io.BytesIO(told), report=report)
    assert done.bad_lines == 0
