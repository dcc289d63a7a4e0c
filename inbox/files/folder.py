"""Files in a folder of this machine, or one that several share."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from inbox.files.place import Label

PIECE = 262_144


class Folder:
    """A folder with a subfolder for each last two characters of a name; private to this user."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, source: Path, label: Label) -> None:  # noqa: ARG002
        """Move it in; `source` lies on the same file system and is on disk already."""
        await asyncio.to_thread(self._put, name, source)

    async def remove(self, name: str) -> None:
        """Take it away."""
        await asyncio.to_thread(self._where(name).unlink, missing_ok=True)

    def path(self, name: str) -> Path | None:
        """Where it lies."""
        return self._where(name)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Its bytes in pieces."""
        file = await asyncio.to_thread(self._where(name).open, "rb")
        try:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    async def link(self, name: str, *, seconds: int) -> str | None:  # noqa: ARG002
        """None: whoever serves the folder makes links of their own."""
        return None

    async def check(self) -> None:
        """Write a file and take it away again."""
        await asyncio.to_thread(self._check)

    def _where(self, name: str) -> Path:
        stem = name.partition(".")[0]
        return self._root / stem[-2:] / name

    def _put(self, name: str, source: Path) -> None:
        target = self._where(name)
        make_private(target.parent)
        source.replace(target)
        sync_folder(target.parent)

    def _check(self) -> None:
        make_private(self._root)
        trial = self._root / f".trial-{secrets.token_hex(8)}"
        try:
            trial.write_bytes(b"x")
        finally:
            with contextlib.suppress(FileNotFoundError):
                trial.unlink()


def make_private(folder: Path) -> None:
    """Make a folder (0700), with those above it, and let each new one be on disk."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
