"""Instants: Unix milliseconds inside, RFC 3339 UTC with milliseconds on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last that RFC 3339 can write


def to_text(ms: int) -> str:
    """Write Unix milliseconds as `2026-11-22T10:00:00.000Z`."""
    whole = _EPOCH + timedelta(milliseconds=ms)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def to_ms(text: str) -> int:
    """Read an RFC 3339 time with its offset; digits below a millisecond are cut.

    Raises ValueError where the text is no such time or has no offset.
    """
    if "T" not in text.upper():
        raise ValueError("an RFC 3339 time has a T between date and time")
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a time needs its offset, for example Z")
    ms = (read - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= ms <= _LATEST:
        raise ValueError("a time must lie between 1970 and 9999")
    return ms
