"""A file comes in: judged by its bytes, stored whole or not at all, and swept when nobody sends it.

It comes into a part of the spool, which goes with the process. A row says that it is about to be
put in its place before it is put there, and that it is there after that: so whatever a crash leaves
behind has a row, and no folder needs to be searched. What is to go is first said to be so, in the
transaction of whatever lets it go; `sweep_uploads` then takes the files away, and the rows last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal, NoReturn

import structlog

from inbox.core.errors import (
    BadRequest,
    FieldError,
    NotDurable,
    PinboxError,
    RateLimited,
    TooLarge,
    Unsupported,
)
from inbox.core.filetypes import HEAD, PICTURES, File, sniff, tidy_name
from inbox.core.policy import Agent, Customer
from inbox.files.pictures import Made
from inbox.files.place import label
from inbox.files.spool import Part
from inbox.flows.context import Context, Writing, write
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.rows import sure

COMING_MS = 3_600_000
"""What has not come to its place within this time never will: its process is gone."""
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
AGAIN_MS = 10 * 60_000
"""After this it is tried again to take away what could not be."""
STEP = 100
"""Uploads swept at once."""
SMALL = ".small"

Side = Literal["customer", "agent"]
Uploader = Customer | Agent

_log = structlog.get_logger(__name__)


def side_of(who: Uploader) -> Side:
    """Which side somebody is on."""
    return "agent" if isinstance(who, Agent) else "customer"


async def demand_room(ctx: Context, who: Uploader, *, declared: int | None) -> None:
    """Refuse, before a byte is read, what the limits would refuse in the end.

    `declared` is the length that the sender names, if any. Raises RateLimited, TooLarge.
    """
    ctx.limits.spend("agent_uploads" if isinstance(who, Agent) else "customer_uploads", who.id)
    if declared is not None and declared > ctx.settings.upload_max_bytes:
        _refuse_size(ctx)

    async def look(tx: Tx) -> None:
        await _demand_quota(ctx, tx, who, ctx.clock(), declared or 0)

    await ctx.store.read(look)


async def take_in(
    ctx: Context,
    who: Uploader,
    pieces: AsyncIterator[bytes],
    *,
    name: str | None,
    still: Callable[[], Awaitable[Uploader]],
) -> File:
    """Store a file; when this returns it is on disk, and its uploader may send it, once.

    `pieces` are its bytes as they come; never are they all in memory. `still` looks again, when all
    has come, whether the sender may be here. A picture is made anew without its metadata. Whatever
    fails leaves nothing behind. Raises TooLarge, Unsupported, BadRequest, RateLimited, Overloaded,
    and NotDurable where the disk is full or broken.
    """
    try:
        async with ctx.shelf.spool.part() as part:
            kind = await _receive(ctx, part, pieces)
            if kind in PICTURES:
                file = await _remade(ctx, part, kind=kind, name=name, still=still)
            else:
                size = await part.sync()
                file = await _keep(ctx, await still(), name, kind, part, size)
    except PinboxError as error:
        ctx.metrics.uploads(side_of(who), error.code).inc()
        raise
    except OSError as error:
        ctx.metrics.uploads(side_of(who), NotDurable.code).inc()
        _log.warning("upload_not_stored", error=type(error).__name__, why=error.strerror)
        raise NotDurable(f"the file could not be stored: {error}", retry_after=5.0) from error
    ctx.metrics.uploads(side_of(who), "stored").inc()
    ctx.metrics.upload_bytes.inc(file.size)
    return file


async def _receive(ctx: Context, part: Part, pieces: AsyncIterator[bytes]) -> str:
    """Write what comes, up to the limit; what it is, as soon as that can be told."""
    head, kind = b"", ""
    async for piece in pieces:
        if not kind:
            head += piece[:HEAD]
            if len(head) >= HEAD:
                kind = _demand_type(ctx, head)
        if part.size + len(piece) > ctx.settings.upload_max_bytes:
            _refuse_size(ctx)
        await part.write(piece)
    if not part.size:
        raise BadRequest.field("body", "is empty")
    return kind or _demand_type(ctx, head)


def _demand_type(ctx: Context, head: bytes) -> str:
    kind = sniff(head)
    if kind not in ctx.settings.upload_types:
        why = f"is {kind}; taken here: {', '.join(ctx.settings.upload_types)}"
        raise Unsupported(f"body: {why}", errors=(FieldError("body", why),))
    return kind


def _refuse_size(ctx: Context) -> NoReturn:
    why = f"is larger than {ctx.settings.upload_max_bytes:,} bytes"
    raise TooLarge(f"body: {why}", errors=(FieldError("body", why),))


async def _demand_quota(ctx: Context, tx: Tx, who: Uploader, now: int, size: int) -> None:
    most = ctx.settings.customer_upload_bytes_per_day
    if not most or isinstance(who, Agent):
        return
    row = sure(
        await tx.fetch_one(Q.uploaded_since, by_kind="customer", by_id=who.id, since=now - DAY_MS)
    )
    if int(row[0]) + size > most:
        raise RateLimited(f"at most {most:,} bytes of uploads in 24 hours", retry_after=3600.0)


async def _remade(
    ctx: Context,
    part: Part,
    *,
    kind: str,
    name: str | None,
    still: Callable[[], Awaitable[Uploader]],
) -> File:
    await part.sync()
    spool = ctx.shelf.spool
    async with spool.part() as full, spool.part() as small:
        with ctx.metrics.picture_seconds.time():
            made = await ctx.shelf.pictures.remake(
                part.path, kind=kind, full=full.path, small=small.path
            )
        size = await full.sync()
        await small.sync()
        return await _keep(ctx, await still(), name, made.type, full, size, (made, small))


async def _keep(
    ctx: Context,
    who: Uploader,
    name: str | None,
    kind: str,
    part: Part,
    size: int,
    picture: tuple[Made, Part] | None = None,
) -> File:
    """Say that it comes, put it in its place, say that it is there."""
    upload = ctx.ids()
    made, small = picture or (None, None)
    width, height = (None, None) if made is None else (made.width, made.height)
    small_type = None if made is None else made.small_type
    shown = tidy_name(ctx.mask(name or ""), kind)
    file = File(upload, shown, kind, size, width, height, small is not None)

    async def announce(writing: Writing) -> None:
        await _demand_quota(ctx, writing.tx, who, writing.at, size)
        await writing.tx.execute(
            Q.add_upload,
            upload=upload,
            by_kind=side_of(who),
            by_id=who.id,
            name=shown,
            type=kind,
            size=size,
            width=width,
            height=height,
            small_type=small_type,
            at=writing.at,
            due_at=writing.at + COMING_MS,
        )

    async def keep(writing: Writing) -> None:
        due_at = writing.at + ctx.settings.upload_unsent_hours * HOUR_MS
        if not await writing.tx.execute(Q.keep_upload, upload=upload, due_at=due_at):
            raise NotDurable("this upload was told to go before it was there")

    await write(ctx, announce)
    try:
        if small is not None:
            said = label(small_type or kind, shown)
            await ctx.shelf.place.put(upload + SMALL, small.path, said)
        await ctx.shelf.place.put(upload, part.path, label(kind, shown))
        await write(ctx, keep)
    except BaseException:
        await _withdraw(ctx, upload)
        raise
    return file


async def _withdraw(ctx: Context, upload: str) -> None:
    """Take back what was announced; where even that fails, the sweep does it later."""

    async def drop(writing: Writing) -> None:
        await writing.tx.execute(Q.drop_upload, upload=upload)

    try:
        await write(ctx, drop)
        await _remove(ctx, upload)
    except (PinboxError, OSError):
        _log.warning("upload_left_for_sweep", upload=upload)


async def sweep_uploads(ctx: Context) -> int:
    """Take away what nobody has sent in time, and what was let go; how many uploads.

    For a task of every minute, and at the end of an erasure; safe to run anywhere, any time. What
    cannot be taken away now, since the disk or the bucket is away, stays due.
    """
    await ctx.shelf.spool.sweep()

    async def claim(writing: Writing) -> list[str]:
        rows = await writing.tx.fetch(Q.claim_due_uploads, now=writing.at, limit=STEP)
        return [row[0] for row in rows]

    swept = 0
    while due := await write(ctx, claim, long=True):
        for upload in due:
            try:
                await _remove(ctx, upload)
            except OSError as error:
                _log.warning("upload_not_swept", upload=upload, why=type(error).__name__)
                await _postpone(ctx, upload)
            else:
                ctx.metrics.uploads_swept.inc()
                swept += 1
    return swept


async def _postpone(ctx: Context, upload: str) -> None:
    async def postpone(writing: Writing) -> None:
        await writing.tx.execute(Q.postpone_upload, upload=upload, due_at=writing.at + AGAIN_MS)

    await write(ctx, postpone)


async def _remove(ctx: Context, upload: str) -> None:
    await ctx.shelf.place.remove(upload + SMALL)
    await ctx.shelf.place.remove(upload)

    async def forget(writing: Writing) -> None:
        await writing.tx.execute(Q.forget_upload, upload=upload)

    await write(ctx, forget)
