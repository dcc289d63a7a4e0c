"""Both clients with files, against a real server: up, into a message, live, and down again."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox.client import CustomerClient, DeskClient, Message, Pace
from inbox.core.errors import NotFound, Unsupported
from tests import pictures
from tests.cast import Cast
from tests.live.house import House

PACE = Pace(base_s=0.01, cap_s=0.05, request_s=10, socket_again_s=0.5)


async def test_a_picture_and_a_paper_go_there_and_back(
    house: House, cast: Cast, tmp_path: Path
) -> None:
    photo, paper = tmp_path / "Router.jpg", pictures.pdf()
    photo.write_bytes(pictures.from_phone())
    token = await house.agent_token(cast.bo)
    async with (
        CustomerClient(house.url, house.customer_token("ana"), pace=PACE) as ana,
        DeskClient(house.url, token, pace=PACE) as bo,
    ):
        file = await ana.files.upload(photo)
        assert (file.name, file.width, file.height) == ("Router.jpg", 400, 640)
        sent = await ana.send("", attachments=(file.id,))
        assert sent.message.files == (file,)

        (waiting,) = (await bo.queue("waiting")).items
        assert waiting.last_message is not None
        (shown,) = waiting.last_message.files
        assert len(await bo.files.download(shown.id)) == file.size
        assert 0 < len(await bo.files.download(shown.id, thumbnail=True)) < file.size
        assert await bo.files.save(shown.id, tmp_path / "copy.jpg") == file.size
        with pytest.raises(FileExistsError):
            await bo.files.save(shown.id, tmp_path / "copy.jpg")

        bill = await bo.files.upload(paper, name="bill.pdf")
        answer = await bo.reply(waiting.id, "", seen_seq=sent.message.seq, attachments=(bill.id,))
        assert answer.message.attachments == (bill.id,)
        async for event in ana.events():
            if isinstance(event.what, Message) and event.what.author.kind == "agent":
                assert event.what.files == (bill,)
                break
        assert await ana.files.download(bill.id) == paper
        assert await ana.files.download(bill.id, thumbnail=True) == paper


async def test_a_client_is_told_what_is_wrong(house: House, cast: Cast) -> None:  # noqa: ARG001
    async with (
        CustomerClient(house.url, house.customer_token("ana"), pace=PACE) as ana,
        CustomerClient(house.url, house.customer_token("luis"), pace=PACE) as luis,
    ):
        with pytest.raises(Unsupported):
            await ana.files.upload(pictures.SVG, name="logo.png")
        file = await ana.files.upload(b"x" * 3_000_000, name="long.log")
        assert file.size == 3_000_000
        with pytest.raises(NotFound):
            await luis.files.links(file.id)


async def test_a_message_with_a_file_goes_over_the_socket(house: House, cast: Cast) -> None:  # noqa: ARG001
    async with CustomerClient(house.url, house.customer_token("ana"), pace=PACE) as ana:
        file = await ana.files.upload(pictures.picture(), name="a.jpg")
    client = await house.customer("ana")
    said = {"type": "send", "id": "1", "client_id": "c1", "body": "", "attachments": [file.id]}
    await client.say(said)
    while (frame := await client.hear())["type"] not in {"ok", "error"}:
        pass
    assert frame["type"] == "ok", frame
    assert [one["id"] for one in frame["message"]["files"]] == [file.id]
    await client.say({**said, "id": "2", "client_id": "c2"})
    while (frame := await client.hear())["type"] not in {"ok", "error"}:
        pass
    assert (frame["type"], frame["code"]) == ("error", "bad_request")
