"""Metrics, each named here or, for pushes, in `pushes`; on a registry of their process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar, get_args

import msgspec
import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from inbox.core.cover import CoverWhy, EndWhy
from inbox.core.events import CarePreference
from inbox.telemetry.pushes import ROWS, PushMetrics

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST
"""The media type of what `Metrics.render` gives."""

# A `_created` series beside every counter doubles the page and is read by nobody.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


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
        self.ratings = self._by(
            Counter, "ratings_total", "Ratings given or changed by customers", ["score"]
        )
        self.callbacks = self._by(
            Counter,
            "callbacks_total",
            "Callbacks booked, tried in vain, done, missed or canceled",
            ["event"],
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

        # uploads
        self.uploads = self._by(
            Counter,
            "uploads_total",
            "Uploads, by what became of them: stored, or the error's code",
            ["author", "outcome"],
        )
        self.upload_bytes = self._one(Counter, "upload_bytes_total", "Bytes of files stored")
        self.picture_seconds = self._one(
            Histogram, "picture_seconds", "Time in which a picture was made anew", buckets=_FAST
        )
        self.uploads_swept = self._one(
            Counter, "uploads_swept_total", "Uploads taken away: never sent in time, or erased"
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
        self._promises = self._make(
            Gauge,
            "promises",
            "Promises of the last 28 days, by what became of them: kept, broken, void; and those "
            "that stand in open conversations (waiting), by the team that serves them",
            ["team", "state"],
        )
        self.covers = self._by(
            Counter, "covers_total", "Leases begun by which another team covers", ["why"]
        )
        self.covers_ended = self._by(
            Counter, "covers_ended_total", "Leases that have ended", ["why"]
        )
        self._covering = self._make(
            Gauge, "covers_running", "Conversations that a team covers for others", ["team"]
        )
        self.cover_choices = self._by(
            Counter,
            "cover_choices_total",
            "Customers asked (open) whether to wait, and what they said",
            ["choice"],
        )
        self.care_switches = self._by(
            Counter, "care_switches_total", "Choices of care made by customers", ["preference"]
        )
        self._storms = self._make(Gauge, "storm_running", "Whether a team has a storm", ["team"])
        self._on_duty = self._make(Gauge, "agents_on_duty", "Agents on duty", ["team"])
        self.handed = self._by(
            Counter,
            "conversations_handed_total",
            "Conversations given to an agent by the rules of the team, and by which",
            ["team", "rule"],
        )
        self.taken_back = self._by(
            Counter,
            "conversations_taken_back_total",
            "Conversations that went back to the queue by themselves, and why",
            ["team", "reason"],
        )
        self.duty_ended = self._by(
            Counter, "duty_ended_total", "Ends of duty: by choice, by shift, unseen", ["reason"]
        )
        self.task_restarts = self._by(
            Counter, "task_restarts_total", "Background tasks begun again after a failure", ["task"]
        )

        self._add_webhooks()

        # pushes
        self.pushes = PushMetrics()
        self.registry.register(self.pushes)
        for row in ROWS:
            self.table.append(Metric(f"pinbox_{row.name}", row.kind, row.labels, row.about))

        self._show_from_the_start()

    def _show_from_the_start(self) -> None:
        """Series that are there at zero, before anything is counted."""
        for reason in ("choice", "shift", "unseen"):
            self.duty_ended(reason)
        for author in ("customer", "agent", "system"):
            self.accepted(author)
            self.duplicates(author)
        for author in ("customer", "agent"):
            self.uploads(author, "stored")
        for why in get_args(CoverWhy):
            self.covers(why)
        for why in get_args(EndWhy):
            self.covers_ended(why)
        for choice in ("open", "wait", "now"):
            self.cover_choices(choice)
        for preference in get_args(CarePreference):
            self.care_switches(preference)
        for score in range(1, 6):
            self.ratings(str(score))
        for event in ("booked", "no_answer", "done", "missed", "canceled"):
            self.callbacks(event)
        for audience in ("customer", "desk"):
            self.connections(audience)
            self.failed_sign_ins(audience)

    def _add_webhooks(self) -> None:
        self.webhook_requests = self._by(
            Counter,
            "webhook_requests_total",
            "Requests to webhooks, by what became of the delivery",
            ["result"],
        )
        self.webhook_seconds = self._one(
            Histogram, "webhook_request_seconds", "Time of one request to a webhook", buckets=_FAST
        )
        self.webhook_waiting = self._one(
            Gauge, "webhook_waiting", "Deliveries that wait or are on their way"
        )
        self.webhook_oldest = self._one(
            Gauge, "webhook_oldest_seconds", "Age of the oldest delivery that waits"
        )
        self.webhook_dead = self._one(Gauge, "webhook_dead", "Dead letters of webhooks")
        self.webhook_endpoints = self._by(
            Gauge, "webhook_endpoints", "Webhooks by how they stand", ["state"]
        )
        for became in ("delivered", "later", "dead", "off"):
            self.webhook_requests(became)
        for state in ("on", "failing", "off"):
            self.webhook_endpoints(state)

    def waiting(self, by_team: Mapping[str, int]) -> None:
        """Set how many customers wait in each team (by key); a team not named is forgotten."""
        self._waiting.clear()
        for team, count in by_team.items():
            self._waiting.labels(team).set(count)

    def promises(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Set how many promises of each team (by key) are in each state."""
        self._promises.clear()
        for (team, state), count in counted.items():
            self._promises.labels(team, state).set(count)

    def covering(self, by_team: Mapping[str, int], storms: Collection[str]) -> None:
        """Set how many conversations each team covers, and which of them (by key) have a storm."""
        self._covering.clear()
        self._storms.clear()
        for team, count in by_team.items():
            self._covering.labels(team).set(count)
            self._storms.labels(team).set(team in storms)

    def on_duty(self, by_team: Mapping[str, int]) -> None:
        """Set how many agents are on duty in each team (by key); a team not named is forgotten."""
        self._on_duty.clear()
        for team, count in by_team.items():
            self._on_duty.labels(team).set(count)

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
