"""The long poll: it ends when something comes, and says when there is no way on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox.core.errors import Gone
from inbox.flows import customer_views, streams
from inbox.flows.poll import ANSWER_BYTES, poll
from inbox.flows.streams import Stream
from tests.flows.stage import Stage
from tests.flows.test_streams import read, walk


async def test_a_poll_ends_when_something_comes(stage: Stage) -> None:
    ana = await stage.ana()
    stream = Stream("thread", ana.thread)
    since = (await customer_views.customer_thread(stage.ctx, ana)).cursor
    waiting = asyncio.create_task(poll(stage.ctx, stream, since=since, wait_s=20, look_every_s=20))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await stage.reply(stage.bo, ana.thread, "a")
    found = await asyncio.wait_for(waiting, 5)
    assert [read(raw)["type"] for raw in found.items] == ["status", "message"]
    assert found.since == since
    follow_up = await poll(stage.ctx, stream, since=found.until, wait_s=0)
    assert (follow_up.items, follow_up.until) == ((), found.until)


async def test_a_poll_needs_no_bell(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await stage.ana()
    stream = Stream("thread", ana.thread)
    since = (await customer_views.customer_thread(stage.ctx, ana)).cursor
    monkeypatch.setattr(type(stage.ctx.bus), "ring", lambda _, __: None)
    waiting = asyncio.create_task(poll(stage.ctx, stream, since=since, wait_s=20, look_every_s=0.1))
    await asyncio.sleep(0.05)
    await stage.reply(stage.bo, ana.thread, "a")
    found = await asyncio.wait_for(waiting, 5)
    assert len(found.items) == 2


@pytest.mark.parametrize(
    ("since", "reason"),
    [("{epoch}:99", "cursor_ahead"), ("ffffffff:1", "stale_epoch")],
)
async def test_a_poll_from_a_place_that_is_not_there_is_gone(
    stage: Stage, since: str, reason: str
) -> None:
    ana = await stage.ana()
    epoch = streams.epoch(stage.ctx)
    with pytest.raises(Gone) as gone:
        await poll(
            stage.ctx,
            Stream("thread", ana.thread),
            since=since.format(epoch=epoch),
            wait_s=0,
        )
    assert (gone.value.reason, gone.value.cursor) == (reason, f"{epoch}:1")


async def test_an_answer_is_cut_by_bytes_and_the_next_goes_on(stage: Stage) -> None:
    """One too large for a bad line would never arrive, however often it is asked for."""
    ctx, ana = stage.ctx, await stage.ana()
    for n in range(90):
        await stage.say(ana, str(n), body=f"{n} " + "ü" * (3_900 if n % 9 == 0 else 200))
    for stream in (Stream("thread", ana.thread), Stream("team", stage.spokane)):
        whole, since, told = await walk(ctx, stream), None, list[Any]()
        while True:
            found = await poll(ctx, stream, since=since, wait_s=0)
            told += [read(raw) for raw in found.items]
            size = sum(len(bytes(raw)) for raw in found.items)
            assert size <= ANSWER_BYTES or len(found.items) == 1
            assert since in (None, found.since)
            since = found.until
            if not found.more:
                break
        assert told == whole


async def test_a_poll_too_far_behind_is_gone(stage: Stage) -> None:
    await stage.reopen(catch_up_limit=100)
    ana = await stage.ana()
    await asyncio.gather(*(stage.say(ana, str(n)) for n in range(120)))
    with pytest.raises(Gone) as gone:
        await poll(stage.ctx, Stream("thread", ana.thread), since=None, wait_s=0)
    assert gone.value.reason == "too_far"
