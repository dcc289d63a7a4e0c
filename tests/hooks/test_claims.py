"""Two workers never hold the same row, whatever they do at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest

from inbox.flows.endpoints import rotate_secret
from inbox.flows.erasure import erase
from inbox.flows.retention import retention
from inbox.hooks.claim import claim, release, settle
from inbox.hooks.sender import Outcome
from tests.cast import DAY, OPERATOR, change, look
from tests.hooks.post import Post
from tests.hooks.receiver import Receiver, answers, slowly

MANY = 200


async def test_workers_at_the_same_moment_share_what_waits(post: Post) -> None:
    made = await post.endpoint("https://care.example.com/hook", "message")
    ana = await post.stage.ana()
    for n in range(MANY):
        await post.stage.say(ana, f"c{n}")
    if post.stage.database.kind == "postgres":
        workers = [post.ctx, *[await post.stage.beside() for _ in range(3)]]
    else:
        workers = [post.ctx]

    async def work(number: int) -> list[str]:
        held = list[str]()
        while found := await claim(workers[number % len(workers)], made.webhook.id, room=3):
            held += [one.id for one in found]
        return held

    shares = await asyncio.gather(*(work(number) for number in range(6)))
    held = Counter(one for share in shares for one in share)
    assert len(held) == MANY
    assert set(held.values()) == {1}


async def test_two_processes_deliver_each_event_once(post: Post, receiver: Receiver) -> None:
    if post.stage.database.kind == "sqlite":
        pytest.skip("one process at a time: the folder's lock")
    made = await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    other = await post.stage.beside()
    async with post.delivering(), post.delivering(other):
        for n in range(60):
            await post.stage.say(ana, f"c{n}")
        await post.come_to(made, *["delivered"] * 60)
    assert len({one.event for one in receiver.got}) == len(receiver.got) == 60


async def test_what_is_given_back_waits_at_once(post: Post) -> None:
    made = await post.endpoint("https://care.example.com/hook", "message")
    await post.stage.say(await post.stage.ana(), "c1")
    (held,) = await claim(post.ctx, made.webhook.id, room=1)
    await release(post.ctx, held)
    (again,) = await claim(post.ctx, made.webhook.id, room=1)
    assert again.id == held.id
    await release(post.ctx, held)  # by the claim before: it changes nothing
    assert await post.states(made) == ["leased"]


async def test_an_answer_that_comes_after_an_erasure_brings_nothing_back(
    post: Post, receiver: Receiver
) -> None:
    await post.endpoint(receiver.url, "message", with_text=True)
    receiver.answers(slowly(0.5))
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1")
    async with post.delivering():
        await receiver.gets(1)
        await erase(post.ctx, OPERATOR, customer="ana")
        await asyncio.sleep(0.8)
    assert await look(post.ctx, "SELECT id FROM outbox") == []


async def test_what_was_erased_is_sent_without_its_text(post: Post, receiver: Receiver) -> None:
    """Retention takes the text, and what waits says it no longer."""
    made = await post.endpoint(receiver.url, "message", with_text=True)
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1", "the text")
    await post.stage.say(ana, "c2", "another")
    await change(post.ctx, "UPDATE items SET type = 'erased', payload = '{}' WHERE seq = 3")
    async with post.delivering():
        await post.come_to(made, "delivered", "delivered")
    texts = {one["seq"]: one.get("text") for one in receiver.told("message")}
    assert texts == {3: None, 4: "another"}


async def test_a_text_is_sent_only_where_the_endpoint_is_set_so(
    post: Post, receiver: Receiver
) -> None:
    made = await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()
    async with post.delivering():
        await post.stage.say(ana, "c1", "the text")
        await receiver.gets(1)
        await post.change(made, with_text=True)
        await post.stage.say(ana, "c2", "another")
        await receiver.gets(2)
    assert [one.get("text") for one in receiver.told()] == [None, "another"]


async def test_both_secrets_sign_while_the_old_one_is_valid(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    ana = await post.stage.ana()

    async def signatures(client_id: str) -> list[str]:
        before = len(receiver.got)
        await post.stage.say(ana, client_id)
        await receiver.gets(before + 1)
        return receiver.got[-1].headers["webhook-signature"].split(" ")

    async with post.delivering():
        assert len(await signatures("c1")) == 1
        await rotate_secret(post.ctx, OPERATOR, webhook=made.webhook.id, keep_hours=24)
        assert len(await signatures("c2")) == 2
        post.pass_(DAY)
        assert len(await signatures("c3")) == 1


async def test_a_secret_outlives_a_restart_and_is_stored_nowhere(post: Post) -> None:
    made = await post.endpoint("https://care.example.com/hook")
    key = post.ctx.keys.webhook_key(made.webhook.id, 1)
    await post.stage.reopen()
    assert post.ctx.keys.webhook_key(made.webhook.id, 1) == key
    rows = await look(post.ctx, "SELECT * FROM webhooks")
    assert made.secret not in repr(rows)


async def test_what_has_ended_is_kept_for_a_while(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    await post.stage.say(await post.stage.ana(), "c1")
    async with post.delivering():
        await post.come_to(made, "delivered")
    post.stage.clock.pass_(14 * DAY - 1)
    await retention(post.ctx)
    assert await post.states(made) == ["delivered"]
    post.stage.clock.pass_(2)
    await retention(post.ctx)
    assert await post.states(made) == []


async def test_what_another_process_wrote_for_one_that_is_gone_goes_with_time(post: Post) -> None:
    await post.endpoint("https://care.example.com/hook", "message")
    await post.stage.say(await post.stage.ana(), "c1")
    await change(post.ctx, "DELETE FROM webhooks")
    await retention(post.ctx)
    assert len(await look(post.ctx, "SELECT id FROM outbox")) == 1
    post.stage.clock.pass_(2 * DAY + 1)
    await retention(post.ctx)
    assert await look(post.ctx, "SELECT id FROM outbox") == []


@pytest.mark.parametrize(("failures", "then"), [(9, "later"), (10, "off")])
async def test_a_few_failures_long_apart_switch_nothing_off(
    post: Post, failures: int, then: str
) -> None:
    made = await post.endpoint("https://care.example.com/hook", "message")
    await post.stage.say(await post.stage.ana(), "c1")
    (held,) = await claim(post.ctx, made.webhook.id, room=1)
    long_ago = post.stage.clock.now - 30 * DAY
    known = msgspec.structs.replace(held.webhook, failures=failures, failing_since=long_ago)
    failed = Outcome(status=500, reason="answered 500", took_ms=1)
    became = await settle(
        post.ctx, msgspec.structs.replace(held, webhook=known), failed, chance=0.5
    )
    assert became == then
    assert (await post.look(made)).active is (then == "later")


async def test_upkeep_and_stopping_are_safe_with_nothing_there(post: Post) -> None:
    async with post.delivering() as dispatcher:
        await dispatcher.keep()


async def test_one_that_fails_and_works_again_is_forgiven(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver.url, "message")
    receiver.answers(answers(500))
    ana = await post.stage.ana()
    await post.stage.say(ana, "c1")
    async with post.delivering():
        await receiver.gets(1)
        await post.come_to(made, "waits")
        assert (await post.look(made)).last_reason == "answered 500"
        receiver.answers(answers(200))
        await post.stage.say(ana, "c2")
        post.pass_(20_000)
        await post.come_to(made, "delivered", "delivered")
    known = await post.look(made)
    assert (known.failing_since, known.last_reason) == (None, None)


async def test_a_try_that_would_come_too_late_is_not_made(post: Post) -> None:
    made = await post.endpoint("https://care.example.com/hook", "message")
    await post.stage.say(await post.stage.ana(), "c1")
    (held,) = await claim(post.ctx, made.webhook.id, room=1)
    last = msgspec.structs.replace(held, expires_at=post.stage.clock.now + 7_500)
    failed = Outcome(status=500, reason="answered 500", took_ms=1)
    assert await settle(post.ctx, last, failed, chance=0.0) == "dead"
    (dead,) = await post.deliveries(made)
    assert (dead.state, dead.status, dead.reason) == ("dead", 500, "answered 500")
