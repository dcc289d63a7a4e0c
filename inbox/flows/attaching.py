"""Uploads go into a message: each once, by whoever uploaded it, in the transaction of the send."""

from __future__ import annotations

import re

from inbox.core.errors import BadRequest
from inbox.core.filetypes import PICTURES, File
from inbox.core.policy import Agent, Customer
from inbox.flows.context import Context, Writing
from inbox.store.queries import Q
from inbox.store.records import read_upload

PHOTOS = "/v1/photos/"

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def claim(
    ctx: Context, writing: Writing, who: Customer | Agent, uploads: tuple[str, ...]
) -> tuple[File, ...]:
    """The files of a message that is about to be stored, locked; writes nothing yet.

    Raises BadRequest naming the first that is not there, not the sender's own, or used already:
    which of these it is, is nobody's to know.
    """
    most = ctx.settings.uploads_per_message
    if len(uploads) > most:
        raise BadRequest.field("attachments", f"at most {most} in one message")
    files: dict[str, File] = {}
    for upload in sorted(set(uploads)):  # in one order for all, so that no two wait for each other
        row = None
        if _ID.fullmatch(upload):
            row = await writing.tx.fetch_one(Q.lock_upload, upload=upload)
        found = None if row is None else read_upload(row)
        kind = "agent" if isinstance(who, Agent) else "customer"
        if (
            found is not None
            and (found.by_kind, found.by_id) == (kind, who.id)
            and found.thread_id is None
            and not found.is_photo
        ):
            files[upload] = found.file()
    for place, upload in enumerate(uploads):
        if upload not in files or upload in uploads[:place]:
            raise BadRequest.field(
                f"attachments[{place}]", "is no upload of yours that waits to be sent"
            )
    return tuple(files[upload] for upload in uploads)


async def attach(writing: Writing, files: tuple[File, ...], *, thread: str, seq: int) -> None:
    """Bind what was claimed to its message."""
    for file in files:
        await writing.tx.execute(Q.attach_upload, upload=file.id, thread=thread, seq=seq)


async def demand_photo(writing: Writing, url: str | None) -> None:
    """Make an upload that a photo's address names a photo for good; other addresses pass.

    Raises BadRequest unless an agent uploaded it, it is a picture, and no message has it.
    """
    if url is None or not url.startswith(PHOTOS):
        return
    upload = url.removeprefix(PHOTOS)
    row = (
        await writing.tx.fetch_one(Q.lock_upload, upload=upload) if _ID.fullmatch(upload) else None
    )
    found = None if row is None else read_upload(row)
    if (
        found is None
        or found.by_kind != "agent"
        or found.type not in PICTURES
        or found.thread_id is not None
    ):
        raise BadRequest.field("photo_url", "is no picture that an agent has uploaded")
    await writing.tx.execute(Q.make_photo, upload=upload)
