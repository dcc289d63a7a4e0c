"""What a worker counts, as plain numbers that a door may show as metrics.

One thread writes; whoever reads sees whole numbers. Names of results come from `push.retry.label`,
so that their number is bounded whatever a stranger's server says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

import msgspec

from push.model import ProviderName

LATENCY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
REQUEST_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Histogram:
    """Counts of durations up to each of its bounds, in seconds, and one count beyond them."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class Waiting(msgspec.Struct, frozen=True):
    """What waits in an outbox."""

    rows: int
    oldest_ms: int
    """How long the oldest one that is due has waited."""


class Stats:
    """Everything since the start. The outbox counts what only it sees: it says so below."""

    def __init__(self) -> None:
        self.attempts = Counter[ProviderName]()
        """Requests that were made."""
        self.results = Counter[tuple[ProviderName, str]]()
        """By provider and what came of it; done is "200" or its like."""
        self.suppressed = Counter[ProviderName]()
        """Not wanted any more at the second look; the outbox adds what it found at the first."""
        self.collapsed = Counter[ProviderName]()
        """Gathered into a newer one; counted by the outbox."""
        self.expired = Counter[ProviderName]()
        """Never sent, too late; counted by the outbox."""
        self.unknown_retried = Counter[ProviderName]()
        """Sent again though they may have been delivered: duplicates risked."""
        self.paced = Counter[ProviderName]()
        """Put off, since their device was rung a moment ago."""
        self.removed = Counter[tuple[ProviderName, str]]()
        """Addresses that were given up, by reason."""
        self.braked = Counter[tuple[ProviderName, str]]()
        """Addresses that would have been, were it not for the brake."""
        self.in_flight: dict[ProviderName, int] = {}
        """Claimed and not yet settled."""
        self.waiting: dict[ProviderName, Waiting] = {}
        """Set by whoever asks the outbox."""
        self.latency: dict[ProviderName, Histogram] = {}
        """From the moment that what is told was stored until the provider has it."""
        self.requests: dict[ProviderName, Histogram] = {}
        """From the call of the provider to its answer."""

    def add_provider(self, name: ProviderName) -> None:
        """Show a provider from the start, at zero."""
        counters = (self.attempts, self.suppressed, self.collapsed, self.expired)
        for counter in (*counters, self.unknown_retried, self.paced):
            counter[name] += 0
        self.in_flight[name] = 0
        self.latency[name] = Histogram(LATENCY_BUCKETS_S)
        self.requests[name] = Histogram(REQUEST_BUCKETS_S)
