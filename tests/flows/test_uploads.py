"""Files through the flows: limits, places that fail, retention, export, and two processes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from inbox.core.errors import BadRequest, NotDurable, NotFound, RateLimited, TooLarge
from inbox.core.filetypes import File
from inbox.core.policy import Agent, Customer
from inbox.files.bucket import Bucket
from inbox.files.folder import Folder
from inbox.files.place import Label
from inbox.flows import export, files, uploads
from inbox.flows.context import Context
from inbox.flows.erasure import erase
from inbox.flows.retention import retention
from inbox.flows.send import Draft, Sent, send
from inbox.flows.uploads import SMALL, demand_room, sweep_uploads, take_in
from tests.cast import OPERATOR, change, look
from tests.flows.stage import DAY, HOUR, MINUTE, Stage
from tests.pictures import pdf, picture

PAPER = pdf()


async def upload(ctx: Context, who: Customer | Agent, data: bytes = PAPER, **more: Any) -> File:
    async def pieces() -> AsyncIterator[bytes]:
        yield data

    async def still() -> Customer | Agent:
        return who

    return await take_in(ctx, who, pieces(), **{"name": "bill.pdf", "still": still, **more})


async def say(
    ctx: Context, who: Customer, client_id: str, *which: str, body: str = "", **more: Any
) -> Sent:
    draft = Draft(client_id, body, attachments=which, **more)
    return await send(ctx, who, thread=who.thread, draft=draft)


def lying(stage: Stage) -> list[str]:
    folder = stage._folder / "uploads"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def rows(ctx: Context) -> list[tuple[Any, ...]]:
    return await look(ctx, "SELECT id, state, due_at, seq FROM uploads ORDER BY id")


class Broken(Folder):
    """A folder whose disk fails: at this file, or at every removal."""

    def __init__(self, root: Path, *, at: str = "", keeps: bool = False) -> None:
        super().__init__(root)
        self.at = at
        self.keeps = keeps

    async def put(self, name: str, source: Path, label: Label) -> None:
        if self.at and name.endswith(self.at):
            raise OSError(28, "No space left on device")
        await super().put(name, source, label)

    async def remove(self, name: str) -> None:
        if self.keeps:
            raise OSError(5, "Input/output error")
        await super().remove(name)


def with_place(ctx: Context, place: Any) -> Context:
    return dataclasses.replace(ctx, shelf=dataclasses.replace(ctx.shelf, place=place))


@pytest.mark.parametrize("at", [SMALL, "-"], ids=["the thumbnail", "the picture"])
async def test_a_place_that_fails_halfway_keeps_nothing(stage: Stage, at: str) -> None:
    ana = await stage.ana()
    root = stage._folder / "uploads"

    class Here(Broken):
        async def put(self, name: str, source: Path, label: Label) -> None:
            if (at == SMALL) == name.endswith(SMALL):
                raise OSError(28, "No space left on device")
            await super().put(name, source, label)

    broken = with_place(stage.ctx, Here(root))
    with pytest.raises(NotDurable):
        await upload(broken, ana, picture())
    assert (lying(stage), await rows(stage.ctx)) == ([], [])
    assert (await upload(stage.ctx, ana, picture())).thumbnail


async def test_what_cannot_be_removed_now_is_removed_later(stage: Stage) -> None:
    ana = await stage.ana()
    first, second = await upload(stage.ctx, ana), await upload(stage.ctx, ana)
    stage.clock.pass_(24 * HOUR)
    keeps = with_place(stage.ctx, Broken(stage._folder / "uploads", keeps=True))
    assert await sweep_uploads(keeps) == 0
    assert lying(stage) == sorted([first.id, second.id])
    with pytest.raises(NotFound):
        await files.get_upload(stage.ctx, ana, first.id)
    assert await sweep_uploads(stage.ctx) == 0, "not at once"
    stage.clock.pass_(10 * MINUTE)
    assert await sweep_uploads(stage.ctx) == 2
    assert (lying(stage), await rows(stage.ctx)) == ([], [])


async def test_an_erasure_stands_where_the_disk_does_not(stage: Stage) -> None:
    ana = await stage.ana()
    file = await upload(stage.ctx, ana)
    await say(stage.ctx, ana, "c1", file.id)
    keeps = with_place(stage.ctx, Broken(stage._folder / "uploads", keeps=True))
    await erase(keeps, OPERATOR, customer="ana")
    assert await look(stage.ctx, "SELECT state, name FROM uploads") == [(2, "")]
    with pytest.raises(NotFound):
        await files.get_upload(stage.ctx, stage.bo, file.id)
    stage.clock.pass_(10 * MINUTE)
    assert await sweep_uploads(stage.ctx) == 1
    assert lying(stage) == []


async def test_a_file_that_comes_in_over_an_erasure_does_not_stay(stage: Stage) -> None:
    ana = await stage.ana()
    root = stage._folder / "uploads"

    class Slow(Folder):
        async def put(self, name: str, source: Path, label: Label) -> None:
            await erase(stage.ctx, OPERATOR, customer="ana")
            await super().put(name, source, label)

    with pytest.raises(NotDurable):
        await upload(with_place(stage.ctx, Slow(root)), ana)
    assert (lying(stage), await rows(stage.ctx)) == ([], [])


async def test_what_a_crash_left_halfway_is_swept_after_an_hour(stage: Stage) -> None:
    ana = await stage.ana()
    file = await upload(stage.ctx, ana)
    due = stage.clock.now + HOUR
    await change(stage.ctx, "UPDATE uploads SET state = 0, due_at = :due", due=due)
    with pytest.raises(BadRequest):
        await say(stage.ctx, ana, "c1", file.id)
    stage.clock.pass_(HOUR)
    assert await sweep_uploads(stage.ctx) == 1
    assert lying(stage) == []


async def test_retention_takes_files_with_their_messages(stage: Stage) -> None:
    ana = await stage.ana()
    old = await upload(stage.ctx, ana)
    await say(stage.ctx, ana, "c1", old.id)
    thread = ana.thread
    from inbox.flows.states import resolve

    await resolve(stage.ctx, stage.bo, thread=thread)
    stage.clock.pass_(1100 * DAY)
    young = await upload(stage.ctx, ana)
    await say(stage.ctx, ana, "c2", young.id)
    await retention(stage.ctx)
    await sweep_uploads(stage.ctx)
    assert lying(stage) == [young.id]
    assert (await files.get_upload(stage.ctx, stage.bo, young.id)).id == young.id


async def test_an_export_lists_every_file_with_a_link(stage: Stage) -> None:
    ana = await stage.ana()
    sent, unsent = await upload(stage.ctx, ana, picture()), await upload(stage.ctx, ana)
    stored = await say(stage.ctx, ana, "c1", sent.id)
    theirs = await upload(stage.ctx, stage.bo)
    reply = Draft("a1", "", seen_seq=10**9, attachments=(theirs.id,))
    await send(stage.ctx, stage.bo, thread=ana.thread, draft=reply)
    pieces = await export.export(stage.ctx, OPERATOR, customer="ana")
    document = msgspec.json.decode(b"".join([piece async for piece in pieces]))
    told = {one["id"]: one for one in document["uploads"]}
    assert told.keys() == {sent.id, unsent.id, theirs.id}
    assert (told[sent.id]["seq"], told[unsent.id]["seq"]) == (stored.seq, None)
    assert [told[one.id]["by"] for one in (sent, theirs)] == ["customer", "agent"]
    stage.clock.pass_(HOUR - 1000)
    url = told[sent.id]["url"]
    query = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
    found = await files.open_link(
        stage.ctx,
        sent.id,
        variant=query["variant"],
        expires=int(query["expires"]),
        signature=query["signature"],
    )
    assert found.path is not None
    assert found.path.stat().st_size == sent.size


async def test_a_day_has_its_measure_of_bytes(stage: Stage) -> None:
    await stage.reopen(customer_upload_bytes_per_day=3 * len(PAPER))
    ana, luis = await stage.ana(), await stage.arrive("luis")
    for _ in range(3):
        await upload(stage.ctx, ana)
    with pytest.raises(RateLimited):
        await upload(stage.ctx, ana)
    with pytest.raises(RateLimited):
        await demand_room(stage.ctx, ana, declared=1)
    await upload(stage.ctx, luis)
    await upload(stage.ctx, stage.bo)
    stage.clock.pass_(DAY)
    await upload(stage.ctx, ana)


async def test_uploads_are_counted_by_the_minute(stage: Stage) -> None:
    await stage.reopen(customer_uploads_per_minute=2, agent_uploads_per_minute=0)
    ana = await stage.ana()
    for _ in range(2):
        await demand_room(stage.ctx, ana, declared=None)
    with pytest.raises(RateLimited):
        await demand_room(stage.ctx, ana, declared=None)
    for _ in range(5):
        await demand_room(stage.ctx, stage.bo, declared=None)


async def test_a_length_that_is_too_large_is_refused_before_it_comes(stage: Stage) -> None:
    with pytest.raises(TooLarge):
        await demand_room(
            stage.ctx, await stage.ana(), declared=stage.settings.upload_max_bytes + 1
        )


async def test_a_name_with_a_card_number_is_masked(stage: Stage) -> None:
    file = await upload(stage.ctx, await stage.ana(), name="card 4111 1111 1111 1111.pdf")
    assert file.name == "card •••• 1111.pdf"


async def test_a_known_pair_is_answered_though_the_limit_has_changed(stage: Stage) -> None:
    ana = await stage.ana()
    which = [(await upload(stage.ctx, ana)).id for _ in range(3)]
    first = await say(stage.ctx, ana, "c1", *which)
    await stage.reopen(uploads_per_message=1)
    again = await say(stage.ctx, ana, "c1", *which)
    assert (again.duplicate, again.seq) == (True, first.seq)
    more = [(await upload(stage.ctx, ana)).id for _ in range(2)]
    with pytest.raises(BadRequest):
        await say(stage.ctx, ana, "c2", *more)


async def test_a_refused_send_leaves_its_uploads_to_be_sent(stage: Stage) -> None:
    ana = await stage.ana()
    file = await upload(stage.ctx, ana)
    with pytest.raises(BadRequest):
        await say(stage.ctx, ana, "c1", file.id, "no upload")
    assert (await say(stage.ctx, ana, "c2", file.id)).duplicate is False


async def test_sends_that_want_the_same_files_in_any_order_never_wait_for_each_other(
    stage: Stage,
) -> None:
    ana = await stage.ana()
    for turn in range(5):
        pair = [(await upload(stage.ctx, ana)).id for _ in range(2)]
        ended = await asyncio.gather(
            *(say(stage.ctx, ana, f"c{turn}-{n}", *pair[:: 1 - 2 * (n % 2)]) for n in range(6)),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Sent) for one in ended) == 1
        assert sum(isinstance(one, BadRequest) for one in ended) == 5


async def test_a_sweep_and_a_send_at_once_agree(stage: Stage) -> None:
    ana = await stage.ana()
    stage.clock.pass_(1)
    for turn in range(6):
        file = await upload(stage.ctx, ana)
        stage.clock.pass_(24 * HOUR)
        ana = await stage.arrive("ana")
        sent, swept = await asyncio.gather(
            say(stage.ctx, ana, f"c{turn}", file.id),
            sweep_uploads(stage.ctx),
            return_exceptions=True,
        )
        if isinstance(sent, Sent):
            assert swept == 0
            assert (await files.get_upload(stage.ctx, ana, file.id)).id == file.id
        else:
            assert (isinstance(sent, BadRequest), swept) == (True, 1)


async def test_a_bucket_serves_as_a_folder_does(stage: Stage) -> None:
    from obstore.store import MemoryStore

    ctx = with_place(stage.ctx, Bucket(MemoryStore()))
    ana = await stage.ana()
    file = await upload(ctx, ana, picture())
    await say(ctx, ana, "c1", file.id)
    found = await files.get_upload(ctx, stage.bo, file.id)
    query = dict(pair.split("=") for pair in found.url.partition("?")[2].split("&"))
    handed = await files.open_link(
        ctx,
        file.id,
        variant="full",
        expires=int(query["expires"]),
        signature=query["signature"],
    )
    assert handed.pieces is not None
    assert len(b"".join([piece async for piece in handed.pieces])) == file.size
    assert [path for path in lying(stage) if path != file.id] == []
    await erase(ctx, OPERATOR, customer="ana")
    with pytest.raises(FileNotFoundError):
        [piece async for piece in ctx.shelf.place.read(file.id)]


async def test_another_process_takes_up_the_files(stage: Stage) -> None:
    if stage.database.kind == "sqlite":
        pytest.skip("one process at a time: the folder's lock")
    ana = await stage.ana()
    file = await upload(stage.ctx, ana)
    other = await stage.beside()
    await say(other, ana, "c1", file.id)
    assert (await files.get_upload(other, stage.bo, file.id)).size == len(PAPER)
    assert await sweep_uploads(other) == 0
    assert uploads.side_of(stage.bo) == "agent"
