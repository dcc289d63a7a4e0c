"""The main job over real sockets, on both engines."""

from __future__ import annotations

import msgspec
import pytest

from inbox.flows import assignment, handover, notes
from inbox.flows.context import Context
from tests.cast import Cast, answer, arrive, say
from tests.live.house import House, place


async def test_ana_writes_goes_comes_back_and_has_exactly_what_she_missed(
    house: House, cast: Cast
) -> None:
    ana, desk = await house.customer("ana"), await house.desk(cast.bo)
    team = f"team:{cast.spokane}"
    await ana.until("live")
    await desk.until("live")
    await ana.say({"type": "send", "id": "s1", "client_id": "c1", "body": "Is it raining?"})
    ok = await ana.until("ok", id="s1")
    assert ok["duplicate"] is False
    assert ok["message"]["body"] == "Is it raining?"
    await ana.until_item("thread", type="message", seq=ok["message"]["seq"])
    assert house.ctx.metrics.delivery_lag._sum.get() == 0, "the clock stands"
    assert b"live_delivery_lag_seconds_count 0" not in house.ctx.metrics.render()
    heard = await desk.until_item(team, type="message")
    assert heard["message"]["body"] == "Is it raining?"
    thread = heard["thread"]
    await ana.leave()

    for body in ("It is.", "Take a coat."):
        await desk.say(
            {
                "type": "send",
                "id": body,
                "client_id": body,
                "body": body,
                "thread": thread,
                "seen_seq": heard["thread_seq"],
            }
        )
        await desk.until("ok", id=body)

    back = await house.customer("ana", since=ana.cursors["thread"])
    live = await back.until("live")
    assert back.bodies() == ["It is.", "Take a coat."]
    assert back.cursors["thread"] == live["cursor"]
    assert all("client_id" not in item["message"] for item in back.items["thread"])

    await back.say({"type": "send", "id": "s1", "client_id": "c1", "body": "Is it raining?"})
    assert (await back.until("ok", id="s1"))["duplicate"] is True
    await back.say({"type": "send", "id": "s2", "client_id": "c1", "body": "Another"})
    assert (await back.until("error", id="s2"))["code"] == "conflict"
    fresh = await house.customer("ana")
    await fresh.until("live")
    assert fresh.bodies() == ["Is it raining?", "It is.", "Take a coat."]


async def test_who_answers_what_another_has_is_told_who_has_it(
    ctx: Context, house: House, cast: Cast
) -> None:
    who = await arrive(ctx, "ana")
    await say(ctx, who, "Hello")
    await assignment.take(ctx, cast.mia, thread=who.thread)
    desk = await house.desk(cast.bo)
    said = {"type": "send", "id": 1, "client_id": "a1", "body": "Hi", "thread": who.thread}
    await desk.say({**said, "seen_seq": 99})
    refused = await desk.until("error", id=1)
    assert (refused["code"], refused["temporary"]) == ("conflict", False)
    assert refused["holder"] == {"id": cast.mia.id, "name": "Mia"}


async def test_a_note_reaches_the_desk_and_never_the_customer(
    ctx: Context, house: House, cast: Cast
) -> None:
    ana, desk = await house.customer("ana"), await house.desk(cast.mia)
    await ana.until("live")
    who = await arrive(ctx, "ana")
    await say(ctx, who, "Hello")
    await ana.until_item("thread", type="message")
    await notes.note(ctx, cast.bo, thread=who.thread, client_id="n1", body="Sounds upset")
    await desk.until_item(f"team:{cast.spokane}", type="note")
    heard = len(ana.frames)
    await ana.nothing()
    assert len(ana.frames) == heard, "not even an empty frame tells of it"
    await answer(ctx, cast.bo, who.thread, "Hi Ana")
    await ana.until_item("thread", type="message", message=ana.items["thread"][-1].get("message"))
    while "Hi Ana" not in ana.bodies():
        await ana.hear()
    assert b"upset" not in msgspec.json.encode(ana.frames)


async def test_who_loses_a_thread_is_told_and_replays_nothing_of_it(
    ctx: Context, house: House, cast: Cast
) -> None:
    who = await arrive(ctx, "ana")
    await say(ctx, who, "My secret")
    watcher = await house.desk(cast.bo)  # keeps the ring in use
    spokane = f"team:{cast.spokane}"
    await watcher.until("live")
    await say(ctx, who, "Another secret")
    await watcher.until_item(spokane, type="message", thread_seq=3)
    start = watcher.cursors[spokane]
    await say(ctx, who, "A third one")
    await handover.repin(ctx, cast.mia, thread=who.thread, team=cast.tampa, reason="moved away")
    await watcher.until_item(spokane, type="left", thread=who.thread)
    tampa = await house.desk(cast.ravi)
    entered = await tampa.until_item(f"team:{cast.tampa}", type="entered")
    assert entered["summary"]["customer"]["id"] == "ana"

    late = await house.desk(cast.bo, since=start)
    await late.until("live")
    assert {item["type"] for item in late.items[spokane]} <= {"withdrawn", "left"}
    assert b"third" not in msgspec.json.encode(late.frames)
    fresh = await house.desk(cast.bo)
    await fresh.until("live")
    assert b"secret" not in msgspec.json.encode(fresh.frames)
    assert place(fresh.cursors[spokane]) == place(watcher.cursors[spokane])


@pytest.mark.parametrize("audience", ["thread", "desk"])
async def test_receipts_are_taken_and_told(
    ctx: Context, house: House, cast: Cast, audience: str
) -> None:
    who = await arrive(ctx, "ana")
    await say(ctx, who, "Hello")
    await answer(ctx, cast.bo, who.thread, "Hi")
    ana, desk = await house.customer("ana"), await house.desk(cast.bo)
    await ana.until("live")
    await desk.until("live")
    kind = "customer" if audience == "thread" else "agent"
    reader = ana if audience == "thread" else desk
    said = {"upto": 99} if audience == "thread" else {"upto": 99, "thread": who.thread}
    await reader.say({"type": "ack", **said})
    await reader.say({"type": "read", **said})
    for client, stream in ((ana, "thread"), (desk, f"team:{cast.spokane}")):
        read = await client.until_item(stream, type="read", who=kind)
        assert read["upto"] <= 99
