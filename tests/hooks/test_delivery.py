"""What happens reaches the company's systems, at least once, whatever they answer."""

from __future__ import annotations

import asyncio
import base64

import pytest
from aiohttp import web

from inbox.core.webhooks import PATIENT, sign
from inbox.hooks.claim import LEASE_MS, claim, settle
from inbox.hooks.sender import Outcome
from tests.cast import change, look
from tests.hooks.post import HOUR, MINUTE, Post
from tests.hooks.receiver import Receiver, answers, endlessly, receive, slowly


async def test_an_event_arrives_signed(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    sent = await post.stage.say(ana, "c1")
    async with post.delivering():
        (got,) = await receiver.gets(1)
        await post.come_to(made, "delivered")
    assert set(got.body) == {"id", "type", "timestamp", "data"}
    assert (got.body["id"], got.body["type"]) == (got.event, "message")
    assert got.body["data"]["seq"] == sent.seq
    assert got.headers["Content-Type"] == "application/json"
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    signed = sign([key], event=got.event, at=post.stage.clock.now, body=got.raw)
    assert {name: got.headers[name] for name in signed} == signed


async def test_what_is_written_while_it_runs_arrives_at_once(
    post: Post, receiver: Receiver
) -> None:
    await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    async with post.delivering():
        for n in range(40):
            await post.stage.say(ana, f"c{n}")
        await receiver.gets(40)
    assert sorted(one["seq"] for one in receiver.told()) == [
        one["seq"] for one in sorted(receiver.told(), key=lambda told: told["seq"])
    ]
    assert len({one.event for one in receiver.got}) == 40


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
async def test_what_is_not_taken_is_tried_again_under_the_same_id(
    post: Post, receiver: Receiver, status: int
) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(status))
    await post.stage.say(await post.stage.ana(), "c1")
    async with post.delivering():
        await receiver.gets(1)
        (waits,) = await post.come_to(made, "waits")
        assert (waits.status, waits.attempts) == (status, 1)
        assert str(status) in str(waits.reason)
        receiver.answers(answers(204))
        post.pass_(13_000)
        first, second = await receiver.gets(2)
        (done,) = await post.come_to(made, "delivered")
    assert first.event == second.event
    assert first.raw == second.raw
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert (done.status, done.reason, done.attempts) == (204, None, 2)


async def test_it_is_tried_for_two_days_and_then_a_dead_letter_that_can_be_sent_again(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(500))
    written = post.stage.clock.now
    await post.stage.say(await post.stage.ana(), "c1")
    async with post.delivering() as dispatcher:
        tries = 0
        while True:
            tries += 1
            await receiver.gets(tries)
            (one,) = await post.settled(made)
            if one.state == "dead":
                break
            post.pass_(5 * HOUR)
            await dispatcher.keep()
            (one,) = await post.deliveries(made)
            if one.state == "dead":
                break
    assert 10 <= tries <= 30
    assert post.stage.clock.now - written >= 40 * HOUR
    assert (await post.look(made)).dead == 1


async def test_a_pause_that_is_asked_for_holds_for_the_whole_endpoint(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(429, **{"Retry-After": "3600"}))
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1")
    async with post.delivering():
        await receiver.gets(1)
        await post.come_to(made, "waits")
        receiver.answers(answers(200))
        await post.stage.say(ana, "c2")
        post.pass_(59 * MINUTE)
        await asyncio.sleep(0.3)
        assert len(receiver.got) == 1
        post.pass_(MINUTE)
        await receiver.gets(3)
        await post.come_to(made, "delivered", "delivered")


async def test_gone_switches_it_off_at_once(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(410))
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1")
    async with post.delivering():
        await receiver.gets(1)
        await post.come_to(made, "dead")
    known = await post.look(made)
    assert not known.active
    assert known.off is not None
    assert "410" in known.off.reason
    await post.stage.say(ana, "c2")
    assert len(await post.deliveries(made)) == 1  # it is told nothing any more


async def test_a_redirect_is_not_followed(post: Post, receiver: Receiver) -> None:
    async with receive() as inner:
        await post.endpoint(receiver.url, "message")
        receiver.answers(answers(307, Location=inner.url))
        await post.stage.say(await post.stage.ana(), "c1")
        async with post.delivering():
            await receiver.gets(1)
            await asyncio.sleep(0.2)
        assert inner.got == []


async def test_an_answer_without_end_is_read_to_a_bound(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(endlessly)
    await post.stage.say(await post.stage.ana(), "c1")
    async with post.delivering():
        (done,) = await post.come_to(made, "delivered")
    assert done.status == 200


async def test_one_that_hangs_holds_up_no_other(post: Post, receiver: Receiver) -> None:
    """The stuck one has all its places taken; the other gets everything meanwhile."""
    await post.stage.reopen(webhook_timeout_s=30)
    async with receive() as stuck:
        stuck.answers(slowly(60))
        hanging = await post.endpoint(stuck.url, "message")
        living = await post.endpoint(receiver.url, "message")
        ana = await post.stage.ana()
        async with post.delivering():
            for n in range(60):
                await post.stage.say(ana, f"c{n}")
            await receiver.gets(60)  # sooner than the stuck one's time is over
            assert len(stuck.got) == 16
            assert (await post.look(hanging)).waiting == 60
            assert (await post.look(living)).dead == 0


async def test_one_that_nobody_answers_holds_up_no_other(post: Post, receiver: Receiver) -> None:
    dead = await post.endpoint("http://127.0.0.1:1/hook", "message")
    await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    async with post.delivering():
        for n in range(40):
            await post.stage.say(ana, f"c{n}")
        await receiver.gets(40)
    known = await post.look(dead)
    assert known.failing_since is not None
    assert known.waiting == 40


async def test_an_endpoint_that_fails_is_left_alone_and_asked_by_one(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")

    async def fail(_request: web.Request) -> web.Response:
        post.pass_(1)  # each request takes its time, so that rounds differ by it
        return web.Response(status=500)

    receiver.answers(fail)
    ana = await post.stage.ana()
    for n in range(100):
        await post.stage.say(ana, f"c{n}")
    async with post.delivering():
        async with asyncio.timeout(20):
            while await _failures(post) < PATIENT:  # noqa: ASYNC110  it is the database that tells
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        tried = len(receiver.got)
        assert tried < 100
        post.pass_(5_000)
        await receiver.gets(tried + 1)
        await asyncio.sleep(0.3)
        assert len(receiver.got) == tried + 1  # one alone
        receiver.answers(answers(200))
        post.pass_(HOUR)
        await post.come_to(made, *["delivered"] * 100)


async def _failures(post: Post) -> int:
    rows = await look(post.ctx, "SELECT failures FROM webhooks")
    return int(rows[0][0])


async def test_one_that_only_fails_for_three_days_is_switched_off(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(500))
    ana = await post.stage.ana()
    async with post.delivering():
        for n in range(25):
            if not (await post.look(made)).active:
                break
            await post.stage.say(ana, f"c{n}")
            post.pass_(4 * HOUR)
            await receiver.gets(n + 1)
            await post.settled(made)
    known = await post.look(made)
    assert known.off is not None
    assert "72 hours" in known.off.reason
    assert "500" in known.off.reason


async def test_switched_on_again_it_gets_what_waited(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1")
    await post.change(made, active=False)
    async with post.delivering():
        post.pass_(HOUR)
        await asyncio.sleep(0.2)
        assert receiver.got == []
        await post.stage.say(ana, "c2")
        await post.change(made, active=True)
        await post.come_to(made, "delivered")


async def test_what_a_dead_process_held_is_sent_when_its_lease_is_over(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    await post.stage.say(await post.stage.ana(), "c1")
    assert len(await claim(post.ctx, made.webhook.id, room=9)) == 1
    assert await claim(post.ctx, made.webhook.id, room=9) == []
    if post.stage.database.kind == "postgres":  # on SQLite nobody else can hold anything
        async with post.delivering() as dispatcher:
            await dispatcher.keep()
            assert await post.states(made) == ["leased"]
            post.stage.clock.pass_(LEASE_MS + 1)
            await dispatcher.keep()
            await receiver.gets(1)
    else:
        async with post.delivering():
            await receiver.gets(1)


async def test_a_process_that_stops_gives_back_what_has_no_answer(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(slowly(60))
    await post.stage.say(await post.stage.ana(), "c1")
    async with post.delivering():
        await receiver.gets(1)
    assert await post.states(made) == ["waits"]
    receiver.answers(answers(200))
    async with post.delivering():
        await post.come_to(made, "delivered")


async def test_a_late_worker_changes_nothing(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    await post.stage.say(await post.stage.ana(), "c1")
    (late,) = await claim(post.ctx, made.webhook.id, room=9)
    await change(post.ctx, "UPDATE outbox SET lease_by = 'another'")
    await settle(post.ctx, late, Outcome(status=200, took_ms=1), chance=0.5)
    assert await post.states(made) == ["leased"]
