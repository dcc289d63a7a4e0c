"""A file goes out: who may see it is asked once, and answered with links that hold for minutes."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import msgspec

from inbox.core.errors import NotFound, Overloaded
from inbox.core.filetypes import PICTURES
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer
from inbox.files.place import Label, label
from inbox.flows.access import get_seen
from inbox.flows.audit import looked
from inbox.flows.context import Context
from inbox.flows.uploads import SMALL, side_of
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import Upload, read_upload

Variant = Literal["full", "thumbnail"]

NOT_THERE = "there is no such file"


class FileLinks(msgspec.Struct, frozen=True, omit_defaults=True):
    """An upload, and where to fetch it until `expires_at` without a sign-in.

    An address that begins with `/` is one of this server.
    """

    id: str
    name: str
    type: str
    size: int
    url: str
    expires_at: str
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None


class Download(msgspec.Struct, frozen=True):
    """A file to hand out: where it lies on this machine, or its bytes, and what to say of it."""

    label: Label
    path: Path | None
    pieces: AsyncIterator[bytes] | None


async def get_upload(ctx: Context, who: Customer | Agent, upload: str) -> FileLinks:
    """Links to a file and its thumbnail.

    One that was sent is for those who see the thread, one that was not for its uploader alone;
    NotFound for everybody else. That an agent has looked stands in the audit log.
    """

    async def look(tx: Tx) -> Upload:
        found = await _find(tx, upload)
        if found.thread_id is not None:
            await get_seen(tx, who, found.thread_id)
        elif (found.by_kind, found.by_id) != (side_of(who), who.id):
            raise NotFound(NOT_THERE)
        return found

    try:
        found = await ctx.store.read(look)
    except NotFound:
        raise NotFound(NOT_THERE) from None
    if isinstance(who, Agent) and found.thread_id is not None:
        looked(ctx, who, "download", thread=found.thread_id)
    return await links(ctx, found, seconds=ctx.settings.upload_link_s)


async def links(ctx: Context, found: Upload, *, seconds: int) -> FileLinks:
    """Where to fetch a file for so long. Whoever asks has been judged."""
    expires = ctx.clock() // 1000 + seconds
    has_small = found.small_type is not None
    small = await _link(ctx, found, "thumbnail", expires, seconds) if has_small else None
    return FileLinks(
        id=found.id,
        name=found.name,
        type=found.type,
        size=found.size,
        url=await _link(ctx, found, "full", expires, seconds),
        expires_at=to_text(expires * 1000),
        width=found.width,
        height=found.height,
        thumbnail_url=small,
    )


async def open_link(
    ctx: Context, upload: str, *, variant: Variant, expires: int, signature: str
) -> Download:
    """The file of a link. NotFound where the link is over, not ours, or its file has gone since."""
    known = ctx.keys.link_key(upload, variant, expires)
    if not hmac.compare_digest(known, signature) or expires * 1000 <= ctx.clock():
        raise NotFound("this link is over; ask for the upload again")
    return await _open(ctx, await ctx.store.read(lambda tx: _find(tx, upload)), variant)


async def open_photo(ctx: Context, upload: str) -> Download:
    """The photo of somebody who works here, or of a team: everybody may see it."""
    found = await ctx.store.read(lambda tx: _find(tx, upload))
    if not found.is_photo or found.type not in PICTURES:
        raise NotFound("there is no such photo")
    return await _open(ctx, found, "thumbnail")


async def _open(ctx: Context, found: Upload, variant: Variant) -> Download:
    name, kind = found.id, found.type
    if variant == "thumbnail":
        if found.small_type is None:
            raise NotFound(NOT_THERE)
        name, kind = found.id + SMALL, found.small_type
    path = ctx.shelf.place.path(name)
    pieces = None
    if path is None:
        pieces = ctx.shelf.place.read(name)
    return Download(label(kind, found.name), path, pieces)


async def _link(ctx: Context, found: Upload, variant: Variant, expires: int, seconds: int) -> str:
    name = found.id + (SMALL if variant == "thumbnail" else "")
    try:
        own = await ctx.shelf.place.link(name, seconds=seconds)
    except OSError as error:
        raise Overloaded(f"the place of files is away: {error}", retry_after=5.0) from error
    if own is not None:
        return own
    signature = ctx.keys.link_key(found.id, variant, expires)
    return f"/v1/files/{found.id}?variant={variant}&expires={expires}&signature={signature}"


async def _find(tx: Tx, upload: str) -> Upload:
    row = await tx.fetch_one(Q.get_upload, upload=upload)
    if row is None:
        raise NotFound(NOT_THERE)
    return read_upload(row)
