"""Where an upload lies while it comes in: a file that goes with whoever writes it.

Each part is locked by the process that has it open. The lock ends with the process, however that
ends, so what can be locked by somebody else is nobody's any more: `sweep` takes it away. Several
servers may share a folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from inbox.files.folder import make_private

GATHERED = 262_144
"""Bytes that are written to the disk at once."""


class Part:
    """A file that is being written; gone with the block that made it unless it was moved away."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.size = 0
        self._handle = handle
        self._gathered: list[bytes] = []
        self._waiting = 0

    async def write(self, piece: bytes) -> None:
        """Append; pieces are gathered to writes of some size. Raises OSError."""
        self._gathered.append(piece)
        self._waiting += len(piece)
        self.size += len(piece)
        if self._waiting >= GATHERED:
            await self._flush()

    async def sync(self) -> int:
        """Bring all of it to the disk, and what another process wrote there; its size."""
        await self._flush()
        return await asyncio.to_thread(self._sync)

    async def _flush(self) -> None:
        pieces, self._gathered, self._waiting = self._gathered, [], 0
        if pieces:
            await asyncio.to_thread(_write_all, self._handle, b"".join(pieces))

    def _sync(self) -> int:
        os.fsync(self._handle)
        return os.fstat(self._handle).st_size


class Spool:
    """The folder of parts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.asynccontextmanager
    async def part(self) -> AsyncIterator[Part]:
        """A new, empty file, private and locked until the block ends. Raises OSError."""
        path, handle = await asyncio.to_thread(self._open)
        try:
            yield Part(path, handle)
        finally:
            await asyncio.shield(asyncio.to_thread(_drop, path, handle))

    async def sweep(self) -> int:
        """Take away what dead processes have left; how many files."""
        return await asyncio.to_thread(self._sweep)

    def _open(self) -> tuple[Path, int]:
        make_private(self._folder)
        while True:
            path = self._folder / secrets.token_hex(16)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            if _lock(handle) and _is_still(path, handle):
                return path, handle
            os.close(handle)  # swept in the moment before it was locked

    def _sweep(self) -> int:
        swept = 0
        if not self._folder.is_dir():
            return 0
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
                try:
                    if _lock(handle) and _is_still(path, handle):
                        path.unlink()
                        swept += 1
                finally:
                    os.close(handle)
        return swept


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _drop(path: Path, handle: int) -> None:
    if _is_still(path, handle):
        path.unlink(missing_ok=True)
    os.close(handle)
