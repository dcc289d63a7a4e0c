"""Pictures are remade in a process of its own each, which may crash, hang or grow and hurts nobody.

What decodes a stranger's picture must be thought of as theirs. So it runs apart from the server,
without its memory, secrets or environment, with bounded memory and time, and is killed when its
time is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from inbox.core.errors import BadRequest, FieldError, Overloaded, PinboxError, TooLarge

EDGE = 4_096
"""The longer side of a picture that is kept, in pixels."""
SMALL_EDGE = 480
SECONDS = 30.0
"""Processor time of one picture; in all it may take twice as long, on a busy machine."""
MEMORY = 1_610_612_736
"""Address space of the process: two pictures of the most pixels, and the library."""
AT_ONCE = 2
WAITING = 32
_PAINTER = Path(__file__).with_name("painter.py")
_FORMS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}


class Made(msgspec.Struct, frozen=True):
    """What came of a picture: its type (a GIF becomes a PNG), its size, the small one's type."""

    type: str
    width: int
    height: int
    small_type: str


class _Refused(msgspec.Struct, frozen=True):
    refused: str
    why: str


_read_made = msgspec.json.Decoder(Made).decode
_read_refused = msgspec.json.Decoder(_Refused).decode


class Pictures:
    """Remakes pictures, two at a time."""

    def __init__(self, *, most_pixels: int, seconds: float = SECONDS) -> None:
        self._most = most_pixels
        self._seconds = seconds
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def remake(self, source: Path, *, kind: str, full: Path, small: Path) -> Made:
        """Write the picture at `source` anew to `full`, and smaller to `small`.

        Raises TooLarge for more pixels than allowed, BadRequest for what is no whole picture, also
        where reading it crashed or took too long, Overloaded where too many wait. Cancelled, it
        leaves no process behind.
        """
        if self._waiting >= WAITING:
            raise Overloaded("too many pictures wait", retry_after=5.0)
        self._waiting += 1
        try:
            async with self._turns:
                said = await self._run(source, kind, full, small)
        finally:
            self._waiting -= 1
        try:
            return _read_made(said)
        except msgspec.DecodeError:
            raise _refusal(said) from None

    async def _run(self, source: Path, kind: str, full: Path, small: Path) -> bytes:
        limits = (self._most, EDGE, SMALL_EDGE, MEMORY, int(self._seconds))
        files = [str(path) for path in (source, full, small)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_PAINTER), *files, _FORMS[kind]),
            *(str(limit) for limit in limits),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(2 * self._seconds):
                said, _ = await process.communicate()
        except TimeoutError:
            return b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
        return said if process.returncode == 0 else b""


def _refusal(said: bytes) -> PinboxError:
    try:
        told = _read_refused(said)
    except msgspec.DecodeError:
        told = _Refused("bad_request", "cannot be read as a picture")
    kind = TooLarge if told.refused == "too_large" else BadRequest
    return kind(f"body: {told.why}", errors=(FieldError("body", told.why),))
