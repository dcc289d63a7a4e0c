"""Files: how they come in, who may fetch them, and the bytes themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from aiohttp import web

from inbox.core.errors import BadRequest, NotFound, Overloaded
from inbox.core.filetypes import File
from inbox.core.policy import Agent, Customer
from inbox.flows import files, uploads
from inbox.flows.files import Download, FileLinks, Variant
from inbox.web.browsers import PLAIN_HEADERS
from inbox.web.route import Call

PIECE_SECONDS = 30.0
"""How long nothing may come of a file that is being sent."""
UPLOAD_SECONDS = 900.0
"""How long all of it may take."""
SANDBOX = "default-src 'none'; sandbox"


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the file is called where it comes from."""

    name: Annotated[
        str, msgspec.Meta(max_length=1000, description="shown, and proposed when it is saved")
    ] = ""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a link says: of which picture or file, until when, and that this server made it."""

    variant: Variant
    expires: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="Unix seconds")]
    signature: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


async def add_upload(call: Call[Customer | Agent, None, Named]) -> File:
    """Upload a file: the body is the file itself.

    What it is, is judged by its first bytes, whatever `Content-Type` and name say. A picture is
    made anew, without its metadata. Send its `id` with a message, once, before
    `upload_unsent_hours` are over.
    Answered when it is on disk.
    """
    request, still = call.request, call.again
    assert still is not None  # noqa: S101  this route streams
    await uploads.demand_room(call.ctx, call.who, declared=request.content_length)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await uploads.take_in(
                call.ctx, call.who, _pieces(request), name=call.query.name, still=still
            )
    except TimeoutError:
        raise BadRequest.field("body", f"took longer than {UPLOAD_SECONDS:.0f} s") from None


async def get_upload(call: Call[Customer | Agent, None, None]) -> FileLinks:
    """What an upload is, and links by which it can be fetched for some minutes without a sign-in.

    For whoever sees the thread in which it was sent; before that, for who uploaded it. That an
    agent has asked stands in the audit log.
    """
    return await files.get_upload(call.ctx, call.who, call.path["upload"])


async def get_file(call: Call[None, None, Signed]) -> web.StreamResponse:
    """The bytes of an upload, by a link that `GET /v1/uploads/{upload}` has made.

    Pictures are shown, all else is only saved. Ranges are understood.
    """
    query = call.query
    found = await files.open_link(
        call.ctx,
        call.path["upload"],
        variant=query.variant,
        expires=query.expires,
        signature=query.signature,
    )
    age = max(0, query.expires - call.ctx.clock() // 1000)
    return await _hand_out(call.request, found, caching=f"private, max-age={age}")


async def get_photo(call: Call[None, None, None]) -> web.StreamResponse:
    """The photo of somebody who answers, or of a team. It never changes: keep it for good."""
    found = await files.open_photo(call.ctx, call.path["upload"])
    return await _hand_out(call.request, found, caching="public, max-age=31536000, immutable")


async def _hand_out(request: web.Request, found: Download, *, caching: str) -> web.StreamResponse:
    headers = {
        **PLAIN_HEADERS,
        "Cache-Control": caching,
        "Content-Type": found.label.type,
        "Content-Disposition": found.label.disposition,
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if found.path is not None:
        if not await asyncio.to_thread(found.path.is_file):
            raise NotFound("this file is not in its place")
        return web.FileResponse(found.path, headers=headers)
    assert found.pieces is not None  # noqa: S101  one of the two
    try:
        first = await anext(found.pieces, b"")
    except FileNotFoundError:
        raise NotFound("this file is not in its place") from None
    except OSError as error:
        raise Overloaded(f"the place of files is away: {error}", retry_after=5.0) from error
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(first)
    async for piece in found.pieces:
        await response.write(piece)
    await response.write_eof()
    return response


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises BadRequest where it stalls or breaks off."""
    while True:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                piece = await request.content.readany()
        except TimeoutError:
            raise BadRequest.field("body", f"nothing came for {PIECE_SECONDS:.0f} s") from None
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - aiohttp's many ways to say that it is broken
            raise BadRequest.field("body", f"broke off: {type(error).__name__}") from None
        if not piece:
            return
        yield piece
