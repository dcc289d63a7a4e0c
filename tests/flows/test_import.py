"""Import: what a file of threads becomes, whatever the order of its lines and however often."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.core.events import MessageEvent
from inbox.core.instant import to_text
from inbox.flows.assignment import take
from inbox.flows.context import Context
from inbox.flows.desk_views import queue, summary, timeline
from inbox.flows.erasure import erase
from inbox.flows.imports import Fault, Imported, Progress, import_threads, lines, run
from inbox.flows.send import Draft, send
from inbox.flows.streams import Stream
from inbox.store.records import read_item
from tests.cast import (
    DAY,
    NOON,
    OPERATOR,
    Cast,
    SetClock,
    answer,
    arrive,
    assert_dense,
    look,
    say,
    whole,
)

pytestmark = pytest.mark.usefixtures("cast")

HOUR = 3_600_000
REAL = Path(__file__).parents[3] / "shared" / "data" / "care_threads.jsonl"

Line = dict[str, Any]


def said(author: str, client_id: str, at: int, body: str = "hello", **more: str) -> Line:
    return {
        "client_id": client_id, "author": author, "body": body, "sent_at": to_text(at), **more
    }  # fmt: skip


def line(customer: str, *messages: Line, **more: Any) -> Line:
    told = {"id": customer, **more.pop("told", {})}
    return {"customer": told, "messages": list(messages), **more}


async def load(ctx: Context, given: Iterable[Line | bytes]) -> tuple[Imported, list[Progress]]:
    raw = [one if isinstance(one, bytes) else msgspec.json.encode(one) for one in given]
    return await load_file(ctx, b"\n".join(raw))


async def load_file(ctx: Context, data: bytes) -> tuple[Imported, list[Progress]]:
    reports: list[Progress] = []

    async def report(progress: Progress) -> None:
        reports.append(progress)

    return await import_threads(ctx, io.BytesIO(data), report=report), reports


async def bodies(ctx: Context, customer: str) -> list[str]:
    rows = await look(
        ctx,
        "SELECT i.seq, i.type, i.at, i.payload FROM items i JOIN threads t ON t.id = i.thread_id"
        " WHERE t.customer_id = :customer AND i.type = 'message' ORDER BY i.seq",
        customer=customer,
    )
    events = [read_item(row).event() for row in rows]
    return [event.message.body for event in events if isinstance(event, MessageEvent)]


async def states(ctx: Context, customer: str) -> list[tuple[Any, ...]]:
    return await look(
        ctx,
        "SELECT c.number, c.opened_at, c.opened_by, c.first_response_at, c.resolved_at"
        " FROM conversations c JOIN threads t ON t.id = c.thread_id"
        " WHERE t.customer_id = :customer ORDER BY c.number",
        customer=customer,
    )


# ---- the real file


@pytest.mark.skipif(not REAL.exists(), reason="the data folder is not beside the repository")
async def test_the_real_file_loads_whole_and_a_second_time_adds_nothing(
    ctx: Context, cast: Cast
) -> None:
    data = REAL.read_bytes()
    counts = (
        "SELECT (SELECT COUNT(*) FROM customers), (SELECT COUNT(*) FROM threads),"
        " (SELECT COUNT(*) FROM items), (SELECT COUNT(*) FROM items WHERE type = 'message'),"
        " (SELECT COUNT(*) FROM team_items), (SELECT COUNT(*) FROM conversations),"
        " (SELECT COUNT(*) FROM agents WHERE is_stand_in)"
    )
    first, _ = await load_file(ctx, data)
    after = await look(ctx, counts)
    assert (first.lines, first.bad_lines, first.customers) == (525, 0, 520)
    assert (first.messages, first.repeats) == (1205, 6)
    assert (first.added, first.known) == (1205, 0)
    assert first.past_retention == 1205
    assert after[0][:4] == (520, 520, after[0][2], 1205)
    assert after[0][4] == 520
    assert after[0][6] == len(
        {msgspec.json.decode(raw)["brand"] for raw in data.splitlines() if b'"agent"' in raw}
    )
    second, _ = await load_file(ctx, data)
    assert (second.messages, second.repeats) == (1205, 6)
    assert (second.added, second.known) == (0, 1205)
    assert await look(ctx, counts) == after
    await assert_dense(ctx)
    open_ones = await look(ctx, "SELECT COUNT(*) FROM threads WHERE state = 'open'")
    waiting = await look(ctx, "SELECT COUNT(*) FROM threads WHERE waiting_since IS NOT NULL")
    assert open_ones == waiting
    shown = await queue(ctx, cast.bo, view="waiting", cursor=None, limit=100)
    assert all(one.last_message is not None for one in shown.items)
    written = await look(ctx, "SELECT COUNT(*) FROM customers WHERE written_at IS NOT NULL")
    assert await look(ctx, "SELECT SUM(customers) FROM teams") == written


# ---- merging and order


async def test_lines_of_a_customer_are_gathered_and_sorted(ctx: Context) -> None:
    result, _ = await load(
        ctx,
        [
            line("ana", said("agent", "a1", NOON - 3 * HOUR, "two"), brand="Acme"),
            line("luis", said("customer", "1", NOON - HOUR, "hi")),
            line(
                "ana",
                said("agent", "a2", NOON - HOUR, "four"),
                said("customer", "c1", NOON - 4 * HOUR, "one"),
                brand="Acme",
            ),
            line(
                "ana",
                said("customer", "c1", NOON - 2 * HOUR, "a repeat"),
                said("customer", "a1", NOON - 2 * HOUR, "three"),
            ),
        ],
    )
    assert (result.customers, result.messages, result.added) == (2, 5, 5)
    assert (result.repeats, result.known) == (1, 0)
    assert await bodies(ctx, "ana") == ["one", "two", "three", "four"]
    assert await look(ctx, "SELECT name FROM agents WHERE is_stand_in") == [("Acme",)]
    await assert_dense(ctx)


async def test_what_a_customer_is_called_comes_from_the_newest_line(
    ctx: Context, cast: Cast
) -> None:
    old = line(
        "ana", said("customer", "1", NOON - 9 * HOUR), told={"name": "A.", "region": "US-FL"}
    )
    new = line("ana", said("customer", "2", NOON - HOUR), told={"name": "Ana"})
    await load(ctx, [new, old])
    assert await look(ctx, "SELECT name, region FROM customers") == [("Ana", "US-FL")]
    assert await look(ctx, "SELECT home_team, pin_by_region FROM threads") == [(cast.tampa, True)]


# ---- conversations


async def test_a_silence_of_more_than_72_hours_begins_a_new_conversation(
    ctx: Context, cast: Cast
) -> None:
    start = NOON - 40 * DAY
    messages = [
        said("customer", "1", start),
        said("agent", "2", start + HOUR),
        said("customer", "3", start + 73 * HOUR),  # exactly 72 hours later: the same matter
        said("agent", "4", start + 73 * HOUR + 72 * HOUR + 1),
        said("customer", "5", NOON - 2 * DAY),
    ]
    await load(ctx, [line("ana", *messages)])
    at = [start, start + HOUR, start + 73 * HOUR, start + 145 * HOUR + 1, NOON - 2 * DAY]
    assert await states(ctx, "ana") == [
        (1, at[0], "customer", at[1], at[2]),
        (2, at[3], "agent", None, at[3]),
        (3, at[4], "customer", None, None),
    ]
    rows = await look(ctx, "SELECT state, waiting_since, resolved_at, assignee_id FROM threads")
    assert rows == [("open", at[4], None, None)]
    shown = await queue(ctx, cast.bo, view="waiting", cursor=None, limit=10)
    assert [one.customer.id for one in shown.items] == ["ana"]


@pytest.mark.parametrize(
    ("last", "hours_before", "state"),
    [("customer", 72, "open"), ("customer", 73, "resolved"), ("agent", 1, "resolved")],
)
async def test_only_a_question_of_the_last_72_hours_is_open(
    ctx: Context, last: str, hours_before: int, state: str
) -> None:
    newest = NOON - 300 * DAY
    await load(
        ctx,
        [
            line("luis", said("agent", "9", newest)),
            line("ana", said(last, "1", newest - hours_before * HOUR)),
        ],
    )
    rows = await look(ctx, "SELECT state FROM threads WHERE customer_id = 'ana'")
    assert rows == [(state,)]


async def test_what_was_imported_counts_as_read_but_what_waits(ctx: Context) -> None:
    await load(
        ctx, [line("ana", said("agent", "1", NOON - 2 * HOUR), said("customer", "2", NOON - HOUR))]
    )
    rows = await look(
        ctx,
        "SELECT customer_delivered = customer_read, customer_read >= last_agent_seq,"
        " agent_read >= last_agent_seq, agent_read < last_customer_seq FROM threads",
    )
    assert [tuple(map(bool, row)) for row in rows] == [(True, True, True, True)]


# ---- a later run


async def test_a_later_run_adds_only_what_is_new(ctx: Context, cast: Cast) -> None:
    start = NOON - 30 * DAY
    first = line("ana", said("customer", "1", start, "one"), said("agent", "1", start + 9, "two"))
    await load(ctx, [first])
    more = line(
        "ana",
        said("customer", "0", start - DAY, "zero"),
        said("customer", "1", start, "one"),
        said("customer", "2", NOON - HOUR, "three"),
    )
    result, _ = await load(ctx, [more])
    assert (result.messages, result.added) == (3, 2)
    assert await bodies(ctx, "ana") == ["one", "two", "zero", "three"]
    rows = await look(
        ctx, "SELECT state, conversation, last_message_at, waiting_since FROM threads"
    )
    assert rows == [("open", 2, NOON - HOUR, NOON - HOUR)]
    assert (await summary(ctx, cast.bo, thread=await thread_of(ctx, "ana"))).last_message
    await assert_dense(ctx)


async def test_only_older_messages_change_no_state(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "live")
    await load(ctx, [line("ana", said("customer", "1", NOON - 30 * DAY, "old"))])
    assert await bodies(ctx, "ana") == ["live", "old"]
    rows = await look(ctx, "SELECT state, waiting_since, last_message_at FROM threads")
    assert rows == [("open", NOON, NOON)]
    shown = await summary(ctx, cast.bo, thread=ana.thread)
    assert b"live" in bytes(shown.last_message or b"")
    assert await look(ctx, "SELECT customers FROM teams WHERE key = 'spokane'") == [(1,)]
    await assert_dense(ctx)


async def test_what_somebody_here_has_taken_stays_open(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "live")
    await take(ctx, cast.bo, thread=ana.thread)
    clock.pass_(10 * DAY)
    await load(ctx, [line("ana", said("agent", "1", NOON + 9 * DAY, "answered elsewhere"))])
    rows = await look(ctx, "SELECT state, conversation, assignee_id, waiting_since FROM threads")
    assert rows == [("open", 1, cast.bo.id, None)]


async def test_a_message_that_came_live_is_known(ctx: Context) -> None:
    ana = await arrive(ctx, "ana")
    await send(ctx, ana, thread=ana.thread, draft=Draft("c-1", "hello"))
    result, _ = await load(ctx, [line("ana", said("customer", "c-1", NOON - HOUR))])
    assert result.added == 0
    await load(ctx, [line("ana", said("customer", "c-2", NOON - HOUR, "imported"))])
    again = await send(ctx, ana, thread=ana.thread, draft=Draft("c-2", "imported"))
    assert again.duplicate


async def test_an_erased_customer_does_not_come_back_with_the_same_file(ctx: Context) -> None:
    file = [line("ana", said("customer", "1", NOON - HOUR), told={"name": "Ana"})]
    await load(ctx, file)
    await erase(ctx, OPERATOR, customer="ana")
    result, _ = await load(ctx, file)
    assert result.added == 0
    assert await look(ctx, "SELECT name FROM customers") == [(None,)]
    assert await bodies(ctx, "ana") == []


async def test_many_messages_of_one_customer_go_in_pieces(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MESSAGES", 5)
    messages = [
        said("agent" if number % 3 else "customer", str(number), NOON - (40 - number) * HOUR)
        for number in range(23)
    ]
    result, _ = await load(ctx, [line("ana", *messages), line("luis", messages[0])])
    assert result.added == 24
    assert len(await states(ctx, "ana")) == 1
    assert await look(ctx, "SELECT SUM(reopened) FROM conversations") == [(0,)]
    rows = await look(ctx, "SELECT state FROM threads ORDER BY customer_id")
    assert rows == [("resolved",), ("open",)]
    again, _ = await load(ctx, [line("ana", *messages)])
    assert again.added == 0
    await assert_dense(ctx)


# ---- teams, streams, privacy


async def test_a_team_key_pins_there(ctx: Context, cast: Cast) -> None:
    lines_ = [
        line("ana", said("customer", "1", NOON - HOUR), team="tampa", told={"region": "US-WA"}),
        line("luis", said("customer", "1", NOON - HOUR), told={"region": "US-FL"}),
        line("mei", said("customer", "1", NOON - HOUR)),
        line("nobody", said("customer", "1", NOON - HOUR), team="paris"),
    ]
    result, _ = await load(ctx, lines_)
    assert result.faults[0].reason == "team: there is no team 'paris'"
    rows = await look(ctx, "SELECT customer_id, home_team FROM threads ORDER BY customer_id")
    assert rows == [("ana", cast.tampa), ("luis", cast.tampa), ("mei", cast.spokane)]
    assert await look(ctx, "SELECT key, customers FROM teams ORDER BY key") == [
        ("spokane", 1),
        ("tampa", 2),
    ]


async def test_a_new_thread_enters_its_team_in_one_mark(ctx: Context, cast: Cast) -> None:
    messages = [said("customer", str(number), NOON - HOUR + number) for number in range(9)]
    await load(ctx, [line("ana", *messages)])
    thread = await thread_of(ctx, "ana")
    items = [item.data for page in await whole(ctx, team(cast)) for item in page.items]
    assert len(items) == 1
    entered = msgspec.json.decode(items[0])
    shown = await timeline(ctx, cast.bo, thread=thread, before=10**9, limit=50)
    assert entered["type"] == "entered"
    assert entered["thread_seq"] == entered["summary"]["head"] == len(shown.items)
    assert entered["summary"]["last_message"]["client_id"] == "8"
    await answer(ctx, cast.bo, thread, "here I am")
    await load(ctx, [line("ana", said("agent", "1", NOON - 2 * HOUR))])
    items = [item.data for page in await whole(ctx, team(cast)) for item in page.items]
    types = [msgspec.json.decode(item)["type"] for item in items]
    assert types == ["entered", "assignee", "message", "message"]


async def test_card_numbers_are_masked(ctx: Context) -> None:
    body = "my card is 4111 1111 1111 1111"
    await load(ctx, [line("ana", said("customer", "1", NOON - HOUR, body))])
    assert await bodies(ctx, "ana") == ["my card is •••• 1111"]


async def test_nothing_goes_to_the_outbox(ctx: Context) -> None:
    await load(ctx, [line("ana", said("customer", "1", NOON - HOUR))])
    assert await look(ctx, "SELECT COUNT(*) FROM outbox") == [(0,)]


# ---- bad lines

GOOD = line("ana", said("customer", "1", NOON - HOUR))
BAD: list[tuple[bytes | Line, str]] = [
    (b"{", "not a JSON object"),
    (b"[]", "must be an object"),
    (b"\xff\xfe", "not"),
    (b'{"customer": {"id": "a"}}', "messages: is missing"),
    ({**GOOD, "mesages": []}, "mesages"),
    (line("", said("customer", "1", NOON)), "customer.id: must have 1 to 128 characters"),
    (line("a", said("bot", "1", NOON)), "messages[0].author: must be one of: agent, customer"),
    (line("a", said("customer", "", NOON)), "messages[0].client_id: must be 1 to 64"),
    (line("a", said("customer", "1", NOON, "x" * 4001)), "messages[0].body: is longer than 4000"),
    (line("a", said("customer", "1", NOON, "x\0")), "messages[0].body: has a control character"),
    (line("a", said("customer", "1", NOON, " ")), "messages[0].body: has no visible character"),
    (line("a", said("customer", "1", NOON + 2 * DAY)), "messages[0].sent_at: lies in the future"),
    (line("a", {**said("customer", "1", 0), "sent_at": "soon"}), "messages[0].sent_at"),
    (line("a", {**said("customer", "1", 0), "sent_at": "2020-01-01T00:00:00"}), "offset"),
    (line("a", {**said("customer", "1", 0), "body": 7}), "messages[0].body: must be a text"),
    (line("a", told={"region": "Washington"}), "customer.region: must be a region"),
    (line("a", told={"time_zone": "Mars/Base"}), "customer.time_zone: must be an IANA time zone"),
    (line("a", brand="x" * 81), "brand: is longer than 80 characters"),
]


async def test_bad_lines_are_told_and_do_not_stop_the_rest(ctx: Context) -> None:
    given_lines: list[bytes | Line] = [GOOD, b""]
    for bad, _ in BAD:
        given_lines += [bad, b"  "]
    given_lines.append(line("luis", said("customer", "1", NOON - HOUR)))
    result, reports = await load(ctx, given_lines)
    assert (result.lines, result.bad_lines) == (len(BAD) + 2, len(BAD))
    assert (result.customers, result.added) == (2, 2)
    for number, (fault, (_, reason)) in enumerate(zip(result.faults, BAD, strict=True)):
        assert reason in fault.reason
        assert fault.line == 3 + 2 * number
    assert tuple(fault for report in reports for fault in report.faults) == result.faults


async def test_a_line_without_end_is_one_bad_line(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (run, lines):
        monkeypatch.setattr(module, "LONGEST_LINE", 1024 * 1024)
    data = b'"' + b"x" * 3_000_000 + b'"\n\xef\xbb\xbf\n' + msgspec.json.encode(GOOD)
    result, _ = await load_file(ctx, b"\xef\xbb\xbf" + msgspec.json.encode(GOOD) + b"\r\n" + data)
    assert result.faults[0] == Fault(2, "longer than 1 MiB")
    assert (result.added, result.lines) == (1, 4)


async def test_progress_is_told_as_it_goes(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LINES", 3)
    monkeypatch.setattr(run, "CUSTOMERS", 2)
    _, reports = await load(
        ctx, [line(f"c{number}", said("customer", "1", NOON - HOUR)) for number in range(7)]
    )
    assert [(one.lines, one.customers, one.customers_total) for one in reports] == [
        (3, 0, 0), (6, 0, 0), (7, 0, 0), (7, 2, 7), (7, 4, 7), (7, 6, 7), (7, 7, 7)
    ]  # fmt: skip


async def test_an_empty_file_is_no_error(ctx: Context) -> None:
    result, _ = await load_file(ctx, b"")
    assert (result.lines, result.customers, result.added) == (0, 0, 0)


def team(cast: Cast) -> Stream:
    return Stream("team", cast.spokane)


async def thread_of(ctx: Context, customer: str) -> str:
    rows = await look(
        ctx, "SELECT id FROM threads WHERE customer_id = :customer", customer=customer
    )
    return str(rows[0][0])
