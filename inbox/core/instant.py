"""Instants: Unix milliseconds inside, RFC 3339 UTC with milliseconds on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last that RFC 3339 can write


def to_text(ms: int) -> str:
    """Write Unix milliseconds as `2026-11-22T10:00:00.000Z`."""
    second, rest = divmod(ms, 1000)
    return f"{_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=256)
def _second(second: int) -> str:
    # Most of what is written at one time lies in few seconds; strftime costs ten times the rest.
    return f"{_EPOCH + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}"


def to_ms(text: str) -> int:
    """Read an RFC 3339 time with its offset; digits below a millisecond are cut.

    Raises ValueError where the text is no such time or has no offset.
    """
    if "T" not in text.upper():
        raise ValueError("must be an RFC 3339 time, as 2026-11-22T20:00:00Z")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an RFC 3339 time, as 2026-11-22T20:00:00Z") from None
    if read.tzinfo is None:
        raise ValueError("a time needs its offset, for example Z")
    ms = (read - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= ms <= _LATEST:
        raise ValueError("a time must lie between 1970 and 9999")
    return ms
