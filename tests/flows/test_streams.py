"""Streams: every stretch complete, in order, once; and nothing in them that is not the reader's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from inbox.core.cursor import LARGEST
from inbox.core.errors import Conflict, Gone, NotFound, PinboxError
from inbox.core.hints import Moved
from inbox.core.policy import Customer
from inbox.flows import (
    assignment,
    customer_views,
    desk_views,
    handover,
    notes,
    rating,
    receipts,
    signin,
    states,
    streams,
)
from inbox.flows.context import Context
from inbox.flows.poll import poll
from inbox.flows.send import Draft, send
from inbox.flows.streams import Stream, bounds, page
from tests.cast import OPERATOR, change
from tests.flows.ledger import audit_books
from tests.flows.stage import HOUR, MINUTE, Stage


def read(data: bytes | msgspec.Raw) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(data)
    return found


async def walk(
    ctx: Context, stream: Stream, *, since: int = 0, limits: list[int] | None = None
) -> list[dict[str, Any]]:
    """Read a stream to its end in pages of these sizes; each range joins the one before."""
    chance = iter(limits or [])
    told: list[dict[str, Any]] = []
    while True:
        found = await page(ctx, stream, since=since, limit=next(chance, 200))
        assert found.since == since
        assert all(found.since < item.seq <= found.until for item in found.items)
        told += [read(item.data) for item in found.items]
        since = found.until
        if not found.more:
            return told


async def rich_history(stage: Stage) -> Customer:
    """Every kind of event in Ana's thread, every private text with SECRET in it."""
    ctx, clock = stage.ctx, stage.clock
    ana = await stage.arrive("ana", name="Ana")
    await stage.say(ana, "ana-1")
    thread = ana.thread
    for client_id in ("SECRET-n1", "SECRET-n2"):
        await notes.note(ctx, stage.bo, thread=thread, client_id=client_id, body="SECRET note")
    await assignment.take(ctx, stage.bo, thread=thread)
    await stage.reply(stage.bo, thread, "SECRET-a1", body="Looking into it")
    await receipts.read(ctx, ana, thread=thread, upto=99)
    await states.snooze(ctx, stage.bo, thread=thread, until=clock.now + HOUR)
    clock.pass_(MINUTE)
    ana = await stage.arrive("ana", region="US-FL", phone="+12065550100")
    await handover.transfer(
        ctx, stage.bo, thread=thread, team=stage.tampa, reason="SECRET reason to bounce"
    )
    await stage.say(ana, "ana-2")
    await stage.reply(stage.ravi, thread, "SECRET-a2")
    await receipts.read(ctx, stage.ravi, thread=thread, upto=99)
    await states.resolve(ctx, stage.ravi, thread=thread)
    await rating.rate(ctx, ana, number=1, draft=rating.RatingDraft(2, "Long to wait"))
    clock.pass_(MINUTE)
    await stage.say(ana, "ana-3")
    await handover.transfer(
        ctx, stage.bo, thread=thread, team=stage.tampa, reason="SECRET reason again"
    )
    await notes.note(
        ctx, stage.ravi, thread=thread, client_id="SECRET-n3", body="SECRET, she is the CEO's aunt"
    )
    await handover.repin(
        ctx, OPERATOR, thread=thread, team=stage.tampa, reason="SECRET reason to re-pin"
    )
    await stage.reply(stage.ravi, thread, "SECRET-a3")
    return ana


# ── promise 4: any sequence of reads gives the view once, in order ───────────────────────────────


async def test_from_every_cursor_with_any_limits_exactly_the_rest(stage: Stage) -> None:
    ana = await rich_history(stage)
    await audit_books(stage.ctx)
    chance = random.Random(7)
    for stream in (
        Stream("thread", ana.thread),
        Stream("team", stage.spokane),
        Stream("team", stage.tampa),
    ):
        whole = await walk(stage.ctx, stream)
        head = (await bounds(stage.ctx, stream)).head
        if stream.kind == "team":
            assert [item["seq"] for item in whole] == list(range(1, head + 1))
        for since in range(head + 1):
            limits = [chance.randint(1, 5) for _ in range(head)]
            rest = await walk(stage.ctx, stream, since=since, limits=limits)
            assert rest == [item for item in whole if item["seq"] > since]


async def test_at_the_end_and_beyond_there_is_nothing(stage: Stage) -> None:
    ana = await stage.ana()
    stream = Stream("thread", ana.thread)
    for since in (1, 2, 10**9):
        found = await page(stage.ctx, stream, since=since)
        assert (found.since, found.until, found.items, found.more) == (since, since, (), False)
    for unknown in (Stream("thread", "nowhere"), Stream("team", "nowhere")):
        with pytest.raises(NotFound):
            await page(stage.ctx, unknown, since=0)
        with pytest.raises(NotFound):
            await bounds(stage.ctx, unknown)


async def test_what_is_no_longer_kept_is_never_stepped_over(stage: Stage) -> None:
    """A stretch that begins before the floor would have a hole: it must say so."""
    ctx, ana = stage.ctx, await rich_history(stage)
    await change(ctx, "DELETE FROM items WHERE thread_id = :thread AND seq <= 5", thread=ana.thread)
    await change(ctx, "UPDATE threads SET floor = 5 WHERE id = :thread", thread=ana.thread)
    team = {"team": stage.spokane}
    await change(ctx, "DELETE FROM team_items WHERE team_id = :team AND seq <= 5", **team)
    await change(ctx, "UPDATE streams SET floor = 5 WHERE id = 'team:' || :team", **team)
    for stream in (Stream("thread", ana.thread), Stream("team", stage.spokane)):
        for since in range(5):
            with pytest.raises(Gone) as gone:
                await page(ctx, stream, since=since)
            assert gone.value.reason == "history_expired"
            head = (await bounds(ctx, stream)).head
            assert gone.value.cursor == f"{streams.epoch(ctx)}:{head}"
        assert (await page(ctx, stream, since=5, limit=1)).until == 6


# ── promise 3: who sees n sees all below ─────────────────────────────────────────────────────────


async def test_a_reader_never_sees_a_number_without_those_below(stage: Stage) -> None:
    """Ten threads of one team are written by two processes, some works fail, and pollers read."""
    people = [await stage.arrive(f"c{n}", region="US-WA") for n in range(10)]
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    over = asyncio.Event()

    async def write(n: int, who: Customer) -> None:
        for turn in range(12):
            draft = Draft(f"{turn % 10}", f"No. {turn}")  # the last two conflict
            try:
                await send(places[turn % len(places)], who, thread=who.thread, draft=draft)
            except Conflict:
                assert turn >= 10
            if turn % 4 == n % 4:
                await stage.reply(stage.bo, who.thread, f"a{turn}")

    async def follow(stream: Stream, place: Context) -> int:
        since = 0
        while True:
            last = over.is_set()
            found = await page(place, stream, since=since, limit=7)
            if stream.kind == "team":
                seqs = [item.seq for item in found.items]
                assert seqs == list(range(since + 1, found.until + 1))
            since = found.until
            if last and not found.more:
                return since

    followers = [
        asyncio.create_task(follow(stream, place))
        for place in places
        for stream in (Stream("team", stage.spokane), Stream("thread", people[0].thread))
    ]
    await asyncio.gather(*(write(n, who) for n, who in enumerate(people)))
    over.set()
    reached = await asyncio.gather(*followers)
    books = await audit_books(stage.ctx)
    assert set(reached[::2]) == {books.streams[f"team:{stage.spokane}"][0]}
    assert set(reached[1::2]) == {books.threads[people[0].thread].head}


# ── promise 11: private ──────────────────────────────────────────────────────────────────────────

SHOWN: dict[str, dict[str, set[str] | None]] = {
    "message": {"message": {"id", "author", "body", "sent_at", "conversation", "attachments",
                            "client_id", "urgent"}},
    "status": {"status": {"state", "conversation"}},
    "serving": {"serving": {"team", "why"}},
    "pin": {"team": {"id", "key", "name"}},
    "rating": {"rating": {"conversation", "score", "comment"}},
    "read": {"who": None, "upto": None},
    "delivered": {"who": None, "upto": None},
}  # fmt: skip
"""Each type that a customer may see, its members, and theirs."""


async def all_that_ana_gets(ctx: Context, ana: Customer) -> AsyncIterator[bytes]:
    stream = Stream("thread", ana.thread)
    for limit in (1, 3, 200):
        since = 0
        while (found := await page(ctx, stream, since=since, limit=limit)).until > since:
            for item in found.items:
                yield item.data
            since = found.until
    for raw in (await poll(ctx, stream, since=None, wait_s=0)).items:
        yield bytes(raw)
    listed = await customer_views.customer_messages(ctx, ana, before=LARGEST, limit=100)
    for raw in listed.items:
        yield bytes(raw)
    yield msgspec.json.encode(await customer_views.customer_thread(ctx, ana))
    yield msgspec.json.encode(await customer_views.team_page(ctx, ana))


async def test_nothing_of_the_desk_reaches_the_customer(stage: Stage) -> None:
    ana = await rich_history(stage)
    timeline = await desk_views.timeline(
        stage.ctx, stage.ravi, thread=ana.thread, before=LARGEST, limit=100
    )
    desk = b"".join(map(bytes, timeline.items))
    assert desk.count(b"SECRET") > 10, "the desk sees what the customer must not"
    got = [data async for data in all_that_ana_gets(stage.ctx, ana)]
    for data in got:
        for hidden in (b"SECRET", b"snooze", b'"until"', b'"by"', b'"reason"', b'"assignee"'):
            assert hidden not in data
    assert any(b'"client_id":"ana-2"' in data for data in got)


async def test_each_item_of_a_customer_has_what_the_contract_names_and_no_more(
    stage: Stage,
) -> None:
    ana = await rich_history(stage)
    told = await walk(stage.ctx, Stream("thread", ana.thread))
    assert {item["type"] for item in told} == set(SHOWN), "the history lacks a kind"
    for item in told:
        members = SHOWN[item["type"]]
        assert set(item) == {"seq", "type", "at", *members}
        for name, inner in members.items():
            if inner is not None:
                assert set(item[name]) <= inner
        if item["type"] == "message":
            own = item["message"]["author"]["kind"] == "customer"
            assert ("client_id" in item["message"]) == own


async def test_a_snooze_shows_nowhere(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await states.snooze(stage.ctx, stage.bo, thread=ana.thread, until=stage.clock.now + HOUR)
    shown = await customer_views.customer_thread(stage.ctx, ana)
    assert shown.status is not None
    assert msgspec.to_builtins(shown.status) == {"state": "open", "conversation": 1}


async def test_a_team_is_told_when_a_thread_comes_and_goes(stage: Stage) -> None:
    """While it sees a thread it is shown everything; afterwards only that something was there."""
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1", "SECRET one")
    stream = Stream("team", stage.tampa)

    async def told() -> list[tuple[str, bool]]:
        found = await page(ctx, stream, since=0)
        assert [item.seq for item in found.items] == list(range(1, found.until + 1))
        for item in found.items:
            assert read(item.data)["thread"] == ana.thread
        return [(read(item.data)["type"], b"SECRET" in item.data) for item in found.items]

    async def bounce() -> None:
        await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="SECRET")

    assert await told() == []
    await bounce()
    await stage.say(ana, "2", "SECRET two")
    seen = [("entered", True), ("serving", True), ("message", True)]
    assert await told() == seen
    await states.resolve(ctx, stage.ravi, thread=ana.thread)
    await stage.say(ana, "3", "SECRET three")
    gone = [("withdrawn", False)] * 3 + [("left", False)]
    assert await told() == gone
    await bounce()
    again = [("left", False), ("entered", True), ("serving", True)]
    assert await told() == seen + again
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="back")
    left = [("left", False), ("withdrawn", False), ("withdrawn", False), ("left", False)]
    assert await told() == gone[:3] + left


async def test_what_enters_is_the_whole_thread_in_a_line(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    sent = await stage.say(ana, "1")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roams")
    entered, serving = await walk(ctx, Stream("team", stage.tampa))
    summary = await desk_views.summary(ctx, stage.ravi, thread=ana.thread)
    shown = read(msgspec.json.encode(summary))
    del shown["unread"]
    assert entered["summary"] == shown
    assert entered["summary"]["last_message"]["seq"] == sent.seq
    assert entered["summary"]["head"] == entered["thread_seq"] == serving["thread_seq"]


async def test_one_thread_s_leaving_hides_no_other(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    luis = await stage.arrive("luis", region="US-FL")
    await stage.say(ana, "1")
    await stage.say(luis, "1")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roams")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="back")
    told = await walk(ctx, Stream("team", stage.tampa))
    of_luis = [item["type"] for item in told if item["thread"] == luis.thread]
    of_ana = [item["type"] for item in told if item["thread"] == ana.thread]
    assert of_luis == ["entered", "pin", "status", "message"]
    assert of_ana == ["withdrawn", "withdrawn", "left"]


# ── what has moved ───────────────────────────────────────────────────────────────────────────────


def as_heads(found: list[Moved]) -> dict[str, int]:
    return {hint.stream: hint.head for hint in found if not hint.stream.startswith("thread:")}


async def test_one_look_finds_what_moved_and_which_threads(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    luis = await stage.arrive("luis", region="US-FL")
    heads = as_heads(await streams.moved(ctx, {}))
    assert set(heads) == {"registry", f"team:{stage.spokane}", f"team:{stage.tampa}"}
    assert await streams.moved(ctx, heads) == []
    sent = await stage.say(ana, "1")
    spokane = Moved(f"team:{stage.spokane}", heads[f"team:{stage.spokane}"] + 2)
    assert set(await streams.moved(ctx, heads)) == {
        spokane,
        Moved(f"thread:{ana.thread}", sent.seq),
    }
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roams")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="back")
    head = (await bounds(ctx, Stream("thread", ana.thread))).head
    assert Moved(f"thread:{ana.thread}", head) in await streams.moved(ctx, heads)
    assert f"thread:{luis.thread}" not in {one.stream for one in await streams.moved(ctx, heads)}


async def test_a_look_misses_nothing_of_a_team_made_since(stage: Stage) -> None:
    """Its first threads may have moved before the look that first finds the team."""
    ctx = stage.ctx
    heads = as_heads(await streams.moved(ctx, {}))
    boise = await stage.team("boise", "US-ID", "America/Boise")
    ida = await stage.arrive("ida", region="US-ID")
    sent = await stage.say(ida, "1")
    found = await streams.moved(ctx, heads)
    assert Moved(f"team:{boise}", 4) in found
    assert Moved(f"thread:{ida.thread}", sent.seq) in found


async def test_every_write_rings_for_what_it_moved(stage: Stage) -> None:
    heard: dict[str, int] = {}

    def hear(hint: object) -> None:
        if isinstance(hint, Moved):
            assert hint.head >= heard.get(hint.stream, 0), "a stream never goes back"
            heard[hint.stream] = hint.head

    stop = stage.ctx.bus.listen(hear)
    ana = await rich_history(stage)
    stop()
    books = await audit_books(stage.ctx)
    expected = {name: head for name, (head, _) in books.streams.items() if name != "registry"}
    expected |= {f"thread:{ana.thread}": books.threads[ana.thread].head}
    assert heard == expected


async def test_a_customer_s_cursor_knows_all_that_the_thread_shows(stage: Stage) -> None:
    """GET /thread and what follows its cursor are the whole truth, under writes all the while."""
    ana = await stage.ana()
    stop = asyncio.Event()

    async def chat() -> None:
        n = 0
        while not stop.is_set():
            await stage.reply(stage.bo, ana.thread, str(n))
            n += 1

    writing = asyncio.create_task(chat())
    try:
        for _ in range(20):
            shown = await customer_views.customer_thread(stage.ctx, ana)
            epoch, _, place = shown.cursor.partition(":")
            assert (epoch, int(place)) == (streams.epoch(stage.ctx), shown.head)
            seen = await walk(stage.ctx, Stream("thread", ana.thread))
            before = [item for item in seen if item["seq"] <= shown.head]
            assert sum(item["type"] == "message" for item in before) == shown.unread
    finally:
        stop.set()
        await writing


async def test_a_stranger_reads_no_thread_by_any_view(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1")
    luis = await stage.arrive("luis", region="US-FL")
    eve = msgspec.structs.replace(luis, thread=ana.thread)
    looks: list[Any] = [
        customer_views.customer_thread(ctx, eve),
        customer_views.customer_messages(ctx, eve, before=99, limit=10),
        customer_views.team_page(ctx, eve),
        desk_views.summary(ctx, stage.ravi, thread=ana.thread),
        desk_views.timeline(ctx, stage.ravi, thread=ana.thread, before=99, limit=10),
        notes.note(ctx, stage.ravi, thread=ana.thread, client_id="n", body="Who is this?"),
        handover.transfer(ctx, stage.ravi, thread=ana.thread, team=stage.tampa, reason="mine"),
    ]
    for look in looks:
        with pytest.raises(NotFound):
            await look
    for view in ("mine", "waiting", "team", "all", "snoozed"):
        listed = await desk_views.queue(ctx, stage.ravi, view=view, cursor=None, limit=100)
        assert ana.thread not in [one.id for one in listed.items]
    with pytest.raises(PinboxError):
        await signin.agent(ctx, "pbx_nobody")
