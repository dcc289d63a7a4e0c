"""What became of a push can be looked up for a while, and goes with the customer."""

from __future__ import annotations

import msgspec
import pytest

from inbox.core.errors import NotFound
from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.flows import receipts
from inbox.flows.erasure import erase
from inbox.flows.export import export
from inbox.flows.in_front import note_in_front
from inbox.flows.retention import retention
from inbox.flows.trail import Trail, push_trail
from push.model import Answer, Dead, Forget, NotProcessed, Sent, Settled
from tests.cast import DAY, OPERATOR, look
from tests.ringing.phones import Phones


async def trail_of(phones: Phones, who: Customer) -> Trail:
    return await push_trail(phones.ctx, OPERATOR, thread=who.thread)


async def test_the_whole_way_of_a_message(phones: Phones) -> None:
    ana = await phones.ana("phone", "tablet")
    began = phones.stage.clock.now
    first = await phones.reply(ana)
    before = await trail_of(phones, ana)
    assert (before.reachable, before.rings_from, before.pushes) == (True, first, ())
    pushes = await phones.claim()
    phone, tablet = sorted(pushes, key=lambda push: push.device)
    phones.pass_(200)
    taken = Answer(status=200, provider_id="x-1")
    await phones.outbox.settle([Settled(push=phone, verdict=Sent("x-1"), outcome=taken)])
    await phones.put_off([tablet], 60_000)
    phones.pass_(800)
    second = await phones.reply(ana)
    pushes = await phones.claim() + await phones.claim()  # what rang, and what had waited
    await phones.settle(pushes, Dead("too large"), Answer(status=413, reason="large"))
    phones.pass_(1_000)
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=second)
    phones.pass_(1_000)
    await receipts.read(phones.ctx, ana, thread=ana.thread, upto=second)
    trail = await trail_of(phones, ana)
    assert trail.rings_from == 0
    shown = {
        (one.device, one.seq): (one.state, one.reason, one.status, one.attempts)
        for one in trail.pushes
    }
    assert shown == {
        ("phone", first): ("sent", None, 200, 1),
        ("tablet", first): ("collapsed", "gathered", None, 1),
        ("phone", second): ("failed", "too large", 413, 1),
        ("tablet", second): ("failed", "too large", 413, 1),
    }
    (sent,) = [one for one in trail.pushes if one.state == "sent"]
    assert (sent.provider, sent.provider_id, sent.first_seq) == ("fcm", "x-1", first)
    at = [sent.written_at, sent.claimed_at, sent.done_at]
    assert at == [to_text(began), to_text(began), to_text(began + 200)]
    (gathered,) = [one for one in trail.pushes if one.state == "collapsed"]
    newest = [one.id for one in trail.pushes if (one.device, one.seq) == ("tablet", second)]
    assert newest == [gathered.into]
    assert [(one.kind, one.upto, one.at) for one in trail.receipts] == [
        ("delivered", second, to_text(began + 2_000)),
        ("read", second, to_text(began + 3_000)),
    ]


async def test_why_there_was_none(phones: Phones) -> None:
    ana = await phones.ana()
    await note_in_front(phones.ctx, ana, connection="socket-1", on=True)
    seq = await phones.reply(ana)
    await phones.claim()
    await receipts.ack(phones.ctx, ana, thread=ana.thread, upto=seq, in_front=True)
    phones.pass_(3_000)
    await phones.claim()
    trail = await trail_of(phones, ana)
    assert trail.seen_in_front == seq
    assert [(one.state, one.reason) for one in trail.pushes] == [
        ("suppressed", "acknowledged in front")
    ]


async def test_agents_see_the_trail_of_threads_that_they_see(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.claim()
    seen = await push_trail(phones.ctx, phones.stage.bo, thread=ana.thread)
    assert len(seen.pushes) == 1
    for thread, who in ((ana.thread, phones.stage.ravi), ("no thread", OPERATOR)):
        with pytest.raises(NotFound):
            await push_trail(phones.ctx, who, thread=thread)


async def test_a_long_trail_comes_in_pages(phones: Phones) -> None:
    ana = await phones.ana()
    seqs = []
    for _ in range(5):
        seqs.append(await phones.reply(ana))
        await phones.settle(await phones.claim())
    found, before = [], None
    for _ in range(3):
        page = await push_trail(phones.ctx, OPERATOR, thread=ana.thread, before=before, limit=2)
        found += [one.seq for one in page.pushes]
        before = page.next
    assert (found, before) == (seqs[::-1], None)


async def test_no_token_and_no_text_is_in_it(phones: Phones) -> None:
    ana = await phones.ana(token="quetzal-token")
    await phones.reply(ana)
    await phones.settle(await phones.claim())
    trail = msgspec.json.encode(await trail_of(phones, ana)).decode()
    assert "quetzal" not in trail
    assert "Hi" not in trail


# ── kept, handed over, erased ────────────────────────────────────────────────────────────────────


async def test_what_is_over_is_kept_for_a_while_and_what_waits_stays(
    phones: Phones,
) -> None:
    ana = await phones.ana("phone", "tablet")
    await phones.reply(ana)
    done, waiting = await phones.claim()
    await phones.settle([done])
    await phones.put_off([waiting], 1_000)
    phones.pass_(30 * DAY)
    assert (await retention(phones.ctx)).pushes == 0
    phones.pass_(1)
    assert (await retention(phones.ctx)).pushes == 1
    assert await phones.states() == ["WAITS"]


async def test_dead_addresses_are_forgotten_after_a_month(phones: Phones) -> None:
    ana = await phones.ana()
    await phones.reply(ana)
    await phones.settle(await phones.claim(), Forget("gone"), NotProcessed("gone"))
    for days, left in ((30, 1), (1, 0)):
        phones.pass_(days * DAY)
        await retention(phones.ctx)
        assert len(await look(phones.ctx, "SELECT address FROM dead_addresses")) == left


async def test_an_export_has_the_pushes(phones: Phones) -> None:
    ana = await phones.ana("phone", "tablet")
    await phones.reply(ana)
    await phones.settle(await phones.claim())
    pieces = [piece async for piece in await export(phones.ctx, OPERATOR, customer="ana")]
    document = msgspec.json.decode(b"".join(pieces))
    assert sorted(one["device"] for one in document["pushes"]) == ["phone", "tablet"]


async def test_an_erasure_takes_the_pushes_along(phones: Phones) -> None:
    ana = await phones.ana()
    luis = await phones.stage.arrive("luis")
    await phones.register(luis, "phone")
    await note_in_front(phones.ctx, ana, connection="socket-1", on=True)
    for who in (ana, luis):
        await phones.reply(who)
    phones.pass_(5_000)
    pushes = await phones.claim()
    await phones.reply(ana)
    await erase(phones.ctx, OPERATOR, customer="ana")
    assert await phones.outbox.wanted(pushes) == {
        push.id for push in pushes if push.notice.thread == luis.thread
    }
    await phones.settle(pushes)
    kept = await look(phones.ctx, "SELECT thread_id FROM push_outbox")
    assert kept == [(luis.thread,)]
    assert await look(phones.ctx, "SELECT connection FROM apps_in_front") == []
    assert await phones.claim() == []
