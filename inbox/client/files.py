"""Files: uploaded for a message, and fetched from one. For customers and agents alike."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import msgspec

from inbox.client.answers import File
from inbox.client.calls import Calls, Upload

UPLOAD_S = 900.0
"""How long a file may take, up or down."""


class FileLinks(msgspec.Struct, frozen=True):
    """An upload, and where it can be fetched without a sign-in until `expires_at`."""

    id: str
    name: str
    type: str
    size: int
    url: str
    expires_at: datetime
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None


class Files:
    """What a client can do with files. Every call raises what the client's other calls raise."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def upload(self, source: Path | bytes, *, name: str | None = None) -> File:
        """Upload a file, in pieces; send its `id` as one of a message's `attachments`, once.

        `name` is what it is shown as, for a path its own. Not repeated by itself: after Unreachable
        upload it again; what is not sent is forgotten by the server.
        """
        shown = source.name if name is None and isinstance(source, Path) else name
        answer, _ = await self._calls.call(
            "POST",
            "/v1/uploads",
            into=File,
            query={"name": shown or None},
            body=Upload(source),
            patience=UPLOAD_S,
        )
        return answer

    async def links(self, upload: str) -> FileLinks:
        """What an upload is, and links to it. NotFound unless it may be seen."""
        answer, _ = await self._calls.call("GET", f"/v1/uploads/{upload}", into=FileLinks)
        return answer

    async def download(self, upload: str, *, thumbnail: bool = False) -> bytes:
        """The whole file, or its thumbnail (where there is none, the file), in memory."""
        url = await self._url(upload, thumbnail=thumbnail)
        return b"".join([piece async for piece in self._calls.fetch(url)])

    async def save(self, upload: str, path: Path) -> int:
        """Write the file to a new path, in pieces; its size. FileExistsError where one is there."""
        url, size = await self._url(upload, thumbnail=False), 0
        file = await asyncio.to_thread(path.open, "xb")
        try:
            async for piece in self._calls.fetch(url):
                size += await asyncio.to_thread(file.write, piece)
        except BaseException:
            await asyncio.to_thread(path.unlink)
            raise
        finally:
            await asyncio.to_thread(file.close)
        return size

    async def _url(self, upload: str, *, thumbnail: bool) -> str:
        found = await self.links(upload)
        return found.thumbnail_url or found.url if thumbnail else found.url
