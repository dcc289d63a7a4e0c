"""Log lines: the event's name first, ids as fields, one line per outcome, never text or tokens."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, TextIO, cast

import msgspec
import structlog

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["console", "json"]

_NEVER = frozenset(
    {"authorization", "body", "cookie", "password", "phone", "secret", "text", "token"}
)


def setup_logging(level: Level, format: Format, *, stream: TextIO | None = None) -> None:  # noqa: A002
    """Send log lines of this process, and of the libraries in it, to `stream` (standard error).

    `json` writes one object a line with `event` first; `console` is for people. Libraries are heard
    from `warning` on. Fields that could carry what must not be logged are blotted out, and
    tracebacks never show variables. Calling it again replaces the former set-up.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _blot,
    ]
    after: list[Any]
    if format == "json":
        after = [
            structlog.processors.format_exc_info,
            _event_first,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ]
    else:
        after = [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(),
                timestamp_key="at",
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    structlog.configure(
        processors=[*before, *after],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Lines(out))),
        cache_logger_on_first_use=False,
    )
    of_libraries = logging.StreamHandler(out)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *after],
        )
    )
    root = logging.getLogger()
    root.handlers = [of_libraries]
    root.setLevel(max(number, logging.WARNING))


class Sparing:
    """Lets one line of a kind through in a second: a storm must not drown the log.

    The metric counts them all; the next line says how many were left out.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def left_out(self, kind: str) -> int | None:
        """How many of the kind were left out since the last line, or none: say nothing now."""
        now = self._clock()
        if now - self._said_at.get(kind, -1.0) < 1.0:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return None
        self._said_at[kind] = now
        return self._left_out.pop(kind, 0)


class _Lines:
    """Where lines go; one that cannot be written is lost.

    A full disk under the log is no reason for whoever says something to fail, least of all for the
    thread that writes the database.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def _blot(_logger: object, _method: str, line: structlog.typing.EventDict) -> Any:
    for key in _NEVER & line.keys():
        line[key] = "…"
    return line


def _event_first(_logger: object, _method: str, line: structlog.typing.EventDict) -> Any:
    return {"event": line.pop("event", ""), **line}


def _to_json(line: object, **_: object) -> str:
    return msgspec.json.encode(line, enc_hook=repr).decode()
