"""What every flow stands on. The only place where a clock, ids and settings enter."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inbox.auth.customers import CustomerTokens
from inbox.auth.keys import Keys
from inbox.auth.passwords import Passwords
from inbox.bus import Bus
from inbox.core.hints import Moved
from inbox.files.shelf import Shelf
from inbox.flows.limits import Limits
from inbox.flows.memory import Memory
from inbox.flows.ringer import Ringer
from inbox.flows.roster import Roster, read_roster
from inbox.settings import Settings
from inbox.store.engine import Engine, Tx
from inbox.telemetry import Metrics

T = TypeVar("T")
Clock = Callable[[], int]
"""Unix milliseconds now. It may step back: order comes from numbers, never from it."""
Ids = Callable[[], str]
"""A new UUIDv7 in lower-case text."""


@dataclass(frozen=True, slots=True)
class Context:
    """One per process."""

    store: Engine
    bus: Bus
    settings: Settings
    clock: Clock
    ids: Ids
    keys: Keys
    tokens: CustomerTokens
    passwords: Passwords
    metrics: Metrics
    limits: Limits
    memory: Memory
    shelf: Shelf
    """Where people's files go."""
    mask: Callable[[str], str]
    """Hides card numbers and what else the operator configured."""
    push: bool = False
    """Whether there is a provider of pushes: only then anything rings."""
    ringer: Ringer | None = None
    """Who sends them, in the process that does."""


@dataclass(slots=True)
class Writing:
    """A transaction in progress: its clock reading, and whom to wake when it is on disk."""

    ctx: Context
    tx: Tx
    at: int
    hints: dict[str, int] = field(default_factory=dict)
    told: bool = True
    """Whether webhooks are told of it."""
    counts: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    freed: set[str] = field(default_factory=set)

    def moved(self, stream: str, head: int) -> None:
        """Remember that a stream will be at `head` once this is committed."""
        self.hints[stream] = head

    def count(self, metric: str, *labels: str) -> None:
        """Count one more by its labels, as soon as this is committed."""
        self.counts.append((metric, labels))

    def free(self, team: str) -> None:
        """Have a look taken at a team's queue once this is committed: somebody has a hand free."""
        self.freed.add(team)


async def write(
    ctx: Context,
    work: Callable[[Writing], Coroutine[Any, Any, T]],
    *,
    long: bool = False,
    beside: bool = False,
) -> T:
    """Run a work in a transaction of its own, and ring the bell after it is durable.

    The work must be safe to run again from the start; `long` where it may touch more than some
    dozens of rows, `beside` where its few statements are heavy (see `Engine.write`). A lost hint
    costs a second, never a message.
    """

    async def run(tx: Tx) -> tuple[T, Writing]:
        writing = Writing(ctx, tx, ctx.clock())
        return await work(writing), writing

    result, written = await ctx.store.write(run, long=long, beside=beside)
    for stream, head in written.hints.items():
        ctx.bus.ring(Moved(stream, head))
    for metric, labels in written.counts:
        getattr(ctx.metrics, metric)(*labels).inc()
    if written.freed:
        ctx.memory.freed.ask(written.freed)
    return result


async def roster(ctx: Context) -> Roster:
    """Teams and people as last heard of; read anew after the registry moved."""
    if (known := ctx.memory.roster) is not None:
        return known
    before = ctx.memory.registry
    found = await ctx.store.read(read_roster)
    if ctx.memory.registry == before:
        ctx.memory.roster = found
    return found
