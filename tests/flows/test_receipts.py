"""Receipts: monotone, clamped, joined, and never about what is no message of the other side."""

from __future__ import annotations

import asyncio

import pytest

from inbox.core.errors import NotFound
from inbox.core.policy import Customer
from inbox.flows import desk_views, handover, notes, receipts
from inbox.flows.context import Context
from inbox.flows.customer_views import Receipts, customer_thread
from tests.flows.ledger import audit_books, read_books
from tests.flows.stage import Stage

Told = list[tuple[str, str, int]]


async def told(ctx: Context, who: Customer) -> Told:
    """The receipts in a customer's log, in order, after an audit of the books."""
    log = (await audit_books(ctx)).logs[who.thread]
    return [
        (line.type, line.payload["who"], line.payload["upto"])
        for line in log
        if line.type in {"read", "delivered"}
    ]


async def marks(ctx: Context, who: Customer) -> tuple[int, int, int, int]:
    """Delivered and read by the customer, then by the team."""
    thread = (await read_books(ctx)).threads[who.thread]
    return (
        thread.customer_delivered,
        thread.customer_read,
        thread.agent_delivered,
        thread.agent_read,
    )


async def talk(stage: Stage) -> tuple[Customer, int, int]:
    """Ana asks and Bo answers: Ana, and the two places."""
    ana = await stage.ana()
    asked = await stage.say(ana, "1")
    answered = await stage.reply(stage.bo, ana.thread, "a")
    return ana, asked.seq, answered.seq


async def test_read_raises_delivered(stage: Stage) -> None:
    ana, _, answered = await talk(stage)
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=answered)
    assert await told(stage.ctx, ana) == [
        ("delivered", "customer", answered),
        ("read", "customer", answered),
    ]
    assert (await marks(stage.ctx, ana))[:2] == (answered, answered)


async def test_delivered_first_then_read(stage: Stage) -> None:
    ana, asked, answered = await talk(stage)
    await receipts.ack(stage.ctx, ana, thread=ana.thread, upto=answered)
    assert await marks(stage.ctx, ana) == (answered, 0, 0, 0)
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=answered)
    await receipts.read(stage.ctx, stage.bo, thread=ana.thread, upto=asked)
    assert await told(stage.ctx, ana) == [
        ("delivered", "customer", answered),
        ("read", "customer", answered),
        ("delivered", "agent", asked),
        ("read", "agent", asked),
    ]
    # A device that begins now is told of what was before it.
    assert (await customer_thread(stage.ctx, ana)).receipts == Receipts(asked, asked)


async def test_they_never_go_back_and_never_beyond_the_head(stage: Stage) -> None:
    ana, asked, answered = await talk(stage)
    for upto in (10**15, answered, asked, 0, -5):
        await receipts.read(stage.ctx, ana, thread=ana.thread, upto=upto)
        await receipts.ack(stage.ctx, ana, thread=ana.thread, upto=upto)
    head = answered
    assert await told(stage.ctx, ana) == [
        ("delivered", "customer", head),
        ("read", "customer", head),
    ]
    # What comes later is not read already.
    later = await stage.reply(stage.bo, ana.thread, "b")
    assert (await customer_thread(stage.ctx, ana)).unread == 1
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=later.seq)
    assert (await customer_thread(stage.ctx, ana)).unread == 0


async def test_one_s_own_messages_notes_and_receipts_are_never_acknowledged(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=99)
    assert await told(stage.ctx, ana) == []
    await receipts.read(stage.ctx, stage.bo, thread=ana.thread, upto=99)
    await notes.note(stage.ctx, stage.bo, thread=ana.thread, client_id="n", body="VIP")
    before = (await read_books(stage.ctx)).threads[ana.thread].head
    for _ in range(3):
        await receipts.read(stage.ctx, ana, thread=ana.thread, upto=99)
        await receipts.read(stage.ctx, stage.bo, thread=ana.thread, upto=99)
        await receipts.ack(stage.ctx, stage.mia, thread=ana.thread, upto=99)
    assert (await read_books(stage.ctx)).threads[ana.thread].head == before


async def test_a_message_between_own_ones_is_covered_from_where_the_mark_was(stage: Stage) -> None:
    ana, _, answered = await talk(stage)
    more = await stage.say(ana, "2")
    await receipts.ack(stage.ctx, ana, thread=ana.thread, upto=more.seq)
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=answered)
    # Read to where it was delivered: everything of the other side up to there.
    assert (await marks(stage.ctx, ana))[:2] == (more.seq, answered)
    await told(stage.ctx, ana)


async def test_what_comes_at_once_is_joined(stage: Stage) -> None:
    await stage.reopen(receipts_interval_ms=300)
    ana, _, _ = await talk(stage)
    for n in range(10):
        await stage.reply(stage.bo, ana.thread, f"b{n}")
    head = (await read_books(stage.ctx)).threads[ana.thread].head
    calls = [
        call(stage.ctx, ana, thread=ana.thread, upto=upto)
        for upto in range(3, head + 1)
        for call in (receipts.ack, receipts.read)
    ]
    await asyncio.gather(*calls)
    found = await told(stage.ctx, ana)
    assert len(found) <= 4, "the first at once, the rest together at the end of the interval"
    assert found[-1] == ("read", "customer", head)
    assert (await marks(stage.ctx, ana))[:2] == (head, head)


async def test_the_answer_means_that_it_is_stored(stage: Stage) -> None:
    await stage.reopen(receipts_interval_ms=300)
    ana, _, answered = await talk(stage)
    later = await stage.reply(stage.bo, ana.thread, "b")
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=answered)
    await receipts.read(stage.ctx, ana, thread=ana.thread, upto=later.seq)
    assert (await marks(stage.ctx, ana))[1] == later.seq


async def test_an_agent_s_own_place_is_their_own(stage: Stage) -> None:
    ana, asked, _ = await talk(stage)
    again = await stage.say(ana, "2")

    async def unread(who: str) -> object:
        agent = getattr(stage, who)
        return (await desk_views.summary(stage.ctx, agent, thread=ana.thread)).unread

    assert (await unread("bo"), await unread("mia")) == (2, 2)
    await receipts.read(stage.ctx, stage.bo, thread=ana.thread, upto=again.seq)
    assert (await unread("bo"), await unread("mia")) == (0, 2)
    # The team's mark stands already; Mia's place moves all the same, and never back.
    await receipts.read(stage.ctx, stage.mia, thread=ana.thread, upto=again.seq)
    await receipts.read(stage.ctx, stage.mia, thread=ana.thread, upto=asked)
    assert (await unread("bo"), await unread("mia")) == (0, 0)
    found = await told(stage.ctx, ana)
    assert found == [("delivered", "agent", again.seq), ("read", "agent", again.seq)]


async def test_many_devices_and_agents_at_once_stay_in_order(stage: Stage) -> None:
    ana, _, _ = await talk(stage)

    async def chat(n: int) -> None:
        await stage.say(ana, f"m{n}")
        await stage.reply(stage.bo, ana.thread, f"r{n}")

    async def mark(n: int) -> None:
        agent = (stage.bo, stage.mia)[n % 2]
        who = ana if n % 3 else agent
        call = receipts.read if n % 2 else receipts.ack
        await call(stage.ctx, who, thread=ana.thread, upto=n)

    await asyncio.gather(*map(chat, range(15)), *map(mark, range(60)))
    await told(stage.ctx, ana)


@pytest.mark.parametrize("call", [receipts.ack, receipts.read])
async def test_foreign_threads_do_not_exist(stage: Stage, call: object) -> None:
    assert callable(call)
    ana, _, _ = await talk(stage)
    luis = await stage.arrive("luis", region="US-FL")
    for who in (luis, stage.ravi):
        with pytest.raises(NotFound):
            await call(stage.ctx, who, thread=ana.thread, upto=3)
    assert await told(stage.ctx, ana) == []


async def test_a_place_cannot_move_after_the_thread_has_left(stage: Stage) -> None:
    """Not even where the receipt was under way when the access ended."""
    await stage.reopen(receipts_interval_ms=200)
    ana, asked, _ = await talk(stage)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roaming"
    )
    await receipts.ack(stage.ctx, stage.ravi, thread=ana.thread, upto=asked)
    more = await stage.say(ana, "2")
    late = asyncio.create_task(
        receipts.read(stage.ctx, stage.ravi, thread=ana.thread, upto=more.seq)
    )
    await asyncio.sleep(0.05)
    await handover.transfer(
        stage.ctx, stage.bo, thread=ana.thread, team=stage.spokane, reason="back"
    )
    with pytest.raises(NotFound):
        await late
    assert (await marks(stage.ctx, ana))[2:] == (asked, 0)
