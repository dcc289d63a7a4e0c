"""Files in a bucket of S3, or of what speaks like it, by way of the library `obstore`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from inbox.files.place import Label

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Store

TRIAL = ".trial"


class Bucket:
    """An object store; `signer` makes links of its own, where the store can."""

    def __init__(self, store: ObjectStore, signer: S3Store | None = None) -> None:
        self._store = store
        self._signer = signer

    async def put(self, name: str, source: Path, label: Label) -> None:
        """Copy it there, in parts where it is large; it appears whole when all has arrived."""
        import obstore

        said = {"Content-Type": label.type, "Content-Disposition": label.disposition}
        with _as_os_error():
            await obstore.put_async(self._store, name, source, attributes=said)

    async def remove(self, name: str) -> None:
        """Take it away."""
        import obstore

        with _as_os_error():
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                return

    def path(self, name: str) -> Path | None:  # noqa: ARG002
        """None: it lies elsewhere."""
        return None

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Its bytes in pieces, as they come."""
        import obstore

        with _as_os_error():
            found = await obstore.get_async(self._store, name)
            async for piece in found.stream():
                yield bytes(piece)

    async def link(self, name: str, *, seconds: int) -> str | None:
        """A presigned address, made here without asking the store."""
        import obstore

        if self._signer is None:
            return None
        with _as_os_error():
            return await obstore.sign_async(
                self._signer, "GET", name, expires_in=timedelta(seconds=seconds)
            )

    async def check(self) -> None:
        """Write an object and take it away again."""
        import obstore

        with _as_os_error():
            await obstore.put_async(self._store, TRIAL, b"x")
            await obstore.delete_async(self._store, TRIAL)


class _as_os_error:  # noqa: N801  used as a word of the language
    """What the library raises, as the one kind of error that places raise."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from obstore.exceptions import BaseError

        if isinstance(error, BaseError) and not isinstance(error, OSError):
            # What it says may hold the address with its signature: the kind is enough.
            raise OSError(f"the bucket does not take part: {type(error).__name__}") from error
