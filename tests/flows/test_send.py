"""Sending: stored once, in order, whatever is repeated, raced or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest

from inbox.core.errors import BadRequest, Conflict, NotFound, RateLimited, StaleView
from inbox.core.policy import Agent, Customer
from inbox.flows import assignment, duty, erasure, handover, notes, states
from inbox.flows.context import Context
from inbox.flows.send import Draft, Sent, send
from inbox.store.engine import Tx
from inbox.store.queries import Q
from tests.cast import OPERATOR, look
from tests.flows.ledger import audit_books, read_books
from tests.flows.stage import DAY, HOUR, MINUTE, Stage


def told(raw: msgspec.Raw) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(raw)
    return found


async def types(ctx: Context, thread: str) -> list[str]:
    books = await read_books(ctx)
    return [line.type for line in books.logs[thread]]


async def bodies(ctx: Context, thread: str) -> list[str]:
    books = await read_books(ctx)
    return [
        line.payload["message"]["body"] for line in books.logs[thread] if line.type == "message"
    ]


async def test_a_first_message_begins_a_conversation(stage: Stage) -> None:
    ana = await stage.ana()
    sent = await stage.say(ana, "1", "My phone is broken")
    assert not sent.duplicate
    message = told(sent.message)
    assert message["seq"] == sent.seq
    assert message["author"] == {"kind": "customer", "id": "ana", "name": "Ana"}
    assert (message["conversation"], message["client_id"]) == (1, "1")
    assert message["sent_at"] == "2026-11-22T12:00:00.000Z"
    books = await audit_books(stage.ctx)
    assert [line.type for line in books.logs[ana.thread]] == ["pin", "status", "message"]
    assert books.customers == {stage.spokane: 1, stage.tampa: 0}


async def test_a_repeated_send_answers_with_the_first_result(stage: Stage) -> None:
    ana = await stage.ana()
    first = await stage.say(ana, "1", "Hello")
    stage.clock.pass_(MINUTE)
    again = await stage.say(ana, "1", "Hello")
    assert again.duplicate
    assert (again.seq, bytes(again.message)) == (first.seq, bytes(first.message))
    assert (await stage.say(ana, "2", "More")).seq == first.seq + 1, "a duplicate burned a number"
    await audit_books(stage.ctx)


async def test_the_same_client_id_with_another_body_is_a_conflict(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1", "Hello")
    with pytest.raises(Conflict):
        await stage.say(ana, "1", "Hello!")
    await stage.reply(stage.bo, ana.thread, "1", body="Hello!")  # another sender's own ids
    luis = await stage.arrive("luis", region="US-WA")
    await stage.say(luis, "1", "Hola")
    assert await bodies(stage.ctx, ana.thread) == ["Hello", "Hello!"]


async def test_a_masked_message_is_known_by_what_was_sent(stage: Stage) -> None:
    ana = await stage.ana()
    first = await stage.say(ana, "1", "card 4111 1111 1111 1111")
    assert b"4111 1111" not in bytes(first.message)
    assert (await stage.say(ana, "1", "card 4111 1111 1111 1111")).duplicate
    with pytest.raises(Conflict):
        await stage.say(ana, "1", "card 5500 0000 0000 0004")


@pytest.mark.parametrize("kind", ["customer", "agent"])
async def test_a_known_pair_passes_the_limit(stage: Stage, kind: str) -> None:
    await stage.reopen(customer_sends_per_minute=2, agent_sends_per_minute=2)
    ana = await stage.ana()

    async def write(client_id: str, body: str = "Hello") -> Sent:
        if kind == "customer":
            return await stage.say(ana, client_id, body)
        return await stage.reply(stage.bo, ana.thread, client_id, body=body)

    first = await write("1")
    await write("2")
    with pytest.raises(RateLimited) as refused:
        await write("3")
    assert refused.value.retry_after
    again = await write("1")
    assert (again.seq, again.duplicate) == (first.seq, True)
    with pytest.raises(Conflict):
        await write("1", "another")
    assert await bodies(stage.ctx, ana.thread) == ["Hello", "Hello"]


async def test_limits_count_each_sender_alone(stage: Stage) -> None:
    await stage.reopen(customer_sends_per_minute=1, agent_sends_per_minute=1)
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-WA")
    await stage.say(ana, "1")
    await stage.say(luis, "1")
    await stage.reply(stage.bo, ana.thread, "1")
    await stage.reply(stage.mia, luis.thread, "1")
    for refused in (stage.say(ana, "2"), stage.reply(stage.bo, luis.thread, "2")):
        with pytest.raises(RateLimited):
            await refused


async def test_a_known_pair_passes_states_guards_and_the_loss_of_access(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    asked = await stage.say(ana, "1")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roaming")
    answered = await stage.reply(stage.ravi, ana.thread, "a")
    await states.resolve(ctx, stage.ravi, thread=ana.thread)
    with pytest.raises(NotFound):
        await stage.reply(stage.ravi, ana.thread, "b")
    stage.clock.pass_(90 * DAY)
    await stage.say(ana, "2", "And another thing")
    await assignment.take(ctx, stage.mia, thread=ana.thread)
    # By now another conversation, held by another agent of another team, with unseen messages.
    again = await send(ctx, stage.ravi, thread=ana.thread, draft=Draft("a", "Hi", seen_seq=0))
    assert (again.seq, again.duplicate) == (answered.seq, True)
    assert (await stage.say(ana, "1")).seq == asked.seq
    await stage.reopen()
    again = await send(stage.ctx, stage.ravi, thread=ana.thread, draft=Draft("a", "Hi"))
    assert again.duplicate, "a restart forgot what was sent"
    assert (await stage.say(ana, "1")).duplicate
    await audit_books(stage.ctx)


async def test_many_at_once_with_one_client_id_make_one_message(stage: Stage) -> None:
    ana = await stage.ana()
    places = [stage.ctx]
    if stage.database.kind == "postgres":
        places.append(await stage.beside())
    answers = await asyncio.gather(
        *(
            send(places[n % len(places)], ana, thread=ana.thread, draft=Draft("1", "Hello"))
            for n in range(100)
        )
    )
    assert len({answer.seq for answer in answers}) == 1
    assert len({bytes(answer.message) for answer in answers}) == 1
    assert sum(not answer.duplicate for answer in answers) == 1
    assert await types(stage.ctx, ana.thread) == ["pin", "status", "message"]
    await audit_books(stage.ctx)


async def queue_up(stage: Stage, thread: str, acts: list[Awaitable[Any]]) -> list[Any]:
    """Let these wait for a thread one behind the other, then go; what came of each (PostgreSQL)."""
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        await tx.fetch(Q.lock_thread, thread=thread)
        held.set()
        await go_on.wait()

    holding = asyncio.create_task(stage.ctx.store.write(hold))
    await held.wait()
    waiting = []
    for place, act in enumerate(acts, start=1):
        waiting.append(asyncio.ensure_future(act))
        while (await look(stage.ctx, WAITING))[0][0] < place:
            assert not waiting[-1].done()
    go_on.set()
    await holding
    return await asyncio.gather(*waiting, return_exceptions=True)


WAITING = (
    "SELECT COUNT(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def test_a_repeat_that_waited_with_the_first_is_known_whatever_came_between(
    stage: Stage,
) -> None:
    """Both were sent before the first was stored, as when the database stands still for a while."""
    if stage.database.kind == "sqlite":
        return  # one writer: each sees what those before it have left
    ctx, ana = stage.ctx, await stage.ana()
    asked = await stage.say(ana, "1")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roams")

    def reply() -> Awaitable[Sent]:
        return stage.reply(stage.ravi, ana.thread, "r", seen=asked.seq)

    first, more, stale = await queue_up(stage, ana.thread, [reply(), stage.say(ana, "2"), reply()])
    assert (stale.seq, stale.duplicate) == (first.seq, True), "a newer message is no reason"
    assert more.seq > first.seq

    def last() -> Awaitable[Sent]:
        return stage.reply(stage.ravi, ana.thread, "last", seen=more.seq)

    resolve = states.resolve(ctx, stage.ravi, thread=ana.thread)
    first, _, gone = await queue_up(stage, ana.thread, [last(), resolve, last()])
    assert (gone.seq, gone.duplicate) == (first.seq, True), "nor that the thread went home"

    def note() -> Awaitable[notes.Noted]:
        return notes.note(ctx, stage.bo, thread=ana.thread, client_id="n", body="Roams in Peru")

    noted, again = await queue_up(stage, ana.thread, [note(), note()])
    assert (again.seq, again.duplicate) == (noted.seq, True)
    await audit_books(ctx)


async def test_one_body_wins_of_two_under_one_client_id(stage: Stage) -> None:
    ana = await stage.ana()
    answers = await asyncio.gather(
        *(stage.say(ana, "1", f"Hello {n % 2}") for n in range(40)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    stored = [answer for answer in answers if isinstance(answer, Sent)]
    assert (len(refused), len(stored)) == (20, 20)
    assert len(await bodies(stage.ctx, ana.thread)) == 1


async def test_200_first_messages_at_once_begin_one_conversation(stage: Stage) -> None:
    ana = await stage.ana()
    answers = await asyncio.gather(*(stage.say(ana, str(n), f"No. {n}") for n in range(200)))
    assert sorted(answer.seq for answer in answers) == list(range(3, 203))
    books = await audit_books(stage.ctx)
    assert [line.type for line in books.logs[ana.thread]][:2] == ["pin", "status"]
    assert len(books.history) == 1
    assert books.customers[stage.spokane] == 1


async def test_refused_sends_leave_no_hole_among_stored_ones(stage: Stage) -> None:
    threads = [await stage.arrive(f"c{n}", region="US-WA") for n in range(4)]
    stranger = await stage.arrive("luis", region="US-FL")
    for who in threads:
        await stage.say(who, "first")
        await assignment.take(stage.ctx, stage.mia, thread=who.thread)

    async def attempt(n: int) -> Sent:
        who = threads[n % 4]
        match n % 5:
            case 0:  # held by Mia
                return await stage.reply(stage.bo, who.thread, f"a{n}")
            case 1:  # not theirs
                return await send(
                    stage.ctx, stranger, thread=who.thread, draft=Draft(f"x{n}", "Let me in")
                )
            case 2:  # known with another body
                return await stage.say(who, "first", "Not what I said")
            case _:
                return await stage.say(who, f"m{n}")

    answers = await asyncio.gather(*(attempt(n) for n in range(100)), return_exceptions=True)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 40
    assert sum(isinstance(answer, NotFound) for answer in answers) == 20
    assert sum(isinstance(answer, Sent) for answer in answers) == 40
    await audit_books(stage.ctx)


async def test_who_waits_for_each_answer_is_stored_in_order(stage: Stage) -> None:
    everybody = [await stage.arrive(f"c{n}", region="US-WA") for n in range(5)]

    async def talk(who: Customer) -> None:
        for n in range(10):
            await stage.say(who, str(n), f"No. {n}")

    await asyncio.gather(*map(talk, everybody))
    for who in everybody:
        assert await bodies(stage.ctx, who.thread) == [f"No. {n}" for n in range(10)]
    await audit_books(stage.ctx)


async def test_a_clock_that_steps_back_changes_no_order(stage: Stage) -> None:
    ana = await stage.ana()
    for n in range(6):
        await stage.say(ana, str(n), f"No. {n}")
        stage.clock.pass_(-3 * HOUR if n % 2 else MINUTE)
        await stage.reply(stage.bo, ana.thread, str(n), body=f"Yes {n}")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    stage.clock.pass_(-100 * DAY)
    await stage.say(ana, "again", "Still broken")  # resolved "in the future": reopened, not new
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].conversation == 1
    expected = [text for n in range(6) for text in (f"No. {n}", f"Yes {n}")]
    assert await bodies(stage.ctx, ana.thread) == [*expected, "Still broken"]


@pytest.mark.parametrize(
    ("pause", "number", "reopened"), [(72 * HOUR, 1, 1), (72 * HOUR + 1, 2, 0)]
)
async def test_reopens_within_the_window_and_begins_anew_after_it(
    stage: Stage, pause: int, number: int, reopened: int
) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await stage.reply(stage.bo, ana.thread, "a")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    stage.clock.pass_(pause)
    if reopened:
        await duty.set_duty(stage.ctx, stage.bo, on=True)
    sent = await stage.say(ana, "2")
    assert told(sent.message)["conversation"] == number
    books = await audit_books(stage.ctx)
    assert books.history[ana.thread, number].reopened == reopened
    # Reopened it is back with who had it; a new one is in the queue.
    assert books.threads[ana.thread].assignee_id == (stage.bo.id if reopened else None)


# ── an agent's reply ─────────────────────────────────────────────────────────────────────────────


async def test_a_reply_takes_what_nobody_has(stage: Stage) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    sent = await stage.reply(stage.bo, ana.thread, "a")
    author = told(sent.message)["author"]
    assert author == {"kind": "agent", "id": stage.bo.id, "name": "Bo"}
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].assignee_id == stage.bo.id
    assert books.threads[ana.thread].waiting_since is None


async def test_a_reply_to_what_another_holds_is_a_conflict_that_names_the_holder(
    stage: Stage,
) -> None:
    ana = await stage.ana()
    await stage.say(ana, "1")
    await assignment.take(stage.ctx, stage.mia, thread=ana.thread)
    with pytest.raises(Conflict) as refused:
        await stage.reply(stage.bo, ana.thread, "a")
    assert refused.value.holder is not None
    assert (refused.value.holder.id, refused.value.holder.name) == (stage.mia.id, "Mia")
    draft = Draft("a", "Hi", seen_seq=0, force=True)
    await send(stage.ctx, stage.bo, thread=ana.thread, draft=draft)
    books = await audit_books(stage.ctx)
    assert books.threads[ana.thread].assignee_id == stage.mia.id, "force took it away"


async def test_a_stale_view_is_shown_what_it_has_not_seen(stage: Stage) -> None:
    ana = await stage.ana()
    seen = await stage.say(ana, "1")
    unseen = [await stage.say(ana, str(n), f"Wait, {n}") for n in (2, 3)]
    # Receipts, notes and colleagues' words move the head, and make no view stale.
    await notes.note(stage.ctx, stage.mia, thread=ana.thread, client_id="n", body="VIP")
    with pytest.raises(StaleView) as refused:
        await stage.reply(stage.bo, ana.thread, "a", seen=seen.seq)
    assert [bytes(one) for one in refused.value.unseen] == [bytes(one.message) for one in unseen]
    await stage.reply(stage.bo, ana.thread, "a", seen=unseen[-1].seq)
    forced = Draft("b", "Hi", seen_seq=seen.seq, force=True)
    await send(stage.ctx, stage.bo, thread=ana.thread, draft=forced)
    assert (await bodies(stage.ctx, ana.thread))[-2:] == ["Hi", "Hi"]


async def test_an_agent_says_what_was_seen(stage: Stage) -> None:
    ana = await stage.ana()
    with pytest.raises(BadRequest):
        await send(stage.ctx, stage.bo, thread=ana.thread, draft=Draft("a", "Hi"))


async def test_two_agents_who_reply_at_once_do_not_both_answer(stage: Stage) -> None:
    ana = await stage.ana()
    asked = await stage.say(ana, "1")
    answers = await asyncio.gather(
        stage.reply(stage.bo, ana.thread, "a", seen=asked.seq),
        stage.reply(stage.mia, ana.thread, "a", seen=asked.seq),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Sent"]


async def test_a_message_and_a_note_never_answer_for_each_other(stage: Stage) -> None:
    """Both are known by the agent's own `client_id`; text of one could look like the other's."""
    ana = await stage.ana()
    bo, thread = stage.bo, ana.thread
    await notes.note(stage.ctx, bo, thread=thread, client_id="1", body="hidden")
    for body in ("hidden", "note:hidden"):
        with pytest.raises(Conflict):
            await stage.reply(bo, thread, "1", body=body)
    await stage.reply(bo, thread, "2", body="note:shown")
    with pytest.raises(Conflict):
        await notes.note(stage.ctx, bo, thread=thread, client_id="2", body="shown")


# ── notes ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_note_is_idempotent_and_moves_nothing_else(stage: Stage) -> None:
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1")
    before = (await read_books(ctx)).threads[ana.thread]
    written = await asyncio.gather(
        *(
            notes.note(ctx, stage.bo, thread=ana.thread, client_id="n", body="Has two phones")
            for _ in range(20)
        )
    )
    assert sum(not one.duplicate for one in written) == 1
    assert len({bytes(one.note) for one in written}) == 1
    note = told(written[0].note)
    assert (note["seq"], note["client_id"], note["body"]) == (4, "n", "Has two phones")
    after = (await audit_books(ctx)).threads[ana.thread]
    assert after.assignee_id == before.assignee_id
    assert after.waiting_since == before.waiting_since
    assert after.last_message_at == before.last_message_at
    with pytest.raises(Conflict):
        await notes.note(ctx, stage.bo, thread=ana.thread, client_id="n", body="Has one phone")


async def test_a_known_note_passes_the_loss_of_access_and_the_limit(stage: Stage) -> None:
    await stage.reopen(agent_sends_per_minute=2)
    ctx, ana = stage.ctx, await stage.ana()
    await stage.say(ana, "1")
    await handover.transfer(ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason="roaming")

    async def note(client_id: str) -> notes.Noted:
        return await notes.note(
            ctx, stage.ravi, thread=ana.thread, client_id=client_id, body="Roams in Peru"
        )

    first = await note("n")
    await note("m")
    with pytest.raises(RateLimited):
        await note("o")
    assert (await note("n")).seq == first.seq
    await states.resolve(ctx, stage.bo, thread=ana.thread)
    assert (await note("n")).duplicate
    with pytest.raises(RateLimited):
        await note("o")


async def test_what_was_erased_is_known_when_it_is_sent_again(stage: Stage) -> None:
    """A client that never got the first answer gets one now, and nothing is stored anew."""
    ctx, ana = stage.ctx, await stage.ana()
    sent = await stage.say(ana, "1")
    answered = await stage.reply(stage.bo, ana.thread, "a")
    noted = await notes.note(ctx, stage.bo, thread=ana.thread, client_id="n", body="Moves in May")
    await erasure.erase(ctx, OPERATOR, customer="ana")
    head = (await read_books(ctx)).threads[ana.thread].head
    for again, first in (
        (await stage.say(ana, "1"), sent),
        (await stage.reply(stage.bo, ana.thread, "a"), answered),
    ):
        assert (again.seq, again.duplicate) == (first.seq, True)
        assert (told(again.message)["seq"], told(again.message)["body"]) == (first.seq, "")
    known = await notes.note(ctx, stage.bo, thread=ana.thread, client_id="n", body="Moves in May")
    assert (known.seq, known.duplicate) == (noted.seq, True)
    assert (told(known.note)["seq"], told(known.note)["body"]) == (noted.seq, "")
    assert (await read_books(ctx)).threads[ana.thread].head == head


# ── whose thread ─────────────────────────────────────────────────────────────────────────────────


async def test_a_foreign_thread_does_not_exist(stage: Stage) -> None:
    ana, luis = await stage.ana(), await stage.arrive("luis", region="US-FL")
    await stage.say(ana, "1")
    strangers: list[tuple[Customer | Agent, str]] = [
        (luis, ana.thread),
        (stage.ravi, ana.thread),
        (ana, "0190aaaa-0000-7000-8000-000000000000"),
        (stage.bo, "'; DROP TABLE items; --"),
    ]
    for who, thread in strangers:
        draft = Draft("x", "Let me in", seen_seq=99, force=True)
        with pytest.raises(NotFound):
            await send(stage.ctx, who, thread=thread, draft=draft)
    assert await bodies(stage.ctx, ana.thread) == ["Hello"]


async def test_card_numbers_are_masked_whoever_writes_them(stage: Stage) -> None:
    number, ana = "4111 1111 1111 1111", await stage.ana()
    asked = await stage.say(ana, "1", f"My card is {number}")
    answered = await stage.reply(stage.bo, ana.thread, "2", body=f"Is it {number}?")
    noted = await notes.note(stage.ctx, stage.bo, thread=ana.thread, client_id="3", body=number)
    for stored in (asked.message, answered.message, noted.note):
        assert "•••• 1111" in (written := bytes(stored).decode())
        assert number not in written
