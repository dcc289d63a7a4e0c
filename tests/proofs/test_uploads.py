"""Uploads on a whole process: killed, on a full disk, and far larger than its memory may grow."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.disk import build_disk
from tests.pictures import picture
from tests.proofs.sites import Answer, Site, ask

LINE = b"2026-11-22 10:00:00 no signal\n"
PIECE = LINE * 2_048


def kept(site: Site) -> list[str]:
    """Every file that lies there."""
    folder = site.inbox.folder / "uploads"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def pour(pieces: int, *, then: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    """A log of some length; with `then`, the last piece waits for it."""
    for number in range(pieces):
        if then is not None and number == pieces - 1:
            await then.wait()
        yield PIECE


async def upload(site: Site, data: object, *, customer: str = "ana") -> Answer:
    headers = {"Authorization": f"Bearer {site.token(customer)}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{site.url}/v1/uploads", data=data, headers=headers) as answer,
    ):
        return Answer(answer.status, answer.headers, await answer.json(content_type=None))


async def until(there: bool, site: Site) -> None:  # noqa: FBT001
    async with asyncio.timeout(20):
        while bool(kept(site)) is not there:  # noqa: ASYNC110  a folder has no event
            await asyncio.sleep(0.02)


async def test_a_process_that_is_killed_leaves_no_half_of_a_file(site: Site) -> None:
    await site.start()
    whole = await upload(site, picture())
    held = asyncio.Event()
    broken = asyncio.create_task(upload(site, pour(40, then=held)))
    async with asyncio.timeout(20):
        while len(kept(site)) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await site.end(signal.SIGKILL)
    held.set()
    with pytest.raises(aiohttp.ClientError):
        await broken
    assert len(kept(site)) == 3, "the half is still there"
    await site.start()
    which = whole.body["id"]
    async with asyncio.timeout(20):
        while len(kept(site)) > 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert kept(site) == [which, f"{which}.small"]


async def test_what_was_answered_survives_kills_and_all_else_is_swept(site: Site) -> None:
    """Killed in the midst of several uploads, again and again: each file has a row, or goes."""
    answered: list[str] = []

    async def keep_uploading(customer: str) -> None:
        while True:
            answer = await upload(site, PIECE * 8, customer=customer)
            assert answer.status == 201, answer.body
            answered.append(answer.body["id"])

    site.env["PINBOX_CUSTOMER_UPLOADS_PER_MINUTE"] = "0"
    for _ in range(6):
        await site.start()
        before = len(answered)
        senders = [asyncio.create_task(keep_uploading(name)) for name in ("ana", "luis", "mei")]
        async with asyncio.timeout(30):
            while len(answered) < before + 4:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await site.end(signal.SIGKILL)
        ended = await asyncio.gather(*senders, return_exceptions=True)
        assert all(isinstance(one, aiohttp.ClientError) for one in ended), ended
    await site.start()
    async with aiohttp.ClientSession() as http:
        for which in answered:
            found = [
                await ask(http, "GET", f"{site.url}/v1/uploads/{which}", token=site.token(name))
                for name in ("ana", "luis", "mei")
            ]
            (owner,) = [answer for answer in found if answer.status == 200]
            async with http.get(site.url + owner.body["url"]) as answer:
                assert await answer.read() == PIECE * 8
    async with asyncio.timeout(20):
        incoming = site.inbox.folder / "uploads" / "incoming"
        while list(incoming.iterdir()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_full_disk_refuses_a_file_and_keeps_nothing_of_it(
    site: Site, tmp_path: Path
) -> None:
    disk = build_disk(tmp_path, under=site.inbox.folder)
    site.env |= disk.environment
    await site.start()
    for data in (PIECE * 12, picture()):
        with disk.failing("write"):
            refused = await upload(site, data)
        assert (refused.status, refused.body["code"]) == (503, "not_durable")
        assert kept(site) == []
    assert (await upload(site, picture())).status == 201
    assert len(kept(site)) == 2
    assert site.runs()


async def test_a_large_file_is_never_in_memory(site: Site) -> None:
    site.env["PINBOX_UPLOAD_MAX_BYTES"] = str(200 * 2**20)
    await site.start()
    assert (await upload(site, PIECE)).status == 201
    before = site.resident_kib()
    peak = 0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, site.resident_kib())
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    pieces = 100 * 2**20 // len(PIECE)
    stored = await upload(site, pour(pieces))
    assert stored.status == 201, stored.body
    async with aiohttp.ClientSession() as http:
        found = await ask(
            http, "GET", f"{site.url}/v1/uploads/{stored.body['id']}", token=site.token("ana")
        )
        async with http.get(site.url + found.body["url"]) as answer:
            size = 0
            async for piece in answer.content.iter_any():
                size += len(piece)
    watching.cancel()
    assert size == stored.body["size"] == pieces * len(PIECE)
    print(f"100 MiB up and down: {(peak - before) / 1024:.1f} MiB more")  # noqa: T201
    assert peak - before < 24 * 1024
