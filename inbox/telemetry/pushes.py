# ruff: noqa: E501 - a table reads by its rows
"""Metrics of pushes: plain numbers that the worker and the client of APNs keep, shown as a page.

They are read when the page is asked for, so that counting costs a push nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from push.apns.counters import Counters, PoolView
    from push.stats import Histogram, Stats

Labels = tuple[str, ...]
Samples = Iterable[tuple[Labels, float]]


class Figures(NamedTuple):
    """What is shown: where it comes from counts on by itself."""

    stats: Stats
    open_circuits: Mapping[str, int]
    """By provider."""
    alarms: Mapping[str, int]
    """By kind."""
    apns: Counters | None
    pools: tuple[PoolView, ...]


class _Row(NamedTuple):
    """One metric, and where its samples are found."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: Labels
    about: str
    samples: Callable[[Figures], Any]


class PushMetrics(Collector):
    """All of them. Without a source there is nothing to show but their names."""

    def __init__(self) -> None:
        self.source: Callable[[], Figures] | None = None

    def collect(self) -> Iterator[Metric]:
        """Each family with its samples of now."""
        figures = self.source() if self.source is not None else None
        for row in ROWS:
            name, labels = f"pinbox_{row.name}", list(row.labels)
            if row.kind == "histogram":
                yield _histograms(row, figures)
                continue
            made = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
            family = made(name, row.about, labels=labels)
            for values, number in row.samples(figures) if figures is not None else ():
                family.add_metric(list(values), number)
            yield family


def _histograms(row: _Row, figures: Figures | None) -> Metric:
    family = HistogramMetricFamily(f"pinbox_{row.name}", row.about, labels=list(row.labels))
    found: Mapping[str, Histogram] = row.samples(figures) if figures is not None else {}
    for provider, histogram in found.items():
        total, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip((*histogram.bounds, None), histogram.counts, strict=True):
            total += count
            buckets.append(("+Inf" if bound is None else str(bound), total))
        family.add_metric([provider], buckets, histogram.total)
    return family


# ── where the samples are ────────────────────────────────────────────────────────────────────────


def _by_provider(name: str) -> Callable[[Figures], Samples]:
    """A counter of `Stats` with the provider as its key."""
    return lambda figures: [((key,), n) for key, n in getattr(figures.stats, name).items()]


def _by_both(name: str) -> Callable[[Figures], Samples]:
    """A counter of `Stats` with provider and a word as its key."""
    return lambda figures: list(getattr(figures.stats, name).items())


def _of_client(name: str) -> Callable[[Figures], Samples]:
    """A number of the client of APNs."""
    return lambda figures: [((), getattr(figures.apns, name))] if figures.apns is not None else []


def _of_pools(name: str) -> Callable[[Figures], Samples]:
    """A number of each pool, where it is known."""
    return lambda figures: [
        ((pool.key_id, pool.environment), number)
        for pool in figures.pools
        if (number := getattr(pool, name)) is not None
    ]


_PROVIDER: Labels = ("provider",)
_POOL: Labels = ("key", "environment")

# fmt: off
ROWS: tuple[_Row, ...] = (
    _Row("push_outbox_rows", "gauge", _PROVIDER, "Pushes that wait, those put off included", lambda figures: [((key,), one.rows) for key, one in figures.stats.waiting.items()]),
    _Row("push_outbox_oldest_seconds", "gauge", _PROVIDER, "How long the oldest push that is due has waited", lambda figures: [((key,), one.oldest_ms / 1000) for key, one in figures.stats.waiting.items()]),
    _Row("push_in_flight", "gauge", _PROVIDER, "Pushes claimed and not yet settled", _by_provider("in_flight")),
    _Row("push_attempts_total", "counter", _PROVIDER, "Requests to push services", _by_provider("attempts")),
    _Row("push_results_total", "counter", ("provider", "result"), "Requests by what came of them: a status, a reason, or `Unknown`, `NotProcessed`, `Refused`", _by_both("results")),
    _Row("push_suppressed_total", "counter", _PROVIDER, "Pushes not sent, since the customer knew already", _by_provider("suppressed")),
    _Row("push_collapsed_total", "counter", _PROVIDER, "Pushes gathered into a newer one", _by_provider("collapsed")),
    _Row("push_expired_total", "counter", _PROVIDER, "Pushes given up, since nobody needs them so late", _by_provider("expired")),
    _Row("push_paced_total", "counter", _PROVIDER, "Pushes put off, since their device was rung a moment ago", _by_provider("paced")),
    _Row("push_duplicates_risked_total", "counter", _PROVIDER, "Pushes sent again though the service may have had them", _by_provider("unknown_retried")),
    _Row("push_addresses_removed_total", "counter", ("provider", "reason"), "Devices forgotten, since the service says that they are gone", _by_both("removed")),
    _Row("push_addresses_spared_total", "counter", ("provider", "reason"), "Answers that would have removed a device, but for the brake", _by_both("braked")),
    _Row("push_circuits_open", "gauge", _PROVIDER, "Apps or services that are left alone for now", lambda figures: [((key,), n) for key, n in figures.open_circuits.items()]),
    _Row("push_alarms", "gauge", ("kind",), "Troubles that an operator must mend; `pinbox doctor` tells which", lambda figures: [((key,), n) for key, n in figures.alarms.items()]),
    _Row("push_latency_seconds", "histogram", _PROVIDER, "From a message's storing until the service has its push", lambda figures: figures.stats.latency),
    _Row("push_request_seconds", "histogram", _PROVIDER, "Time of one request to a service", lambda figures: figures.stats.requests),
    _Row("apns_connections", "gauge", _POOL, "Connections to Apple that take pushes", _of_pools("connections")),
    _Row("apns_connections_draining", "gauge", _POOL, "Connections that only wait for answers", _of_pools("draining")),
    _Row("apns_streams", "gauge", _POOL, "Pushes on their way to Apple", _of_pools("streams")),
    _Row("apns_streams_limit", "gauge", _POOL, "How many Apple allows on these connections", _of_pools("limit")),
    _Row("apns_queued", "gauge", _POOL, "Pushes that wait for a place on one", _of_pools("queued")),
    _Row("apns_ping_seconds", "gauge", _POOL, "Round trip to Apple, as last measured", _of_pools("ping_rtt")),
    _Row("apns_token_age_seconds", "gauge", _POOL, "Age of the provider token; above an hour Apple refuses it", _of_pools("token_age")),
    _Row("apns_clock_skew_seconds", "gauge", _POOL, "How far our clock is ahead of Apple's, where an answer told", _of_pools("skew")),
    _Row("apns_connections_made_total", "counter", (), "Connections made to Apple", _of_client("connections")),
    _Row("apns_connections_failed_total", "counter", (), "Connections to Apple that could not be made", _of_client("failed_connections")),
    _Row("apns_connections_lost_total", "counter", (), "Connections that broke off", _of_client("lost_connections")),
    _Row("apns_goaways_total", "counter", ("reason",), "Connections that Apple asked us to leave, by its reason", lambda figures: [((reason,), n) for reason, n in figures.apns.goaways.items()] if figures.apns else []),
    _Row("apns_tokens_total", "counter", (), "Provider tokens made", _of_client("tokens")),
    _Row("apns_resent_total", "counter", (), "Pushes that Apple certainly had not processed, sent again at once", _of_client("resent")),
)
# fmt: on
"""Every metric of pushes."""
