"""What the server tells of itself: log lines and metrics, each set up and named here alone.

The one rule of logging: the event's name first, ids as fields, one line per outcome, and never the
text of a message or a token.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TextIO, TypeVar, cast

import msgspec
import prometheus_client
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["console", "json"]

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST
"""The media type of what `Metrics.render` gives."""

_NEVER = frozenset(
    {"authorization", "body", "cookie", "password", "phone", "secret", "text", "token"}
)

# A `_created` series beside every counter doubles the page and is read by nobody.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


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


class Metric(msgspec.Struct, frozen=True):
    """One row of the table of metrics."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    about: str


M = TypeVar("M", bound=MetricWrapperBase)

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Every metric of one process, on a registry of its own.

    What has labels is called with them and gives the series, remembered, so that the hot path pays
    one look-up: `metrics.accepted("customer").inc()`. Labels are words from a short list (an error
    code, a route's pattern, a team's key), never ids, paths or names of people.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.table: list[Metric] = []
        prometheus_client.ProcessCollector(registry=self.registry)
        prometheus_client.GCCollector(registry=self.registry)

        # messages and memory
        self.accepted = self._by(Counter, "messages_accepted_total", "Messages stored", ["author"])
        self.duplicates = self._by(
            Counter,
            "messages_duplicate_total",
            "Sends answered with the message that an earlier one had made",
            ["author"],
        )
        self.batch_size = self._one(
            Histogram, "commit_batch_size", "Writes in one commit", buckets=_SIZES
        )
        self.commit_seconds = self._one(
            Histogram,
            "commit_seconds",
            "Time of one commit, from its begin to the disk",
            buckets=_FAST,
        )
        self.writer_queue = self._one(
            Gauge, "writer_queue_depth", "Writes that wait for the writer"
        )
        self.search_lag = self._one(
            Gauge, "search_lag_seconds", "Age of the oldest message that search does not know yet"
        )

        # live
        self.connections = self._by(
            Gauge, "live_connections", "Live sockets that are signed in", ["audience"]
        )
        self.delivery_lag = self._one(
            Histogram,
            "live_delivery_lag_seconds",
            "From an event's storing to its writing on a socket",
            buckets=_FAST,
        )
        self.frames = self._by(Counter, "live_frames_total", "Frames sent", ["type"])
        self.resets = self._by(
            Counter,
            "live_resets_total",
            "Streams that a client was told to load afresh",
            ["reason"],
        )
        self.closes = self._by(
            Counter, "live_closes_total", "Live sockets closed, by code", ["code"]
        )

        # doors
        self.http_seconds = self._by(
            Histogram, "http_request_seconds", "Time of an HTTP request", ["route"], buckets=_FAST
        )
        self.errors = self._by(
            Counter, "errors_total", "Errors answered, by code of the contract", ["code", "door"]
        )
        self.failed_sign_ins = self._by(
            Counter, "sign_ins_failed_total", "Sign-ins refused", ["audience"]
        )

        # care and upkeep
        self._waiting = self._make(
            Gauge, "queue_waiting", "Conversations whose customer waits for an answer", ["team"]
        )
        self.task_restarts = self._by(
            Counter, "task_restarts_total", "Background tasks begun again after a failure", ["task"]
        )

        for author in ("customer", "agent", "system"):
            self.accepted(author)
            self.duplicates(author)
        for audience in ("customer", "desk"):
            self.connections(audience)
            self.failed_sign_ins(audience)

    def waiting(self, by_team: Mapping[str, int]) -> None:
        """Set how many customers wait in each team (by key); a team not named is forgotten."""
        self._waiting.clear()
        for team, count in by_team.items():
            self._waiting.labels(team).set(count)

    def render(self) -> bytes:
        """The page that Prometheus reads; its media type is `CONTENT_TYPE`."""
        return prometheus_client.generate_latest(self.registry)

    def _make(
        self, kind: type[M], name: str, about: str, labels: Sequence[str] = (), **more: Any
    ) -> M:
        name = f"pinbox_{name}"
        said: Any = kind.__name__.lower()
        self.table.append(Metric(name, said, tuple(labels), about))
        return kind(name, about, labels, registry=self.registry, **more)

    def _one(self, kind: type[M], name: str, about: str, **more: Any) -> M:
        return self._make(kind, name, about, **more)

    def _by(
        self, kind: type[M], name: str, about: str, labels: Sequence[str], **more: Any
    ) -> Callable[..., M]:
        return cache(self._make(kind, name, about, labels, **more).labels)


def describe() -> str:
    """The table of metrics as Markdown, for `docs/metrics.md`."""
    lines = ["| metric | kind | labels | what it says |", "|" + " --- |" * 4]
    for row in Metrics().table:
        labels = ", ".join(f"`{label}`" for label in row.labels)
        lines.append(f"| `{row.name}` | {row.kind} | {labels} | {row.about}. |")
    return "\n".join(lines) + "\n"
