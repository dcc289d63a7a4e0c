"""Counts of what goes out, taken from the frames themselves."""

from __future__ import annotations

import re

import msgspec

from inbox.core.instant import to_ms
from inbox.core.sync import CloseCode
from inbox.telemetry import Metrics

_OPEN = len(b'{"type":"')


class _Reason(msgspec.Struct):
    reason: str = ""
    code: str = ""


_AT = re.compile(rb'"at":"([^"]{24})"')

_CODES = frozenset({*range(1000, 1016), *CloseCode})

_reason = msgspec.json.Decoder(_Reason)


def count_frame(metrics: Metrics, data: bytes) -> None:
    """One frame was written: by type, and resets and errors by what they say."""
    kind = data[_OPEN : data.index(b'"', _OPEN)].decode()
    metrics.frames(kind).inc()
    if kind == "reset":
        metrics.resets(_reason.decode(data).reason).inc()
    elif kind == "error":
        metrics.errors(_reason.decode(data).code, "live").inc()


def observe_lag(metrics: Metrics, item: bytes, *, now: int) -> None:
    """How long ago the newest item of a stretch was stored, now that it goes out."""
    found = _AT.search(item)
    if found is not None:
        metrics.delivery_lag.observe(max(0, now - to_ms(found[1].decode())) / 1000)


def count_close(metrics: Metrics, code: int | None) -> None:
    """One connection has ended; a code that clients make up is counted among the others."""
    metrics.closes(str(code) if code in _CODES else "other").inc()
