"""What a place for files offers; whoever uses it need not know which one it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec

from inbox.core.filetypes import PICTURES


class Label(msgspec.Struct, frozen=True):
    """What is said of a file to whoever downloads it: its type, and what to do with it."""

    type: str
    disposition: str


def label(kind: str, name: str) -> Label:
    """A picture is shown, all else is only saved, under its name (RFC 6266)."""
    how = "inline" if kind in PICTURES else "attachment"
    plain = re.sub(r"[^ !#-\[\]-~]|%", "_", name)
    return Label(kind, f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}")


class Place(Protocol):
    """Files by name. A file never changes: it is put once, read, and removed.

    Every method raises OSError where the place is full, broken or away.
    """

    async def put(self, name: str, source: Path, label: Label) -> None:
        """Keep what lies at `source`. When this returns it is there for good; `source` may be gone.

        A crash leaves the file whole or not at all.
        """
        ...

    async def remove(self, name: str) -> None:
        """Take it away; one that is not there is no error."""
        ...

    def path(self, name: str) -> Path | None:
        """Where it lies on this machine, if it does."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """Its bytes in pieces; FileNotFoundError where there is none."""
        ...

    async def link(self, name: str, *, seconds: int) -> str | None:
        """An address of its own by which anybody may fetch it for so long, if it makes any."""
        ...

    async def check(self) -> None:
        """Try whether it can be written to."""
        ...
